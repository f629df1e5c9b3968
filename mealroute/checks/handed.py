"""The doors and the money of some days, read by whoever settled them: the checks need not ask again."""

from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

from mealroute.checks.facts import MoneyMoved
from mealroute.checks.meal_reading import OF_DOORS, OF_LINES, Standing
from mealroute.checks.money_reading import Claims, claim_of, money_in
from mealroute.checks.parts import Hand
from mealroute.delivery.models import Proof
from mealroute.orders.models import BookLine
from mealroute.subsidy.along import Along
from mealroute.subsidy.keeping import OF_MEAL, OF_RULE, Rows


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
_LINE, _PAID, _PRICE = map(OF_MEAL.index, ("book_line_id", "resident_paid_fen", "unit_price_fen"))
_RULE = itemgetter(*map(OF_RULE.index, ("rule_id", "rule_version", "beneficiary", "amount_fen", "shares")))
_COPAY = OF_RULE.index("copay_fen")


def handed(read: Along, lines: Rows) -> Handed | None:
    """What was read along and the lines that were settled from it; None where a door's line was not read."""
    if not read.whole:
        return None
    doors = [door + read.lines[line] for door, line in zip(read.doors, read.book_lines, strict=True)]
    return Handed(doors, _claims(lines), money_in(read.payments))


def _claims(lines: Rows) -> dict[int, Claims]:
    """As ``claims_in`` has them: meals whose claims are alike share one object."""
    rules, known, found = list(lines.rules), dict[tuple[int, ...], Claims](), dict[int, Claims]()
    for own, entries in lines.sheaves:
        if own[_LINE] is None:
            continue
        key = own[_PAID], own[_PRICE], *[rule for _key, _payee, rule in entries]
        claims = known.get(key)
        if claims is None:
            claims = known[key] = tuple(claim_of((*_RULE(rules[rule]), own[_PAID], rules[rule][_COPAY], own[_PRICE])) for rule in key[2:])  # fmt: skip
        found[own[_LINE]] = claims
    return found
