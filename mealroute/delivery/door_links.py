"""From the keys of signed links to runs, lines and drivers: for many phones at once, in a few statements."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.actor import Actor, Role, Scope
from mealroute.core.clock import Clock
from mealroute.delivery.carried import taken_by
from mealroute.delivery.proof_rulebook import load_proof_rules
from mealroute.dispatch import queries as dispatch
from mealroute.dispatch.models import Run
from mealroute.dispatch.records import RunRecord, RunState
from mealroute.planning.models import PlanLine, PlanVisit
from mealroute.vendors.models import Driver

Key = tuple[int, str]
"""The run and the nonce that a link carries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """What a link may record on. ``run_ids``: the run in force first, then the one for which the link was made."""

    own: RunRecord
    run_ids: tuple[int, ...]
    lines: dict[int, int]
    """Line → run; the run in force wins. With what a run took from others on the road."""
    driver: Actor


def linked(db: Session, keys: Collection[Key], lines: Collection[int], *, clock: Clock) -> dict[Key, Linked]:
    """The runs behind links that are not revoked, and on which of them the given ``lines`` are.

    A link opens pages on its day only, but takes records for some days more (``late_records_days``): a phone that was out of reach
    must not lose what it holds.
    """
    rows = {row.id: row for row in db.scalars(select(Run).where(Run.id.in_(sorted({run for run, _nonce in keys}))))}
    found: dict[Key, tuple[RunRecord, tuple[int, ...]]] = {}
    for key in keys:
        row = rows.get(key[0])
        if row is None or row.link_nonce != key[1]:
            continue
        if clock.today() > row.day + timedelta(days=load_proof_rules(row.day).late_records_days):
            continue
        own = dispatch.run_record(row)
        on = dispatch.going_on(db, own) if own.state is RunState.WITHDRAWN else own
        found[key] = (own, tuple(dict.fromkeys(run.id for run in (on, own) if run is not None)))
    on_runs = _lines(db, {run for _own, ids in found.values() for run in ids}, lines)
    names = _names(db, {own.driver_code for own, _ids in found.values()})
    return {
        key: Linked(
            own=own, run_ids=ids, lines={line: run for run in reversed(ids) for line in on_runs.get(run, ())},
            driver=Actor(
                account_id=None, name=names.get(own.driver_code, ""), role=Role.DRIVER, scope=Scope(driver=own.driver_code)
            ),
        )
        for key, (own, ids) in found.items()
    }  # fmt: skip


def _lines(db: Session, run_ids: Collection[int], lines: Collection[int]) -> dict[int, list[int]]:
    query = (
        select(Run.id, PlanLine.book_line_id)
        .join(PlanVisit, PlanVisit.route_id == Run.route_id)
        .join(PlanLine, PlanLine.visit_id == PlanVisit.id)
        .where(Run.id.in_(sorted(run_ids)), PlanLine.book_line_id.in_(sorted(lines)))
    )
    found: dict[int, list[int]] = {}
    for run, line in db.execute(query).tuples():
        found.setdefault(run, []).append(line)
    taken = taken_by(db, run_ids)
    on_taken = select(PlanLine.visit_id, PlanLine.book_line_id).where(PlanLine.visit_id.in_(sorted(taken)))
    for visit, line in db.execute(on_taken).tuples() if taken else ():
        for run in taken.get(visit or 0, ()):
            found.setdefault(run, []).append(line)
    return found


def _names(db: Session, codes: Collection[str]) -> dict[str, str]:
    query = select(Driver.code, Driver.name).where(Driver.code.in_(sorted(code for code in codes if code)))
    return dict(db.execute(query).tuples().all())
