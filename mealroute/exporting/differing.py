"""Which rows of a file are not those that were exported, cell by cell. Pure: it knows nothing of where the rows come from."""

from collections import Counter
from collections.abc import Iterator, Sequence

from mealroute.exporting.records import Difference, Differs

Row = tuple[str, ...]
FIRST = 2
"""The number of the first data row, as a sheet counts: row 1 is the heading."""


def differences(exported: Sequence[Row], found: Sequence[Row], headings: Sequence[str]) -> tuple[Difference, ...]:
    """Every cell that was changed, every row that was added, is missing, or stands elsewhere; in the order of the rows.

    Rows are canonical texts. A changed row is recognised by its first cell (the line's number), else by its place.
    """
    extra, lost = _not_in(found, exported), dict(_not_in(exported, found))
    if not extra and not lost:
        moved = next(
            (place for place, pair in enumerate(zip(exported, found, strict=True)) if pair[0] != pair[1]), None
        )
        return () if moved is None else (Difference(kind=Differs.MOVED, row=moved + FIRST),)
    by_number = {row[0]: place for place, row in lost.items() if row}
    told: list[Difference] = []
    for place, row in extra:
        other = by_number.get(row[0]) if row else None
        if other is None or other not in lost:
            other = place if place in lost else None
        if other is None:
            told.append(Difference(kind=Differs.ADDED, row=place + FIRST))
        else:
            told.extend(_cells(row, lost.pop(other), place + FIRST, headings))
    told.extend(Difference(kind=Differs.MISSING, row=place + FIRST) for place in lost)
    return tuple(sorted(told, key=lambda one: one.row))


def _not_in(rows: Sequence[Row], others: Sequence[Row]) -> list[tuple[int, Row]]:
    """Rows, with their places, that the others do not have (each as often as it stands)."""
    left = Counter(others)
    found = []
    for place, row in enumerate(rows):
        if left[row] > 0:
            left[row] -= 1
        else:
            found.append((place, row))
    return found


def _cells(row: Row, exported: Row, number: int, headings: Sequence[str]) -> Iterator[Difference]:
    for heading, now, then in zip(headings, row, exported, strict=False):
        if now != then:
            yield Difference(kind=Differs.CHANGED, row=number, column=heading, found=now, exported=then)
