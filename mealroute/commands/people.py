"""Sign-ins: one by one from the command line, and one a role for the demo."""

import argparse
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from mealroute.accounts import queries, rules
from mealroute.accounts import service as accounts
from mealroute.areas import queries as areas
from mealroute.commands.setup import Here
from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import Clock
from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.dispatch import queries as runs
from mealroute.settlement.simulate import Four
from mealroute.vendors import queries as vendors


@dataclass(frozen=True, slots=True)
class SignIn:
    """What the demo prints for one role; the password is shown this once."""

    role: Role
    login: str
    password: str


def add_user(here: Here, args: argparse.Namespace) -> int:
    """`add-user`: prints the fresh password once."""
    try:
        role = Role(args.role)
    except ValueError:
        known = ", ".join(role for role in Role if role is not Role.SYSTEM)
        raise MealrouteError(
            "unknown-role", _("There is no role %(role)s.", role=args.role), _("Use one of: %(list)s.", list=known)
        ) from None
    with unit_of_work() as db:
        record, password = accounts.create_account(
            db, login=args.login, display_name=args.name or args.login, role=role, street_code=args.street,
            vendor_code=args.vendor, kitchen_code=args.kitchen, driver_code=args.driver, by=SYSTEM, clock=here.clock,
        )  # fmt: skip
    print(f"{record.login}  {password}")
    return 0


def demo_accounts(here: Here, *, day: date | None = None, by: Actor = SYSTEM) -> tuple[SignIn, ...]:
    """One sign-in a role with a fresh password each time; existing ones get the new password.

    The driver is one who has a run on ``day``, so that there is something to see.
    """
    return tuple(_demo_account(role, day, by=by, clock=here.clock) for role in Role if role is not Role.SYSTEM)


def _demo_account(role: Role, day: date | None, *, by: Actor, clock: Clock) -> SignIn:
    login = str(role)
    password = accounts.fresh_password()
    with unit_of_work() as db:
        found = next((account for account in queries.accounts(db) if account.login == login), None)
        if found is not None:
            accounts.set_password(db, found.id, password, by=by, clock=clock)
            return SignIn(role, login, password)
        codes: dict[str, str] = {}
        if role is Role.VENDOR:
            codes["vendor_code"] = vendors.vendors(db, scope=Scope.everything())[0].code
        elif role is Role.KITCHEN:
            codes["kitchen_code"] = vendors.kitchens(db)[0].code
        elif role is Role.DRIVER:
            driving = runs.runs(db, day, MealSlot.LUNCH, scope=Scope.everything()) if day is not None else ()
            codes["driver_code"] = (
                driving[-1].driver_code if driving else vendors.drivers(db, scope=Scope.everything())[0].code
            )
        elif role is Role.STATION:
            station = vendors.stations(db)[-1]
            codes |= {"station_code": station.code, "street_code": station.street_code}
        elif role is Role.STREET_CHECKER:
            codes["street_code"] = areas.streets(db)[0].code
        accounts.create_account(
            db, login=login, display_name=NAMES[role], role=role, password=password, by=by, clock=clock, **codes
        )
    return SignIn(role, login, password)


def sample_officers(db: Session, *, by: Actor = SYSTEM, clock: Clock) -> Four:
    """The four people who close the demo's month, made where they are not there yet. Nobody knows their passwords."""
    known = {account.login: account for account in queries.accounts(db)}
    found = {}
    for place, (login, name, role) in OFFICERS.items():
        account = known.get(login)
        if account is None:
            account, _password = accounts.create_account(
                db, login=login, display_name=name, role=role, by=by, clock=clock
            )
        found[place] = rules.actor_of(account)
    return Four(**found)


OFFICERS = {
    "preparer": ("sample-preparer", "周航（示例）", Role.FINANCE),
    "checker": ("sample-checker", "孙静（示例）", Role.STREET_CHECKER),
    "approver": ("sample-approver", "钱伟（示例）", Role.DISTRICT_APPROVER),
    "cashier": ("sample-cashier", "林燕（示例）", Role.FINANCE),
}
"""Who takes the four steps of the demo's month; invented."""

NAMES = {
    Role.DISPATCHER: "李敏", Role.KITCHEN: "周厨", Role.DRIVER: "刘司机", Role.VENDOR: "王经理", Role.STATION: "陈洁", Role.HOTLINE: "王磊",
    Role.FINANCE: "赵会计", Role.STREET_CHECKER: "孙核查", Role.DISTRICT_APPROVER: "钱审批", Role.AUDITOR: "吴审计", Role.DISTRICT: "郑处",
    Role.ADMIN: "管理员",
}  # fmt: skip
"""Display names of the demo's accounts; invented."""
