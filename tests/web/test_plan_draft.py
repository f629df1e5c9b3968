"""Bending a plan on its page: every kind of change by a plain form and by script, two people, saving and dropping."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mealroute.core.actor import Role
from mealroute.core.db import unit_of_work
from mealroute.core.slots import MealSlot
from mealroute.drafting import queries
from mealroute.drafting.records import DraftView, EditKind, Lock
from mealroute.planning import queries as planning
from tests.integration.planning_world import DAY

PLAN = f"/days/{DAY}/lunch/plan"
VERSION = 2  # the draft version; the first one is published
SignIn = Callable[[Role | str], FlaskClient]


@dataclass
class Bench:
    """A draft with the forms of its page."""

    client: FlaskClient

    def view(self) -> DraftView:
        with unit_of_work(read_only=True) as db:
            found = queries.open_draft(db, DAY, MealSlot.LUNCH)
            assert found is not None
            return queries.view(db, found)

    def keys(self, route: int) -> list[int]:
        """The stops of a route as the page names them."""
        visits = next(one for one in self.view().routes if one.number == route).visits
        return [min(visit.lines) for visit in visits if visit.lines]

    def vehicle(self, route: int) -> str:
        return next(one.vehicle_code for one in self.view().routes if one.number == route)

    def do(self, do: str, *, script: bool = False, seen: int | None = None, **fields: object) -> TestResponse:
        view = self.view()
        data = {
            "do": do,
            "draft": view.id,
            "seen": view.revision if seen is None else seen,
            "version": VERSION,
            **fields,
        }
        headers = {"Accept": "application/json"} if script else {}
        return self.client.post(f"{PLAN}/edit", data=data, headers=headers)


@pytest.fixture
def bench(desk: FlaskClient) -> Bench:
    desk.post(f"{PLAN}/draft?version={VERSION}", data={"version": str(VERSION)})
    return Bench(desk)


CHANGES: dict[str, tuple[Callable[[Bench], dict[str, object]], EditKind]] = {
    "move to a route's best place": (lambda b: {"do": "move", "stop": b.keys(1)[0], "to": "2"}, EditKind.MOVED),
    "move behind a stop": (lambda b: {"do": "move", "stop": b.keys(1)[0], "to": "2", "place": "2"}, EditKind.MOVED),
    "move to the front": (lambda b: {"do": "move", "stop": b.keys(1)[0], "to": b.vehicle(2), "after": "0"}, EditKind.MOVED),
    "drop behind a stop": (lambda b: {"do": "move", "stop": b.keys(1)[0], "after": b.keys(2)[1]}, EditKind.MOVED),
    "move several": (lambda b: {"do": "move", "stop": b.keys(1)[:3], "to": "2"}, EditKind.MOVED),
    "earlier": (lambda b: {"do": "earlier", "stop": b.keys(1)[2]}, EditKind.MOVED),
    "later": (lambda b: {"do": "later", "stop": b.keys(1)[0]}, EditKind.MOVED),
    "take off": (lambda b: {"do": "off", "stop": b.keys(1)[0]}, EditKind.TAKEN_OFF),
    "lock a stop": (lambda b: {"do": "toggle-lock", "stop": b.keys(1)[0]}, EditKind.LOCKED),
    "lock an order": (lambda b: {"do": "lock-order", "stop": b.keys(1)[:2]}, EditKind.LOCKED),
    "lock a route": (lambda b: {"do": f"lock-route:{b.vehicle(1)}"}, EditKind.LOCKED),
    "load again": (lambda b: {"do": "reload", "stop": b.keys(1)[2]}, EditKind.RELOAD_CHANGED),
    "start time": (lambda b: {"do": "start", "vehicle": b.vehicle(1), "at": "10:20"}, EditKind.START_CHANGED),
    "take a vehicle out": (lambda b: {"do": "out", "vehicle": b.vehicle(2), "reason": "司机生病"}, EditKind.VEHICLE_OUT),
    "leave its stops": (lambda b: {"do": "out", "vehicle": b.vehicle(2), "reason": "车坏", "spread": "no"}, EditKind.VEHICLE_OUT),
    "merge": (lambda b: {"do": "merge", "vehicle": b.vehicle(2), "to": "1"}, EditKind.MERGED),
    "split": (lambda b: {"do": "split", "vehicle": b.vehicle(1), "place": "2", "to": _yard(b)}, EditKind.SPLIT),
}  # fmt: skip


def _yard(bench: Bench) -> str:
    return next(one.vehicle_code for one in bench.view().spare if not one.out)


@pytest.mark.parametrize("script", [False, True], ids=["form", "script"])
@pytest.mark.parametrize("name", CHANGES)
def test_every_change_works_by_form_and_by_script(bench: Bench, name: str, script: bool) -> None:
    asked, kind = CHANGES[name]

    answer = bench.do(**asked(bench), script=script)  # type: ignore[arg-type]

    assert bench.view().last.kind is kind
    if script:
        assert answer.json["revision"] == 1
        assert {"said", "board-forms", "plan-head", "unassigned"} <= set(answer.json["parts"])
    else:
        assert answer.status_code == 303
        assert 'class="banner"' in bench.client.get(answer.location).text


def test_undo_and_redo_go_back_and_forth_and_say_whose_change_it_was(bench: Bench) -> None:
    before = bench.keys(1)
    bench.do("move", stop=before[0], to="2")

    bench.do("undo")
    assert bench.keys(1) == before
    bench.do("redo", script=True)
    assert before[0] in bench.keys(2)
    assert bench.do("redo", script=True).status_code == 409


def test_the_answer_names_the_person_masked_the_cost_and_each_broken_limit(bench: Bench) -> None:
    answer = bench.do("move", script=True, stop=bench.keys(1)[0], to="2").json
    said = answer["parts"]["said"]

    assert "*" in answer["message"]
    assert "2 线" in answer["message"]
    assert set(answer["changed"]) == {1, 2}
    assert {route["number"] for route in answer["map"]["routes"]} == {1, 2}
    assert 'value="undo"' in said
    for fault in bench.view().broken:
        assert fault.key
    assert len(re.findall('class="tone" data-tone="danger"', said)) >= (1 if bench.view().broken else 0)


def test_what_was_taken_off_stands_first_with_reason_and_owner_and_can_be_placed_again(bench: Bench) -> None:
    key = bench.keys(1)[0]
    bench.do("off", stop=key)

    page = bench.client.get(PLAN).text
    row = page[page.index(f'id="left-{key}"') :]
    assert f'value="place:{key}"' in row
    part = bench.client.get(f"{PLAN}/places?stop={key}", headers={"X-Fragment": "beside"}).text
    assert 'value="move"' in part
    assert "<html" not in part
    assert "<html" in bench.client.get(f"{PLAN}/places?stop={key}").text
    bench.do(f"place:{key}")
    assert bench.view().last.kind is EditKind.PLACED


def test_a_first_change_on_a_stored_version_opens_a_draft_by_itself(desk: FlaskClient) -> None:
    with unit_of_work(read_only=True) as db:
        version = planning.version(db, VERSION)
    stop = next(min(visit.lines) for visit in version.routes[0].visits if visit.lines)

    answer = desk.post(
        f"{PLAN}/edit?version={VERSION}", data={"do": "toggle-lock", "stop": stop, "version": VERSION, "draft": "", "seen": 0},
        headers={"Accept": "application/json"},
    )  # fmt: skip

    assert answer.json["reload"].startswith(PLAN)
    view = Bench(desk).view()
    assert view.base_version == VERSION
    assert view.last.kind is EditKind.LOCKED
    assert 'value="undo"' in desk.get(PLAN).text


def test_two_people_see_each_others_changes_and_neither_overwrites_unseen(bench: Bench, signed_in: SignIn) -> None:
    other = Bench(signed_in(Role.DISPATCHER))
    key, view = bench.keys(1)[0], bench.view()
    other.do("move", stop=key, to="2")

    refused = bench.do("off", script=True, seen=view.revision, stop=key)
    assert refused.status_code == 409
    assert "李敏" in refused.json["sentence"]
    seen = bench.client.get(
        f"{PLAN}/since?draft={view.id}&seen={view.revision}", headers={"Accept": "application/json"}
    ).json
    assert seen["revision"] == 1
    assert "李敏" in seen["message"]
    assert key in seen["stops"]
    quiet = bench.client.get(f"{PLAN}/since?draft={view.id}&seen=1", headers={"Accept": "application/json"}).json
    assert quiet == {"revision": 1}

    elsewhere = bench.do("toggle-lock", script=True, seen=view.revision, stop=bench.keys(1)[-1])
    assert elsewhere.status_code == 200  # another stop: both changes stand


def test_a_page_whose_draft_was_dropped_is_told_so(bench: Bench) -> None:
    view = bench.view()
    bench.client.post(f"{PLAN}/draft/drop", data={"reason": "重来"})

    answer = bench.client.get(f"{PLAN}/since?draft={view.id}&seen=0", headers={"Accept": "application/json"}).json
    assert answer["ended"]
    stale = bench.client.post(
        f"{PLAN}/edit", data={"do": "undo", "draft": view.id, "seen": 0}, headers={"Accept": "application/json"}
    )
    assert stale.status_code == 409


def test_a_draft_is_saved_as_the_next_version_and_its_check_opened(bench: Bench) -> None:
    bench.do("move", stop=bench.keys(1)[0], to="2")

    answer = bench.client.post(f"{PLAN}/draft/save", data={"then": "publish"})

    assert desk_opens(bench.client, answer.location)
    with unit_of_work(read_only=True) as db:
        newest = planning.versions(db, DAY, MealSlot.LUNCH)[0]
        assert queries.open_draft(db, DAY, MealSlot.LUNCH) is None
    assert newest.parent_id == VERSION
    assert newest.number == 3


def desk_opens(client: FlaskClient, address: str) -> bool:
    """Whether the publishing check answers there."""
    return "publish" in address and client.get(address).status_code == 200


def test_the_trail_says_who_did_what(bench: Bench) -> None:
    bench.do("toggle-lock", stop=bench.keys(1)[0])
    page = bench.client.get(f"{PLAN}/trail").text
    assert page.count("李敏") >= 2


def test_the_draft_map_has_every_route_and_only_the_changed_ones_on_demand(bench: Bench) -> None:
    bench.do("move", stop=bench.keys(1)[0], to="2")
    whole = bench.client.get(f"{PLAN}/map.json").json
    some = bench.client.get(f"{PLAN}/map.json?routes=2").json

    assert len(whole["routes"]) == len(bench.view().routes)
    assert [route["number"] for route in some["routes"]] == [2]
    assert some["routes"][0]["lines"]


def test_a_moved_stop_carries_the_mark_of_its_old_route(bench: Bench) -> None:
    bench.do("move", stop=bench.keys(1)[0], to="2")
    assert 'class="moved"' in bench.client.get(f"{PLAN}?route=2").text


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"do": "move", "stop": "999999"}, "stop-gone"),
        ({"do": "move", "to": "2"}, "nothing-marked"),
        ({"do": "dance", "vehicle": "E1"}, "route-unknown"),
        ({"do": "start", "vehicle": "1", "at": "25:00"}, "time-wrong"),
    ],
)
def test_a_change_that_cannot_be_read_is_refused_with_the_way_out(
    bench: Bench, fields: dict[str, str], code: str
) -> None:
    answer = bench.do(script=True, **fields)  # type: ignore[arg-type]
    assert answer.json["code"] == code
    assert bench.view().revision == 0


def test_only_those_who_edit_plans_change_one(bench: Bench, signed_in: SignIn) -> None:
    reader = signed_in(Role.DISTRICT)
    assert Bench(reader).do("undo").status_code == 403
    page = reader.get(PLAN).text
    assert "board-picked" not in page
    assert 'name="stop"' not in page


def test_a_locked_stop_stays_and_says_why(bench: Bench) -> None:
    key = bench.keys(1)[0]
    bench.do("lock", stop=key)

    answer = bench.do("move", script=True, stop=key, to="2")

    assert answer.status_code == 409
    visits = bench.view().routes[0].visits
    assert next(visit.lock for visit in visits if key in visit.lines) is Lock.STOP


def test_each_late_stop_gets_one_sentence_that_was_found_by_trying(bench: Bench) -> None:
    bench.do("start", vehicle=bench.vehicle(1), at="12:20")
    late = [fault.stop for fault in bench.view().broken if fault.vehicle is not None and fault.stop is not None]
    assert late
    keys = {min(v.lines) for r in bench.view().routes for v in r.visits if v.stop in late and v.lines}
    page = bench.client.get(f"{PLAN}?route=1").text
    assert all(f'data-helps="{key}"' in page for key in keys)

    said = bench.client.get(f"{PLAN}/helps", query_string={"stop": sorted(keys)[:3]}).json

    assert set(said) == {str(key) for key in sorted(keys)[:3]}
    assert all(sentence and "*" not in sentence for sentence in said.values())
