"""The documentation names everything that a person can set, call or be; its links lead somewhere."""

import re
from pathlib import Path

import pytest
import yaml

from mealroute.adapters.paper import palette
from mealroute.cli import parser
from mealroute.core.actor import Role

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]


def _read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_operations_names_every_setting() -> None:
    settings = set(re.findall(r"MEALROUTE_[A-Z_]+", _read("mealroute/core/config.py")))
    assert {name for name in settings if name not in _read("docs/operations.md")} == set()


def test_operations_names_every_command() -> None:
    actions = next(action for action in parser()._actions if action.choices and action.dest == "command")
    assert {name for name in actions.choices if f"`{name}" not in _read("docs/operations.md")} == set()


def test_every_role_has_its_place() -> None:
    assert {role for role in Role if role is not Role.SYSTEM and role not in _read("docs/roles.md")} == set()


def test_every_rule_is_explained() -> None:
    text = _read("docs/rules.md")
    files = sorted((ROOT / "data" / "rules" / "rulebook").glob("*.yaml"))
    ids = [rule["id"] for file in files for rule in yaml.safe_load(file.read_text("utf-8"))["rules"]]
    assert ids
    assert [rule for rule in ids if rule not in text] == []


def test_every_folder_has_one_line() -> None:
    text = _read("docs/architecture.md")
    folders = {path.parent.name for path in (ROOT / "mealroute").glob("*/__init__.py")}
    assert {name for name in folders if f"`mealroute/{name}/`" not in text} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_inside_the_documentation_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert missing == []


def test_paper_and_screen_show_the_same_route_colours() -> None:
    tokens = dict(re.findall(r"--route-(\d+):\s*#([0-9a-f]{6})", _read("web/static/css/tokens.css")))
    assert tuple(tokens[str(n)] for n in range(1, 19)) == palette.ROUTES


def test_the_licences_of_what_is_vendored_stand_beside_it() -> None:
    assert "SIL OPEN FONT LICENSE" in _read("mealroute/adapters/paper/fonts/OFL.txt").upper()


def test_decision_records_are_numbered_once() -> None:
    numbers = [page.name[:4] for page in sorted((ROOT / "docs/adr").glob("*.md"))]
    assert numbers == [f"{n:04d}" for n in range(1, len(numbers) + 1)]


def test_no_file_holds_the_marks_of_an_unfinished_merge() -> None:
    kinds = {".py", ".html", ".svg", ".css", ".mjs", ".md", ".yaml", ".toml", ".txt", ".sql"}
    folders = ("web", "mealroute", "solver", "tests", "migrations", "scripts", "docs", "data", "benchmarks")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in kinds]
    marks = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)
    assert [str(path.relative_to(ROOT)) for path in files if marks.search(path.read_text("utf-8"))] == []
