"""The kitchen's pages: count, packing bench."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient

from mealroute.core.actor import Role

BENCH = "/days/2026-03-09/lunch/kitchen/packing"
SignIn = Callable[[Role | str], FlaskClient]


def _first_tick(page: str) -> dict[str, str]:
    form = re.search(r'<form method="post" action="(/plans/\d+/packed)">.*?</form>', page, re.S)
    assert form
    return {"action": form[1], **dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))}


def test_the_kitchen_ticks_a_trip_and_sees_who_did(signed_in: SignIn) -> None:
    client = signed_in(Role.KITCHEN)
    form = _first_tick(client.get(BENCH).text)
    answer = client.post(form.pop("action"), data=form, follow_redirects=True)
    assert answer.status_code == 200
    assert re.search(r"装好 \d+ 份 10:30 李敏", answer.text)


def test_a_kitchen_sees_only_its_own_trips(signed_in: SignIn) -> None:
    page = signed_in(Role.KITCHEN).get(BENCH).text
    assert "T0011" in page
    assert "T0021" not in page


def test_a_vendor_reads_the_bench_but_ticks_nothing(signed_in: SignIn) -> None:
    client = signed_in(Role.VENDOR)
    assert "/packed" not in client.get(BENCH).text
    assert client.post("/plans/1/packed", data={"vehicle": "E11", "trip": 1, "packed": "yes"}).status_code == 403


def test_drivers_do_not_open_the_bench(signed_in: SignIn) -> None:
    assert signed_in(Role.DRIVER).get(BENCH).status_code == 403


def test_the_bench_of_a_day_without_a_plan_says_what_will_come(desk: FlaskClient) -> None:
    assert "还没有要装的箱" in desk.get("/days/2026-03-10/lunch/kitchen/packing").text
