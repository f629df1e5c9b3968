"""`check-month`: look at a month with every check, from the command line; also where no web server runs."""

from datetime import date

from mealroute.adapters import networks
from mealroute.checks import queries, words
from mealroute.commands.progress import step
from mealroute.commands.setup import Here
from mealroute.core.actor import SYSTEM, Actor, Scope
from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _
from mealroute.oversight import checking


def command(here: Here, month: str, *, by: Actor = SYSTEM) -> int:
    """Prints how many findings each check has open; 3 where a block is among them."""
    with step(_("The checks of %(month)s", month=month)) as shown:

        def told(n: int, days: int, day: date) -> None:
            shown.at(n / days, day.isoformat())

        with unit_of_work() as db:
            found = checking.check_month(
                db, month, by=by, clock=here.clock, matrix_of=networks.travel_of(here.settings).matrix, progress=told
            )
        shown.note = _("%(n)d findings in %(meals)d records", n=found.found, meals=found.meals)
    with unit_of_work(read_only=True) as db:
        still = queries.open_findings(db, month, scope=Scope.everything())
        sums = queries.open_sum(db, month, scope=Scope.everything())
    for code in dict.fromkeys(one.code for one in still):
        own = [one for one in still if one.code == code]
        print(f"{own[0].severity}\t{len(own)}\t{words.title(code)}")
    return 3 if sums.block else 0
