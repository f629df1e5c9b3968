"""Reads of offers: a vendor's own, the dispatcher's board with who must act, and a run's history. Codes only, no people."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.areas.queries import street_names
from mealroute.core.actor import Scope
from mealroute.core.clock import Clock, at_seconds
from mealroute.core.slots import MealSlot
from mealroute.dispatch import offer_facts, offer_rules, queries
from mealroute.dispatch.models import Run
from mealroute.dispatch.offer_models import RunEvent, RunOffer
from mealroute.dispatch.offer_records import (
    LIVE,
    BoardRun,
    Candidate,
    EventKind,
    Excluded,
    OfferId,
    OfferRecord,
    OfferState,
    RunEventRecord,
    RunNeeds,
    VendorOffer,
    Why,
)
from mealroute.dispatch.offer_rulebook import policy_on
from mealroute.dispatch.records import RunRecord, RunState
from mealroute.planning import words


def board(db: Session, day: date, slot: MealSlot | str, *, scope: Scope, clock: Clock) -> tuple[BoardRun, ...]:
    """Every standing run of a day within reach with where it stands and who must act, the reddest first."""
    runs = [run for run in queries.runs(db, day, slot, scope=scope) if run.state is not RunState.WITHDRAWN]
    ids = [run.id for run in runs]
    needs, offers, told = offer_facts.needs_of(db, ids), latest_offers(db, ids), history(db, ids)
    streets = street_names(db)
    found = [_board_run(run, needs[run.id], offers.get(run.id), told[run.id], streets, clock) for run in runs]
    return tuple(sorted(found, key=lambda one: (one.severity, one.needs.loads_s, one.run.number)))


def urgent(db: Session, day: date, slot: MealSlot | str, *, scope: Scope, clock: Clock) -> tuple[BoardRun, ...]:
    """The runs of the board that a person must act on, the reddest first. What today's page and the live board show."""
    return tuple(one for one in board(db, day, slot, scope=scope, clock=clock) if one.urgent)


def _board_run(
    run: RunRecord, needs: RunNeeds, offer: OfferRecord | None, told: Sequence[RunEventRecord], streets: dict[str, str],
    clock: Clock,
) -> BoardRun:  # fmt: skip
    now, begun = clock.now(), run.begun_at is not None
    if run.state is RunState.DONE:
        begun = True
    found = offer_rules.standing(offer, told, driver_code=run.driver_code, begun=begun, now=now)
    soon = at_seconds(run.day, needs.loads_s, clock.zone) - policy_on(run.day).before_loading <= now
    late = offer_rules.escalated(found, told, must_serve=needs.must_serve)
    person = run.state is not RunState.DONE and offer_rules.needs_person(found, escalated_now=late, soon=soon)
    street = needs.main_street
    owner = words.street_dispatcher(streets.get(street, street)) if street else words.district_dispatcher()
    return BoardRun(
        run=run, needs=needs, standing=found, escalated=late, owner=owner if person else "", offer=offer, history=tuple(told),
        severity=offer_rules.severity(found, must_serve=needs.must_serve, escalated_now=late, begun=begun, soon=soon),
    )  # fmt: skip


def board_run(db: Session, run_id: int, *, scope: Scope, clock: Clock) -> BoardRun:
    """One run as the board shows it. Raises NotFound, also where it lies outside the scope."""
    run = queries.run(db, run_id, scope=scope)
    needs, told = offer_facts.needs_of(db, [run.id]), history(db, [run.id])
    return _board_run(
        run, needs[run.id], latest_offers(db, [run.id]).get(run.id), told[run.id], street_names(db), clock
    )


def candidates(db: Session, one: BoardRun) -> tuple[tuple[Candidate, ...], tuple[Excluded, ...]]:
    """Who would be asked next for a run, in order, and who would not with the reason; whoever has it now is neither."""
    facts = offer_facts.vendor_facts(db, one.run.day, one.run.slot)
    asked = frozenset(db.scalars(select(RunOffer.vendor_code).where(RunOffer.run_id == one.run.id)))
    good, out = offer_rules.rank(one.needs, facts.values(), asked=asked)
    has_it = one.offer.vendor_code if one.offer is not None and one.offer.state in LIVE else ""
    return good, tuple(each for each in out if each.vendor_code != has_it)


