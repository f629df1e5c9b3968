"""The sheets of a meal with how far each is keyed in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from mealroute.core.actor import Scope
from mealroute.core.slots import MealSlot
from mealroute.delivery import queries as doors
from mealroute.dispatch import queries as dispatch
from mealroute.dispatch import sheet_codes
from mealroute.paper import keying
from mealroute.paper.keying_records import KeyedRecord
from mealroute.planning import queries as planning

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """One sheet; ``recorded`` of ``portions`` have a record from wherever it came. Of a sheet that goes to other clerks' streets too
    (``mixed``) only the own stops are counted.
    """

    version_id: int
    number: int
    code: str
    driver: str
    stops: int
    portions: int
    recorded: int
    keyed: KeyedRecord | None
    replaced: bool = False
    mixed: bool = False

    @property
    def done(self) -> bool:
        return self.recorded == self.portions


def sheets_of(db: Session, day: date, slot: MealSlot, *, scope: Scope) -> tuple[SheetRow, ...]:
    """The sheets in force with stops within reach, by route, then keyed ones of versions that were replaced."""
    standing = planning.published(db, day, slot)
    keyed = keying.keyed_on(db, day, slot)
    progress = {run.run_id: run for run in doors.live_board(db, day, str(slot), scope).runs}
    rows = []
    for sheet in (
        dispatch.manifests(db, standing.id, scope=replace(scope, streets=None)) if standing is not None else ()
    ):
        run, key = progress.get(sheet.run_id), (standing.id if standing else 0, sheet.number)
        if run is None and scope.streets is not None:
            continue
        portions = run.portions if run and scope.streets is not None else sheet.portions
        rows.append(
            SheetRow(
                version_id=key[0], number=sheet.number, code=sheet_codes.sheet_code(*key), driver=sheet.driver_name,
                stops=run.stops if run and scope.streets is not None else sheet.stops, portions=portions,
                recorded=run.recorded if run else 0, keyed=keyed.pop(key, None), mixed=portions < sheet.portions,
            )
        )  # fmt: skip
    rows += [
        SheetRow(
            version_id=version, number=number, code=sheet_codes.sheet_code(version, number), driver="", stops=0,
            portions=found.sums.seen + found.sums.left + found.sums.back, recorded=0, keyed=found, replaced=True,
        )
        for (version, number), found in sorted(keyed.items())
    ]  # fmt: skip
    return tuple(rows)
