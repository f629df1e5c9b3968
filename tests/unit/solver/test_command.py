import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from solver.__main__ import main
from solver.json_out import write_plan, write_problem
from tests.unit.solver import small


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    problem, plan = tmp_path / "problem.json", tmp_path / "plan.json"
    problem.write_text(write_problem(small.problem()))
    plan.write_text(write_plan(small.problem(), small.plan()))
    return str(problem), str(plan)


def test_check_says_nothing_against_a_clean_plan(
    files: tuple[str, str], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["check", *files]) == 0
    assert json.loads(capsysbinary.readouterr().out) == {"cost": 470, "violations": [], "unassigned": []}


def test_check_lists_violations_and_says_so_by_its_exit_code(
    files: tuple[str, str], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    Path(files[0]).write_text(write_problem(small.problem(vehicle={"max_tasks": 2})))
    assert main(["check", *files]) == 3
    found = json.loads(capsysbinary.readouterr().out)["violations"]
    assert [(v["cause"], v["vehicle"], v["job"]) for v in found] == [("max_tasks", 1, None)]
    assert "more than max_tasks 2" in found[0]["message"]


def test_solve_writes_a_plan_that_check_accepts(files: tuple[str, str], tmp_path: Path) -> None:
    out = str(tmp_path / "out.json")
    assert main(["solve", files[0], "-o", out, "--max-iterations", "20", "--engine", "sisr"]) == 0
    assert main(["check", files[0], out]) == 0


def test_half_a_surrogate_pair_in_a_description_goes_through(files: tuple[str, str], tmp_path: Path) -> None:
    data = json.loads(Path(files[0]).read_text())
    data["jobs"][0]["description"] = "\ud800"
    Path(files[0]).write_text(json.dumps(data))
    out = tmp_path / "out.json"
    assert main(["solve", files[0], "-o", str(out), "--max-iterations", "0"]) == 0
    assert json.loads(out.read_bytes())["routes"]


def test_standard_input_and_output_are_used_for_a_dash(
    files: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(Path(files[0]).read_bytes())))
    assert main(["solve", "-", "--max-iterations", "20", "--engine", "sisr"]) == 0
    assert json.loads(capsysbinary.readouterr().out)["summary"]["unassigned"] == 0


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "command"),
        (["fly"], "fly"),
        (["solve"], "problem"),
        (["solve", "nowhere.json"], "nowhere.json"),
        (["solve", "PROBLEM", "--time-limit", "-1"], "--time-limit"),
        (["solve", "PROBLEM", "--time-limit", "nan"], "--time-limit"),
        (["solve", "PROBLEM", "--engine", "magic"], "--engine"),
        (["solve", "PROBLEM", "--threads", "0"], "--threads"),
        (["solve", "PROBLEM", "--seed", "x"], "--seed"),
        (["solve", "PROBLEM", "--max-iterations", "-1"], "--max-iterations"),
        (["solve", "PROBLEM", "-o", "/no/such/place/plan.json"], "-o"),
        (["solve", "PLAN"], "code"),
        (["check", "PROBLEM"], "plan"),
        (["check", "PROBLEM", "PROBLEM"], "routes"),
        (["check", "-", "-"], "standard input"),
    ],
)
def test_a_wrong_input_is_one_line_on_standard_error(
    files: tuple[str, str], arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    real = [dict(zip(("PROBLEM", "PLAN"), files, strict=True)).get(word, word) for word in arguments]
    assert main(real) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert named in captured.err


def test_it_runs_as_a_module(files: tuple[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "solver", "check", *files], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
