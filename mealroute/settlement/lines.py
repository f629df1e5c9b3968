"""Claim lines as plain JSON and back: what a preparation puts forward, and what held lines and corrections keep of their line."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from mealroute.subsidy.records import Beneficiary, ClaimLineRecord

COLUMNS = (
    "natural_key", "payee", "rule_id", "rule_version", "document_no", "beneficiary", "amount_fen", "shares", "copay_fen", "book_line_id",
    "proof_id", "resident_code", "day", "slot", "street_code", "vendor_code",
)  # fmt: skip
"""The fields that have a column of their own in ``held_line`` and ``adjustment_line``."""


def packed(line: ClaimLineRecord) -> dict[str, Any]:
    """Every field of a line as JSON takes it."""
    return {each.name: _plain(getattr(line, each.name)) for each in fields(line)} | {"shares": dict(line.shares)}


def unpacked(values: Mapping[str, Any]) -> ClaimLineRecord:
    """The line that ``packed`` came from."""
    moment = values["confirmed_at"]
    return ClaimLineRecord(
        **{
            **values, "beneficiary": Beneficiary(values["beneficiary"]), "day": date.fromisoformat(values["day"]),
            "shares": tuple(sorted(values["shares"].items())), "confirmed_at": datetime.fromisoformat(moment) if moment else None,
        }
    )  # fmt: skip


def columns(line: ClaimLineRecord) -> dict[str, Any]:
    """The columns of a held line or a correction; ``line`` holds all fields, so that nothing of the claim is lost."""
    own = {name: getattr(line, name) for name in COLUMNS}
    return own | {"beneficiary": str(line.beneficiary), "shares": dict(line.shares), "line": packed(line)}


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Beneficiary) else value
