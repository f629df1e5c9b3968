"""The fingerprints of a month are the same in every process, however Python orders its sets there."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import Engine

from mealroute.settlement.lasting import lasting

ROOT = Path(__file__).resolve().parents[2]
MARKS = """
import sys
from dataclasses import replace
from datetime import date, timedelta
from mealroute import models
from mealroute.core import db as database
from mealroute.rulebook.reading import read_draft
from mealroute.settlement import arrivals
from mealroute.subsidy.payers import Payer
from mealroute.subsidy.records import Rulebook

database.configure(sys.argv[1])
found, problems = read_draft(open(sys.argv[2], encoding="utf-8").read(), "draft.yaml")
days = frozenset(date(2026, 2, 1) + timedelta(days=n) for n in range(20))
found = replace(found, calendar=replace(found.calendar, holidays=days))
with database.unit_of_work(read_only=True) as db:
    print(arrivals.marks(db, Payer(rules=Rulebook(payer="p", payer_name="p", book=found)), "2026-02").whole)
"""


def _in_process(engine: Engine, seed: int) -> str:
    url = engine.url.render_as_string(hide_password=False)
    book = ROOT / "data" / "rules" / "rulebook" / "examples" / "tianjin.yaml"
    done = subprocess.run(
        [sys.executable, "-c", MARKS, url, str(book)], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": str(seed)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-800:]
    return done.stdout


def test_marks_of_a_month_are_the_same_in_every_process(any_engine: Engine) -> None:
    assert len({_in_process(any_engine, seed) for seed in (1, 2, 3)}) == 1


class _Kind(StrEnum):
    ONE = "one"


class _Pair(NamedTuple):
    left: object
    right: object


@dataclass(frozen=True)
class _Whole:
    parts: tuple[object, ...]
    by: dict[str, object]


def test_without_sets_it_is_what_python_prints() -> None:
    for content in (
        _Whole((_Kind.ONE, None, (1,), ()), {"a": [1, "x"], "b": _Pair(1, {})}), frozenset(), set(), frozenset({1}), {"x"},
        MappingProxyType({"k": 1}), _Pair((), "'"),
    ):  # fmt: skip
        assert lasting(content) == repr(content)


def test_sets_stand_in_one_order_however_deep() -> None:
    content = _Whole((_Pair({"b", "a"}, 1),), {"k": frozenset({"d", "c"})})
    assert lasting(content) == repr(content).replace("'b', 'a'", "'a', 'b'").replace("'d', 'c'", "'c', 'd'")
