"""Travel times and ways along roads, for the draft board. The network is opened once a process."""

from functools import lru_cache

from mealroute.adapters.networks import travel_of
from mealroute.adapters.travel import Travel
from mealroute.core.config import Settings
from web import here


def travel() -> Travel:
    """The travel of this installation."""
    return _travel(here.settings())


@lru_cache(maxsize=2)
def _travel(settings: Settings) -> Travel:
    return travel_of(settings)
