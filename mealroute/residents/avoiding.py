"""Foods that somebody avoids, beside the diets: kept only with consent, because they tell of health."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict
from mealroute.core.i18n import _
from mealroute.residents import writing
from mealroute.residents.foods import ALLERGEN, AVOID, food_table
from mealroute.residents.loading import reach
from mealroute.residents.models import Resident, ResidentAvoidance
from mealroute.residents.records import Consent, ResidentId


def change_avoids(
    db: Session, resident_id: ResidentId, needs: Iterable[str], strict: Iterable[str], *, by: Actor, clock: Clock
) -> bool:
    """Make these (codes of ``foods.py``) the avoided foods from today on; an allergy is strict whether marked or not.

    Raises
    ------
    Conflict
        The person has not agreed that they are kept.
    ValueError
        A code outside data/rules/foods.yaml.
    """
    row = reach(db, resident_id, by)
    wanted, table = set(needs) | set(strict), food_table()
    known = {f"{AVOID}{code}" for code in table.ingredients} | {f"{ALLERGEN}{code}" for code in table.allergens}
    if wanted - known:
        raise ValueError(f"no such foods: {sorted(wanted - known)}")
    if wanted and row.health_consent != Consent.GIVEN:
        raise Conflict(
            "no-health-consent",
            _("Avoided foods tell of health; nobody has noted that this person agrees to their being kept."),
            _("Ask, and note the answer first."),
        )
    must = set(strict) | {need for need in wanted if need.startswith(ALLERGEN)}
    changed = writing.set_avoids(db, row, _held(db, row), wanted, must, day=clock.today())
    if changed:
        row.updated_at = clock.now()
        audit.record(
            db, by=by, clock=clock, action="residents.changed", subject=f"resident/{row.code}", detail={"fields": ["avoids"]}
        )  # fmt: skip
    return changed


def note_consent(db: Session, resident_id: ResidentId, consent: Consent, *, by: Actor, clock: Clock) -> bool:
    """Write down whether the person agrees. Without consent the avoided foods are erased; diets stay as they are."""
    row = reach(db, resident_id, by)
    changed = writing.set_consent(db, row, _held(db, row), consent, day=clock.today())
    if changed:
        row.updated_at = clock.now()
        audit.record(
            db, by=by, clock=clock, action="residents.health-consent", subject=f"resident/{row.code}",
            detail={"consent": str(consent)},
        )  # fmt: skip
    return changed


def _held(db: Session, row: Resident) -> list[ResidentAvoidance]:
    query = select(ResidentAvoidance).where(ResidentAvoidance.resident_id == row.id).order_by(ResidentAvoidance.id)
    return list(db.scalars(query))
