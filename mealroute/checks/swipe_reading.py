"""What card and counter swipes say against the records of a month: meals eaten elsewhere, and swipes and hand-outs without each other."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from mealroute.checks.facts import SheetCount
from mealroute.core.actor import Scope
from mealroute.swipes import queries as swipes
from mealroute.swipes.records import Mismatch, Trouble


@dataclass(slots=True)
class Swiped:
    """One day's share of it. ``elsewhere``: (resident, slot, place, reference)."""

    elsewhere: list[tuple[int, str, str, str]] = field(default_factory=list)
    counts: list[SheetCount] = field(default_factory=list)


def swiped(db: Session, first: date, last: date) -> Mapping[date, Swiped]:
    """By day; what a person has explained is left out. Empty where no file has come."""
    found: dict[date, Swiped] = defaultdict(Swiped)
    sites: dict[tuple[date, str], list[Mismatch]] = defaultdict(list)
    for one in swipes.reckoning(db, first, last, scope=Scope.everything()).open:
        if one.trouble is Trouble.EATEN_ELSEWHERE and one.resident_id is not None and one.swipe is not None:
            found[one.day].elsewhere.append((one.resident_id, one.slot, one.site_code or "counter", str(one.swipe.id)))
        else:
            sites[one.day, one.site_code].append(one)
    for (day, site), several in sorted(sites.items()):
        lines = tuple(sorted({one.line.line_id for one in several if one.line is not None}))
        found[day].counts.append(
            SheetCount(
                kind="swipes", subject=f"{site or '-'}/{day}", ours=sum(one.line is not None for one in several),
                theirs=sum(one.swipe is not None for one in several), differs=True, lines=lines,
                evidence=tuple(("swipe", str(one.swipe.id)) for one in several if one.swipe is not None),
            )
        )  # fmt: skip
    return found
