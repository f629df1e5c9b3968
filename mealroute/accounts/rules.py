"""Which role may do what, and which rows each person reaches. The one scope function of the program stands here."""

from collections.abc import Mapping

from mealroute.accounts.records import AccountRecord, Permission
from mealroute.core.actor import Actor, Role, Scope

P = Permission
_READ_DAY = frozenset({P.DAY_VIEW, P.ORDERS_VIEW, P.LIVE_VIEW, P.MENUS_VIEW})

_WORK: Mapping[Role, frozenset[Permission]] = {
    Role.DISPATCHER: _READ_DAY | {
        P.RESIDENTS_VIEW, P.RESIDENTS_EDIT, P.RESIDENTS_REVEAL, P.RESIDENTS_HEALTH, P.RESIDENTS_IMPORT, P.ORDERS_EDIT,
        P.ORDERS_CLOSE, P.MENUS_EDIT,
        P.KITCHEN_VIEW, P.KITCHEN_PRINT, P.KITCHEN_LOG, P.PLAN_VIEW, P.PLAN_RUN, P.PLAN_EDIT, P.DISPATCH_PUBLISH, P.DISPATCH_VIEW,
        P.DISPATCH_OFFER, P.LIVE_ACT, P.DELIVERY_RECORD, P.CASES_CLOSE, P.VENDORS_VIEW, P.VENDORS_REPORT, P.SUBSIDY_VIEW, P.EXPORTS_RUN,
        P.IMPORT_RUN, P.STATION_COUNTER, P.PAPER_PACK, P.PAPER_KEY,
    },
    Role.KITCHEN: frozenset({P.KITCHEN_VIEW, P.KITCHEN_PRINT, P.KITCHEN_LOG, P.MENUS_VIEW}),
    Role.DRIVER: frozenset({P.RUNS_DRIVE, P.DELIVERY_RECORD}),
    Role.VENDOR: frozenset({P.WORK_VIEW, P.OFFERS_ANSWER, P.MENUS_VIEW, P.LIVE_VIEW, P.KITCHEN_VIEW, P.KITCHEN_PRINT, P.VENDORS_VIEW}),
    Role.STATION: _READ_DAY | {P.RESIDENTS_VIEW, P.RESIDENTS_HEALTH, P.ORDERS_EDIT, P.DELIVERY_RECORD, P.CASES_CLOSE, P.STATION_COUNTER},
    Role.HOTLINE: _READ_DAY | {
        P.RESIDENTS_VIEW, P.RESIDENTS_EDIT, P.RESIDENTS_REVEAL, P.RESIDENTS_HEALTH, P.ORDERS_EDIT,
    },
    Role.FINANCE: _READ_DAY | {P.VENDORS_VIEW, P.SUBSIDY_VIEW, P.EXPORTS_RUN, P.EXPORTS_UNMASKED},
    Role.STREET_CHECKER: _READ_DAY | {P.RESIDENTS_VIEW, P.SUBSIDY_VIEW, P.EXPORTS_RUN},
    Role.DISTRICT_APPROVER: _READ_DAY | {P.SUBSIDY_VIEW, P.EXPORTS_RUN},
    Role.AUDITOR: _READ_DAY | {P.RESIDENTS_VIEW, P.SUBSIDY_VIEW, P.AUDIT_VIEW, P.EXPORTS_RUN, P.EXPORTS_UNMASKED},
    Role.DISTRICT: _READ_DAY | {
        P.RESIDENTS_VIEW, P.MENUS_EDIT, P.KITCHEN_VIEW, P.PLAN_VIEW, P.DISPATCH_VIEW, P.VENDORS_VIEW, P.VENDORS_EDIT,
        P.VENDORS_REPORT, P.SUBSIDY_VIEW, P.EXPORTS_RUN,
    },
    Role.ADMIN: frozenset({P.USERS_MANAGE, P.IMPORT_RUN}),
    Role.SYSTEM: frozenset(Permission),
}  # fmt: skip

