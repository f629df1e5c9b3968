"""Every page for every role: permitted or refused, well made, in both languages, and reading changes nothing."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mealroute.accounts import rules
from mealroute.core.actor import Role
from tests.integration.planning_world import DAY
from tests.web_world import ROLES

VALUES = {
    "day": DAY.isoformat(), "slot": "lunch", "month": "2026-03", "resident": "1", "version": "1", "other": "2", "job": "1", "visit": "1", "line": "2", "dish": "1",
    "vendor": "1", "run": "1",
}  # fmt: skip
SignIn = Callable[[Role | str], FlaskClient]


def addresses(app: Flask) -> Iterator[tuple[str, str]]:
    """Every address that a person can open with a click, and what it needs."""
    for rule in app.url_map.iter_rules():
        permission = getattr(app.view_functions[rule.endpoint], "permission", "static")
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static" or {"token", "job"} & rule.arguments:
            continue
        address = rule.rule
        for name in rule.arguments:
            address = re.sub(rf"<(?:\w+:)?{name}>", VALUES.get(name, "1"), address)
        yield address, permission


@pytest.mark.parametrize("role", ROLES)
def test_a_page_opens_exactly_for_the_roles_that_may_see_it_is_well_made_and_changes_nothing(
    app: Flask, signed_in: SignIn, tmp_path: Path, role: Role
) -> None:
    client = signed_in(role)
    with client.session_transaction() as session:
        session["seen"] = 10**12
    before = _content(tmp_path)

    for address, permission in addresses(app):
        answer = client.get(address)
        allowed = permission == "signed-in" or permission.startswith("open") or permission in rules.PERMISSIONS[role]
        assert answer.status_code in ((200, 302, 404) if allowed else (403,)), f"{role} {address} {answer.status_code}"
        well_made(address, answer, "zh")

    assert _content(tmp_path) == before


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.ADMIN, Role.AUDITOR])
def test_every_page_is_well_made_in_english_and_changes_nothing(
    app: Flask, signed_in: SignIn, tmp_path: Path, role: Role
) -> None:
    client = signed_in(role)
    client.post("/language", data={"language": "en"})
    before = _content(tmp_path)

    for address, _permission in addresses(app):
        well_made(address, client.get(address), "en")

    assert _content(tmp_path) == before


def well_made(address: str, answer: TestResponse, language: str) -> None:
    """One heading, a title, nothing inline, a way to the main part, each id once."""
    if answer.status_code != 200 or not answer.mimetype.endswith("html"):
        return
    page = re.sub(r"<template.*</template>", "", answer.text, flags=re.DOTALL)  # shown one at a time
    assert len(re.findall(r"<h1[ >]", page)) == 1, address
    assert re.search(r"<title>[^<]{3,}</title>", page), address
    assert 'lang="zh-Hans"' in page if language == "zh" else '<html lang="en"' in page
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\bsrc=)", page), address
    assert 'href="#main"' in page, address
    assert 'id="main"' in page, address
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids)), address


def test_every_page_that_a_template_leads_to_exists(app: Flask) -> None:
    pages = Path(app.root_path)
    named = {
        (file.relative_to(pages), found)
        for file in pages.rglob("*.html")
        for found in re.findall(r"url_for\('([a-z_.]+)'", file.read_text("utf-8"))
    }
    assert len(named) > 300
    assert {(str(file), name) for file, name in named if name not in app.view_functions} == set()


def _content(folder: Path) -> list[str]:
    connection = sqlite3.connect(folder / "web.sqlite")
    try:
        return list(connection.iterdump())
    finally:
        connection.close()
