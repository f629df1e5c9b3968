"""The checks put to the test: frauds and look-alikes planted into an honest month, and what was found, missed, or found for nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from data.sample_generator.fraud.copied_kinds import COPIED_KINDS, COPIED_LOOK_ALIKES
from data.sample_generator.fraud.examined_kinds import EXAMINED_KINDS, EXAMINED_LOOK_ALIKES, EXAMINED_OWN
from data.sample_generator.fraud.hand_kinds import HAND_KINDS, HAND_LOOK_ALIKES
from data.sample_generator.fraud.kinds import KINDS
from data.sample_generator.fraud.later_kinds import LATER_KINDS, LATER_LOOK_ALIKES
from data.sample_generator.fraud.look_alikes import LOOK_ALIKES
from data.sample_generator.fraud.month import Meal, Month, Planted, Vendor, honest_month
from data.sample_generator.fraud.other_kinds import OTHER_KINDS
from data.sample_generator.fraud.other_look_alikes import OTHER_LOOK_ALIKES
from data.sample_generator.fraud.quiet_kinds import QUIET_KINDS, QUIET_LOOK_ALIKES
from data.sample_generator.fraud.tier_kinds import TIER_KINDS, TIER_LOOK_ALIKES
from data.sample_generator.fraud.volume_kinds import VOLUME_KINDS
from data.sample_generator.fraud.writing import at, rulebook, write
from mealroute.checks import queries, service
from mealroute.checks.records import FindingRecord, RunRecord, Severity
from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.clock import FixedClock

FIRST = date(2026, 3, 1)
WIDE = (
    "above_capacity", "the_same_number", "nobody_ever_absent", "licence_over", "suspended_vendor", "weeks_too_late", "typed_at_the_desk",
    "round_counts", "less_content", "silent_kitchen", "certificate_over", "on_the_day_off", "swollen_day", "more_than_the_bike_holds", "nobody_ever_seen",
)  # fmt: skip
"""Kinds that touch a whole vendor: each has one of its own."""
OWN = ("dearer_for_the_subsidised", "keyed_after_the_close", "agreement_over")
"""Those of the other kinds that do."""
SHARED, ALIKE, HONEST, OTHERS = 10, 5, 6, 8
"""Vendors that share the other frauds, the look-alikes, that nobody touches, and that share the other kinds and their look-alikes."""
ALONE = (
    "nobody_answers",
    "hard_of_hearing",
    "nothing_ever_back",
    "never_was_aboard",
    "meals_up_to_the_tier",
    "always_over_the_tier",
)
COPIES = 2
"""Vendors of copied records, and of what looks like them; before those of the hands."""
HANDS = 4
"""Vendors of the frauds with cash, returns and calls, and of their look-alikes: two that share and one of its own each."""
QUIET = 4
"""Vendors that share the quiet kinds, and as many that share their look-alikes; behind all others."""
EXAMINED = 4
"""Vendors that share the kinds of an examiner and their look-alikes, two each; behind them each of ``EXAMINED_OWN``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of the trial. ``found`` and ``missed``: kinds; ``false_alarms``: findings that touch nothing planted, by check and vendor.

    ``month``: what was written; ``checked``: the look at it.
    """

    month: Month
    checked: RunRecord
    meals: int
    planted: tuple[Planted, ...]
    found: dict[str, tuple[str, ...]]
    missed: tuple[str, ...]
    false_alarms: tuple[FindingRecord, ...]
    alike_alarms: tuple[tuple[str, str], ...]
    honest_vendors: int

    @property
    def per_honest_vendor(self) -> Counter[str]:
        """False alarms by vendor, hints left out."""
        return Counter(alarm.vendor for alarm in self.false_alarms if alarm.severity is not Severity.WARN)


def service_days(first: date) -> list[date]:
    """Monday to Friday of a month without holidays."""
    days = (first + timedelta(days=n) for n in range(31))
    return [day for day in days if day.month == first.month and day.weekday() < 5]


def make(
    seed: int, *, people: int = 20, kinds: Sequence[str] | None = None
) -> tuple[Month, list[Planted], dict[str, list[Meal]]]:
    """The month with what was planted: frauds first in order of name, each in a vendor that has room for it."""
    month = honest_month(
        FIRST,
        service_days(FIRST),
        seed=seed,
        vendors=len(WIDE)
        + SHARED
        + ALIKE
        + HONEST
        + 1
        + len(OWN)
        + OTHERS
        + 2
        + COPIES
        + HANDS
        + 2 * QUIET
        + EXAMINED
        + len(EXAMINED_OWN),
        people=people,
    )
    own = dict(zip(WIDE, month.vendors, strict=False))
    shared = month.vendors[len(WIDE) : len(WIDE) + SHARED]
    alike = month.vendors[len(WIDE) + SHARED : len(WIDE) + SHARED + ALIKE]
    small = month.vendors[len(WIDE) + SHARED + ALIKE]
    every = {**KINDS, **VOLUME_KINDS}
    planted = []
    for n, name in enumerate(name for name in every if kinds is None or name in kinds):
        vendor: Vendor = own.get(name) or shared[n % SHARED]
        planted.append(every[name](month, vendor))
    before, examined = month.vendors[: -EXAMINED - len(EXAMINED_OWN)], month.vendors[-EXAMINED - len(EXAMINED_OWN) :]
    loud, quiet, like_quiet = before[: -2 * QUIET], before[-2 * QUIET : -QUIET], before[-QUIET:]
    *_before, cheat, shared_cheat, honest, shared_honest = loud
    tail = loud[-len(OWN) - OTHERS - 2 - COPIES - HANDS : -COPIES - HANDS]
    copying, like_copying = loud[-COPIES - HANDS : -HANDS]
    alone = dict(zip(OWN, tail, strict=False))
    for n, name in enumerate(name for name in OTHER_KINDS if kinds is None or name in kinds):
        planted.append(OTHER_KINDS[name](month, alone.get(name) or tail[len(OWN) + n % OTHERS]))
    innocent = {}
    for n, (name, case) in enumerate(LOOK_ALIKES.items()):
        innocent[name] = case(month, small if name == "small_and_constant" else alike[n % ALIKE])
    for n, (name, case) in enumerate(OTHER_LOOK_ALIKES.items()):
        innocent[name] = case(month, tail[len(OWN) + OTHERS + n % 2])
    for name, kind in {**HAND_KINDS, **TIER_KINDS, **LATER_KINDS}.items():
        if kinds is None or name in kinds:
            planted.append(kind(month, cheat if name in ALONE else shared_cheat))
    for name, case in {**HAND_LOOK_ALIKES, **TIER_LOOK_ALIKES, **LATER_LOOK_ALIKES}.items():
        innocent[name] = case(month, honest if name in ALONE else shared_honest)
    planted += [kind(month, copying) for name, kind in COPIED_KINDS.items() if kinds is None or name in kinds]
    innocent |= {name: case(month, like_copying) for name, case in COPIED_LOOK_ALIKES.items()}
    for n, (name, kind) in enumerate(QUIET_KINDS.items()):
        if kinds is None or name in kinds:
            planted.append(kind(month, quiet[n % QUIET]))
    innocent |= {name: case(month, like_quiet[n % QUIET]) for n, (name, case) in enumerate(QUIET_LOOK_ALIKES.items())}
    own = dict(zip(EXAMINED_OWN, examined[EXAMINED:], strict=True))
    for n, (name, kind) in enumerate(EXAMINED_KINDS.items()):
        if kinds is None or name in kinds:
            planted.append(kind(month, own.get(name) or examined[n % 2]))
    innocent |= {
        name: case(month, own.get(name) or examined[2 + n % 2])
        for n, (name, case) in enumerate(EXAMINED_LOOK_ALIKES.items())
    }
    return month, planted, innocent


def looked_at(month: Month) -> FixedClock:
    """The clock that shows when a month is looked at."""
    return FixedClock(at(month.days[-1] + timedelta(days=9), 36_000))


def complaints_of(month: Month) -> list[service.Complaint]:
    """What people complained of in a month, as the checks take it."""
    return [
        (meal.id, meal.run.vendor.code, "not-brought", str(n), meal.day) for n, meal in enumerate(month.complaints, 1)
    ]


def run(db: Session, *, seed: int, people: int = 20) -> Result:
    """Write the month into an empty database, look at it once, and compare with what was planted."""
    month, planted, innocent = make(seed, people=people)
    write(db, month)
    checked = service.check_month(
        db, FIRST.strftime("%Y-%m"), by=SYSTEM, clock=looked_at(month), complaints=complaints_of(month), rulebook=rulebook(),
    )  # fmt: skip
    findings = queries.open_findings(db, FIRST.strftime("%Y-%m"), scope=Scope.everything())
    lines = {finding.id: set(queries.lines_of(db, finding.id)) for finding in findings}
    found = {
        one.kind: tuple(
            sorted(
                {
                    finding.code
                    for finding in findings
                    if finding.code in one.checks and one.touches(lines[finding.id], finding.subject)
                }
            )
        )
        for one in planted
    }
    alarms = tuple(
        finding for finding in findings if not any(one.touches(lines[finding.id], finding.subject) for one in planted)
    )
    alike = {meal.id: name for name, meals in innocent.items() for meal in meals}
    return Result(
        month=month, checked=checked, meals=len(month.meals), planted=tuple(planted), found={kind: codes for kind, codes in found.items() if codes},
        missed=tuple(kind for kind, codes in found.items() if not codes), false_alarms=alarms,
        alike_alarms=tuple(sorted({(alike[line], alarm.code) for alarm in alarms for line in lines[alarm.id] if line in alike})),
        honest_vendors=HONEST,
    )  # fmt: skip
