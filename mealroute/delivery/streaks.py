"""Meals left untouched in a row, a person who seems changed or needs help: each raises one case."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM
from mealroute.core.clock import Clock
from mealroute.core.i18n import _
from mealroute.core.rulebook import RULES, read
from mealroute.delivery import wellbeing
from mealroute.delivery.cases import open_case
from mealroute.delivery.models import FollowUp
from mealroute.delivery.records import CaseState, LastMeal, LoadedLine, ProofId, ProofInput, Seems
from mealroute.delivery.wellbeing import WellbeingRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class StreakRules:
    """What is in force on a day."""

    untouched_meals: int
    less_well_looks: int
    first_change: bool
    within_days: int


@dataclass(frozen=True, slots=True)
class Found:
    """A reason for a case: its kind, the day on which the streak began, how long it is."""

    kind: str
    since: date
    length: int


def streak_rules(day: date, *, path: Path = RULES / "streaks.yaml") -> StreakRules:
    """What is in force on ``day``; before the first version, the first one."""
    begun = _versions(path)
    return next((rules for first, rules in reversed(begun) if first <= day), begun[0][1])


@lru_cache(maxsize=4)
def _versions(path: Path) -> tuple[tuple[date, StreakRules], ...]:
    found = []
    root = read(path, kind="streak-rules").only("kind", "schema", "versions")
    for node in root.nodes("versions"):
        node.only("from", "source", *StreakRules.__slots__).text("source")
        found.append((
            node.day("from"),
            StreakRules(
                untouched_meals=node.integer("untouched_meals", least=1), less_well_looks=node.integer("less_well_looks", least=1),
                first_change=node.flag("first_change"), within_days=node.integer("within_days", least=1),
            ),
        ))  # fmt: skip
    return tuple(sorted(found, key=lambda pair: pair[0]))


def found_in(looks: Sequence[WellbeingRecord], rules: StreakRules) -> tuple[Found, ...]:
    """What one person's looks, oldest first, give reason for. Pure."""
    meals = [
        (look.day, look.last_meal is LastMeal.UNTOUCHED)
        for look in looks
        if look.last_meal not in {None, LastMeal.NOT_ASKED}
    ]
    moods = [look for look in looks if look.seems is not None]
    less = [(look.day, look.seems is not Seems.AS_USUAL) for look in moods]
    found = []
    untouched = _run(meals)
    if len(untouched) >= rules.untouched_meals:
        found.append(Found("not-eaten", untouched[0], len(untouched)))
    worse = _run(less)
    if moods and moods[-1].seems is Seems.NEEDS_HELP:
        found.append(Found("needs-help", moods[-1].day, 1))
    elif worse and (len(worse) >= rules.less_well_looks or (rules.first_change and len(worse) < len(less))):
        found.append(Found("mood", worse[0], len(worse)))
    return tuple(found)


def _run(flags: Sequence[tuple[date, bool]]) -> list[date]:
    """The days of the flags that are true at the end, oldest first."""
    days: list[date] = []
    for day, flag in flags:
        days = [*days, day] if flag else []
    return days


def watch(db: Session, written: Iterable[tuple[ProofInput, LoadedLine, ProofId]], *, clock: Clock) -> int:
    """Look at the streaks of those about whom something was just noted that gives reason to; how many cases are new.

    A case for a streak is opened once; a streak that goes on after its case was closed opens another one each time it has doubled its
    least length again.
    """
    about: dict[int, LoadedLine] = {
        line.resident_id: line
        for entry, line, _proof in written
        if entry.last_meal is LastMeal.UNTOUCHED or entry.seems not in {None, Seems.AS_USUAL}
    }
    if not about:
        return 0
    day = min(line.day for line in about.values())  # of the meal: a phone may send what it noted long ago
    rules = streak_rules(day)
    looks: dict[int, list[WellbeingRecord]] = {}
    for note in wellbeing.notes(db, residents=sorted(about), since=day - timedelta(days=rules.within_days)):
        looks.setdefault(note.resident_id, []).append(note)
    new = 0
    for resident_id, line in sorted(about.items()):
        for found in found_in(looks.get(resident_id, ()), rules):
            new += _open(db, resident_id, line.street_code, found, rules, clock=clock)
    return new


def _open(db: Session, resident_id: int, street: str, found: Found, rules: StreakRules, *, clock: Clock) -> bool:
    query = select(FollowUp.id).where(
        FollowUp.resident_id == resident_id, FollowUp.kind == found.kind, FollowUp.state == CaseState.OPEN
    )
    if db.scalar(query.limit(1)) is not None:
        return False
    turn = found.length // rules.untouched_meals if found.kind == "not-eaten" else found.length // rules.less_well_looks
    key = f"{found.kind}/{resident_id}/{found.since.isoformat()}/{turn}"
    note = _("%(n)d times in a row, since %(day)s", n=found.length, day=found.since.isoformat())
    opened = open_case(
        db, natural_key=key, kind=found.kind, resident_id=resident_id, street_code=street, note=note, by=SYSTEM, clock=clock
    )  # fmt: skip
    return opened is not None
