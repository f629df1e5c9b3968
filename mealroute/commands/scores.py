"""`score-vendors`: the scorecards of a month that is over become the scores that dispatch ranks by."""

from mealroute.commands.progress import step
from mealroute.commands.setup import Here
from mealroute.core.actor import SYSTEM, Actor
from mealroute.core.clock import Clock
from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _
from mealroute.oversight import service, simulate
from mealroute.vendors import queries as vendors
from mealroute.vendors.score_records import ScoreRecord


def command(here: Here, month: str) -> int:
    """Prints each score that is new or has changed; the same figures write nothing."""
    with unit_of_work() as db:
        written = service.score_month(db, month, by=SYSTEM, clock=here.clock)
    with unit_of_work(read_only=True) as db:
        names = {vendor.code: vendor.name for vendor in vendors.vendors(db)}
    for row in written:
        print(told(row, names.get(row.vendor_code, row.vendor_code)))
    if not written:
        print(_("Nothing has changed since the last scoring of %(month)s.", month=month))
    return 0


def told(row: ScoreRecord, name: str) -> str:
    """One score in words."""
    what = _("Brought the meals") if row.side == "delivered" else _("Cooked the meals")
    points = _("not enough data") if row.score is None else _("%(n)d of 100", n=row.score)
    return f"{row.vendor_code} {name}，{what}：{points}"


def demo(month: str, *, seed: int, clock: Clock, by: Actor = SYSTEM) -> None:
    """The demo's last month: simulated complaints, then its scores."""
    with step(_("Complaints and vendors' scores of %(month)s", month=month)) as shown:
        with unit_of_work() as db:
            count = simulate.simulate_month(db, month, seed=seed, by=by, clock=clock)
        with unit_of_work() as db:
            service.score_month(db, month, by=by, clock=clock)
        with unit_of_work(read_only=True) as db:
            scored = sum(score is not None for score in vendors.scores(db).values())
        shown.note = _("%(n)d complaints, %(scored)d vendors scored", n=count, scored=scored)
