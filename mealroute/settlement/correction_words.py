"""Why a correction is made, as it is written down and as it is read: the program's own sentences in either language."""

from collections.abc import Mapping

from mealroute.core.i18n import _, _l, again

RELEASED = _l("Held when its month closed; cleared since and paid now.")
AWARD = _l("Award (以奖代补) for %(month)s: grade %(grade)s, score %(score)s.")
WRITTEN = frozenset({"taken-back"})
"""Kinds whose reason a person wrote."""
_SAID: Mapping[str, str] = {
    "released": RELEASED,
    "record-changed": _l("The record at the door was corrected after the month was closed: this meal was not handed over."),
    "late-record": _l("The record of the handover came after the month was closed."),
    "paid-since": _l("Money was paid or given back after the month was closed."),
    "rule-changed": _l("Another version of the rule is in force for that day."),
    "ledger-changed": _l("What the ledger says of that day has changed since."),
}  # fmt: skip


def award(month: str, grade: object, score: object) -> str:
    """Why a vendor's award is what it is, in the current language."""
    return _(AWARD, month=month, grade=grade, score=score)


def why(kind: str, reason: str, month: str, basis: Mapping[str, object]) -> str:
    """The reason of a correction of ``month`` in the current language; a refusal with figures of its own as it was written down."""
    if kind in WRITTEN:
        return reason
    given = basis.get("award")
    if kind == "award" and isinstance(given, Mapping):
        return award(month, given.get("grade", ""), given.get("score", ""))
    return _(_SAID[kind]) if kind in _SAID else again(reason)
