"""What a payee is called: a vendor by its name, a resident by the masked name, as everywhere; anybody else by their code."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.text import mask_name
from mealroute.residents.models import Resident
from mealroute.subsidy.queries import CHUNK
from mealroute.vendors.models import Vendor


def names(db: Session, codes: Iterable[str]) -> dict[str, str]:
    """Code → name of those who have one."""
    wanted = set(codes)
    found = dict(db.execute(select(Vendor.code, Vendor.name)).tuples().all()) if wanted else {}
    others = sorted(wanted - found.keys())
    for start in range(0, len(others), CHUNK):
        query = select(Resident.code, Resident.name).where(Resident.code.in_(others[start : start + CHUNK]))
        found |= {code: mask_name(name) for code, name in db.execute(query)}
    return found
