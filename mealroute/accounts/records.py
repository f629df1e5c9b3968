"""The words of this feature: who may sign in, and what a permission is called."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from mealroute.core.actor import Role

AccountId = NewType("AccountId", int)


class Permission(StrEnum):
    """What a role may do; every route of the web names exactly one."""

    DAY_VIEW = "day.view"
    RESIDENTS_VIEW = "residents.view"
    RESIDENTS_EDIT = "residents.edit"
    RESIDENTS_REVEAL = "residents.reveal"
    RESIDENTS_IMPORT = "residents.import"
    RESIDENTS_HEALTH = "residents.health"
    MENUS_VIEW = "menus.view"
    MENUS_EDIT = "menus.edit"
    ORDERS_VIEW = "orders.view"
    ORDERS_EDIT = "orders.edit"
    ORDERS_CLOSE = "orders.close"
    KITCHEN_VIEW = "kitchen.view"
    KITCHEN_PRINT = "kitchen.print"
    KITCHEN_LOG = "kitchen.log"
    PLAN_VIEW = "plan.view"
    PLAN_RUN = "plan.run"
    PLAN_EDIT = "plan.edit"
    DISPATCH_PUBLISH = "dispatch.publish"
    DISPATCH_VIEW = "dispatch.view"
    DISPATCH_OFFER = "dispatch.offer"
    WORK_VIEW = "work.view"
    OFFERS_ANSWER = "offers.answer"
    LIVE_VIEW = "live.view"
    LIVE_ACT = "live.act"
    RUNS_DRIVE = "runs.drive"
    DELIVERY_RECORD = "delivery.record"
    CASES_VIEW = "cases.view"
    CASES_RECORD = "cases.record"
    CASES_CLOSE = "cases.close"
    LADDER_EDIT = "ladder.edit"
    STATION_COUNTER = "station.counter"
    VENDORS_VIEW = "vendors.view"
    VENDORS_EDIT = "vendors.edit"
    VENDORS_REPORT = "vendors.report"
    VENDOR_FIGURES = "vendor.figures"
    SCORES_VIEW = "scores.view"
    COMPLAINTS_VIEW = "complaints.view"
    COMPLAINTS_TAKE = "complaints.take"
    COMPLAINTS_DECIDE = "complaints.decide"
    STATEMENTS_VIEW = "statements.view"
    SWIPES_BRING = "swipes.bring"
    CASH_VIEW = "cash.view"
    CASH_TAKE = "cash.take"
    CASH_EXPLAIN = "cash.explain"
    SUBSIDY_VIEW = "subsidy.view"
    SUBSIDY_CLOSE = "subsidy.close"
    SETTLEMENT_CHECK = "settlement.check"
    SETTLEMENT_APPROVE = "settlement.approve"
    SETTLEMENT_PAY = "settlement.pay"
    CHECKS_VIEW = "checks.view"
    CHECKS_RUN = "checks.run"
    CHECKS_CLEAR = "checks.clear"
    CHECKS_LISTS = "checks.lists"
    CALLBACK_VIEW = "callback.view"
    CALLBACK_DRAW = "callback.draw"
    CALLBACK_CALL = "callback.call"
    SETTLEMENT_BUDGET = "settlement.budget"
    EXPORTS_RUN = "exports.run"
    EXPORTS_UNMASKED = "exports.unmasked"
    RULES_TRY = "rules.try"
    USERS_MANAGE = "users.manage"
    AUDIT_VIEW = "audit.view"
    IMPORT_RUN = "import.run"
    PAPER_PACK = "paper.pack"
    PAPER_KEY = "paper.key"
    TIMEBANK_VIEW = "timebank.view"
    TIMEBANK_ENTER = "timebank.enter"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecord:
    """A person who may sign in; never with the password's hash."""

    id: AccountId
    login: str
    display_name: str
    role: Role
    street_code: str | None
    vendor_code: str | None
    kitchen_code: str | None
    driver_code: str | None
    station_code: str | None
    active: bool
    language: str
    locked_until: datetime | None
    last_login_at: datetime | None
    created_at: datetime
