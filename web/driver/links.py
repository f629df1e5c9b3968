"""From a signed link, or from a signed-in driver, to the runs that it opens."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from mealroute.core.actor import Actor, Role, Scope
from mealroute.core.db import unit_of_work
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.delivery.door_links import Key, linked
from mealroute.dispatch import notices, queries
from mealroute.dispatch.notice_records import Means, NoticeRecord
from mealroute.dispatch.records import Manifest, RunRecord, RunState
from web import here

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def manifest_of(db: Session, token: str) -> Manifest:
    """The sheet that a signed link opens; the link of a replaced run opens what its driver goes on with.

    Wrong, over and withdrawn links look the same: nothing is told to a stranger.
    """
    run = queries.run_by_token(db, token, clock=here.clock(), secret_key=here.settings().secret_key)
    if run is None:
        raise closed()
    return queries.manifest(db, run.id)


def manifest_to_record(db: Session, token: str, line: object) -> Manifest:
    """The sheet on which a record belongs: the one in force, else the one for which the link was made.

    A phone that was out of reach may still send what happened at a door that has gone to somebody else since.
    """
    own = _own(db, token)
    found = [queries.manifest(db, run.id) for run in (queries.going_on(db, own), own) if run is not None]
    return next((manifest for manifest in found if str(line) in _lines(manifest)), found[0])


def given_away(db: Session, token: str, line: object) -> int | None:
    """The run on which a line belongs that is on no sheet of this link any more, because its stop changed hands on the road."""
    key, number = key_of(token), int(str(line)) if str(line).isdigit() else 0
    found = linked(db, [key], [number], clock=here.clock()).get(key)
    return None if found is None else found.lines.get(number)


def manifest_to_sign(db: Session, token: str, visit: int) -> Manifest:
    """The sheet with a station's stop: a page that was open before the plan changed still names the old one."""
    own = _own(db, token)
    found = [queries.manifest(db, run.id) for run in (queries.going_on(db, own), own) if run is not None]
    return next((each for each in found if visit in {s.visit_id for t in each.trips for s in t.stops}), found[0])


def moved_on(token: str) -> bool:
    """Whether the run of a true link is not the one in force any more, so that an old page leads nowhere."""
    with unit_of_work(read_only=True) as db:
        own = queries.linked_run(db, token, clock=here.clock(), secret_key=here.settings().secret_key)
        return own is not None and own.state is RunState.WITHDRAWN


def closed_run(db: Session, token: str) -> RunRecord | None:
    """The run of a true link whose driver has none any more; None while there is one to drive."""
    own = queries.linked_run(db, token, clock=here.clock(), secret_key=here.settings().secret_key)
    return own if own is not None and queries.going_on(db, own) is None else None


def notices_of(db: Session, token: str) -> tuple[NoticeRecord, ...]:
    """What the driver of a link has not yet seen, the newest first."""
    found = notices.for_run(db, _own(db, token), clock=here.clock())
    return tuple(one for one in found if not any(receipt.means is Means.PAGE for receipt in one.receipts))


def standing(db: Session, token: str) -> RunRecord:
    """The run that the driver of a link is on now; the link's own where none is left to drive."""
    own = _own(db, token)
    return queries.going_on(db, own) or own


def _own(db: Session, token: str) -> RunRecord:
    run = queries.linked_run(db, token, clock=here.clock(), secret_key=here.settings().secret_key)
    if run is None:
        raise closed()
    return run


def key_of(token: str) -> Key:
    """What a link carries, for records that go in together with others'. A forged one looks as if it were over."""
    key = queries.link_key(token, secret_key=here.settings().secret_key)
    if key is None:
        raise closed()
    return key


def closed() -> NotFound:
    """Wrong, over and revoked links look the same."""
    return NotFound(
        "run-not-open",
        _("This run is not open any more."),
        _("Ask the dispatcher for the new sheet, or work from the printed one."),
    )


def carries(manifest: Manifest, line: object) -> bool:
    """Whether a line is on this sheet."""
    return str(line) in _lines(manifest)


def _lines(manifest: Manifest) -> set[str]:
    return {str(item.book_line_id) for trip in manifest.trips for stop in trip.stops for item in stop.items}


def driver_actor(manifest: Manifest) -> Actor:
    """Who records through a signed link: the driver of the run, and nothing but that."""
    return _driver(manifest.driver_code, manifest.driver_name)


def reader(db: Session, token: str) -> Actor:
    """Who reads through a signed link, also where no run is left to drive."""
    own = _own(db, token)
    return _driver(own.driver_code, queries.manifest(db, own.id).driver_name)


def _driver(code: str, name: str) -> Actor:
    return Actor(account_id=None, name=name, role=Role.DRIVER, scope=Scope(driver=code))


def runs_of(db: Session, day: date, slot: str, actor: Actor) -> list[tuple[RunRecord, str]]:
    """The published runs within this person's scope, each with the token that opens it."""
    runs = queries.runs(db, day, slot, scope=actor.scope)
    return [
        (run, queries.token(db, run.id, secret_key=here.settings().secret_key))
        for run in runs
        if run.state is not RunState.WITHDRAWN
    ]
