"""`python -m mealroute rulebook check FILE`: mistakes with their lines and exit 3, or the rules in sentences and exit 0."""

from __future__ import annotations

from pathlib import Path

import pytest

from mealroute.cli import main
from mealroute.rulebook.reading import EXAMPLES, FOLDER
from tests.unit.rulebook.books import rule, text_of


@pytest.mark.parametrize(
    "path", [*sorted(EXAMPLES.glob("*.yaml")), *sorted(FOLDER.glob("*.yaml"))], ids=lambda path: path.stem
)
def test_every_file_that_is_shipped_is_sound(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rulebook", "check", str(path)]) == 0
    said = capsys.readouterr()
    assert "付多少" in said.out
    assert said.err == ""


def test_mistakes_are_printed_with_their_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "draft.yaml"
    file.write_text(text_of(rule(1, colour="red", version={"amount": {"fixed": 0}})), "utf-8")
    assert main(["rulebook", "check", str(file)]) == 3
    said = capsys.readouterr()
    assert "draft.yaml 第" in said.err
    assert len(said.err.splitlines()) == 2
    assert said.out == ""


def test_a_file_that_is_not_there_is_refused_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rulebook", "check", str(tmp_path / "no.yaml")]) == 1
    assert "读不了" in capsys.readouterr().err
    (tmp_path / "bad.yaml").write_bytes(b"# a\n\xff\xfe\x00")
    assert main(["rulebook", "check", str(tmp_path / "bad.yaml")]) == 1
    said = capsys.readouterr().err
    assert "UTF-8" in said
    assert "bad.yaml 第 2 行" in said
