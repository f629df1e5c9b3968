"""Claim lines of tests with what was looked at for them: told as one mapping a line, kept as the ledger keeps it."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.subsidy.line_basis import WITH_LINE
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.queries import lines_query, read_lines


def basis_of(db: Session, line: ClaimLine) -> dict[str, Any]:
    """Everything that was looked at for a line."""
    (found,) = read_lines(db, lines_query(Scope.everything()).where(ClaimLine.id == line.id))
    return dict(found.claim.basis)


def taken_apart(lines: Iterable[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Values of ``claim_line`` and of ``claim_basis`` for lines that are told with their whole ``basis``."""
    numbers: dict[tuple[int, str], int] = {}
    kept: list[dict[str, Any]] = []
    for line in lines:
        alike = dict(line["basis"])
        own = {name: alike.pop(name, "" if name == "cut" else None) for name in WITH_LINE}
        number = numbers.setdefault((line["period_id"], json.dumps(alike, ensure_ascii=False)), len(numbers) + 1)
        kept.append({name: value for name, value in line.items() if name != "basis"} | own | {"basis_no": number})
    bases = [
        {"period_id": period, "number": number, "basis": json.loads(text)} for (period, text), number in numbers.items()
    ]
    return kept, bases
