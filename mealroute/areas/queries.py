"""Reads of the area tree."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.areas.models import Community, Street
from mealroute.areas.records import CommunityRecord, StreetRecord
from mealroute.core.actor import Scope
from mealroute.core.geo import LonLat


def streets(db: Session, *, scope: Scope | None = None) -> tuple[StreetRecord, ...]:
    """Every street by code; with a scope, only those that it reaches. Streets are no personal data, so scope is optional."""
    found = db.scalars(select(Street).order_by(Street.code))
    return tuple(
        StreetRecord(
            street.code, street.name, street.name_en,
            None if street.lon is None or street.lat is None else LonLat(street.lon, street.lat), street.district_code,
            street.zone,
        )
        for street in found
        if scope is None or scope.sees_street(street.code)
    )  # fmt: skip


def street_names(db: Session) -> dict[str, str]:
    """Street code → Chinese name."""
    return {street.code: street.name for street in streets(db)}


def street_zones(db: Session) -> dict[str, str]:
    """Street code → the zone that rules may ask for; streets without one are left out."""
    return dict(db.execute(select(Street.code, Street.zone).where(Street.zone != "")).tuples().all())


def streets_by_district(db: Session) -> dict[str, frozenset[str]]:
    """District code → the codes of its streets."""
    found: dict[str, set[str]] = {}
    for street, district in db.execute(select(Street.code, Street.district_code)):
        found.setdefault(district, set()).add(street)
    return {district: frozenset(codes) for district, codes in found.items()}


def communities(db: Session, street_code: str | None = None) -> tuple[CommunityRecord, ...]:
    """Communities of one street, or of all."""
    query = select(Community).order_by(Community.street_code, Community.id)
    if street_code is not None:
        query = query.where(Community.street_code == street_code)
    return tuple(CommunityRecord(item.id, item.street_code, item.name) for item in db.scalars(query))
