"""Use-cases of the area tree: bringing it in from a sheet."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.areas import imports
from mealroute.areas.models import Community, District, Street
from mealroute.areas.records import AreaRow
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.import_batches import finish, one_at_a_time
from mealroute.core.importing import ImportResult, Sheet, source_of


def import_areas(db: Session, sheets: Sheet | Sequence[Sheet], *, by: Actor, clock: Clock) -> ImportResult:
    """Bring in streets and communities; what stands there already is left alone, nothing is removed."""
    one_at_a_time(db)
    rows, problems = imports.read(sheets)
    districts = set(db.scalars(select(District.code)))
    streets = {street.code: street for street in db.scalars(select(Street))}
    communities = {(item.street_code, item.name) for item in db.scalars(select(Community))}
    added = changed = unchanged = 0
    for row in rows:
        is_new = row.street_code not in streets or bool(
            row.community and (row.street_code, row.community) not in communities
        )
        district = row.street_code[:6]
        if district not in districts:
            db.add(District(code=district, name=""))
            db.flush()
            districts.add(district)
        street = streets.get(row.street_code)
        if street is None:
            street = streets[row.street_code] = Street(code=row.street_code, district_code=district, name=row.street)
            db.add(street)
        differs = _fill(street, row)
        db.flush()
        if row.community and (row.street_code, row.community) not in communities:
            db.add(Community(street_code=row.street_code, name=row.community))
            communities.add((row.street_code, row.community))
        added, changed, unchanged = (
            added + is_new,
            changed + (differs and not is_new),
            unchanged + (not differs and not is_new),
        )
    db.flush()
    file, digest = source_of(sheets)
    return finish(db, ImportResult("areas", file, added, changed, unchanged, problems, digest), by=by, clock=clock)


def _fill(street: Street, row: AreaRow) -> bool:
    """Write what the row says and the street does not yet hold; True if anything differed. Empty cells change nothing."""
    wanted: dict[str, object] = {"name": row.street}
    if row.street_en:
        wanted["name_en"] = row.street_en
    if row.zone:
        wanted["zone"] = row.zone
    if row.point is not None:
        wanted |= {"lon": row.point.lon, "lat": row.point.lat, "point_source": row.source}
    differing = {name: value for name, value in wanted.items() if getattr(street, name) != value}
    for name, value in differing.items():
        setattr(street, name, value)
    return bool(differing)