_NOTHING: frozenset[Permission] = frozenset()
_VOICE = frozenset({P.COMPLAINTS_VIEW, P.COMPLAINTS_TAKE})
_WATCH: Mapping[Role, frozenset[Permission]] = {
    Role.DISPATCHER: _VOICE | {P.COMPLAINTS_DECIDE, P.SCORES_VIEW, P.TIMEBANK_VIEW, P.TIMEBANK_ENTER},
    Role.VENDOR: frozenset({P.VENDOR_FIGURES}),
    Role.STATION: _VOICE,
    Role.HOTLINE: _VOICE,
    Role.FINANCE: frozenset({P.SCORES_VIEW}),
    Role.STREET_CHECKER: frozenset({P.COMPLAINTS_VIEW}),
    Role.AUDITOR: frozenset({P.COMPLAINTS_VIEW, P.SCORES_VIEW}),
    Role.DISTRICT: frozenset({P.COMPLAINTS_VIEW, P.COMPLAINTS_DECIDE, P.SCORES_VIEW, P.TIMEBANK_VIEW}),
}
"""Who hears and decides complaints, and who reads whose scorecards."""

_TRY: Mapping[Role, frozenset[Permission]] = {
    role: frozenset({P.RULES_TRY}) for role in (Role.FINANCE, Role.DISTRICT_APPROVER, Role.DISTRICT, Role.AUDITOR)
}
"""Who tries a draft of the rulebook on a month's handovers; it changes nothing."""

_FIND = frozenset({P.CASES_VIEW, P.CASES_RECORD})
_LOOK: Mapping[Role, frozenset[Permission]] = {
    Role.DISPATCHER: _FIND | {P.LADDER_EDIT},
    Role.STATION: _FIND,
    Role.HOTLINE: _FIND,
    Role.STREET_CHECKER: frozenset({P.CASES_VIEW}),
    Role.AUDITOR: frozenset({P.CASES_VIEW}),
    Role.DISTRICT: frozenset({P.CASES_VIEW}),
}
"""Who looks for people who were not seen, and who reads about it."""

_CLOSE: Mapping[Role, frozenset[Permission]] = {
    Role.FINANCE: frozenset({P.SUBSIDY_CLOSE, P.SETTLEMENT_PAY, P.SETTLEMENT_BUDGET}),
    Role.STREET_CHECKER: frozenset({P.SETTLEMENT_CHECK}),
    Role.DISTRICT_APPROVER: frozenset({P.SETTLEMENT_APPROVE}),
}
"""The four steps of a month: finance prepares and explains, streets check, the district approves, finance pays. That no account
takes two of them is held by the settlement itself, whatever roles it had in turn."""

_PURSE: Mapping[Role, frozenset[Permission]] = {
    Role.DISPATCHER: frozenset({P.SWIPES_BRING, P.CASH_VIEW, P.STATEMENTS_VIEW}),
    Role.FINANCE: frozenset({P.SWIPES_BRING, P.CASH_VIEW, P.CASH_TAKE, P.CASH_EXPLAIN, P.STATEMENTS_VIEW}),
    Role.VENDOR: frozenset({P.CASH_VIEW, P.CASH_TAKE}),
    Role.KITCHEN: frozenset({P.CASH_VIEW, P.CASH_TAKE}),
    Role.STATION: frozenset({P.CASH_VIEW, P.STATEMENTS_VIEW}),
    Role.HOTLINE: frozenset({P.STATEMENTS_VIEW}),
    Role.STREET_CHECKER: frozenset({P.CASH_VIEW, P.STATEMENTS_VIEW}),
    Role.AUDITOR: frozenset({P.CASH_VIEW, P.STATEMENTS_VIEW}),
    Role.DISTRICT: frozenset({P.CASH_VIEW, P.STATEMENTS_VIEW}),
}
"""Who brings in what counters recorded and explains what does not fit; who receives drivers' cash and reads about it; who tells residents what
they ate, paid and owe."""

