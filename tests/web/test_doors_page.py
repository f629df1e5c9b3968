"""The evidence of the doors at the desk: what is odd comes first, a look at a photo is recorded."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from flask.testing import FlaskClient

from mealroute.core import audit
from mealroute.core.actor import Role
from mealroute.core.clock import SystemClock
from mealroute.core.db import unit_of_work
from mealroute.delivery import spoken_code
from mealroute.delivery.spoken_code_models import SpokenCode
from mealroute.orders.models import BookLine
from tests.integration.planning_world import DAY
from tests.web.test_driver import lines_of
from tests.web.test_phone_records import JPEG, record, send

SignIn = Callable[[Role | str], FlaskClient]
PAGE = f"/days/{DAY}/lunch/doors"


def test_a_door_far_away_and_one_of_two_phones_are_worth_a_look(
    client: FlaskClient, desk: FlaskClient, token: str
) -> None:
    lines = lines_of(client, token)
    line = lines[0]
    send(client, token, record(line, phone_at="2026-03-09T10:20:00+08:00", lon=116.5, lat=39.9))
    older = record(line, "no-answer", phone_at="2026-03-09T10:10:00+08:00")
    send(client, token, older, device=str(uuid.UUID(int=2)))

    page = desk.get(PAGE).text

    assert re.search(r"[\d,]{4,} 米", page)
    assert "无人应答" in page
    assert "王*兰" in page or "曾*祥" in page
    assert "王玉兰" not in page


def test_without_records_the_page_says_what_will_stand_there(desk: FlaskClient) -> None:
    page = desk.get(PAGE)
    assert page.status_code == 200
    assert "empty" in page.text


def test_a_difference_at_loading_reaches_the_desk(client: FlaskClient, desk: FlaskClient, token: str) -> None:
    trip = client.get(f"/r/{token}/shift.json").json["trips"][0]
    row = trip["listed"][0]
    counted = {
        "kind": "loading", "client_id": str(uuid.uuid4()), "run_id": 1, "trip": 1, "portions": {row["key"]: row["portions"] + 2},
    }  # fmt: skip
    send(client, token, counted)
    assert f"点到 {row['portions'] + 2}" in desk.get(PAGE).text


def test_looking_at_a_photo_is_recorded_and_only_for_who_may(
    client: FlaskClient, desk: FlaskClient, signed_in: SignIn, token: str
) -> None:
    proof = record(lines_of(client, token)[0], "refused")
    send(client, token, proof)
    client.post(
        f"/api/runs/{token}/photos?client_id={uuid.uuid4()}&proof={proof['client_id']}",
        data=JPEG,
        content_type="image/jpeg",
    )
    button = re.search(r'action="(/days/[^"]+/evidence/\d+)"', desk.get(f"{PAGE}?all=1").text)
    assert button

    shown = desk.post(button[1])

    assert "data:image/jpeg;base64," in shown.text
    with unit_of_work(read_only=True) as db:
        assert len(audit.events(db, action="delivery.evidence-shown")) == 1
    assert signed_in(Role.FINANCE).post(button[1]).status_code == 403


def test_a_spoken_code_is_compared_and_its_digits_are_not_kept(
    client: FlaskClient, desk: FlaskClient, token: str
) -> None:
    lines = lines_of(client, token)
    line = lines[0]
    with unit_of_work() as db:
        resident = db.get_one(BookLine, line).resident_id
        db.add(
            SpokenCode(
                resident_id=resident, code="4071", valid_from=DAY, reason="首张卡", issued_by="李敏", issued_at=SystemClock().now()
            )
        )  # fmt: skip
    with unit_of_work(read_only=True) as db:
        assert spoken_code.check(db, resident, "4071", on=DAY)
    send(client, token, record(line, spoken_code="4071"))
    assert "对上" in desk.get(f"{PAGE}?all=1").text
    made = record(line, spoken_code="1111")
    send(client, token, made)
    page = desk.get(PAGE).text
    assert "对不上" in page
    assert "1111" not in page
