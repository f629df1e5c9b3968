"""What the publishing page sends: a reason for each broken rule, for an outdated book, and for the change itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

OVERRIDE = "override:"
"""The field of a broken rule is named by this and its key."""
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Reasons:
    """``replaces`` is the published version that the person saw; 0 where there was none."""

    overrides: Mapping[str, str] = field(default_factory=dict)
    outdated: str = ""
    reason: str = ""
    replaces: int = 0

    @classmethod
    def of(cls, form: Mapping[str, str]) -> Reasons:
        given = {
            name.removeprefix(OVERRIDE): text.strip()[:LONGEST]
            for name, text in form.items()
            if name.startswith(OVERRIDE)
        }
        shown = form.get("replaces", "")
        return cls(
            overrides={key: text for key, text in given.items() if text},
            outdated=form.get("outdated", "").strip()[:LONGEST],
            reason=form.get("reason", "").strip()[:LONGEST],
            replaces=int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 10 else 0,
        )
