"""A session belongs to one password and one person: what ends it, what locks the account, what a thief cannot do."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mealroute.accounts.models import Account
from mealroute.core.actor import Role
from mealroute.core.db import unit_of_work
from tests.web_world import PASSWORD

SignIn = Callable[[Role | str], FlaskClient]
FRESH = {"new": "another good phrase", "again": "another good phrase"}


def account(login: str) -> Account:
    with unit_of_work(read_only=True) as db:
        found = db.scalars(select(Account).where(Account.login == login)).one()
        db.expunge(found)
        return found


def test_wrong_old_passwords_are_counted_and_lock_the_account(desk: FlaskClient) -> None:
    for _try in range(5):
        desk.post("/preferences/password", data={"current": "wrong wrong wrong", **FRESH})
    assert account("dispatcher").locked_until is not None
    desk.post("/preferences/password", data={"current": PASSWORD, **FRESH})
    desk.post("/sign-out")
    assert desk.post("/sign-in", data={"login": "dispatcher", "password": FRESH["new"]}).status_code == 422


def test_a_refused_new_password_changes_nothing_and_says_why(desk: FlaskClient) -> None:
    easy = {"new": "aaaaaaaaaaaa", "again": "aaaaaaaaaaaa"}
    before = account("dispatcher").password_hash
    answer = desk.post("/preferences/password", data={"current": PASSWORD, **easy})
    assert answer.status_code == 422
    assert account("dispatcher").password_hash == before


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(signed_in: SignIn) -> None:
    here, elsewhere = signed_in(Role.DISPATCHER), signed_in(Role.DISPATCHER)
    here.post("/preferences/password", data={"current": PASSWORD, **FRESH})
    assert here.get("/residents").status_code == 200
    assert elsewhere.get("/residents").status_code == 302


def test_a_password_set_by_the_administrator_ends_every_session(signed_in: SignIn) -> None:
    desk, admin = signed_in(Role.DISPATCHER), signed_in(Role.ADMIN)
    admin.post("/users/1/password")
    assert desk.get("/residents").status_code == 302
    assert admin.get("/users").status_code == 200


def test_a_session_planted_before_sign_in_does_not_survive_it(app: Flask) -> None:
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["planted"] = "12", "x"
    client.post("/sign-in", data={"login": "dispatcher", "password": PASSWORD})
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["_user_id"] == str(account("dispatcher").id)


def test_a_cookie_tells_nothing_of_the_password(app: Flask) -> None:
    client = app.test_client()
    client.post("/sign-in", data={"login": "dispatcher", "password": PASSWORD})
    with client.session_transaction() as session:
        values = " ".join(str(value) for value in session.values())
    assert account("dispatcher").password_hash.rsplit("$", 1)[1] not in values


def test_return_addresses_that_hide_another_host_are_dropped(client: FlaskClient) -> None:
    hidden = (
        "/\t/evil.example",
        "/\n/evil.example",
        "///evil.example",
        "/%09/evil.example",
        "\\\\evil.example",
        " //evil.example",
    )
    for address in hidden:
        answer = client.post("/sign-in", data={"login": "dispatcher", "password": PASSWORD, "wanted": address})
        assert answer.status_code == 303
        assert not answer.location.startswith(("//", "http", "\\"))
        assert "\t" not in answer.location
        for path in ("/language", "/theme"):
            assert client.post(path, data={"back": address}).location.lstrip()[:2] != "//"
        client.post("/sign-out")
