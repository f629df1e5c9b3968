"""What a person looks at on the board: which version, route, tab and filter. It stands in the address, so that a link, a reload
and a print show the same; nothing in it is about a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from flask import url_for
from werkzeug.datastructures import MultiDict

from mealroute.core.slots import MealSlot

TABS = ("map", "timeline")
RISKS = ("tight", "must-serve", "new-face", "broken")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Only stops that have all of these; empty is no condition."""

    street: str = ""
    kitchen: str = ""
    diet: str = ""
    risk: str = ""
    late: str = ""

    @property
    def active(self) -> bool:
        return any(self.args().values())

    def args(self) -> dict[str, str]:
        return {item.name: getattr(self, item.name) for item in fields(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Eye:
    """``version`` None: the open draft, or the standing version where there is none; ``route`` 0: the first."""

    day: date
    slot: MealSlot
    version: int | None = None
    route: int = 0
    tab: str = "map"
    only: Filter = Filter()

    @classmethod
    def of(cls, day: date, slot: MealSlot, args: MultiDict[str, str]) -> Eye:
        """Read an address; what it does not know is left out."""
        tab, risk = args.get("tab", ""), args.get("risk", "")
        given = {name: args.get(name, "").strip()[:40] for name in ("street", "kitchen", "diet")}
        return cls(
            day=day, slot=slot, version=args.get("version", type=int), route=args.get("route", 0, type=int),
            tab=tab if tab in TABS else "map",
            only=Filter(**given, risk=risk if risk in RISKS else "", late="1" if args.get("late") == "1" else ""),
        )  # fmt: skip

    def args(self) -> dict[str, Any]:
        """The query of the address, without what is as usual."""
        found: Mapping[str, Any] = {
            "version": self.version, "route": self.route or None, "tab": None if self.tab == "map" else self.tab, **self.only.args(),
        }  # fmt: skip
        return {name: value for name, value in found.items() if value}

    def url(self, endpoint: str = "plan.board", **changed: Any) -> str:
        """The address of ``endpoint`` for the same day and view, with some of it changed."""
        eye = replace(self, **{name: changed.pop(name) for name in ("route", "tab", "version") if name in changed})
        if "only" in changed:
            eye = replace(eye, only=changed.pop("only"))
        return url_for(endpoint, day=self.day, slot=self.slot, **{**eye.args(), **changed})
