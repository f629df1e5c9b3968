"""What streets set themselves about looking after people who were not seen: dated, with a reason, never rewritten."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Forbidden, MealrouteError
from mealroute.core.i18n import _
from mealroute.delivery.ladder_models import StreetRule
from mealroute.delivery.ladder_records import LadderRules, Rung
from mealroute.delivery.ladder_rulebook import MOST_MINUTES, ladder_on

LADDER = "ladder"
Minutes = Mapping[str, Mapping[Rung, int]]
"""Kind of case → rung → minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetRuleRecord:
    """One setting of a street: what, from when, by whom and why."""

    street_code: str
    from_day: date
    content: Mapping[str, Any]
    reason: str
    by_name: str
    at: datetime


def on(db: Session, subject: str, day: date) -> dict[str, Mapping[str, Any]]:
    """Street code → what it set for the subject and what holds on ``day``; streets that set nothing are absent."""
    query = select(StreetRule).where(StreetRule.subject == subject, StreetRule.from_day <= day)
    return {row.street_code: row.content for row in db.scalars(query.order_by(StreetRule.from_day, StreetRule.id))}


def history(db: Session, subject: str, street_code: str) -> tuple[StreetRuleRecord, ...]:
    """Everything that a street ever set for a subject, the newest first."""
    query = select(StreetRule).where(StreetRule.subject == subject, StreetRule.street_code == street_code)
    return tuple(
        StreetRuleRecord(
            street_code=row.street_code, from_day=row.from_day, content=row.content, reason=row.reason, by_name=row.by_name, at=row.at
        )
        for row in db.scalars(query.order_by(StreetRule.from_day.desc(), StreetRule.id.desc()))
    )  # fmt: skip


def put(
    db: Session, subject: str, street_code: str, content: Mapping[str, Any], *, from_day: date, reason: str, by: Actor, clock: Clock
) -> bool:  # fmt: skip
    """From ``from_day`` on the street does it so; the same again adds nothing. True = written.

    Raises Forbidden for somebody of another street; MealrouteError ``rule-in-the-past``, ``reason-needed``.
    """
    if not by.scope.sees_street(street_code):
        raise Forbidden("street-not-yours", _("This street is not yours."), _("Ask its dispatcher."))
    if from_day < clock.today():
        raise MealrouteError(
            "rule-in-the-past", _("A setting begins today or later: what has happened stays as it was."), _("Choose another day.")
        )  # fmt: skip
    if not reason.strip():
        raise MealrouteError("reason-needed", _("Say why the street changes this."))
    if on(db, subject, from_day).get(street_code, {}) == dict(content):
        return False
    db.add(
        StreetRule(
            subject=subject, street_code=street_code, from_day=from_day, content=dict(content), reason=reason.strip(), by_name=by.name,
            at=clock.now(),
        )
    )  # fmt: skip
    db.flush()
    audit.record(
        db, by=by, clock=clock, action=f"delivery.{subject}-set", subject=f"street/{street_code}", reason=reason.strip(),
        detail={"from": from_day.isoformat(), "content": dict(content)},
    )  # fmt: skip
    return True


def own_minutes(db: Session, day: date) -> dict[str, Minutes]:
    """Street code → the minutes that it set itself for its ladders."""
    found: dict[str, Minutes] = {}
    for street, content in on(db, LADDER, day).items():
        found[street] = {
            kind: {Rung(rung): int(minutes) for rung, minutes in ladder.items()} for kind, ladder in content.items()
        }
    return found


def ladders(db: Session, day: date) -> "Ladders":
    """The district's ladder with what each street set itself, in one statement."""
    return Ladders(ladder_on(day), own_minutes(db, day))


@dataclass(frozen=True, slots=True)
class Ladders:
    """The ladder of every street on a day."""

    district: LadderRules
    streets: Mapping[str, Minutes]

    def of(self, street_code: str) -> LadderRules:
        own = self.streets.get(street_code)
        if not own:
            return self.district
        merged = {
            kind: {rung: own.get(kind, {}).get(rung, minutes) for rung, minutes in ladder.items()}
            for kind, ladder in self.district.ladders.items()
        }
        return replace(self.district, ladders=merged)

    def set_by_street(self, street_code: str, kind: str, rung: Rung) -> int | None:
        """The minutes that the street set itself; None where the district's hold."""
        return self.streets.get(street_code, {}).get(kind, {}).get(rung)


def set_minutes(
    db: Session, street_code: str, minutes: Minutes, *, from_day: date, reason: str, by: Actor, clock: Clock
) -> bool:
    """The street's own minutes; those that equal the district's are left out, so that they go on following it.

    Raises MealrouteError ``minutes-out-of-range`` besides what ``put`` raises.
    """
    district = ladder_on(from_day).ladders
    content: dict[str, dict[str, int]] = {}
    for kind, ladder in minutes.items():
        for rung, count in ladder.items():
            usual = district.get(kind, {}).get(rung)
            if usual is None or usual == count:
                continue
            if not 1 <= count <= MOST_MINUTES:
                raise MealrouteError("minutes-out-of-range", _("A rung has between a minute and a week."))
            content.setdefault(kind, {})[str(rung)] = count
    return put(db, LADDER, street_code, content, from_day=from_day, reason=reason, by=by, clock=clock)
