"""Travel times and ways along roads, for the draft board. The network is opened once a process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from mealroute.adapters.networks import travel_of
from mealroute.adapters.travel import Travel
from mealroute.adapters.travel_closed import Closed
from mealroute.core.config import Settings
from mealroute.planning import closures
from web import here

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def travel_on(db: Session, day: date) -> Travel:
    """The travel of this installation, less the roads that are closed on the day."""
    return travel_without(closures.closed_on(db, day))


def travel_without(closed: Sequence[Closed]) -> Travel:
    """The travel of this installation, less some closed roads."""
    return _travel(here.settings(), tuple(closed))


@lru_cache(maxsize=4)
def _travel(settings: Settings, closed: tuple[Closed, ...]) -> Travel:
    return travel_of(settings, closed)
