"""The packs of the next service day, made by themselves: the tick sees that it is time and queues a job, the job makes them.

Drawing a district's packs takes the better part of a minute, so it is no work for the web process.
"""

from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.adapters.job_worker import JobContext
from mealroute.core import jobs
from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import Clock, at_seconds
from mealroute.core.config import Settings
from mealroute.core.db import unit_of_work
from mealroute.core.i18n import speaking
from mealroute.core.jobs import JobId
from mealroute.core.slots import MealSlot
from mealroute.menus import queries as menus
from mealroute.paper import expected, gathering, queries, service
from mealroute.paper.records import PackBasis
from mealroute.paper.rulebook import policy_on

KIND = "paper-packs"


def folder_of(settings: Settings) -> Path:
    """Where packs lie."""
    return settings.pack_dir


def tick(*, clock: Clock) -> None:
    """Queue tonight's packs once their time has come; delete those that are too old."""
    settings = Settings.from_env()
    with unit_of_work(read_only=True) as db:
        wanted = due(db, clock)
        today = clock.today()
        old = queries.outlived(db, today - timedelta(days=policy_on(today).keep_days))
    if old:
        with unit_of_work() as db:
            service.delete_old(db, folder=folder_of(settings), by=SYSTEM, clock=clock)
    for day, slot in wanted:
        with unit_of_work() as db:
            ask(db, day, slot, by=SYSTEM, clock=clock)


def due(db: Session, clock: Clock) -> tuple[tuple[date, MealSlot], ...]:
    """The meals whose packs are to be made now: from the evening's time on, and on until the day itself is over, once.

    A night in which the server was down is made up for in the morning.
    """
    now, today = clock.now(), clock.today()
    made_at = at_seconds(today, policy_on(today).made_at * 60, clock.zone)
    if now >= made_at:
        day, since = menus.next_service_day(db, today), made_at
    elif menus.is_service_day(db, today):
        day, since = today, _evening_before(today, clock)
    else:
        return ()
    return tuple(
        (day, slot)
        for slot in MealSlot
        if not queries.made_since(db, day, str(slot), since) and _anybody(db, day, slot)
    )


def ask(db: Session, day: date, slot: MealSlot, *, by: Actor, clock: Clock, street: str | None = None) -> JobId:
    """Queue the packs of a meal (or of one street); asking again while they are being made gives the same job."""
    reach = None if by.scope.streets is None else sorted(by.scope.streets)
    key = f"{KIND}/{day.isoformat()}/{slot}/{'+'.join(reach) if reach is not None else 'district'}/{'all' if street is None else street}"
    payload = {
        "day": day.isoformat(), "slot": str(slot), "street": street,
        "by": {"account_id": by.account_id, "name": by.name, "role": str(by.role), "streets": reach},
    }  # fmt: skip
    return jobs.enqueue(db, KIND, key[:120], payload, by=by, clock=clock)[0]


def run(job: JobContext) -> None:
    """Make them, one transaction for each street: a pack that is done stays when the job is stopped."""
    wanted = job.payload
    who, day, slot = wanted["by"], date.fromisoformat(wanted["day"]), MealSlot(wanted["slot"])
    scope = Scope(streets=None if who["streets"] is None else frozenset(who["streets"]))
    by = Actor(account_id=who["account_id"], name=who["name"], role=Role(who["role"]), scope=scope)
    folder = folder_of(Settings.from_env())
    with speaking("zh"):
        job.report(stage="paper")
        with unit_of_work(read_only=True) as db:
            source = gathering.gather(db, day, slot, by=by, clock=job.clock)
            done = queries.made_since(db, day, str(slot), job.job.created_at)  # by an attempt that was interrupted
        streets = [code for code in gathering.streets_of(source, scope) if wanted["street"] in {None, code}]
        for street in (code for code in streets if code not in done):
            if job.stopping():
                break
            with unit_of_work(read_only=True) as db:
                drawn = service.draw_pack(db, source, street)
            with unit_of_work() as db:
                service.keep_pack(db, drawn, folder=folder, by=by, clock=job.clock)
        if job.cancelled():
            return
        with unit_of_work() as db:
            job.finish(db, {"day": day.isoformat(), "slot": str(slot), "packs": len(streets)})


def under_way(db: Session, day: date, slot: MealSlot) -> tuple[JobId, ...]:
    """Jobs that are making packs of this meal now, or wait for their turn."""
    query = select(jobs.Job.id).where(
        jobs.Job.kind == KIND, jobs.Job.state.in_(jobs.OPEN), jobs.Job.natural_key.startswith(f"{KIND}/{day.isoformat()}/{slot}/")
    )  # fmt: skip
    return tuple(map(JobId, db.scalars(query.order_by(jobs.Job.id))))


def _evening_before(day: date, clock: Clock) -> datetime:
    return at_seconds(day, policy_on(day).made_at * 60, clock.zone) - timedelta(days=1)


def _anybody(db: Session, day: date, slot: MealSlot) -> bool:
    """Dinner is not served everywhere: no plan to go by and nobody due means no pack."""
    basis, _version = gathering.basis_of(db, day, slot, policy_on(day))
    return basis is not PackBasis.NONE or bool(expected.portions_due(db, day, slot))
