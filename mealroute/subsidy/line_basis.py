"""What was looked at for a claim line, as it is kept: what many lines have alike once, the rest with the line."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_

from mealroute.subsidy.models import ClaimBasis, ClaimLine

OF_DOOR = ("portions", "stop_no", "planned_s")
"""What of it each meal has for itself."""
WITH_LINE = (*OF_DOOR, "cut")
"""Columns of a line that belong to it."""
NAMED = and_(ClaimBasis.period_id == ClaimLine.period_id, ClaimBasis.number == ClaimLine.basis_no)
"""Which row of ``claim_basis`` a line names; not every line names one."""


def described(with_line: Mapping[str, Any], alike: Mapping[str, Any] | None) -> dict[str, Any]:
    """The whole of it, from the line's own columns and the basis that it names. A line that no meal stands behind has no portions."""
    found = dict(alike or {})
    if with_line["portions"] is not None:
        found |= {name: with_line[name] for name in OF_DOOR}
    if with_line["cut"]:
        found["cut"] = with_line["cut"]
    return found
