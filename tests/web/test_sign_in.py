"""The door of the pages: sign-in, sign-out, idle desks, forged forms, headers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from mealroute.core.actor import Role
from mealroute.core.clock import FixedClock
from tests.web_world import PASSWORD, SECRET, settings_for
from web import create_app
from web.security import limiter

SignIn = Callable[[Role | str], FlaskClient]


def test_whoever_is_not_signed_in_is_asked_to_and_comes_back_to_the_page(client: FlaskClient) -> None:
    asked = client.get("/residents?q=wyl")
    assert asked.status_code == 302
    assert asked.location == "/sign-in?wanted=/residents?q%3Dwyl"

    entered = client.post("/sign-in", data={"login": "dispatcher", "password": PASSWORD, "wanted": "/residents?q=wyl"})

    assert entered.location == "/residents?q=wyl"


def test_a_return_address_elsewhere_is_not_followed(client: FlaskClient) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        answer = client.post("/sign-in", data={"login": "dispatcher", "password": PASSWORD, "wanted": elsewhere})
        assert answer.location == "/"
        client.post("/sign-out")


def test_a_wrong_password_and_an_unknown_login_get_the_same_sentence(client: FlaskClient) -> None:
    wrong = client.post("/sign-in", data={"login": "dispatcher", "password": "not the password"})
    unknown = client.post("/sign-in", data={"login": "nobody", "password": "not the password"})

    assert wrong.status_code == unknown.status_code == 422
    assert "登录名或密码不对" in wrong.text or 'id="refusal"' in wrong.text
    sentence = wrong.text.split('id="refusal"')[1].split("</p>")[0]
    assert sentence in unknown.text


def test_five_failures_lock_the_account_and_are_counted(client: FlaskClient) -> None:
    for _try in range(5):
        client.post("/sign-in", data={"login": "dispatcher", "password": "not the password"})

    assert client.post("/sign-in", data={"login": "dispatcher", "password": PASSWORD}).status_code == 422


def test_signing_out_closes_the_session(desk: FlaskClient) -> None:
    assert desk.get("/residents").status_code == 200
    desk.post("/sign-out")
    assert desk.get("/residents").status_code == 302


def test_an_idle_desk_is_signed_out_but_polling_does_not_keep_it_open(desk: FlaskClient, now: FixedClock) -> None:
    for _quarter in range(3):
        now.at += timedelta(minutes=15)
        answer = desk.get("/residents", headers={"X-Poll": "1"})
    assert answer.status_code == 302


def test_a_working_desk_stays_signed_in(desk: FlaskClient, now: FixedClock) -> None:
    for _quarter in range(6):
        now.at += timedelta(minutes=15)
        assert desk.get("/residents").status_code == 200


def test_a_switched_off_account_is_out_at_once(desk: FlaskClient, signed_in: SignIn) -> None:
    admin = signed_in(Role.ADMIN)
    admin.post("/users/1/active", data={"active": "no"})
    assert desk.get("/residents").status_code == 302


def test_a_form_without_its_token_changes_nothing(app: Flask, desk: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    answer = desk.post("/residents/1/state", data={"state": "stopped", "since": "2026-03-09", "reason": "forged"})
    assert answer.status_code == 400
    assert "这张表单已过期" in answer.text
    assert "forged" not in desk.get("/residents/1").text


def test_every_answer_carries_the_headers_that_protect_it(client: FlaskClient, desk: FlaskClient) -> None:
    for answer in (client.get("/sign-in"), desk.get("/residents"), client.get("/nowhere"), client.get("/healthz")):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "no-store"
    cookie = client.post("/sign-in", data={"login": "dispatcher", "password": PASSWORD}).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert SECRET not in cookie


def test_sign_ins_are_braked(app: Flask, tmp_path: Path) -> None:
    braked = create_app(settings_for(tmp_path))
    braked.config["WTF_CSRF_ENABLED"] = False
    client = braked.test_client()
    right = {"login": "dispatcher", "password": PASSWORD}
    for _desk in range(12):  # those who get in are not counted
        assert braked.test_client().post("/sign-in", data=right).status_code == 303
    answers = [client.post("/sign-in", data={"login": "x", "password": "y"}).status_code for _ in range(12)]
    assert answers[:10] == [422] * 10
    assert answers[-1] == 429
    limiter.reset()
    limiter.enabled = False


def test_the_language_is_kept_for_the_next_sign_in(signed_in: SignIn) -> None:
    desk = signed_in(Role.DISPATCHER)
    desk.post("/language", data={"language": "en"})
    desk.post("/sign-out")

    assert '<html lang="en"' in signed_in(Role.DISPATCHER).get("/residents").text


def test_a_new_password_needs_the_old_one(desk: FlaskClient) -> None:
    fresh = {"new": "another good phrase", "again": "another good phrase"}
    desk.post("/preferences/password", data={"current": "wrong wrong wrong", **fresh})
    desk.post("/sign-out")
    assert desk.post("/sign-in", data={"login": "dispatcher", "password": PASSWORD}).status_code == 303
    desk.post("/preferences/password", data={"current": PASSWORD, **fresh})
    desk.post("/sign-out")
    assert desk.post("/sign-in", data={"login": "dispatcher", "password": fresh["new"]}).status_code == 303


def test_an_address_that_does_not_exist_says_so(desk: FlaskClient) -> None:
    assert desk.get("/days/2026-02-30/lunch/plan").status_code == 404
    assert "这个地址下没有内容" in desk.get("/nowhere").text
