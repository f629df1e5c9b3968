"""Cash handed in and calls about meals, read for the checks. A fixed number of statements; doors are read elsewhere."""

from collections import defaultdict
from datetime import date, timedelta

from sqlalchemy import func, select, union
from sqlalchemy.orm import Session, aliased

from mealroute.checks.call_back_models import CallBackAnswer, CallBackPick, CallBackPopulation, CallBackSeed
from mealroute.checks.call_back_records import Heard
from mealroute.checks.door_rules import bare
from mealroute.checks.facts import BY_HAND, DELIVERED
from mealroute.checks.hands_facts import Called, Changed, HandedIn, Hands
from mealroute.core.clock import Clock, at_seconds
from mealroute.delivery.models import FollowUp, Proof
from mealroute.delivery.queries import current
from mealroute.dispatch.models import Run
from mealroute.planning.models import PlanVisit
from mealroute.subsidy.cash_models import CashEntry
from mealroute.vendors.models import Driver
from mealroute.welfare.models import WelfareContact


def hands_of(db: Session, month: str, first: date, last: date, *, clock: Clock) -> Hands:
    """What was written down of a month's cash and calls until now."""
    return Hands(
        today=clock.today(),
        handed=handed_in(db, first, last, clock),
        called=called_of(db, month),
        changed=changed_of(db, first, last),
        heard=heard_of(db, first, last, clock),
    )


def handed_in(db: Session, first: date, last: date, clock: Clock) -> dict[tuple[int, str], list[HandedIn]]:
    """(run, station) → what a cashier received and what was said of it, in the order of writing."""
    query = (
        select(CashEntry.run_id, CashEntry.station_code, CashEntry.kind, CashEntry.amount_fen, CashEntry.at, CashEntry.by_name, Driver.name)
        .join(Run, Run.id == CashEntry.run_id)
        .outerjoin(Driver, Driver.code == Run.driver_code)
        .where(Run.day >= first, Run.day <= last)
        .order_by(CashEntry.id)
    )  # fmt: skip
    found: dict[tuple[int, str], list[HandedIn]] = defaultdict(list)
    for run, station, kind, fen, at, by, driver in db.execute(query).tuples():
        own = not station and bool(driver) and len(bare(driver)) > 1 and bare(by) == bare(driver)
        found[run, station].append(HandedIn(kind, fen, clock.local(at).date(), own))
    return found


def changed_of(db: Session, first: date, last: date) -> dict[str, list[Changed]]:
    """Vendor → records at doors that turned from not handed over to handed over. The close of a day is nobody's word and does not count."""
    before = aliased(Proof)
    query = (
        select(
            func.coalesce(Run.cooked_by, Run.vendor_code), Proof.book_line_id, Proof.id, func.coalesce(Proof.made_at, Proof.phone_at, Proof.server_at),
            func.coalesce(before.made_at, before.phone_at, before.server_at), Proof.source, before.source,
        )
        .join(before, before.id == Proof.supersedes_id)
        .join(Run, Run.id == Proof.run_id)
        .join(PlanVisit, PlanVisit.id == Proof.visit_id)
        # Not "is not null": a range is read from the index, few records take another's place.
        .where(Proof.supersedes_id > 0, Run.day >= first, Run.day <= last, Proof.outcome.in_(sorted(DELIVERED)), current())
        .where(before.outcome.not_in(sorted(DELIVERED)), before.source != "closing", PlanVisit.station_code == "")
        .order_by(Proof.id)
    )  # fmt: skip
    found: dict[str, list[Changed]] = defaultdict(list)
    for vendor, line, proof, made, earlier, source, said in db.execute(query).tuples():
        by_hand = source in BY_HAND and said not in BY_HAND
        found[vendor].append(Changed(line, proof, int((made - earlier).total_seconds()), by_hand))
    return found


def heard_of(db: Session, first: date, last: date, clock: Clock) -> frozenset[int]:
    """Residents whom a call or knock reached in the month, or of whom a named person said how they know that all is well."""
    span = at_seconds(first, 0, clock.zone), at_seconds(last + timedelta(days=1), 0, clock.zone)
    reached = select(WelfareContact.resident_id).where(
        WelfareContact.at >= span[0], WelfareContact.at < span[1], WelfareContact.result.in_(("spoke", "seen"))
    )
    settled = select(FollowUp.resident_id).where(
        FollowUp.opened_at >= span[0], FollowUp.opened_at < span[1], FollowUp.closed_by.is_not(None)
    )
    return frozenset(db.scalars(union(reached, settled)))


def called_of(db: Session, month: str) -> dict[str, Called]:
    """Vendor → the calls of the month's newest draw that have an answer; the newest answer of a call counts."""
    query = (
        select(
            CallBackSeed.number, CallBackSeed.id, CallBackPopulation.vendor_code, CallBackPick.id, CallBackPick.book_line_id, CallBackAnswer.answer
        )
        .join(CallBackPopulation, CallBackPopulation.seed_id == CallBackSeed.id)
        .join(CallBackPick, CallBackPick.population_id == CallBackPopulation.id)
        .outerjoin(CallBackAnswer, CallBackAnswer.pick_id == CallBackPick.id)
        .where(CallBackSeed.month == month)
        .order_by(CallBackSeed.number, CallBackAnswer.number)
    )  # fmt: skip
    draws: dict[tuple[int, int], dict[int, tuple[str, int, str | None]]] = defaultdict(dict)
    for number, seed, vendor, pick, line, heard_now in db.execute(query).tuples():
        draws[number, seed][pick] = vendor, line, heard_now
    if not draws:
        return {}
    (_number, draw), picks = max(draws.items())
    said: dict[str | None, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for vendor, line, answer in picks.values():
        said[answer][vendor].append(line)

    def many(vendor: str, *answers: Heard) -> tuple[int, int]:
        """Of one vendor's calls, and of all other vendors'."""
        own = sum(len(said[answer][vendor]) for answer in answers)
        return own, sum(len(lines) for answer in answers for lines in said[answer].values()) - own

    found = {}
    for vendor in sorted({vendor for vendor, _line, _heard in picks.values()}):
        (asked, others_asked), (missed, others_missed) = many(vendor, *Heard), many(vendor, Heard.NOT_REACHED)
        (heard, others_heard), (_denied, others_denied) = (
            many(vendor, Heard.RECEIVED, Heard.NOT_RECEIVED),
            many(vendor, Heard.NOT_RECEIVED),
        )
        found[vendor] = Called(
            draw, asked, missed, tuple(sorted(said[Heard.NOT_REACHED][vendor])), others_asked, others_missed, heard,
            tuple(sorted(said[Heard.NOT_RECEIVED][vendor])), others_heard, others_denied,
        )  # fmt: skip
    return found
