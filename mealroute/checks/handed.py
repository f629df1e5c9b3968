"""The doors and the money of some days, read by whoever settled them: the checks need not ask again."""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple

from mealroute.checks.facts import MoneyMoved
from mealroute.checks.meal_reading import OF_DOORS, OF_LINES, Standing
from mealroute.checks.money_reading import Claims, claims_in, money_in
from mealroute.checks.parts import Hand
from mealroute.delivery.models import Proof
from mealroute.orders.models import BookLine
from mealroute.subsidy.along import Along
from mealroute.subsidy.keeping import COLUMNS, Row


class Handed(NamedTuple):
    """Standing records, and by book line and order what is claimed and paid."""

    doors: Sequence[Standing]
    claims: dict[int, Claims]
    money: dict[int, list[MoneyMoved]]


def along() -> Along:
    """What to read along with a month's rows."""
    return Along(of_lines=OF_LINES, of_doors=OF_DOORS)


def hands(read: Along) -> set[Hand]:
    """On what the standing records hang; those whose lines were not read are left out."""
    known = read.lines
    return {
        (door[_RUN], door[_DEVICE], known[line][_STATION])
        for door, line in zip(read.doors, read.book_lines, strict=True)
        if line in known
    }


_RUN, _DEVICE = OF_DOORS.index(Proof.run_id), OF_DOORS.index(Proof.device)
_STATION = OF_LINES.index(BookLine.station_code)
_CLAIM = itemgetter(*map(COLUMNS.index, (
    "book_line_id", "rule_id", "rule_version", "beneficiary", "amount_fen", "shares", "resident_paid_fen", "copay_fen", "unit_price_fen",
)))  # fmt: skip


def handed(read: Along, lines: Iterable[Row]) -> Handed | None:
    """What was read along and the lines that were settled from it; None where a door's line was not read."""
    if not read.whole:
        return None
    doors = [door + read.lines[line] for door, line in zip(read.doors, read.book_lines, strict=True)]
    claims = claims_in(claim for claim in map(_CLAIM, lines) if claim[0] is not None)
    return Handed(doors, claims, money_in(read.payments))
