"""Where a person can go, and the day and meal slot that the pages speak about."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Flask, current_app, g, request, session, url_for
from flask_login import current_user

from mealroute.accounts import rules
from mealroute.core.actor import Role
from mealroute.core.i18n import _l
from mealroute.core.slots import MealSlot
from web import here


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the top bar or of the menu."""

    endpoint: str
    label: str
    permission: str
    daily: bool = False


TOP = (
    Item("vendorwork.day", _l("My work"), "work.view", daily=True),
    Item("today.show", _l("Today"), "day.view", daily=True),
    Item("orders.book", _l("Orders"), "orders.view", daily=True),
    Item("plan.board", _l("Plan"), "plan.view", daily=True),
    Item("dispatch.board", _l("Dispatch"), "dispatch.view", daily=True),
    Item("live.board", _l("On the road"), "live.view", daily=True),
    Item("cases.index", _l("Cases"), "cases.view"),
    Item("counter.board", _l("Counter"), "station.counter", daily=True),
    Item("driver.runs", _l("My runs"), "runs.drive", daily=True),
    Item("residents.index", _l("Residents"), "residents.view"),
    Item("kitchen.sheet", _l("Kitchen"), "kitchen.view", daily=True),
    Item("menus.index", _l("Menu"), "menus.view"),
    Item("vendors.index", _l("Vendors"), "vendors.view"),
    Item("settlement.index", _l("Settlement"), "subsidy.view"),
)
MENU = (
    Item("rulebook.index", _l("Rulebook"), "subsidy.view"),
    Item("lastseen.calls", _l("Calls and knocks"), "cases.view"),
    Item("lastseen.index", _l("Who was last seen when"), "cases.view"),
    Item("lastseen.daybook", _l("24-hour book"), "cases.view"),
    Item("casefiles.messages", _l("Messages to pass on"), "cases.record"),
    Item("casefiles.ladder", _l("Ladder and duty list"), "cases.view"),
    Item("complaints.index", _l("Complaints"), "complaints.view"),
    Item("checks.index", _l("Checks"), "checks.view"),
    Item("checks.calls", _l("Call-back"), "callback.view"),
    Item("vendorscore.scorecards", _l("Scorecards"), "scores.view"),
    Item("vendorscore.scorecard", _l("Scorecard"), "vendor.figures"),
    Item("hotline.index", _l("Telephone"), "orders.edit"),
    Item("keying.index", _l("Key sheets in"), "paper.key", daily=True),
    Item("paper.index", _l("Paper packs"), "paper.pack", daily=True),
    Item("timebank.couriers", _l("Service records"), "vendors.view"),
    Item("timebank.index", _l("Time bank"), "timebank.view"),
    Item("exporting.index", _l("Exports"), "exports.run"),
    Item("settlement.budget_now", _l("Budget"), "subsidy.view"),
    Item("jobs.index", _l("Jobs"), "plan.view"),
    Item("claims.this_station", _l("Statements of stations"), "statements.view"),
    Item("cash.index", _l("Cash"), "cash.view"),
    Item("swipes.index", _l("Swipes"), "subsidy.view"),
    Item("users.index", _l("Users"), "users.manage"),
    Item("imports.index", _l("Import sheets"), "import.run"),
    Item("audit.index", _l("Audit trail"), "audit.view"),
)
HOMES = {Role.STATION: "counter.board", Role.KITCHEN: "kitchen.sheet"}
"""Where those begin whose work is not the first entry that they may open."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The day and slot of the page."""

    day: date
    slot: MealSlot


def chosen() -> Moment:
    """The day and slot in the address, else the ones looked at last, else today's lunch."""
    if "moment" not in g:
        asked = request.view_args or {}
        kept = session.get("moment", ("", ""))
        day = asked.get("day") or _day(kept[0]) or here.clock().today()
        slot = asked.get("slot") or (MealSlot(kept[1]) if kept[1] in set(MealSlot) else MealSlot.LUNCH)
        g.moment = Moment(day, slot)
    found: Moment = g.moment
    return found


def href(item: Item) -> str:
    """The address of an entry for the chosen day."""
    if not item.daily:
        return url_for(item.endpoint)
    moment = chosen()
    return url_for(item.endpoint, day=moment.day, slot=moment.slot)


def at(day: date, slot: MealSlot) -> str:
    """The same page on another day, or that day's first page where this one has no day."""
    args = dict(request.view_args or {})
    if request.endpoint and {"day", "slot"} == set(args) and request.method == "GET":
        return url_for(request.endpoint, day=day, slot=slot)
    return url_for("home.day", day=day, slot=slot)


def allowed(items: tuple[Item, ...]) -> list[Item]:
    """The entries that this person may open."""
    if not current_user.is_authenticated:
        return []
    return [item for item in items if rules.may(current_user.actor, item.permission)]


def home() -> str:
    """The first page that this person may open, for the chosen day."""
    found = allowed(TOP) or allowed(MENU)
    first = HOMES.get(current_user.actor.role) if current_user.is_authenticated else None
    found = [item for item in found if item.endpoint == first] or found
    return href(found[0]) if found else url_for("account.preferences")


def register(app: Flask) -> None:
    """Give the base template its bar; remember the day that was looked at."""

    @app.context_processor
    def _bar() -> dict[str, Any]:
        return {"nav": _Bar(), "may": _may, "has_page": _has_page}

    @app.after_request
    def _remember(response: Any) -> Any:
        asked = request.view_args or {}
        if "day" in asked and "slot" in asked and response.status_code == 200 and current_user.is_authenticated:
            session["moment"] = (asked["day"].isoformat(), str(asked["slot"].value))
        return response


class _Bar:
    """What the base template draws."""

    chosen = staticmethod(chosen)
    href = staticmethod(href)
    at = staticmethod(at)

    @property
    def top(self) -> list[Item]:
        return allowed(TOP)

    @property
    def menu(self) -> list[Item]:
        return allowed(MENU)

    @property
    def before(self) -> str:
        return at(chosen().day - timedelta(days=1), chosen().slot)

    @property
    def after(self) -> str:
        return at(chosen().day + timedelta(days=1), chosen().slot)

    @staticmethod
    def is_here(item: Item) -> bool:
        return (request.endpoint or "").split(".")[0] == item.endpoint.split(".")[0]


def _may(permission: str) -> bool:
    return bool(current_user.is_authenticated and rules.may(current_user.actor, permission))


def _has_page(endpoint: str) -> bool:
    """Whether the program has this page; for bars that several features share."""
    return endpoint in current_app.view_functions


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