def is_held(db: Session, run_id: int) -> bool:
    """Whether somebody has promised to drive this run."""
    return db.scalar(select(Run.accepted_at).where(Run.id == run_id)) is not None


def vendor_offers(db: Session, vendor_code: str, *, clock: Clock) -> tuple[VendorOffer, ...]:
    """What a vendor is being asked now, of today and later, the earliest deadline first."""
    query = (
        select(RunOffer, Run)
        .join(Run, Run.id == RunOffer.run_id)
        .where(
            RunOffer.vendor_code == vendor_code, RunOffer.state == OfferState.OPEN, RunOffer.deadline_at > clock.now()
        )
        .where(Run.day >= clock.today(), Run.state == RunState.PUBLISHED)
        .order_by(RunOffer.deadline_at, Run.number)
    )
    rows = db.execute(query).tuples().all()
    needs = offer_facts.needs_of(db, [run.id for _offer, run in rows])
    return tuple(
        VendorOffer(offer=offer_record(offer), run=queries.run_record(run), needs=needs[run.id]) for offer, run in rows
    )


def past_offers(db: Session, vendor_code: str, day: date, slot: MealSlot | str) -> tuple[VendorOffer, ...]:
    """A vendor's offers of a day that are over: declined, lapsed, taken back; the newest first."""
    query = (
        select(RunOffer, Run)
        .join(Run, Run.id == RunOffer.run_id)
        .where(RunOffer.vendor_code == vendor_code, RunOffer.state.not_in(LIVE), Run.day == day, Run.slot == str(slot))
        .where(RunOffer.state != OfferState.ENDED)
        .order_by(RunOffer.id.desc())
    )
    rows = db.execute(query).tuples().all()
    needs = offer_facts.needs_of(db, [run.id for _offer, run in rows])
    return tuple(
        VendorOffer(offer=offer_record(offer), run=queries.run_record(run), needs=needs[run.id]) for offer, run in rows
    )


def latest_offers(db: Session, run_ids: Collection[int]) -> dict[int, OfferRecord]:
    """The newest offer of each run that has one; a live one is always the newest."""
    query = select(RunOffer).where(RunOffer.run_id.in_(sorted(set(run_ids)))).order_by(RunOffer.id)
    return {offer.run_id: offer_record(offer) for offer in db.scalars(query)}


def history(db: Session, run_ids: Collection[int]) -> dict[int, list[RunEventRecord]]:
    """Everything that happened to each run, the oldest first."""
    found: dict[int, list[RunEventRecord]] = defaultdict(list)
    for row in db.scalars(select(RunEvent).where(RunEvent.run_id.in_(sorted(set(run_ids)))).order_by(RunEvent.id)):
        found[row.run_id].append(
            RunEventRecord(
                run_id=row.run_id, kind=EventKind(row.kind), vendor_code=row.vendor_code, at=row.at, by_name=row.by_name,
                reason=row.reason, detail=row.detail,
            )
        )  # fmt: skip
    return found


def anything_due(db: Session, now: datetime) -> bool:
    """Whether an open offer has run out of time; asked often, so it reads one index."""
    query = select(RunOffer.id).where(RunOffer.state == OfferState.OPEN, RunOffer.deadline_at <= now)
    return db.scalar(query.limit(1)) is not None


def offer_record(row: RunOffer) -> OfferRecord:
    return OfferRecord(
        id=OfferId(row.id), run_id=row.run_id, vendor_code=row.vendor_code, driver_code=row.driver_code, place=row.place,
        why=tuple(Why(*entry) for entry in row.why), hand_reason=row.hand_reason, offered_at=row.offered_at,
        offered_by=row.offered_by, deadline_at=row.deadline_at, state=OfferState(row.state), answered_at=row.answered_at,
        answered_by=row.answered_by, reason=row.reason,
    )  # fmt: skip
