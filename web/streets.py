"""The names of streets in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mealroute.areas import queries
from mealroute.core.i18n import language

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def street_names(db: Session) -> dict[str, str]:
    """Street code → its English name on English pages, where it has one; else the Chinese one."""
    english = language() == "en"
    return {street.code: (street.name_en or street.name) if english else street.name for street in queries.streets(db)}
