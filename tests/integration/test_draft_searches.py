"""Searches on a draft: around the locks, as if something were different; taken, waiting beside it, or too old."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from mealroute.adapters.job_worker import JobContext
from mealroute.core import db as database
from mealroute.core import jobs as table
from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.jobs import JobId, JobState
from mealroute.drafting import jobs, proposals, queries, service
from mealroute.drafting.changes import MoveStops, SetLock, ShiftStop, TakeOff, VehicleOut, WhatIf
from mealroute.drafting.records import DraftId, DraftView, Lock, ProposalRecord
from mealroute.planning import service as plans
from mealroute.planning.solving import plan_quick
from tests.integration.planning_world import DAY, STREET, build_world
from tests.integration.test_drafting import EARLY, LI, LUNCH, MATRIX, WANG, stops

HANDLERS = {proposals.REPLAN: jobs.replan, proposals.WHAT_IF: jobs.what_if}


@pytest.fixture
def draft(any_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> DraftId:
    monkeypatch.setattr(jobs, "_travel", lambda *_: MATRIX)
    with database.unit_of_work() as db:
        build_world(db)
        given = plans.prepare(db, DAY, LUNCH, matrix_of=MATRIX)
        version = plans.save_draft(db, given, plan_quick(given), by=WANG, clock=EARLY)
        return service.open_draft(db, version, matrix_of=MATRIX, by=WANG, clock=EARLY)


def run(job_id: JobId) -> None:
    """What a worker does, in this process."""
    with database.unit_of_work() as db:
        job = table.claim(db, job_id, clock=EARLY)
    assert job is not None
    with JobContext(job, EARLY) as context:
        HANDLERS[job.kind](context)


def replanned(draft: DraftId, street: str = "") -> JobId:
    with database.unit_of_work() as db:
        job_id = proposals.start_replan(db, draft, seconds=1.5, street=street, by=WANG, clock=EARLY)
    run(job_id)
    return job_id


def asked(draft: DraftId, what: WhatIf) -> ProposalRecord:
    with database.unit_of_work() as db:
        job_id = proposals.start_what_if(db, draft, what, seconds=1.5, by=WANG, clock=EARLY)
    run(job_id)
    with database.unit_of_work(read_only=True) as db:
        return queries.proposals(db, draft)[0]


def view(draft: DraftId) -> DraftView:
    with database.unit_of_work(read_only=True) as db:
        return queries.view(db, draft)


def edit(draft: DraftId, change: object, by: object = WANG) -> DraftView:
    with database.unit_of_work() as db:
        seen = queries.revision(db, draft)[0]
        return service.edit(db, draft, change, seen=seen, by=by, clock=EARLY).view  # type: ignore[arg-type]


def test_a_search_goes_around_the_locks_and_is_taken_at_once_when_nobody_was_in_the_way(draft: DraftId) -> None:
    before = view(draft)
    away = before.routes[-1]
    edit(draft, SetLock(lock=Lock.ROUTE, on=True, vehicles=(before.routes[0].vehicle,)))
    edit(draft, SetLock(lock=Lock.STOP, on=True, stops=(stops(before, 2)[0],)))
    edit(draft, TakeOff(stops=tuple(stops(before, away.number)[1:4])))
    job_id = replanned(draft)
    after = view(draft)
    with database.unit_of_work(read_only=True) as db:
        job = table.job(db, job_id)
        (proposal,) = queries.proposals(db, draft)
    assert (job.state, job.result["taken"]) == (JobState.DONE, True)
    assert proposal.state == "taken"
    assert stops(after, 1) == stops(before, 1)
    assert stops(before, 2)[0] in stops(after, 2)
    assert after.broken == ()
    assert [each for each in after.unplaced if each.stop is not None] == []
    assert after.ordered == before.ordered


def test_a_vehicle_fewer_shows_the_difference_and_waits_until_it_is_taken(draft: DraftId) -> None:
    before = view(draft)
    proposal = asked(draft, WhatIf(fewer=True))
    assert view(draft).routes == before.routes
    assert proposal.state == "open"
    assert proposal.moved > 0
    with database.unit_of_work() as db:
        answer = service_take(db, draft, proposal)
    assert len([s for s in answer.spare if s.out]) == 1
    assert answer.total == proposal.after


def service_take(db: Session, draft: DraftId, proposal: ProposalRecord) -> DraftView:
    seen = queries.revision(db, draft)[0]
    return proposals.take_proposal(db, draft, proposal.id, seen=seen, by=LI, clock=EARLY).view


def test_an_earlier_kitchen_and_wider_windows_are_supposed_until_somebody_says_how_they_were_arranged(
    draft: DraftId,
) -> None:
    proposal = asked(draft, WhatIf(kitchen_code="K1", earlier_s=3600, wider_minutes=15))
    with database.unit_of_work() as db:
        taken = service_take(db, draft, proposal)
    assert [each["kind"] for each in taken.assumes] == ["kitchen-earlier", "wider-window"]
    with database.unit_of_work() as db, pytest.raises(Conflict) as told:
        service.save(db, draft, by=WANG, clock=EARLY)
    assert told.value.code == "assumptions-open"
    with database.unit_of_work() as db:
        service.save(db, draft, confirmed={0: "与央厨 1 电话约定", 1: "已逐户电话"}, by=WANG, clock=EARLY)


def test_a_search_of_one_street_leaves_routes_of_others_alone(draft: DraftId) -> None:
    before = view(draft)
    replanned(draft, street=STREET)
    after = view(draft)
    with database.unit_of_work(read_only=True) as db:
        from mealroute.orders import queries as orders

        lines = orders.lines(db, [line for route in before.routes for v in route.visits for line in v.lines])
    for route in before.routes:
        if {lines[line].street_code for v in route.visits for line in v.lines} != {STREET}:
            now = after.of_vehicle(route.vehicle)
            assert now is not None
            assert now.visits == route.visits


def test_what_people_changed_meanwhile_on_the_same_routes_wins_and_the_search_waits_beside(draft: DraftId) -> None:
    first = view(draft)
    before = edit(draft, TakeOff(stops=tuple(stops(first, first.routes[0].number)[2:5])))  # what every search mends
    with database.unit_of_work() as db:
        job_id = proposals.start_replan(db, draft, seconds=1.5, by=WANG, clock=EARLY)
        job = table.claim(db, job_id, clock=EARLY)
    assert job is not None
    held: list[object] = []

    class Interrupting(JobContext):
        def report(self, **progress: object) -> None:
            super().report(**progress)
            if progress.get("stage") == "saving" and not held:
                for route in before.routes:
                    held.append(edit(draft, ShiftStop(stop=stops(before, route.number)[0], by=1), by=LI))

    with Interrupting(job, EARLY) as context:
        jobs.replan(context)
    with database.unit_of_work(read_only=True) as db:
        (proposal,) = queries.proposals(db, draft)
        assert table.job(db, job_id).result["taken"] is False
    assert (proposal.state, proposal.stale) == ("open", True)
    with database.unit_of_work() as db, pytest.raises(Conflict) as told:
        service_take(db, draft, proposal)
    assert told.value.code == "proposal-old"
    assert view(draft).revision == 1 + len(before.routes)


def test_nothing_asked_is_refused_and_an_ended_draft_ends_the_job_with_its_sentence(draft: DraftId) -> None:
    with pytest.raises(MealrouteError):
        WhatIf()
    with database.unit_of_work() as db:
        job_id = proposals.start_replan(db, draft, seconds=1, by=WANG, clock=EARLY)
        service.drop_draft(db, draft, "重新开始", by=WANG, clock=EARLY)
    with pytest.raises(Conflict):
        run(job_id)


def test_a_search_after_a_vehicle_was_taken_out_does_not_use_it(draft: DraftId) -> None:
    vehicle = view(draft).routes[0].vehicle
    edit(draft, VehicleOut(vehicle=vehicle, reason="爆胎", spread=False))
    replanned(draft)
    after = view(draft)
    assert after.of_vehicle(vehicle) is None
    assert after.ordered == after.planned + after.unassigned
    edit(draft, MoveStops(stops=(stops(after, after.routes[0].number)[0],), vehicle=after.routes[1].vehicle))
