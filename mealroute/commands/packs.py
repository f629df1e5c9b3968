"""`paper-pack`: the packs of a day, from the command line; also where no web server runs."""

import shutil
from datetime import date
from pathlib import Path

from mealroute.commands.progress import step
from mealroute.commands.setup import Here
from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.db import unit_of_work
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.menus import queries as menus
from mealroute.paper import gathering, nightly, queries, service
from mealroute.paper.records import PackAct


def command(here: Here, day: date | None, slot: MealSlot, *, street: str | None, out: Path | None) -> int:
    """Prints the path of each pack; ``out`` gets copies, which are recorded as taken. 3 where there is nothing to print."""
    folder = nightly.folder_of(here.settings)
    with unit_of_work(read_only=True) as db:
        wanted = day or menus.next_service_day(db, here.clock.today())
        source = gathering.gather(db, wanted, slot, by=SYSTEM, clock=here.clock)
    streets = [code for code in gathering.streets_of(source, SYSTEM.scope) if street is None or code == street]
    if not streets or (not source.sheets and not source.due):
        raise NotFound(
            "pack-nothing", _("There is nothing to print for this street and day."), _("Nobody there has an order.")
        )
    made = []
    with step(_("Paper packs of %(day)s", day=wanted.isoformat())) as shown:
        for n, code in enumerate(streets, 1):
            with unit_of_work(read_only=True) as db:
                drawn = service.draw_pack(db, source, code)
            with unit_of_work() as db:
                made.append(service.keep_pack(db, drawn, folder=folder, by=SYSTEM, clock=here.clock))
            shown.at(n / len(streets), source.streets.get(code, _("Whole district")))
        shown.note = _("%(n)d packs", n=len(made))
    for number in made:
        with unit_of_work() as db:
            pack = queries.pack(db, number, scope=Scope.everything())
            path = folder / pack.file
            if out is not None:
                service.hand_out(db, number, PackAct.DOWNLOADED, folder=folder, by=SYSTEM, clock=here.clock)
                out.mkdir(parents=True, exist_ok=True)
                path = Path(shutil.copyfile(path, out / service.shown_name(pack)))
        print(path)
    return 0
