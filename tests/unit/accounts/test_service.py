"""Signing in, and the people who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.accounts import queries, service
from mealroute.accounts.models import Account
from mealroute.accounts.records import AccountRecord
from mealroute.accounts.rules import MAX_FAILURES
from mealroute.core import audit
from mealroute.core.actor import SYSTEM, Actor, Role
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Conflict, Forbidden, MealrouteError, NotFound
from tests.passwords import SHIPPED

PASSWORD = "焦圈豆汁儿卤煮火烧炒肝儿"


def person(db: Session, clock: FixedClock, login: str = "ddli", role: Role = Role.FINANCE) -> AccountRecord:
    found, _password = service.create_account(
        db, login=login, display_name="李调度", role=role, password=PASSWORD, by=SYSTEM, clock=clock
    )
    return found


def sign_in(db: Session, clock: FixedClock, login: str = "ddli", password: str = PASSWORD) -> Actor:
    return service.authenticate(db, login, password, clock=clock)


def refusal(db: Session, clock: FixedClock, login: str = "ddli", password: str = "not this one") -> str:
    with pytest.raises(Forbidden) as caught:
        sign_in(db, clock, login, password)
    return str(caught.value)


def test_the_right_password_gives_the_actor_in_any_width_and_case(db: Session, clock: FixedClock) -> None:
    account = person(db, clock)
    actor = sign_in(db, clock, " ＤＤＬＩ ")
    assert (actor.account_id, actor.name, actor.role) == (account.id, "李调度", Role.FINANCE)
    assert queries.account(db, account.id).last_login_at == clock.now()


def test_unknown_wrong_locked_and_switched_off_sound_the_same(db: Session, clock: FixedClock) -> None:
    account, off = person(db, clock), person(db, clock, "weg")
    service.set_active(db, off.id, False, by=SYSTEM, clock=clock)
    said = {refusal(db, clock, "nobody"), refusal(db, clock), refusal(db, clock, "weg", PASSWORD)}
    for _attempt in range(MAX_FAILURES):
        refusal(db, clock)
    assert queries.account(db, account.id).locked_until is not None
    assert len(said | {refusal(db, clock, "ddli", PASSWORD)}) == 1


def test_five_failures_lock_for_a_quarter_of_an_hour(db: Session, clock: FixedClock) -> None:
    person(db, clock)
    for _attempt in range(MAX_FAILURES):
        refusal(db, clock)
    clock.at += timedelta(minutes=14, seconds=59)
    refusal(db, clock, "ddli", PASSWORD)
    clock.at += timedelta(seconds=1)
    assert sign_in(db, clock)


def test_failures_during_a_lock_do_not_prolong_it(db: Session, clock: FixedClock) -> None:
    person(db, clock)
    for _attempt in range(MAX_FAILURES * 3):
        refusal(db, clock)
    clock.at += timedelta(minutes=15)
    assert sign_in(db, clock)


def test_a_success_forgets_earlier_failures(db: Session, clock: FixedClock) -> None:
    person(db, clock)
    for _attempt in range(3):
        for _failure in range(MAX_FAILURES - 1):
            refusal(db, clock)
        assert sign_in(db, clock)


def test_only_the_hash_is_stored_and_it_is_argon2id(db: Session, clock: FixedClock) -> None:
    person(db, clock)
    stored = db.scalar(select(Account.password_hash))
    assert stored is not None
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored


def test_guessing_a_password_costs_as_much_as_the_library_advises(
    db: Session, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_HASHER", SHIPPED)
    person(db, clock)
    stored = db.scalar(select(Account.password_hash))
    assert stored is not None
    assert stored.startswith("$argon2id$")
    assert not PasswordHasher().check_needs_rehash(stored)
    assert sign_in(db, clock).role is Role.FINANCE


def test_a_hash_that_costs_less_than_now_is_replaced_at_the_next_sign_in(
    db: Session, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(db, clock)
    monkeypatch.setattr(service, "_HASHER", SHIPPED)
    assert sign_in(db, clock)
    stored = db.scalar(select(Account.password_hash))
    assert stored is not None
    assert not PasswordHasher().check_needs_rehash(stored)
    assert sign_in(db, clock)


def test_a_made_up_password_works_and_is_given_once(db: Session, clock: FixedClock) -> None:
    _account, password = service.create_account(
        db, login="auditor", display_name="审计", role=Role.AUDITOR, by=SYSTEM, clock=clock
    )
    assert len(password) == 14
    assert sign_in(db, clock, "auditor", password).role is Role.AUDITOR
    assert password not in str(audit.events(db))


def test_a_login_is_taken_once_however_it_is_written(db: Session, clock: FixedClock) -> None:
    person(db, clock)
    with pytest.raises(Conflict, match="login-taken"):
        person(db, clock, "DDLI")


@pytest.mark.parametrize("role", [Role.VENDOR, Role.KITCHEN, Role.DRIVER, Role.STATION, Role.SYSTEM])
def test_a_role_that_needs_a_code_is_refused_without_it(db: Session, clock: FixedClock, role: Role) -> None:
    with pytest.raises(MealrouteError, match="account-without-code"):
        person(db, clock, role=role)


def test_an_account_that_is_switched_off_acts_no_more(db: Session, clock: FixedClock) -> None:
    account = person(db, clock)
    assert queries.actor(db, account.id)
    service.set_active(db, account.id, False, by=SYSTEM, clock=clock)
    assert queries.actor(db, account.id) is None
    assert queries.actor(db, 999) is None
    with pytest.raises(NotFound):
        queries.account(db, 999)


def test_nobody_switches_off_their_own_account(db: Session, clock: FixedClock) -> None:
    account = person(db, clock, role=Role.ADMIN)
    with pytest.raises(Conflict, match="own-account"):
        service.set_active(db, account.id, False, by=sign_in(db, clock), clock=clock)


def test_a_new_password_lifts_the_lock_and_ends_the_old_one(db: Session, clock: FixedClock) -> None:
    account = person(db, clock)
    for _attempt in range(MAX_FAILURES):
        refusal(db, clock)
    service.set_password(db, account.id, "another good sentence", by=SYSTEM, clock=clock)
    assert sign_in(db, clock, "ddli", "another good sentence")
    refusal(db, clock, "ddli", PASSWORD)
    with pytest.raises(MealrouteError, match="password-short"):
        service.set_password(db, account.id, "short", by=SYSTEM, clock=clock)


def test_a_language_is_kept(db: Session, clock: FixedClock) -> None:
    account = person(db, clock)
    service.set_language(db, account.id, "en", by=SYSTEM, clock=clock)
    assert [found.language for found in queries.accounts(db)] == ["en"]
    with pytest.raises(ValueError):
        service.set_language(db, account.id, "fr", by=SYSTEM, clock=clock)


def test_every_step_is_in_the_audit(db: Session, clock: FixedClock) -> None:
    account = person(db, clock)
    refusal(db, clock)
    refusal(db, clock, "nobody")
    sign_in(db, clock)
    service.set_password(db, account.id, "another good sentence", by=SYSTEM, clock=clock)
    assert [event.action.removeprefix("accounts.") for event in audit.events(db)] == [
        "password-set", "signed-in", "sign-in-failed", "sign-in-failed", "created",
    ]  # fmt: skip
    assert "nobody" not in str(audit.events(db))
