"""What typed rows say about a sheet: faults by row, stops without a row, totals against the sheet's foot. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence

from mealroute.core.i18n import _
from mealroute.core.money import Fen, parse_yuan
from mealroute.core.text import half_width
from mealroute.delivery.records import Outcome
from mealroute.dispatch import sheet_codes
from mealroute.paper.keying_records import (
    Check,
    Clash,
    Difference,
    Entry,
    FootText,
    KeySheet,
    RowFault,
    RowText,
    SheetLine,
    Standing,
    Sums,
)

OUTCOMES: Mapping[str, Outcome] = {digit: Outcome(outcome) for digit, outcome, _words in sheet_codes.DIGITS}
DIGIT_OF: Mapping[Outcome, str] = {outcome: digit for digit, outcome in OUTCOMES.items()}
LEFT = frozenset({Outcome.LEFT_WITH_CONTACT, Outcome.LEFT_AT_DOOR})
TAKEN = "1"
"""What a tick means, and a scanned stop without any digit."""


def check(
    sheet: KeySheet,
    rows: Sequence[RowText],
    foot: FootText,
    known: Mapping[int, Standing],
    others: Sequence[RowText] = (),
) -> Check:
    """Read every row; one bad row hides no other. ``known``: what is recorded already, by book line; ``others``: rows that clerks of other
    streets keyed on the same sheet. While some of theirs are open, the foot is checked as far as it can be.
    """
    entries, faults = _all(sheet, rows)
    theirs, _unread = _all(sheet, others, anybody=True)
    theirs = {number: entry for number, entry in theirs.items() if number not in entries}
    absent = [line for line in sheet.own if line.book_line_id not in entries]
    waiting = [line for line in sheet.lines if not line.mine and line.book_line_id not in theirs]
    open_portions = sum(line.quantity for line in waiting)
    sums = sums_of([*theirs.values(), *entries.values()])
    differing = [
        (entry, known.get(entry.line.book_line_id)) for entry in entries.values() if not entry.line.station_code
    ]
    return Check(
        entries=tuple(entries.values()), faults=faults, missing=tuple(dict.fromkeys(line.stop for line in absent)),
        missing_portions=sum(line.quantity for line in absent), sums=sums,
        differences=part_differences(foot, sums, open_portions) if waiting else differences(foot, sums),
        clashes=tuple(Clash(entry, stands) for entry, stands in differing if stands is not None and not says_same(entry, stands)),
        same=sum(stands is not None and says_same(entry, stands) for entry, stands in differing),
        waiting=tuple(dict.fromkeys(line.stop for line in waiting)), waiting_portions=open_portions,
    )  # fmt: skip


def split(sheet: KeySheet, rows: Sequence[RowText]) -> tuple[tuple[RowText, ...], tuple[RowText, ...]]:
    """Rows of an earlier keying: those about the clerk's own stops, and those of other clerks'."""
    theirs = set(sheet.foreign)
    foreign = [any(line.stop in theirs for line in _lines(sheet, row, 0, anybody=True)[0]) for row in rows]
    return (
        tuple(row for row, other in zip(rows, foreign, strict=True) if not other),
        tuple(row for row, other in zip(rows, foreign, strict=True) if other),
    )


def _all(
    sheet: KeySheet, rows: Sequence[RowText], *, anybody: bool = False
) -> tuple[dict[int, Entry], tuple[RowFault, ...]]:
    """What every row says, by book line, and what is wrong with those that cannot be taken."""
    faults: list[RowFault] = []
    entries: dict[int, Entry] = {}
    row_of: dict[int, int] = {}
    for place, row in enumerate(rows):
        if row.blank:
            continue
        found, fault = _read(sheet, row, place, anybody=anybody)
        twice = next((entry for entry in found if entry.line.book_line_id in entries), None)
        if fault is None and twice is not None:
            first = row_of[twice.line.book_line_id] + 1
            fault = RowFault(place, "stop", _("Stop %(stop)s stands in row %(row)d already.", stop=row.stop, row=first))
        if fault is not None:
            faults.append(fault)
            continue
        for entry in found:
            entries[entry.line.book_line_id], row_of[entry.line.book_line_id] = entry, place
    return entries, tuple(faults)


def sums_of(entries: Iterable[Entry]) -> Sums:
    """Portions by what became of them. A station's box is left: nobody of those who fetch there was seen yet."""
    seen = left = back = cash = 0
    for entry in entries:
        if entry.outcome is Outcome.HANDED_OVER and not entry.line.station_code:
            seen += entry.quantity
        elif entry.outcome.delivered:
            left += entry.quantity
        back += entry.line.quantity - entry.quantity
        cash += entry.cash_fen
    return Sums(seen=seen, left=left, back=back, cash_fen=cash)


def differences(foot: FootText, sums: Sums) -> tuple[Difference, ...]:
    """Totals of the foot that are not the sums of the rows. An empty one differs as well, except cash where none was taken."""
    found = []
    for field, text, keyed in (
        ("seen", foot.seen, sums.seen),
        ("left", foot.left, sums.left),
        ("back", foot.back, sums.back),
    ):
        written = whole(text)
        if written != keyed:
            found.append(Difference(field, written, keyed))
    cash = money(foot.cash) if foot.cash.strip() else 0
    if cash != sums.cash_fen:
        found.append(Difference("cash", cash, sums.cash_fen))
    return tuple(found)


