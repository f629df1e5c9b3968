"""From a signed link, or from a signed-in driver, to the runs that it opens."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from mealroute.core.actor import Actor, Role, Scope
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.dispatch import queries
from mealroute.dispatch.records import Manifest, RunRecord, RunState
from web import here

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def manifest_of(db: Session, token: str) -> Manifest:
    """The sheet that a signed link opens. Wrong, over and withdrawn links look the same: nothing is told to a stranger."""
    key = here.settings().secret_key
    run = queries.run_by_token(db, token, clock=here.clock(), secret_key=key)
    if run is None or run.state is RunState.WITHDRAWN:
        raise NotFound(
            "run-not-open",
            _("This run is not open any more."),
            _("Ask the dispatcher for the new sheet, or work from the printed one."),
        )
    return queries.manifest(db, run.id)


def driver_actor(manifest: Manifest) -> Actor:
    """Who records through a signed link: the driver of the run, and nothing but that."""
    scope = Scope(driver=manifest.driver_code)
    return Actor(account_id=None, name=manifest.driver_name, role=Role.DRIVER, scope=scope)


def runs_of(db: Session, day: date, slot: str, actor: Actor) -> list[tuple[RunRecord, str]]:
    """The published runs within this person's scope, each with the token that opens it."""
    runs = queries.runs(db, day, slot, scope=actor.scope)
    return [
        (run, queries.token(db, run.id, secret_key=here.settings().secret_key))
        for run in runs
        if run.state is not RunState.WITHDRAWN
    ]
