"""Swipes against meals, one to one: the same swipes and meals in any order give the same pairs. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from mealroute.swipes.records import Matched, MealLine, Mismatch, SwipeKind, SwipeRecord, Trouble

STATION = "station"
Key = tuple[int, date, str]


def match(swipes: Iterable[SwipeRecord], lines: Iterable[MealLine], covered: Collection[tuple[str, date]]) -> Matched:
    """Each swipe goes with at most one handed-out meal and each meal with at most one swipe.

    A swipe at a station confirms a meal handed out there; one without a place confirms any meal of that person and time. A swipe taken
    back counts for nothing. ``covered`` are the stations and days of which a file has come: only there does a meal without a swipe
    need words.
    """
    ordered = sorted(swipes, key=lambda swipe: (swipe.at, swipe.serial, swipe.id))
    taken_back, orphans = _taken_back(ordered)
    by_key: dict[Key, list[MealLine]] = defaultdict(list)
    everything = sorted(lines, key=lambda line: line.line_id)
    for line in everything:
        by_key[line.resident_id, line.day, line.slot].append(line)
    pairs: dict[int, int] = {}
    used: set[int] = set()
    standing = [swipe for swipe in ordered if swipe.kind is SwipeKind.MEAL and swipe.id not in taken_back]
    for exact in (True, False):  # a swipe that names its place goes first
        for swipe in standing:
            if swipe.id in pairs or bool(swipe.site_code) is not exact or swipe.resident_id is None:
                continue
            fitting = [line for line in by_key[_key(swipe)] if line.line_id not in used and _fits(swipe, line)]
            if fitting:
                pairs[swipe.id] = fitting[0].line_id
                used.add(fitting[0].line_id)
    by_line = {line.line_id: line for line in everything}
    found = [_mismatch(swipe, Trouble.VOID_WITHOUT_ORIGINAL) for swipe in orphans]
    for swipe in standing:
        if swipe.id in pairs:
            found.extend(_differing(swipe, by_line[pairs[swipe.id]]))
        else:
            found.append(_alone(swipe, by_key[_key(swipe)] if swipe.resident_id is not None else [], used))
    found.extend(
        Mismatch(
            subject=line.subject, trouble=Trouble.NO_SWIPE, day=line.day, slot=line.slot, site_code=line.station_code,
            resident_id=line.resident_id, line=line, expected=line.delivered, found=0,
        )
        for line in everything
        if at_counter(line, covered) and line.line_id not in used
    )  # fmt: skip
    found.sort(key=lambda one: (one.day, one.slot, one.site_code, one.subject))
    return Matched(pairs=pairs, taken_back=frozenset(taken_back), mismatches=tuple(found))


def at_counter(line: MealLine, covered: Collection[tuple[str, date]]) -> bool:
    """Whether a meal was handed out at a station of which a file has come for that day."""
    return line.delivered > 0 and line.delivery == STATION and (line.station_code, line.day) in covered


def _key(swipe: SwipeRecord) -> Key:
    return (swipe.resident_id or 0, swipe.day, swipe.slot)


def _fits(swipe: SwipeRecord, line: MealLine) -> bool:
    if line.delivered < 1:
        return False
    return not swipe.site_code or (line.delivery == STATION and line.station_code == swipe.site_code)


def _taken_back(ordered: Sequence[SwipeRecord]) -> tuple[set[int], list[SwipeRecord]]:
    """Meals taken back and the rows that do it; rows that take back nothing known."""
    gone: set[int] = set()
    orphans: list[SwipeRecord] = []
    by_serial = {(swipe.source, swipe.serial): swipe for swipe in ordered if swipe.kind is SwipeKind.MEAL}
    for void in ordered:
        if void.kind is not SwipeKind.VOID:
            continue
        named = by_serial.get((void.source, void.voids or void.serial)) if void.voids or void.serial else None
        original = named if named is not None or void.voids else _nearest(void, ordered, gone)
        if original is None or original.id in gone:
            orphans.append(void)
        else:
            gone |= {original.id, void.id}
    return gone, orphans


def _nearest(void: SwipeRecord, ordered: Sequence[SwipeRecord], gone: set[int]) -> SwipeRecord | None:
    """The last swipe before it of the same person, place and amount on the same day."""
    same = [
        swipe
        for swipe in ordered
        if swipe.kind is SwipeKind.MEAL
        and swipe.id not in gone
        and (swipe.source, swipe.person_key, swipe.day, swipe.site_code) == (void.source, void.person_key, void.day, void.site_code)
        and swipe.at <= void.at
        and (void.price_fen is None or swipe.price_fen == void.price_fen)
    ]  # fmt: skip
    return same[-1] if same else None


def _differing(swipe: SwipeRecord, line: MealLine) -> list[Mismatch]:
    if swipe.quantity != line.delivered:
        return [_mismatch(swipe, Trouble.PORTIONS_DIFFER, line, expected=line.delivered, found=swipe.quantity)]
    if swipe.paid_fen is not None and swipe.paid_fen != line.due_fen:
        return [_mismatch(swipe, Trouble.AMOUNT_DIFFERS, line, expected=line.due_fen, found=swipe.paid_fen)]
    return []


def _alone(swipe: SwipeRecord, lines: Sequence[MealLine], used: Collection[int]) -> Mismatch:
    """Why no meal goes with this swipe."""
    if swipe.resident_id is None:
        return _mismatch(swipe, Trouble.PERSON_UNKNOWN)
    if not lines:
        return _mismatch(swipe, Trouble.NO_ORDER)
    for line in lines:
        if line.line_id in used and _fits(swipe, line):
            return _mismatch(swipe, Trouble.SWIPED_TWICE, line)
    for line in lines:
        if line.delivered:
            trouble = Trouble.OTHER_SITE if line.delivery == STATION else Trouble.EATEN_ELSEWHERE
            return _mismatch(swipe, trouble, line)
    return _mismatch(swipe, Trouble.NOT_HANDED_OVER, lines[0])


def _mismatch(
    swipe: SwipeRecord, trouble: Trouble, line: MealLine | None = None, *, expected: int = 0, found: int = 0
) -> Mismatch:
    return Mismatch(
        subject=swipe.subject, trouble=trouble, day=swipe.day, slot=swipe.slot, site_code=swipe.site_code,
        resident_id=swipe.resident_id, swipe=swipe, line=line, expected=expected, found=found,
    )  # fmt: skip
