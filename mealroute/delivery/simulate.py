"""Plausible doors for the demo: what a day's phones would have sent, through the same service as the real ones.

Synthetic and seeded: the same seed gives the same outcomes for the same runs. About 97 of 100 meals are handed over; the
rest is refused, not answered, left with someone, or never reached, each with a reason. A resident who must be met in
person never gets a meal left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.actor import Actor
from mealroute.core.clock import Clock, at_seconds
from mealroute.delivery import queries, rules, satisfaction, service
from mealroute.delivery.records import Answer, LoadedLine, Outcome, ProofInput, Recorded, Source
from mealroute.delivery.rulebook import load_every_nth
from mealroute.delivery.simulate_stations import simulate_counters
from mealroute.vendors.models import Driver

# Share in a thousand of the meals that are not handed over, with what a driver would write.
_FAILURES: tuple[tuple[Outcome, int, tuple[str, ...]], ...] = (
    (Outcome.LEFT_WITH_CONTACT, 9, ("交邻居，本人在楼下晒太阳", "女儿代收", "保姆代收")),
    (Outcome.NO_ANSWER, 7, ("敲门五分钟无人应，电话不接", "屋里有电视声，无人应门")),
    (Outcome.REFUSED, 4, ("今天不想吃", "说已经吃过了")),
    (Outcome.IN_HOSPITAL, 4, ("邻居说昨晚住院了", "家属来电：在急诊")),
    (Outcome.CANCELLED_AT_DOOR, 3, ("儿子接去吃饭",)),
    (Outcome.MOVED, 1, ("家属说已搬去女儿家",)),
)
_AT_DOOR = 50
"""In a thousand meals of those who have agreed to it, so many are left at the door."""
_LOST = 2
"""Meals in a thousand that no record speaks of: closing the day makes them ``not-reached``."""
_UNPAID = 6
"""Cash payers in a thousand who have no money at hand."""
_PART = 15
"""In a thousand orders of several portions, one is given back."""
_ANSWERS = ((Answer.GOOD, 860), (Answer.SO_SO, 90), (Answer.BAD, 20), (Answer.NOT_ASKED, 30))
"""Of a thousand residents whose turn it is to be asked whether they are content."""
_NO_PLACE, _FAR = 4, 2
"""Of a hundred records: phones that send no place, and phones whose place is a street off."""
_SETTLERS = ("李敏", "陈洁", "周航")
_HOW = {
    "no-answer": "上门见到本人，耳背没听见",
    "not-reached": "电话本人：已另外吃过，平安",
    "left-not-seen": "电话本人：已取到餐",
    "refused": "电话本人：没有不舒服",
    "away": "电话家属核实，已登记暂停",
    "not-fetched": "电话本人：今天不来取了，平安",
    "short": "已补送一份，见到本人",
}


def simulate_day(db: Session, day: date, slot: str, *, seed: int, by: Actor, clock: Clock) -> int:
    """Record the doors of the day's runs; lines that have a record stay as they are. Returns how many were recorded."""
    lines = queries.loaded_lines(db, scope=by.scope, day=day, slot=str(slot))
    known = queries.current_proofs(db, (line.book_line_id for line in lines))
    drivers = dict(db.execute(select(Driver.code, Driver.name)).tuples().all())
    entries = [
        entry
        for line in lines
        if line.book_line_id not in known
        and not line.station_code
        and (entry := _door(line, seed, drivers.get(line.driver_code or "", ""), clock))
    ]
    entries = _ask(db, entries, {line.book_line_id: line for line in lines}, seed)
    collected = [line for line in lines if line.station_code]
    counters = simulate_counters(db, collected, seed=seed, by=by, clock=clock)
    if not entries:
        return counters
    answers = service.record_proofs(db, entries, by=by, clock=clock)
    return counters + sum(isinstance(answer, Recorded) for answer in answers)


def _ask(db: Session, entries: Sequence[ProofInput], lines: Mapping[int, LoadedLine], seed: int) -> list[ProofInput]:
    """The same records with an answer where it was the resident's turn to be asked and they were met."""
    met, asked = satisfaction.meetings(db), []
    for entry in entries:
        line = lines[entry.book_line_id]
        turn = rules.is_asked(line.resident_id, met.get(line.resident_id, 0), load_every_nth(line.day))
        if turn and rules.met(entry.outcome):
            chance = Random(f"{seed}/content/{line.book_line_id}")
            (answer,) = chance.choices([each for each, _ in _ANSWERS], [share for _, share in _ANSWERS])
            asked.append(replace(entry, answer=answer))
        else:
            asked.append(entry)
    return asked