_EXAMINE: Mapping[Role, frozenset[Permission]] = {
    Role.FINANCE: frozenset({P.CHECKS_VIEW, P.CHECKS_RUN, P.CALLBACK_VIEW}),
    Role.STREET_CHECKER: frozenset({P.CHECKS_VIEW, P.CHECKS_CLEAR, P.CALLBACK_VIEW, P.CALLBACK_CALL}),
    Role.DISTRICT_APPROVER: frozenset({P.CHECKS_VIEW, P.CHECKS_RUN, P.CHECKS_CLEAR, P.CALLBACK_VIEW, P.CALLBACK_DRAW}),
    Role.AUDITOR: frozenset({P.CHECKS_VIEW, P.CHECKS_RUN, P.CALLBACK_VIEW, P.CALLBACK_DRAW, P.CALLBACK_CALL}),
    Role.DISTRICT: frozenset({P.CHECKS_VIEW, P.CHECKS_RUN, P.CHECKS_CLEAR, P.CHECKS_LISTS, P.CALLBACK_VIEW, P.CALLBACK_DRAW, P.CALLBACK_CALL}),
    Role.HOTLINE: frozenset({P.CALLBACK_VIEW, P.CALLBACK_CALL}),
}  # fmt: skip
"""Who examines a month: whoever prepares it (finance) clears nothing, and vendors see none of it."""

_PARTS = (_WORK, _WATCH, _LOOK, _CLOSE, _PURSE, _TRY, _EXAMINE)
PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    role: _NOTHING.union(*(part.get(role, _NOTHING) for part in _PARTS)) for role in _WORK
}
"""Roles of the system, of its security and of its audit are three people: the administrator reads no audit and no resident."""

NEEDS_CODE: Mapping[Role, str] = {
    Role.VENDOR: "vendor_code", Role.KITCHEN: "kitchen_code", Role.DRIVER: "driver_code", Role.STATION: "station_code",
}  # fmt: skip
"""Roles that make sense only with a code, and the column that holds it."""

MIN_PASSWORD = 10
MAX_PASSWORD = 200
MAX_FAILURES = 5
LOCK_MINUTES = 15
_NOBODY: frozenset[str] = frozenset()


def may(actor: Actor, permission: str) -> bool:
    """Whether the actor's role allows it. Names that are no permission are allowed to nobody."""
    return permission in PERMISSIONS[actor.role]


def scope_of(account: AccountRecord) -> Scope:
    """Which rows the account reaches. A role bound to a code reaches nothing until the code is set.

    Vendors, kitchens and drivers list no residents at all: they see people only through their own runs of the day.
    """
    match account.role:
        case Role.VENDOR:
            return Scope(streets=_NOBODY, vendor=account.vendor_code or "")
        case Role.KITCHEN:
            return Scope(streets=_NOBODY, vendor=account.vendor_code, kitchen=account.kitchen_code or "")
        case Role.DRIVER:
            return Scope(streets=_NOBODY, driver=account.driver_code or "")
        case Role.STATION:
            streets = frozenset({account.street_code}) if account.street_code else _NOBODY
            return Scope(streets=streets, station=account.station_code or "")
        case (
            Role.DISPATCHER
            | Role.HOTLINE
            | Role.FINANCE
            | Role.STREET_CHECKER
            | Role.DISTRICT_APPROVER
            | Role.AUDITOR
            | Role.DISTRICT
        ):
            return Scope(streets=frozenset({account.street_code}) if account.street_code else None)
        case Role.ADMIN:
            return Scope(streets=_NOBODY)
        case Role.SYSTEM:
            return Scope.everything()


def actor_of(account: AccountRecord) -> Actor:
    """The account as somebody who acts."""
    return Actor(account_id=account.id, name=account.display_name, role=account.role, scope=scope_of(account))


def password_fault(password: str, login: str) -> str | None:
    """``short``, ``long``, ``login`` or ``plain`` (one character or a run of digits); None when it will do."""
    if len(password) < MIN_PASSWORD:
        return "short"
    if len(password) > MAX_PASSWORD:
        return "long"
    if login.lower() in password.lower():
        return "login"
    runs = "012345678901234567899876543210abcdefghijklmnopqrstuvwxyzqwertyuiop"
    return "plain" if len(set(password)) < 4 or password.lower() in runs else None
