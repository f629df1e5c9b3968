"""What phones send: letters of records in their drivers' order, from many phones in one transaction, an answer for each record."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.delivery import carried, evidence, loading, reopening, service, stations
from mealroute.delivery.door_links import Key, Linked, linked
from mealroute.delivery.evidence import EvidenceInput
from mealroute.delivery.loading import LoadingInput
from mealroute.delivery.models import Proof
from mealroute.delivery.records import Duplicate, ProofId, ProofInput, ProofProblem, Recorded
from mealroute.delivery.reopening import Later, ReopenInput
from mealroute.dispatch.models import Run
from mealroute.kitchen.log_records import Action
from mealroute.orders.models import BookLine
from mealroute.planning.models import PlanVisit


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxesInput:
    """A station's counter signs for a bulk stop on the phone; degrees in tenths, None where nobody could measure."""

    client_id: str
    visit_id: int
    portions: int
    signed_by: str
    tenths: int | None = None
    action: Action | None = None
    again_tenths: int | None = None


Item = ProofInput | ReopenInput | LoadingInput | BoxesInput | EvidenceInput
Answer = Recorded | Duplicate | ProofProblem | Later


@dataclass(frozen=True, slots=True)
class Letter:
    """What one phone sends at once; ``items`` in its driver's order, without run and name: the link decides both."""

    key: Key
    items: tuple[Item, ...]


def deliver(
    db: Session, letters: Sequence[Letter], *, instance: Path, clock: Clock
) -> tuple[tuple[Answer, ...] | None, ...]:
    """Write every letter; None for one whose link is wrong, over or revoked. One bad record hides no other.

    Each letter's records are written in its order; records of different letters together, in the order of the letters.
    """
    lines = {item.book_line_id for letter in letters for item in letter.items if isinstance(item, ProofInput)}
    known = linked(db, {letter.key for letter in letters}, lines, clock=clock)
    _hold(db, [letter for letter in letters if letter.key in known])
    answers: list[list[Answer]] = [[] for _letter in letters]
    while True:
        proofs = [
            (place, _addressed(entry, known[letter.key]), known[letter.key].driver)
            for place, letter in enumerate(letters)
            if letter.key in known
            for entry in _proofs_from(letter.items, len(answers[place]))
        ]
        given: list[tuple[ProofInput, Actor]] = [(entry, driver) for _place, entry, driver in proofs]
        if given:
            done = service.record_for_many(db, given, scope=Scope.everything(), clock=clock)
            for (place, _entry, _driver), answer in zip(proofs, done, strict=True):
                answers[place].append(answer)
        others = [
            (place, letter)
            for place, letter in enumerate(letters)
            if letter.key in known and len(answers[place]) < len(letter.items)
        ]
        for place, letter in others:
            answers[place].append(
                _other(db, letter.items[len(answers[place])], known[letter.key], instance=instance, clock=clock)
            )
        if not others:
            break
    return tuple(
        tuple(answers[place]) if letter.key in known else None for place, letter in enumerate(letters)
    )  # fmt: skip


def _hold(db: Session, letters: Sequence[Letter]) -> None:
    """Everybody whom these letters are about, before anything is written: two processes take them in the same order (PostgreSQL)."""
    if db.get_bind().dialect.name != "postgresql":
        return
    items = [item for letter in letters for item in letter.items]
    lines = {item.book_line_id for item in items if isinstance(item, ProofInput)}
    taken_back = {item.proof for item in items if isinstance(item, ReopenInput)}
    if taken_back:
        lines |= set(db.scalars(select(Proof.book_line_id).where(Proof.client_id.in_(sorted(taken_back)))))
    people = db.scalars(select(BookLine.resident_id).where(BookLine.id.in_(sorted(lines))).distinct())
    service.hold_residents(db, sorted(people))


def _proofs_from(items: Sequence[Item], start: int) -> Iterable[ProofInput]:
    """The records of doors up to the next item of another kind."""
    for item in items[start:]:
        if not isinstance(item, ProofInput):
            return
        yield item


def _addressed(entry: ProofInput, link: Linked) -> ProofInput:
    run = link.lines.get(entry.book_line_id, link.run_ids[0])
    return replace(entry, run_id=run, by_name=link.driver.name)


def _other(db: Session, item: Item, link: Linked, *, instance: Path, clock: Clock) -> Answer:
    match item:
        case ReopenInput():
            back = replace(item, by_name=link.driver.name)
            return reopening.reopen(db, back, run_ids=link.run_ids, by=link.driver, clock=clock)
        case LoadingInput():
            if item.run_id not in link.run_ids:
                return ProofProblem(item.client_id, 0, "run-not-open", _("This run is not open any more."))
            return loading.check(db, replace(item, by_name=link.driver.name), by=link.driver, clock=clock)
        case BoxesInput():
            return _signed(db, item, link, clock=clock)
        case EvidenceInput():
            entry = replace(item, by_name=link.driver.name)
            return evidence.add(db, entry, run_ids=link.run_ids, instance=instance, by=link.driver, clock=clock)
        case ProofInput():  # only where the loop above is wrong
            raise ValueError("records of doors are written together")


def _signed(db: Session, item: BoxesInput, link: Linked, *, clock: Clock) -> Answer:
    """A refusal here undoes this signature alone."""
    visit = db.execute(
        select(PlanVisit.station_code, Run.day, Run.slot, Run.id)
        .join(Run, Run.route_id == PlanVisit.route_id)
        .where(PlanVisit.id == item.visit_id)
    ).first()
    hands = carried.on_day(db, visit.day, visit.slot) if visit is not None else None
    held = hands.standing.get(item.visit_id) if hands is not None else None
    if visit is None or not {visit.id, held.run_id if held else visit.id}.intersection(link.run_ids):
        return ProofProblem(item.client_id, 0, "stop-not-found", _("This stop is not on your run."))
    try:
        with db.begin_nested():
            new = stations.sign_on_a_phone(
                db, visit.day, MealSlot(visit.slot), held.station_code if held and held.station_code else visit.station_code, visit_id=item.visit_id, client_id=item.client_id,
                portions=item.portions, tenths=item.tenths, signed_by=item.signed_by, action=item.action, again_tenths=item.again_tenths,
                by=link.driver, clock=clock,
            )  # fmt: skip
    except MealrouteError as refusal:
        return ProofProblem(item.client_id, 0, refusal.code, refusal.sentence, refusal.hint)
    return Recorded(item.client_id, ProofId(0)) if new else Duplicate(item.client_id, ProofId(0))
