"""The register as the page shows it: each street's newest pack, the earlier ones, what people did with them, what is being made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from mealroute.core.actor import Scope
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.paper import gathering, nightly, queries
from mealroute.paper.records import PackActRecord, PackBasis, PackRecord
from mealroute.paper.rulebook import policy_on
from mealroute.planning.records import PlanVersionSummary
from web.streets import street_names

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

ACTS = 30


@dataclass(frozen=True, slots=True)
class Row:
    """One pack; ``stale``: another plan is in force than the one it was made after."""

    pack: PackRecord
    street: str
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What the page shows."""

    newest: tuple[Row, ...]
    earlier: tuple[Row, ...]
    acts: tuple[tuple[PackActRecord, str], ...]
    basis: PackBasis
    version: PlanVersionSummary | None
    jobs: tuple[int, ...]
    streets: tuple[tuple[str, str], ...]

    @property
    def stale(self) -> bool:
        return any(row.stale for row in self.newest)


def register_of(db: Session, day: date, slot: MealSlot, *, scope: Scope) -> Register:
    """Gather the page."""
    basis, version = gathering.basis_of(db, day, slot, policy_on(day))
    packs = queries.packs(db, day, str(slot), scope=scope)
    names = {"": _("Whole district"), **street_names(db)}

    def row(pack: PackRecord) -> Row:
        now = (basis, version.number if version else None, version.day if version else None)
        stale = (pack.basis, pack.version_number, pack.basis_day) != now
        return Row(pack, names.get(pack.street_code, pack.street_code), stale)

    newest = queries.newest(packs)
    held = {pack.id for pack in newest}
    acts = queries.acts(db, [pack.id for pack in packs])[:ACTS]
    of = {pack.id: names.get(pack.street_code, pack.street_code) for pack in packs}
    return Register(
        newest=tuple(map(row, newest)), earlier=tuple(row(pack) for pack in packs if pack.id not in held),
        acts=tuple((act, of[act.pack_id]) for act in acts), basis=basis, version=version, jobs=nightly.under_way(db, day, slot),
        streets=tuple((code, name) for code, name in names.items() if (scope.streets is None or code in scope.streets)),
    )  # fmt: skip
