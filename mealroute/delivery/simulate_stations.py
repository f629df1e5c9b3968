"""Plausible counters for the demo: boxes signed for, meals fetched, the hand-out closed, through the counter's own use-cases."""

from collections import defaultdict
from collections.abc import Sequence
from random import Random
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.orm import Session

from mealroute.core.actor import Actor
from mealroute.core.clock import Clock, at_seconds
from mealroute.core.slots import MealSlot
from mealroute.delivery import queries, service, station_queries, stations
from mealroute.delivery.records import LoadedLine, ProofInput, Recorded, Source

_PROXY, _ABSENT = 30, 12
"""Of a thousand meals at a counter: fetched by somebody else, not fetched at all."""
_PROXIES = ("女儿", "老伴", "邻居")
_CLERKS = ("李敏", "陈洁", "周航")
_WARMEST, _COOLEST = 690, 612
"""Tenths of a degree at which the simulated boxes arrive."""


def simulate_counters(db: Session, lines: Sequence[LoadedLine], *, seed: int, by: Actor, clock: Clock) -> int:
    """The counters of the given lines, each line once; what has a record stays. Returns how many were recorded.

    A counter is closed when its time is over, so that who did not come becomes a case of the station.
    """
    at: dict[str, list[LoadedLine]] = defaultdict(list)
    for line in lines:
        at[line.station_code].append(line)
    recorded = 0
    for code, here in sorted(at.items()):
        day, slot = here[0].day, MealSlot(here[0].slot)
        _sign(db, here, code, seed, by=by, clock=clock)
        known = queries.current_proofs(db, (line.book_line_id for line in here))
        waiting = [line for line in here if line.book_line_id not in known]
        entries = [entry for line in waiting if (entry := _fetched(line, seed, clock))]
        answers = service.record_proofs(db, entries, by=by, clock=clock) if entries else ()
        recorded += sum(isinstance(answer, Recorded) for answer in answers)
        if waiting and clock.now() >= station_queries.fetch_until(db, day, slot, here, clock):
            stations.close(db, day, slot, code, by=by, clock=clock, source=Source.SIMULATED)
            recorded += len(waiting) - len(entries)
    return recorded


def _sign(db: Session, here: Sequence[LoadedLine], code: str, seed: int, *, by: Actor, clock: Clock) -> None:
    boxes: dict[int, int] = defaultdict(int)
    for line in here:
        boxes[line.visit_id] += line.quantity
    signed = queries.station_receipts(db, boxes)
    for visit_id, portions in boxes.items():
        if visit_id in signed:
            continue
        stations.sign(
            db, here[0].day, MealSlot(here[0].slot), code, visit_id=visit_id, portions=portions,
            client_id=str(uuid5(NAMESPACE_URL, f"mealroute:simulated-box/{visit_id}")),
            tenths=Random(f"{seed}/box/{visit_id}").randrange(_COOLEST, _WARMEST),
            signed_by=_CLERKS[visit_id % len(_CLERKS)], by=by, clock=clock,
        )  # fmt: skip


def _fetched(line: LoadedLine, seed: int, clock: Clock) -> ProofInput | None:
    """What the counter would have recorded for one meal; None = nobody came."""
    chance = Random(f"{seed}/counter/{line.book_line_id}")
    thousandth = chance.randrange(1000)
    if thousandth < _ABSENT:
        return None
    proxy = chance.choice(_PROXIES) if thousandth < _ABSENT + _PROXY and line.handover != "in-person-only" else ""
    return stations.proof_of(
        line, client_id=str(UUID(int=chance.getrandbits(128), version=4)), proxy=proxy, source=Source.SIMULATED,
        by_name=_CLERKS[line.book_line_id % len(_CLERKS)], cash_collected_fen=line.cash_due_fen,
        phone_at=at_seconds(line.day, line.arrival_s + chance.randrange(600, 2400), clock.zone),
    )  # fmt: skip
