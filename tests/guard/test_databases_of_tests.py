"""One server serves all test files of a process: a database of one name in two files is dropped under the other's feet."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
CREATED = re.compile(r"create database (\w+)")


def test_no_two_files_make_a_database_of_the_same_name() -> None:
    made: dict[str, set[str]] = defaultdict(set)
    for file in sorted(TESTS.rglob("*.py")):
        if file != Path(__file__):
            for name in CREATED.findall(file.read_text("utf-8")):
                made[name].add(str(file.relative_to(TESTS)))
    assert "migrated" in made
    assert {name: files for name, files in made.items() if len(files) > 1} == {}
