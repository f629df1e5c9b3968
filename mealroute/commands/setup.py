"""Make a process ready to work: folders, keys, database at the newest schema."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.engine import make_url

from mealroute import migrate
from mealroute.core import crypto, db
from mealroute.core.clock import SystemClock
from mealroute.core.config import Settings


@dataclass(frozen=True, slots=True)
class Here:
    """What every command needs to know about this installation."""

    settings: Settings
    clock: SystemClock


def open_here(settings: Settings | None = None) -> Here:
    """Configure keys and database of this process and apply missing migrations. Safe to call again."""
    found = settings or Settings.from_env()
    found.instance_dir.mkdir(parents=True, exist_ok=True)
    crypto.configure_keys(found.field_keys)
    path = make_url(found.database_url).database
    if found.database_url.startswith("sqlite") and path and path != ":memory:":
        found.instance_dir.joinpath(path).parent.mkdir(parents=True, exist_ok=True)
    migrate.upgrade(db.configure(found.database_url))
    return Here(settings=found, clock=SystemClock(ZoneInfo(found.timezone)))