def _door(line: LoadedLine, seed: int, driver_name: str, clock: Clock) -> ProofInput | None:
    """What the phone would have sent for one line; None = it never did."""
    chance = Random(f"{seed}/{line.run_id}/{line.book_line_id}")
    thousandth = chance.randrange(1000)
    if thousandth < _LOST:
        return None
    outcome, reason = _outcome(thousandth - _LOST, line.handover, chance)
    quantity = None
    if outcome is Outcome.HANDED_OVER and line.quantity > 1 and chance.randrange(1000) < _PART:
        quantity, reason = line.quantity - 1, "退回一份，今天只要这些"
    note, cash = "", 0
    if outcome.delivered and line.cash_due_fen:
        paid = chance.randrange(1000) >= _UNPAID
        cash, note = (line.cash_due_fen, "") if paid else (0, "身上没有现金")
    client_id = str(UUID(int=chance.getrandbits(128), version=4))
    phone_at = at_seconds(line.day, line.arrival_s + chance.randrange(20, 240), clock.zone)
    lon, lat = _place(line, chance)
    return ProofInput(
        client_id=client_id, run_id=line.run_id, book_line_id=line.book_line_id,
        outcome=outcome, reason=reason, note=note, quantity=quantity, cash_collected_fen=cash,
        left_with=reason[:20] if outcome is Outcome.LEFT_WITH_CONTACT else "",
        phone_at=phone_at, knocked_at=phone_at - timedelta(seconds=_wait_s(line)), lon=lon, lat=lat, by_name=driver_name,
        source=Source.SIMULATED,
    )  # fmt: skip


def _wait_s(line: LoadedLine) -> int:
    """How long this door takes to open: most within half a minute, one in eleven one to two minutes; a few seconds more or less a day.

    Follows from the resident and the day alone, so that outcomes stay as they are whatever is measured.
    """
    usual = 70 + line.resident_id % 60 if line.resident_id % 11 == 0 else 10 + line.resident_id * 37 % 25
    return usual + (line.day.toordinal() * 13 + line.resident_id * 7) % 9 - 4


def _place(line: LoadedLine, chance: Random) -> tuple[float | None, float | None]:
    """Where the phone says it was: mostly within a few paces of the door, sometimes nowhere, seldom a street away."""
    if line.lon is None or line.lat is None or chance.randrange(100) < _NO_PLACE:
        return None, None
    spread = 0.003 if chance.randrange(100) < _FAR else 0.0002
    return line.lon + chance.uniform(-spread, spread), line.lat + chance.uniform(-spread, spread)


def _outcome(thousandth: int, handover: str, chance: Random) -> tuple[Outcome, str]:
    for outcome, share, reasons in _FAILURES:
        if thousandth < share:
            reason = chance.choice(reasons)
            if outcome is Outcome.LEFT_WITH_CONTACT and handover == "in-person-only":
                return Outcome.NO_ANSWER, "必须本人签收，本人不在"
            return outcome, reason
        thousandth -= share
    if handover == "door-allowed" and chance.randrange(1000) < _AT_DOOR:
        return Outcome.LEFT_AT_DOOR, "按约定挂在门把手上"
    return Outcome.HANDED_OVER, ""


def settle_cases(db: Session, day: date, slot: str, *, by: Actor, clock: Clock, leave: int = 0) -> int:
    """Close the day's cases as a street's desk would, each with a named person; the last ``leave`` stay open."""
    cases = queries.follow_ups(db, scope=by.scope, day=day, slot=str(slot))
    wanted = cases[: max(len(cases) - leave, 0)]
    groups: dict[tuple[str, str], list[int]] = {}
    for case in wanted:
        person = _SETTLERS[case.id % len(_SETTLERS)]
        groups.setdefault((person, _HOW.get(case.kind, "电话本人，平安")), []).append(case.id)
    for (person, how), numbers in sorted(groups.items()):
        _close(db, numbers, person, how, by=by, clock=clock)
    return len(wanted)


def _close(db: Session, numbers: Sequence[int], person: str, how: str, *, by: Actor, clock: Clock) -> None:
    service.close_follow_ups(db, numbers, named_person=person, how=how, by=by, clock=clock)
