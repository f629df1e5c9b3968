"""What phones send: everything once, in order, and two phones undo nothing of each other; on both databases."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from mealroute.adapters.straight_line import StraightLine
from mealroute.core import audit
from mealroute.core import db as database
from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.i18n import speaking
from mealroute.core.slots import MealSlot
from mealroute.delivery import loading, queries, wellbeing
from mealroute.delivery import service as delivery
from mealroute.delivery.doorway import Doorway
from mealroute.delivery.evidence import FOLDER, EvidenceInput, pieces, show
from mealroute.delivery.letters import Letter, deliver
from mealroute.delivery.loading import LoadingInput
from mealroute.delivery.models import Proof
from mealroute.delivery.records import Duplicate, LastMeal, Outcome, ProofInput, ProofProblem, Recorded, Seems
from mealroute.delivery.reopening import Later, ReopenInput
from mealroute.dispatch import queries as dispatch
from mealroute.dispatch import service as dispatching
from mealroute.dispatch.models import Run
from mealroute.orders.models import Payment
from mealroute.planning import service as planning
from mealroute.planning.records import PlanVersionId
from mealroute.planning.solving import plan_quick
from tests.integration.planning_world import DAY, build_world
from tests.web_world import MORNING

JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 20


class Phones:
    """A published day and its links; ``send`` delivers what one phone sends."""

    def __init__(self, db: Session, folder: Path) -> None:
        self.db, self.folder, self.clock = db, folder, FixedClock(MORNING)
        build_world(db)
        given = planning.prepare(db, DAY, MealSlot.LUNCH, matrix_of=StraightLine().matrix)
        version = planning.save_draft(db, given, plan_quick(given), by=SYSTEM, clock=self.clock)
        dispatching.publish(db, PlanVersionId(version), by=SYSTEM, clock=self.clock, secret_key="x")
        self.run = db.scalars(select(Run).order_by(Run.id)).first()
        assert self.run is not None
        self.key = (self.run.id, self.run.link_nonce)
        self.manifest = dispatch.manifest(db, self.run.id)
        self.lines = [
            i.book_line_id for t in self.manifest.trips for s in t.stops if not s.station_bulk for i in s.items
        ]

    def send(self, *items: object) -> list[object]:
        (answers,) = deliver(self.db, [Letter(self.key, items)], instance=self.folder, clock=self.clock)  # type: ignore[arg-type]
        assert answers is not None
        return list(answers)

    def proof(
        self, line: int, outcome: Outcome = Outcome.HANDED_OVER, *, minute: int = 0, **more: object
    ) -> ProofInput:
        values = {"client_id": str(uuid4()), "run_id": 0, "book_line_id": line, "outcome": outcome, "device": "a" * 8}
        return ProofInput(**{**values, "made_at": MORNING + timedelta(minutes=minute), **more})  # type: ignore[arg-type]

    def standing(self, line: int) -> str | None:
        found = queries.outcomes(self.db, DAY, "lunch", scope=Scope.everything())
        return next((str(each.outcome) for each in found if each.book_line_id == line and each.outcome), None)


@pytest.fixture
def phones(db: Session, tmp_path: Path) -> Phones:
    return Phones(db, tmp_path)


def test_a_letter_sent_twice_counts_once(phones: Phones) -> None:
    letter = [phones.proof(line) for line in phones.lines[:4]]
    assert all(isinstance(answer, Recorded) for answer in phones.send(*letter))
    assert all(isinstance(answer, Duplicate) for answer in phones.send(*reversed(letter)))
    assert phones.db.scalar(select(func.count()).select_from(Proof)) == 4


def test_an_older_record_of_another_phone_is_kept_beside_and_both_are_on_record(phones: Phones) -> None:
    line = phones.lines[0]
    phones.send(phones.proof(line, minute=-5))
    (answer,) = phones.send(phones.proof(line, Outcome.NO_ANSWER, minute=-9, device="b" * 8))

    assert isinstance(answer, Recorded)
    assert answer.beside is not None
    assert phones.standing(line) == "handed-over"
    trace = queries.trace(phones.db, line, scope=Scope.everything())
    assert [(str(each.outcome), each.aside) for each in trace] == [("handed-over", ""), ("no-answer", "beside")]
    assert queries.follow_ups(phones.db, scope=Scope.everything()) == ()


def test_a_later_record_of_another_phone_takes_over(phones: Phones) -> None:
    line = phones.lines[0]
    phones.send(phones.proof(line, Outcome.NO_ANSWER, minute=-9))
    phones.send(phones.proof(line, minute=-5, device="b" * 8))
    assert phones.standing(line) == "handed-over"


def test_a_record_taken_back_opens_the_door_again_with_a_trace(phones: Phones) -> None:
    line = phones.lines[0]
    first = phones.proof(line, cash_collected_fen=1200)
    back = ReopenInput(client_id=str(uuid4()), proof=first.client_id, reason="点错了")

    assert [type(answer) for answer in phones.send(first, back)] == [Recorded, Recorded]
    assert isinstance(phones.send(back)[0], Duplicate)

    assert phones.standing(line) is None
    assert queries.trace(phones.db, line, scope=Scope.everything())[0].aside == "reopened"
    assert phones.db.scalar(select(func.sum(Payment.amount_fen).filter(Payment.kind == "refund"))) == 1200
    phones.send(phones.proof(line, Outcome.REFUSED))
    assert phones.standing(line) == "refused"


def test_a_door_that_was_opened_again_is_closed_with_the_day(phones: Phones) -> None:
    delivery.close_day(phones.db, DAY, "lunch", by=SYSTEM, clock=phones.clock)
    line = phones.lines[0]
    first = phones.proof(line)
    phones.send(first, ReopenInput(client_id=str(uuid4()), proof=first.client_id))
    phones.run.state = "published"
    delivery.close_day(phones.db, DAY, "lunch", by=SYSTEM, clock=phones.clock)
    assert phones.standing(line) == "not-reached"


def test_taking_back_what_another_phone_has_replaced_changes_nothing(phones: Phones) -> None:
    line = phones.lines[0]
    first = phones.proof(line, Outcome.NO_ANSWER, minute=-9)
    phones.send(first, phones.proof(line, minute=-5, device="b" * 8))
    phones.send(ReopenInput(client_id=str(uuid4()), proof=first.client_id))
    assert phones.standing(line) == "handed-over"


def test_what_hangs_on_a_record_that_is_not_here_yet_waits(phones: Phones) -> None:
    first = phones.proof(phones.lines[0])
    photo = EvidenceInput(client_id=str(uuid4()), proof=first.client_id, photo=JPEG)
    back = ReopenInput(client_id=str(uuid4()), proof=first.client_id)
    assert [type(answer) for answer in phones.send(photo, back)] == [Later, Later]
    assert [type(answer) for answer in phones.send(first, photo, back)] == [Recorded] * 3


def test_one_bad_record_hides_no_other(phones: Phones) -> None:
    answers = phones.send(
        phones.proof(phones.lines[0]), phones.proof(999_999), phones.proof(phones.lines[1], cash_collected_fen=10**9),
        phones.proof(phones.lines[2]),
    )  # fmt: skip
    assert [type(answer) for answer in answers] == [Recorded, ProofProblem, ProofProblem, Recorded]


def test_a_link_takes_records_for_some_days_and_a_revoked_one_none(phones: Phones) -> None:
    phones.clock.at += timedelta(days=13)
    assert isinstance(phones.send(phones.proof(phones.lines[0]))[0], Recorded)
    phones.clock.at += timedelta(days=3)
    letter = Letter(phones.key, (phones.proof(phones.lines[1]),))
    assert deliver(phones.db, [letter], instance=phones.folder, clock=phones.clock) == (None,)
    forged = Letter((phones.key[0], "nonsense"), letter.items)
    assert deliver(phones.db, [forged], instance=phones.folder, clock=FixedClock(MORNING)) == (None,)


def test_two_taps_at_the_door_become_a_streak_of_what_stands(phones: Phones) -> None:
    line = phones.lines[0]
    first = phones.proof(line, last_meal=LastMeal.UNTOUCHED, seems=Seems.LESS_WELL)
    phones.send(first)
    (streak,) = wellbeing.streaks(phones.db)
    assert (streak.untouched, streak.not_well, streak.needs_help) == (1, 1, False)
    phones.send(phones.proof(line, last_meal=LastMeal.EATEN, based_on=first.client_id))
    assert wellbeing.streaks(phones.db)[0].untouched == 0


def test_nobody_seen_gives_no_wellbeing(phones: Phones) -> None:
    phones.send(phones.proof(phones.lines[0], Outcome.NO_ANSWER, seems=Seems.AS_USUAL))
    assert wellbeing.notes(phones.db) == ()


def test_the_loading_check_keeps_each_difference(phones: Phones) -> None:
    trip = phones.manifest.trips[0]
    counts = {loading.key_of(total): total.portions for total in loading.listed(trip)}
    short = next(iter(counts))
    entry = LoadingInput(
        client_id=str(uuid4()), run_id=phones.run.id, trip=1, portions={**counts, short: counts[short] - 1}, boxes={"hot": 2}
    )  # fmt: skip
    assert [type(phones.send(entry)[0]) for _twice in range(2)] == [Recorded, Duplicate]
    (check,) = loading.checks(phones.db, DAY, "lunch", scope=Scope.everything())
    assert [(each.listed, each.counted) for each in check.differences] == [(counts[short], counts[short] - 1)]
    assert {each.kind for each in check.counts} == {"portions", "boxes"}


def test_a_photo_lies_sealed_under_its_hash_and_looking_at_it_is_recorded(phones: Phones) -> None:
    line = phones.lines[0]
    first = phones.proof(line, Outcome.NO_ANSWER)
    phones.send(first, EvidenceInput(client_id=str(uuid4()), proof=first.client_id, photo=JPEG))
    (piece,) = pieces(phones.db, [line])[line]
    stored = [path for path in (phones.folder / FOLDER).rglob("*") if path.is_file()]
    assert len(stored) == 1
    assert b"picture" not in stored[0].read_bytes()
    assert stored[0].stat().st_mode & 0o077 == 0
    shown = show(
        phones.db, piece.id, instance=phones.folder, scope=Scope.everything(), by=SYSTEM, clock=phones.clock
    )  # fmt: skip
    assert (shown.mime, shown.photo) == ("image/jpeg", JPEG)
    assert [event.subject for event in audit.events(phones.db, action="delivery.evidence-shown")] == [
        f"evidence/{piece.id}"
    ]


def test_a_signature_is_strokes_and_is_sealed_in_the_database(phones: Phones) -> None:
    first = phones.proof(phones.lines[0])
    strokes = ((10, 20, 30, 40), (5, 5, 6, 6))
    phones.send(first, EvidenceInput(client_id=str(uuid4()), proof=first.client_id, strokes=strokes))
    (piece,) = pieces(phones.db, [phones.lines[0]])[phones.lines[0]]
    shown = show(phones.db, piece.id, instance=phones.folder, scope=Scope.everything(), by=SYSTEM, clock=phones.clock)
    assert shown.strokes == strokes


def test_many_phones_at_once_are_all_stored_once(any_engine: Engine, tmp_path: Path) -> None:
    with Session(any_engine, expire_on_commit=False) as db:
        phones = Phones(db, tmp_path)
        keys = {run.id: (run.id, run.link_nonce) for run in db.scalars(select(Run))}
        aboard = queries.loaded_lines(db, scope=Scope.everything(), day=date(2026, 3, 9), slot="lunch")
        db.commit()
    doorway = Doorway(FixedClock(MORNING), tmp_path)
    answers: list[object] = []

    def send(line: object) -> None:
        entry = phones.proof(line.book_line_id)  # type: ignore[attr-defined]
        for _twice in range(2):
            answers.extend(doorway.send(Letter(keys[line.run_id], (entry,))) or ())  # type: ignore[attr-defined]

    threads = [threading.Thread(target=send, args=(line,)) for line in aboard]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kinds = [type(answer) for answer in answers]
    assert (kinds.count(Recorded), kinds.count(Duplicate)) == (len(aboard), len(aboard))
    with database.unit_of_work(read_only=True) as db:
        assert db.scalar(select(func.count()).select_from(Proof)) == len(aboard)
        assert audit.verify(db) is None


def test_one_letter_that_cannot_be_stored_holds_up_no_other(tmp_path: Path) -> None:
    def write(letters: list[Letter], _folder: Path, _clock: object) -> list[tuple[()]]:
        if any(letter.key[0] == 13 for letter in letters):
            raise RuntimeError("disk")
        return [() for _letter in letters]

    doorway = Doorway(FixedClock(MORNING), tmp_path, write)  # type: ignore[arg-type]
    assert doorway.send(Letter((1, ""), ())) == ()
    with pytest.raises(RuntimeError):
        doorway.send(Letter((13, ""), ()))
    assert doorway.send(Letter((2, ""), ())) == ()


def test_letters_that_come_while_another_is_written_go_in_together_and_in_order(tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()
    waves: list[list[int]] = []

    def write(letters: list[Letter], _folder: Path, _clock: object) -> list[tuple[()]]:
        waves.append([letter.key[0] for letter in letters])
        begun.set()
        assert go_on.wait(60)
        return [() for _letter in letters]

    doorway = Doorway(FixedClock(MORNING), tmp_path, write)  # type: ignore[arg-type]
    first = doorway.submit(Letter((0, ""), ()))
    assert begun.wait(60)
    later = [doorway.submit(Letter((n, ""), ())) for n in range(1, 31)]
    assert not any(answer.done() for answer in (first, *later))
    go_on.set()
    assert [answer.result(60) for answer in (first, *later)] == [()] * 31
    assert waves == [[0], list(range(1, 31))]


def test_a_refusal_is_said_in_the_language_of_whoever_sent_it(phones: Phones) -> None:
    phones.db.commit()
    doorway = Doorway(phones.clock, phones.folder)
    said = {}
    for spoken in ("zh", "en"):
        with speaking(spoken):
            (answer,) = doorway.send(Letter(phones.key, (phones.proof(999_999),))) or ()
            assert isinstance(answer, ProofProblem)
            said[spoken] = answer.sentence
    assert said["en"].isascii()
    assert not said["zh"].isascii()
