"""Who may do what, and who reaches which rows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mealroute.accounts import rules
from mealroute.accounts.records import AccountId, AccountRecord, Permission
from mealroute.core.actor import SYSTEM, Role, Scope


def account(role: Role, **codes: str | None) -> AccountRecord:
    empty = dict.fromkeys(("street_code", "vendor_code", "kitchen_code", "driver_code", "station_code"))
    return AccountRecord(
        id=AccountId(1), login="x", display_name="甲", role=role, active=True, language="zh", locked_until=None, last_login_at=None,
        created_at=datetime(2026, 3, 9, tzinfo=UTC), **{**empty, **codes},
    )  # fmt: skip


def test_every_role_has_its_permissions_and_every_permission_somebody() -> None:
    assert set(rules.PERMISSIONS) == set(Role)
    people = [granted for role, granted in rules.PERMISSIONS.items() if role is not Role.SYSTEM]
    assert frozenset().union(*people) == frozenset(Permission)


def test_a_name_that_is_no_permission_is_allowed_to_nobody() -> None:
    assert not rules.may(SYSTEM, "everything")
    assert rules.may(SYSTEM, "day.view")


def test_the_administrator_neither_reads_residents_nor_the_audit() -> None:
    admin = rules.actor_of(account(Role.ADMIN))
    assert not any(
        rules.may(admin, name) for name in ("residents.view", "residents.reveal", "audit.view", "subsidy.close")
    )
    assert admin.scope.streets == frozenset()


def test_who_closes_the_month_does_not_touch_the_orders() -> None:
    steps = {
        Role.FINANCE: Permission.SUBSIDY_CLOSE, Role.STREET_CHECKER: Permission.SETTLEMENT_CHECK,
        Role.DISTRICT_APPROVER: Permission.SETTLEMENT_APPROVE,
    }  # fmt: skip
    for role, step in steps.items():
        granted = rules.PERMISSIONS[role]
        assert step in granted
        assert not granted & {
            Permission.ORDERS_EDIT, Permission.DELIVERY_RECORD, Permission.PLAN_EDIT, Permission.KITCHEN_LOG, Permission.PAPER_KEY,
        }  # fmt: skip


def test_no_role_has_two_steps_of_a_month_but_finance_which_prepares_and_pays() -> None:
    steps = {
        Permission.SUBSIDY_CLOSE,
        Permission.SETTLEMENT_CHECK,
        Permission.SETTLEMENT_APPROVE,
        Permission.SETTLEMENT_PAY,
    }
    held = {role: rules.PERMISSIONS[role] & steps for role in Role if role is not Role.SYSTEM}
    assert {role for role, some in held.items() if len(some) > 1} == {Role.FINANCE}


@pytest.mark.parametrize("role", [Role.VENDOR, Role.KITCHEN, Role.DRIVER])
def test_vendors_kitchens_and_drivers_list_no_residents(role: Role) -> None:
    granted = rules.PERMISSIONS[role]
    assert not granted & {Permission.RESIDENTS_VIEW, Permission.RESIDENTS_REVEAL, Permission.EXPORTS_RUN}
    assert rules.scope_of(account(role)).streets == frozenset()


def test_a_scope_follows_from_role_and_codes() -> None:
    assert rules.scope_of(account(Role.DISPATCHER)) == Scope.everything()
    assert rules.scope_of(account(Role.DISPATCHER, street_code="110101001")) == Scope(streets=frozenset({"110101001"}))
    assert rules.scope_of(account(Role.VENDOR, vendor_code="V1")).vendor == "V1"
    assert rules.scope_of(account(Role.KITCHEN, kitchen_code="K1")).kitchen == "K1"
    assert rules.scope_of(account(Role.DRIVER, driver_code="D1")).driver == "D1"
    station = rules.scope_of(account(Role.STATION, station_code="S1", street_code="110101001"))
    assert (station.station, station.streets) == ("S1", frozenset({"110101001"}))


@pytest.mark.parametrize(
    ("role", "side"),
    [(Role.VENDOR, "vendor"), (Role.KITCHEN, "kitchen"), (Role.DRIVER, "driver"), (Role.STATION, "station")],
)
def test_a_role_bound_to_a_code_reaches_nothing_without_it(role: Role, side: str) -> None:
    assert getattr(rules.scope_of(account(role)), side) == ""


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("123456789", "short"),
        ("x" * 201, "long"),
        ("my-DDLI-secret", "login"),
        ("1234567890", "plain"),
        ("aaaaaaaaaaaa", "plain"),
    ],
)
def test_easy_passwords_are_refused(password: str, fault: str) -> None:
    assert rules.password_fault(password, "ddli") == fault


def test_a_sentence_is_a_good_password() -> None:
    assert rules.password_fault("豆汁儿配焦圈要趁热吃", "ddli") is None