def part_differences(foot: FootText, sums: Sums, open_portions: int) -> tuple[Difference, ...]:
    """The foot while clerks of other streets have rows to key: no sum above it, and what it says in all is what was keyed and is open."""
    given = [
        ("seen", whole(foot.seen), sums.seen),
        ("left", whole(foot.left), sums.left),
        ("back", whole(foot.back), sums.back),
    ]
    found = [Difference(field, written, keyed) for field, written, keyed in given if written is None or written < keyed]
    total = sum(written or 0 for _field, written, _keyed in given)
    keyed = sums.seen + sums.left + sums.back + open_portions
    if not found and total != keyed:
        found.append(Difference("all", total, keyed))
    cash = money(foot.cash) if foot.cash.strip() else 0
    if cash is None or cash < sums.cash_fen:
        found.append(Difference("cash", cash, sums.cash_fen))
    return tuple(found)


def says_same(entry: Entry, stands: Standing) -> bool:
    """Whether what stands is what the sheet says."""
    return (entry.outcome, entry.quantity, entry.cash_fen) == (stands.outcome, stands.quantity, stands.cash_fen)


def whole(text: str) -> int | None:
    """A count as typed; None where it is none."""
    plain = half_width(text)
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 6 else None


def money(text: str) -> Fen | None:
    """An amount in yuan as typed; None where it is none or below nothing."""
    try:
        amount = parse_yuan(half_width(text))
    except ValueError:
        return None
    return amount if amount >= 0 else None


def _read(sheet: KeySheet, row: RowText, place: int, *, anybody: bool) -> tuple[tuple[Entry, ...], RowFault | None]:
    lines, scanned, fault = _lines(sheet, row, place, anybody=anybody)
    if fault is not None:
        return (), fault
    outcome = OUTCOMES.get(half_width(row.digit) or (TAKEN if scanned else ""))
    if outcome is None:
        return (), RowFault(place, "digit", _("Which digit stands in the box? 0 to 9; a tick is a 1."))
    cash = money(row.cash) if row.cash.strip() else 0
    if cash is None:
        return (), RowFault(place, "cash", _("The cash amount cannot be right."))
    total = sum(line.quantity for line in lines)
    portions = whole(row.portions) if row.portions.strip() else total if outcome.delivered else 0
    if portions is None or portions > total or (outcome.delivered and portions == 0):
        return (), RowFault(place, "portions", _("Between 1 and %(n)d portions can be handed over here.", n=total))
    if not outcome.delivered and portions:
        return (), RowFault(
            place, "portions", _("With this digit no portion stays there: leave it empty, or write 1, 2 or 3.")
        )
    if any(line.run_id == 0 for line in lines):
        return (), RowFault(
            place,
            "stop",
            _("This meal is not in the plan in force: leave the row out, and record it among the outcomes."),
        )
    if lines[0].station_code:
        return _at_station(lines, outcome, portions, cash), None
    if len(lines) > 1 and (0 < portions < total or cash not in {0, sum(line.cash_due_fen for line in lines)}):
        return (), RowFault(
            place,
            "stop",
            _("Several people live here: key them one by one as %(stop)d.1, %(stop)d.2 …", stop=lines[0].stop),
        )
    entries = []
    for line in lines:
        paid = cash if len(lines) == 1 else line.cash_due_fen if cash else 0
        quantity = 0 if not outcome.delivered else portions if len(lines) == 1 else line.quantity
        entries.append(Entry(line=line, outcome=outcome, quantity=quantity, cash_fen=paid))
    return tuple(entries), None


def _lines(
    sheet: KeySheet, row: RowText, place: int, *, anybody: bool
) -> tuple[tuple[SheetLine, ...], bool, RowFault | None]:
    """Whom the row speaks about, and whether the stop's own code was scanned."""
    text = half_width(row.stop)
    code = sheet_codes.read(text)
    if code is not None and code.stop is not None:
        if (code.version_id, code.number) != (sheet.version_id, sheet.number):
            return (), True, RowFault(place, "stop", _("This stop is on another sheet."))
        stop, person, scanned = code.stop, None, True
    else:
        match = re.fullmatch(r"(\d{1,3})(?:[.,\-:、。](\d{1,2}))?", text, re.ASCII)
        if match is None:
            return (
                (),
                False,
                RowFault(place, "stop", _("Which stop? Its number, or 12.2 for the second person at stop 12.")),
            )
        stop, person, scanned = int(match[1]), int(match[2]) if match[2] else None, False
    lines = tuple(line for line in sheet.lines if line.stop == stop)
    if not lines:
        return (), scanned, RowFault(place, "stop", _("There is no stop %(n)s on this sheet.", n=text))
    if not anybody and not lines[0].mine:
        sentence = _("Stop %(n)d is in another street: its own clerk keys it.", n=stop)
        return (), scanned, RowFault(place, "stop", sentence)
    if person is not None:
        lines = tuple(line for line in lines if line.person == person and not line.station_code)
        if not lines:
            return (), scanned, RowFault(place, "stop", _("There is no person %(n)s at this stop.", n=text))
    return lines, scanned, None


def _at_station(lines: Sequence[SheetLine], outcome: Outcome, portions: int, cash: Fen) -> tuple[Entry, ...]:
    """A box for a station: the portions that it signed for, spread over its people only to be counted."""
    entries, left = [], portions
    for line in lines:
        here = min(line.quantity, left)
        left -= here
        entries.append(Entry(line=line, outcome=outcome, quantity=here, cash_fen=cash if line is lines[0] else 0))
    return tuple(entries)
