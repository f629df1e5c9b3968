"""What the phone measures at a door comes through its letter and teaches how long the door takes."""

from __future__ import annotations

from uuid import uuid4

from flask import Flask
from sqlalchemy import select

from mealroute.core.actor import Scope
from mealroute.core.db import unit_of_work
from mealroute.delivery import queries
from mealroute.experience.models import DoorTime
from tests.integration.planning_world import DAY


def test_a_knock_on_the_phone_becomes_the_doors_own_time(app: Flask, token: str) -> None:
    with unit_of_work(read_only=True) as db:
        line = next(one for one in queries.outcomes(db, DAY, "lunch", scope=Scope.everything()) if one.run_id == 1)
    record = {
        "client_id": str(uuid4()), "book_line_id": line.book_line_id, "outcome": "handed-over",
        "phone_at": "2026-03-09T11:02:10+08:00", "knocked_at": "2026-03-09T11:01:00+08:00", "arrived_at": "2026-03-09T11:00:30+08:00",
    }  # fmt: skip
    answer = app.test_client().post(f"/api/runs/{token}/proofs", json=record)
    assert answer.status_code in {200, 201}, answer.text
    with unit_of_work(read_only=True) as db:
        (row,) = db.execute(select(DoorTime.seconds, DoorTime.stairs_s, DoorTime.book_line_id)).tuples()
    assert row == (70, 30, line.book_line_id)
