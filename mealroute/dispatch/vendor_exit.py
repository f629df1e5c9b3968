"""Use-cases of a vendor's exit: run a trial of the next day, and carry out what was tried, everything in one transaction."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit, jobs
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.i18n import _
from mealroute.core.jobs import JobId
from mealroute.dispatch import exit_trial
from mealroute.dispatch.exit_applying import carry_out
from mealroute.dispatch.exit_hanging import hanging
from mealroute.dispatch.exit_models import ExitUnserved, VendorExit
from mealroute.dispatch.exit_records import Choices, ExitRecord, Trial
from mealroute.orders.records import Pricing
from mealroute.vendors import life


def start_trial(db: Session, code: str, choices: Choices, *, by: Actor, clock: Clock) -> JobId:
    """Queue a trial; while one is under way for the vendor, that one is returned. Wake the executor after the commit."""
    life.no_vendor_account(by)
    hanging(db, code, clock=clock)
    asked = {"account_id": by.account_id, "name": by.name, "role": str(by.role)}
    payload = {"vendor": code, "choices": choices.as_json(), "by": asked}
    job_id, new = jobs.enqueue(db, exit_trial.TRIAL, trial_key(code), payload, by=by, clock=clock)
    if new:
        audit.record(db, by=by, clock=clock, action="dispatch.exit-tried", subject=f"vendor/{code}")
    return job_id


def trial_key(code: str) -> str:
    """The natural key of a vendor's trial; ``core.jobs.latest`` finds the newest by it."""
    return f"{exit_trial.TRIAL}/{code}"


def confirm(
    db: Session,
    trial: Trial,
    responsible: Mapping[int, str],
    *,
    reason: str,
    pricing: Pricing,
    by: Actor,
    clock: Clock,
) -> int:
    """Carry out what a trial has shown; returns the exit's number. Today is the vendor's last day.

    ``responsible`` names, by resident, the person who answers for the meal of whoever would have none.

    Raises
    ------
    Conflict
        ``exit-runs-open``: published runs are still to be driven. ``exit-trial-outdated``: orders, fleet or choices are no longer
        those of the trial.
    MealrouteError
        ``exit-unserved``: somebody would have no meal and nobody is named. And what ``carry_out`` refuses.
    """
    code = trial.vendor_code
    life.locked(db, code)
    written = life.reason_of(reason)
    hangs = hanging(db, code, clock=clock)
    if hangs.runs:
        raise Conflict(
            "exit-runs-open",
            _("%(n)d published runs are still to be driven with this vendor.", n=len(hangs.runs)),
            _("Wait until the last is back, or put a plan without it in their place; for an emergency suspend it now."),
        )
    if exit_trial.fingerprint(db, code, trial.choices, pricing=pricing, by=by, clock=clock) != trial.fingerprint:
        raise Conflict("exit-trial-outdated", _("Orders or the fleet have changed since this trial."), _("Try again."))
    named = {who: responsible.get(who, "").strip() for who in trial.unserved_people}
    if any(not name for name in named.values()):
        raise MealrouteError(
            "exit-unserved",
            _(
                "%(n)d people would have no meal and nobody answers for them.",
                n=sum(not name for name in named.values()),
            ),
            _("Name a person for each, or let others take over more."),
        )
    carry_out(db, hangs, trial.choices, reason=written, by=by, clock=clock)
    row = VendorExit(
        vendor_code=code, last_day=clock.today(), next_day=trial.day, residents=trial.residents,
        taken_over=trial.residents - trial.unserved_own, choices=trial.choices.as_json(), cost_before_fen=trial.cost_before_fen,
        cost_after_fen=trial.cost_after_fen, reason=written, by_name=by.name, account_id=by.account_id, at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    db.add_all(ExitUnserved(exit_id=row.id, resident_id=who, responsible=name[:80]) for who, name in named.items())
    db.flush()
    audit.record(
        db, by=by, clock=clock, action="dispatch.vendor-exit", subject=f"vendor/{code}", reason=written,
        detail={
            "exit": row.id, "residents": trial.residents, "unserved": len(named), "kitchens": len(hangs.kitchens),
            "drivers": len(hangs.drivers), "vehicles": len(hangs.vehicles), "stations": len(hangs.stations),
        },
    )  # fmt: skip
    return row.id


def exits(db: Session, code: str) -> tuple[ExitRecord, ...]:
    """Exits of a vendor that were carried out, the newest first."""
    unserved: dict[int, list[tuple[int, str]]] = {}
    query = (
        select(ExitUnserved)
        .join(VendorExit, VendorExit.id == ExitUnserved.exit_id)
        .where(VendorExit.vendor_code == code)
    )
    for row in db.scalars(query.order_by(ExitUnserved.id)):
        unserved.setdefault(row.exit_id, []).append((row.resident_id, row.responsible))
    rows = db.scalars(select(VendorExit).where(VendorExit.vendor_code == code).order_by(VendorExit.id.desc()))
    return tuple(
        ExitRecord(
            id=row.id, vendor_code=row.vendor_code, last_day=row.last_day, residents=row.residents, taken_over=row.taken_over,
            unserved=tuple(unserved.get(row.id, ())), reason=row.reason, by_name=row.by_name,
        )
        for row in rows
    )  # fmt: skip
