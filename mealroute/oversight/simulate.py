"""Plausible complaints for the demo's past month, through the same use-cases as real ones. Synthetic and seeded."""

from random import Random
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.orm import Session

from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.oversight import complaint_queries, complaints, queries
from mealroute.oversight.records import Complainant, ComplaintInput, ComplaintKind, ComplaintState, DoorLine
from mealroute.subsidy.queries import month_days

_PER_MILLE = 1
"""Of a thousand meals that were handed over, so many are complained about."""
_SAID = {
    ComplaintKind.LATE: "说饭送晚了，等了半个多小时",
    ComplaintKind.COLD: "说饭送到时已经不热",
    ComplaintKind.SPILLED: "汤洒在袋子里",
    ComplaintKind.MANNER: "说送餐员敲门太急",
    ComplaintKind.TASTE: "说菜偏咸",
    ComplaintKind.PORTION: "说今天的量比平时少",
    ComplaintKind.WRONG_DIET: "说少糖餐里有甜菜",
}
_DECISIONS = (
    (ComplaintState.CONFIRMED, 60, "已核实，向老人道歉，商户已整改"),
    (ComplaintState.DISMISSED, 25, "核对记录和照片，与所述不符，已向来电人说明"),
    (ComplaintState.ANSWERED, 15, "已回电说明，等商户答复"),
)
_DECIDERS = ("李敏", "陈洁", "周航")


def simulate_month(db: Session, month: str, *, seed: int, by: Actor, clock: Clock) -> int:
    """Take down complaints about a month's meals and decide them; those that are there already stay as they are.

    Answers how many complaints the month now has from here.
    """
    first, last = month_days(month)
    lines = [line for line in queries.door_lines(db, first, last, zone=clock.zone) if line.handed_over]
    count = 0
    for line in lines:
        chance = Random(f"{seed}/complaint/{line.book_line_id}")
        if chance.randrange(1000) < _PER_MILLE:
            _complain(db, line, chance, by=by, clock=clock)
            count += 1
    return count


def _complain(db: Session, line: DoorLine, chance: Random, *, by: Actor, clock: Clock) -> None:
    kind = chance.choice(list(_SAID))
    number = complaints.take(
        db,
        ComplaintInput(
            client_id=str(uuid5(NAMESPACE_URL, f"mealroute:simulated-complaint/{line.book_line_id}")), kind=kind,
            complainant=chance.choice((Complainant.RESIDENT, Complainant.FAMILY)), day=line.day, slot=line.slot, text=_SAID[kind],
            book_line_id=line.book_line_id,
        ),
        by=by, clock=clock,
    )  # fmt: skip
    state, _share, text = chance.choices(_DECISIONS, [share for _state, share, _text in _DECISIONS])[0]
    if not complaint_queries.complaint(db, number, scope=by.scope).steps:
        complaints.step(db, number, state, person=chance.choice(_DECIDERS), text=text, by=by, clock=clock)
