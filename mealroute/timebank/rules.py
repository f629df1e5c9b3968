"""What deliveries are worth and which lines the ledger lacks. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mealroute.timebank.records import Credit, Delivery, EntryKind, EntryRecord, TimeRule


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """A line to be written; ``natural_key`` makes it happen once."""

    natural_key: str
    driver_code: str
    kind: EntryKind
    minutes: int
    day: date
    book_line_id: int


def worth(deliveries: Iterable[Delivery], rule_on: Callable[[date], TimeRule]) -> dict[int, Credit]:
    """Book line → its credit. The first person of a stop counts for the stop, each further one for less."""
    stops: dict[tuple[str, int], list[Delivery]] = defaultdict(list)
    for each in deliveries:
        stops[each.driver_code, each.visit_id].append(each)
    found: dict[int, Credit] = {}
    for members in stops.values():
        for n, each in enumerate(sorted(members, key=lambda one: one.book_line_id)):
            rule = rule_on(each.day)
            minutes = rule.minutes_per_further_person if n else rule.minutes_per_stop
            found[each.book_line_id] = Credit(each.driver_code, minutes, each.day)
    return found


def missing(due: Mapping[int, Credit], written: Mapping[int, Sequence[EntryRecord]]) -> tuple[NewEntry, ...]:
    """The lines that bring the ledger to what is due: reversals of what is no longer so, then credits.

    ``written``: the lines of each delivery in the order of entry. Applied twice, the second time finds nothing.
    """
    found = []
    for line in sorted({*due, *written}):
        lines = written.get(line, ())
        standing = _standing(lines)
        wanted = due.get(line)
        if standing is not None and (
            wanted is None or (wanted.driver_code, wanted.minutes) != (standing.driver_code, standing.minutes)
        ):
            found.append(
                _entry(
                    line, len(lines), EntryKind.REVERSAL, Credit(standing.driver_code, -standing.minutes, standing.day)
                )
            )
            lines, standing = (*lines, standing), None
        if standing is None and wanted is not None and wanted.minutes:
            found.append(_entry(line, len(lines), EntryKind.CREDIT, wanted))
    return tuple(found)


def _standing(lines: Sequence[EntryRecord]) -> EntryRecord | None:
    """The credit that no reversal has taken back."""
    return lines[-1] if lines and lines[-1].kind is EntryKind.CREDIT else None


def _entry(line: int, place: int, kind: EntryKind, credit: Credit) -> NewEntry:
    return NewEntry(
        natural_key=f"delivery/{line}/{place}",
        driver_code=credit.driver_code,
        kind=kind,
        minutes=credit.minutes,
        day=credit.day,
        book_line_id=line,
    )


def hours(minutes: int) -> str:
    """``95`` → ``1.58``: hours with two decimals, as time banks write them; halves away from nothing."""
    hundredths = (abs(minutes) * 100 + 30) // 60
    return f"{'-' if minutes < 0 else ''}{hundredths // 100}.{hundredths % 100:02d}"
