"""Every route names who may open it, has a typed kebab-case address, and stands in the checked-in list."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from mealroute.accounts.records import Permission
from tests import web_world
from web import create_app

LIST = Path(__file__).resolve().parents[2] / "web" / "routes.txt"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(web_world.settings_for(tmp_path_factory.mktemp("routes")), testing=True)


def _listed(app: Flask) -> list[str]:
    return sorted(
        f"{','.join(sorted((rule.methods or set()) - {'HEAD', 'OPTIONS'}))} {rule.rule} {permission_of(app, rule.endpoint)}"
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
    )


def permission_of(app: Flask, endpoint: str) -> str:
    return str(getattr(app.view_functions[endpoint], "permission", ""))


def test_every_route_says_who_may_open_it(app: Flask) -> None:
    known = {str(permission) for permission in Permission} | {"signed-in"}
    for rule in app.url_map.iter_rules():
        said = permission_of(app, rule.endpoint)
        assert rule.endpoint == "static" or said in known or said.startswith("open: "), rule.rule


def test_every_permission_of_a_page_is_used_or_waits_for_its_page(app: Flask) -> None:
    used = {permission_of(app, rule.endpoint) for rule in app.url_map.iter_rules()}
    waiting = {
        "residents.import",
        "residents.health",
    }  # asked inside a view, or for pages of later work
    assert {str(permission) for permission in Permission} - used == waiting


def test_addresses_are_kebab_case_and_their_parts_typed(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        for part in rule.rule.strip("/").split("/"):
            assert re.fullmatch(
                r"[a-z0-9]+(-[a-z0-9]+)*(\.(pdf|json|csv|xlsx))?|<(int|day|month|slot):[a-z]+>|<token>|", part
            ), rule.rule


def test_a_route_reads_or_writes_never_both(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        assert len((rule.methods or set()) - {"HEAD", "OPTIONS"}) == 1, rule.rule


def test_the_list_of_routes_is_the_checked_in_one(app: Flask) -> None:
    """After a change: read the difference, then write it with `python -m web --routes > web/routes.txt`."""
    assert LIST.read_text("utf-8").splitlines() == _listed(app)
