"""One case goes up its ladder: the step, the owner, the new time and the messages, all in one transaction, each rung once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.areas import queries as areas
from mealroute.core import audit, outbox
from mealroute.core.actor import SYSTEM, Actor
from mealroute.core.clock import Clock, seconds_of_day
from mealroute.core.i18n import DEFAULT_LANGUAGE, _, speaking
from mealroute.core.once import insert_new
from mealroute.core.outbox import Channel, Draft
from mealroute.core.text import mask_name
from mealroute.delivery import case_words, duty, ladder_rules
from mealroute.delivery.ladder_models import CaseStep
from mealroute.delivery.ladder_records import LadderRules, Person, Rung, StepKind, StepMeans, StepResult
from mealroute.delivery.models import FollowUp
from mealroute.delivery.street_rules import Ladders
from mealroute.menus import queries as menus
from mealroute.orders.models import BookLine
from mealroute.residents.models import Resident
from mealroute.vendors.models import Station


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A line of a case's history before it is written."""

    key: str
    kind: StepKind
    rung: str
    means: StepMeans
    result: StepResult = StepResult.NONE
    person: str = ""
    note: str = ""


def subject(case_id: int) -> str:
    """How audit and outbox name a case."""
    return f"follow-up/{case_id}"


def write_steps(db: Session, steps: Sequence[tuple[int, Step]], *, by_name: str, now: datetime) -> None:
    """Many lines at once, each of its own case."""
    insert_new(db, CaseStep, [_step_row(case_id, step, by_name, now) for case_id, step in steps], CaseStep.id)


def write_step(db: Session, case_id: int, step: Step, *, by_name: str, now: datetime) -> bool:
    """Add a line to a case's history; False where the same one is there already."""
    return bool(insert_new(db, CaseStep, [_step_row(case_id, step, by_name, now)], CaseStep.id))


def _step_row(case_id: int, step: Step, by_name: str, now: datetime) -> dict[str, Any]:
    return {
        "natural_key": step.key, "case_id": case_id, "kind": str(step.kind), "rung": step.rung, "means": str(step.means),
        "result": str(step.result), "person": (step.person.strip() or by_name)[:80], "note": step.note.strip()[:1000],
        "by_name": by_name[:80], "at": now,
    }  # fmt: skip


def climb(db: Session, case: FollowUp, ladders: Ladders, *, clock: Clock, by: Actor = SYSTEM, note: str = "") -> int:
    """Take a case to the rung that its time has reached; how many rungs it went up. The row must be locked.

    By a person it goes up by one at once (``case.due_at`` set to now by the caller). At the top it stays, red.
    """
    rules = ladders.of(case.street_code)
    ladder = rules.minutes(case.kind)
    reached = ladder_rules.climb(ladder, Rung(case.rung), case.due_at, clock.now())
    for rung, _began, due in reached:
        rule = rules.rungs[rung]
        step = Step(
            key=f"{case.id}/rung/{rung}", kind=StepKind.CLIMBED, rung=str(rung), means=StepMeans.CLOCK if by is SYSTEM else StepMeans.DESK,
            person=by.name, note=note,
        )  # fmt: skip
        new = write_step(db, case.id, step, by_name=by.name, now=clock.now())
        case.rung, case.due_at, case.last_step = str(rung), due, rule.step_zh
        case.owner = owner(db, case, rule.owner)
        if new:
            with speaking(DEFAULT_LANGUAGE):
                drafts = _messages(db, case, rung, rules, clock=clock)
            outbox.write(db, drafts, now=clock.now())
            audit.record(
                db, by=by, clock=clock, action="delivery.case-climbed", subject=subject(case.id), reason=note,
                detail={"rung": str(rung), "kind": case.kind},
            )  # fmt: skip
    db.flush()
    return len(reached)


def owner(db: Session, case: FollowUp, wanted: str) -> str:
    """Whose desk answers: the station of the meal or of the street, else the street's dispatcher."""
    street = areas.street_names(db).get(case.street_code, case.street_code)
    if wanted != "station":
        return _("%(street)s dispatcher", street=street)
    query = (
        select(Station.name)
        .join(BookLine, BookLine.station_code == Station.code)
        .where(BookLine.id == case.book_line_id)
    )
    name = db.scalar(query) if case.book_line_id is not None else None
    return name[:80] if name else _("%(street)s station", street=street)


def _messages(db: Session, case: FollowUp, rung: Rung, rules: LadderRules, *, clock: Clock) -> list[Draft]:
    rule = rules.rungs[rung]
    if rule.tell == "nobody":
        return []
    line = db.get(BookLine, case.book_line_id) if case.book_line_id is not None else None
    about = duty.whom(db, case.resident_id, station_code=(line.station_code or "") if line is not None else "")
    serves = menus.service_day(db, clock.today()).serves
    covers = ladder_rules.cover_order(rules, seconds_of_day(clock.now(), clock.zone), serves=serves)
    people = duty.asked(db, about, rung, covers, clock.today(), family_most=rules.family_most)
    resident = db.get_one(Resident, case.resident_id)
    text = case_words.alarm(
        name=mask_name(resident.name), street=areas.street_names(db).get(case.street_code, case.street_code), kind=case.kind,
        since=f"{clock.local(case.opened_at):%m-%d %H:%M}", step=rule.ask, case_id=case.id,
    )  # fmt: skip
    channel = Channel(rules.means[covers[0]])
    return [
        Draft(
            natural_key=f"{subject(case.id)}/{rung}/{number}", subject=subject(case.id), street_code=case.street_code, channel=channel,
            to_name=f"{person.relation} {person.name}".strip(), to_role=str(rung), phone=person.phone, text=text,
        )
        for number, person in enumerate(people or (Person(name=case.owner, phone=""),), 1)
    ]  # fmt: skip


def told(db: Session, cases: Sequence[FollowUp]) -> set[int]:
    """Those of the cases about which a message was ever written; one statement."""
    subjects = outbox.subjects(db, [subject(case.id) for case in cases])
    return {case.id for case in cases if subject(case.id) in subjects}


def clear(db: Session, case: FollowUp, *, by_name: str, now: datetime) -> None:
    """Take back what has not gone out, and let those who were told know that it is over."""
    heard = outbox.withdraw(db, subject(case.id), by_name=by_name, now=now)
    if not heard:
        return
    numbers = outbox.phones(db, [each.id for each in heard])
    resident = db.get_one(Resident, case.resident_id)
    street = areas.street_names(db).get(case.street_code, case.street_code)
    with speaking(DEFAULT_LANGUAGE):
        text = case_words.all_clear(
            name=mask_name(resident.name), street=street, person=case.closed_by or by_name, case_id=case.id
        )
    outbox.write(
        db,
        [
            Draft(
                natural_key=f"{each.natural_key}/clear", subject=f"{subject(case.id)}/clear", street_code=case.street_code,
                channel=each.channel, to_name=each.to_name, to_role=each.to_role, phone=numbers[each.id], text=text,
            )
            for each in heard
            if numbers[each.id]
        ],
        now=now,
    )  # fmt: skip
