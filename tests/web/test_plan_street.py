"""A dispatcher of one street at the plan: bends the whole district's routes, and is told of nobody in other streets."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from mealroute.accounts import service as accounts
from mealroute.core.actor import SYSTEM, Role
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.drafting.records import EditKind
from mealroute.orders import queries as orders
from tests import web_world
from tests.integration.planning_world import OTHER_STREET, STREET
from tests.web.test_plan_draft import PLAN, VERSION, Bench

SignIn = Callable[[Role | str], FlaskClient]
ELSEWHERE = "其他街道"


@pytest.fixture
def bench(signed_in: SignIn, now: FixedClock) -> Bench:
    with unit_of_work() as db:
        accounts.create_account(
            db, login="of-one-street", display_name="赵强", role=Role.DISPATCHER, street_code=OTHER_STREET,
            password=web_world.PASSWORD, by=SYSTEM, clock=now,
        )  # fmt: skip
    client = signed_in("of-one-street")
    client.post(f"{PLAN}/draft?version={VERSION}", data={"version": str(VERSION)})
    return Bench(client)


def of_street(bench: Bench, street: str, route: int | None = None) -> list[int]:
    """Keys of the stops of one street, by route."""
    visits = [
        v for r in bench.view().routes if route in {None, r.number} for v in r.visits if v.lines and not v.station_code
    ]
    with unit_of_work(read_only=True) as db:
        lines = orders.lines(db, [line for visit in visits for line in visit.lines])
    return [min(visit.lines) for visit in visits if all(lines[line].street_code == street for line in visit.lines)]


def row(text: str, key: int) -> str:
    """A stop's row in a page or a part."""
    begin = text.index(f'id="stop-{key}"')
    return text[begin : text.index("</tr>", begin)]


def test_names_and_addresses_of_other_streets_are_neither_on_the_page_nor_in_an_answer(bench: Bench) -> None:
    ours, theirs = of_street(bench, OTHER_STREET, 1)[0], of_street(bench, STREET, 1)
    page = bench.client.get(f"{PLAN}?route=1").text
    answer = bench.do("toggle-lock", script=True, stop=ours).json

    for text in (page, answer["parts"]["stops"]):
        assert "王*" in row(text, ours)
        assert "号院" in row(text, ours)
        for key in theirs:
            assert ELSEWHERE in row(text, key)
            assert "王*" not in row(text, key)
            assert "号院" not in row(text, key)


def test_a_stop_of_another_street_can_be_moved_and_is_not_named_in_what_is_said(bench: Bench) -> None:
    theirs = of_street(bench, STREET, 1)[0]

    answer = bench.do("move", script=True, stop=theirs, to="2").json

    assert bench.view().last.kind is EditKind.MOVED
    assert "王*" not in answer["message"]
    assert "王*" not in answer["parts"]["said"]


def test_the_equation_of_a_street_counts_its_own_portions_and_says_that_routes_are_everybodys(bench: Bench) -> None:
    ours = of_street(bench, OTHER_STREET)
    before = bench.client.get(PLAN).text
    bench.do("off", stop=ours[0])
    after = bench.client.get(PLAN).text

    assert "路线是全区的" in before or "全区" in before
    assert f'id="left-{ours[0]}"' in after


def test_what_others_leave_unassigned_in_other_streets_is_not_listed(bench: Bench, signed_in: SignIn) -> None:
    theirs = of_street(bench, STREET, 1)[0]
    Bench(signed_in(Role.DISPATCHER)).do("off", stop=theirs)

    page = bench.client.get(PLAN).text

    assert f'id="left-{theirs}"' not in page


def test_what_stands_beside_a_stop_of_another_street_names_nobody(bench: Bench) -> None:
    theirs = of_street(bench, STREET, 1)[0]
    for path in (f"{PLAN}/cancel?stop={theirs}", f"{PLAN}/places?stop={theirs}"):
        text = bench.client.get(path).text
        assert "王*" not in text, path
        assert "号院" not in text, path


def test_an_order_of_another_street_cannot_be_cancelled_from_here(bench: Bench) -> None:
    theirs = of_street(bench, STREET, 1)[0]
    with unit_of_work(read_only=True) as db:
        order = next(iter(orders.lines(db, [theirs]).values())).order_id  # type: ignore[list-item]

    answer = bench.client.post(f"{PLAN}/cancel", data={"order": order, "reason": "住院"})

    assert answer.status_code in {403, 404}
    assert theirs in [min(visit.lines) for route in bench.view().routes for visit in route.visits if visit.lines]
