"""A draft becomes the plan of its day, in the place of another one or not; a published plan is taken back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.orders import queries as orders
from mealroute.orders.models import BookLine
from mealroute.planning import queries
from mealroute.planning.models import PlanLine, PlanVersion
from mealroute.planning.publishing_models import PlanOverrideRow, PlanViolationRow
from mealroute.planning.records import PlanState, PlanVersionId, PlanVersionSummary
from mealroute.planning.violations import OUTDATED, PlanOverride, PlanViolation, still_open

NONE: Mapping[str, str] = MappingProxyType({})


def violations(db: Session, version_id: PlanVersionId) -> tuple[PlanViolation, ...]:
    """What a version breaks, as found when it was saved."""
    query = select(PlanViolationRow).where(PlanViolationRow.version_id == version_id)
    return tuple(
        PlanViolation(
            key=row.key, cause=row.cause, message=row.message, route=row.route_number, vehicle_code=row.vehicle_code, stop_id=row.stop_id
        )
        for row in db.scalars(query.order_by(PlanViolationRow.position))
    )  # fmt: skip


def overrides(db: Session, version_id: PlanVersionId) -> tuple[PlanOverride, ...]:
    """Who answers for what of a version, in the order in which it was written down."""
    query = select(PlanOverrideRow).where(PlanOverrideRow.version_id == version_id).order_by(PlanOverrideRow.id)
    return tuple(
        PlanOverride(key=row.key, cause=row.cause, message=row.message, reason=row.reason, by_name=row.by_name, at=row.at)
        for row in db.scalars(query)
    )  # fmt: skip


def outdated(db: Session, version: PlanVersionSummary) -> bool:
    """Whether the order book has changed since the version was made."""
    book = orders.book(db, version.day, version.slot)
    return book is None or book.digest != version.book_digest


def orders_changed(db: Session, version: PlanVersionSummary) -> frozenset[int]:
    """Orders that the book has added, taken out or changed since the version was made."""
    book = orders.book(db, version.day, version.slot)
    now = {int(line.line_id): int(line.order_id) for line in book.lines} if book else {}
    planned = dict(
        db.execute(
            select(PlanLine.book_line_id, BookLine.order_id)
            .join(BookLine, BookLine.id == PlanLine.book_line_id)
            .where(PlanLine.version_id == version.id)
        )
        .tuples()
        .all()
    )
    return frozenset((now | planned)[line] for line in now.keys() ^ planned.keys())


def publish_version(
    db: Session,
    version_id: PlanVersionId,
    *,
    by: Actor,
    clock: Clock,
    overrides: Mapping[str, str] = NONE,
    outdated_reason: str = "",
    more: Sequence[PlanViolation] = (),
    replaces: PlanVersionId | None = None,
    reason: str = "",
) -> PlanVersionSummary:
    """A draft becomes the plan of its day. Called by ``dispatch.service``, which hands the routes out.

    ``overrides`` gives the reason for each broken rule by its key; ``more`` are violations that only the caller knows.
    ``replaces`` is the published version whose place it takes, with ``reason``, in the same transaction.

    Raises
    ------
    Conflict
        ``plan-not-draft``, ``plan-already-published``, ``plan-not-published``, ``plan-of-another-meal``,
        ``plan-breaks-rules`` (``facts["violations"]``: those still without a reason), ``plan-outdated``.
    """
    row = locked_version(db, version_id)
    if row.state != PlanState.DRAFT:
        raise Conflict("plan-not-draft", _("Only a draft can be published."), _("Plan again to get a new draft."))
    _check_place(db, row, replaces)
    broken = (*violations(db, version_id), *more)
    missing = still_open(broken, overrides)
    if missing:
        raise Conflict(
            "plan-breaks-rules", _("The plan breaks %(n)d rules for which nobody has given a reason.", n=len(missing)),
            _("Plan again, or give a reason for each."), violations=missing,
        )  # fmt: skip
    late = outdated(db, queries.summary(db, version_id))
    if late and not outdated_reason.strip():
        raise Conflict(
            "plan-outdated", _("The order book has changed since this plan was made."),
            _("Plan again, or publish it with a reason."),
        )  # fmt: skip
    if replaces is not None:
        withdraw_version(db, replaces, reason, by=by, clock=clock)
    _set_published(db, row, by.name, clock.now())
    answered = [(one.key, one.cause, one.message, overrides[one.key]) for one in broken]
    if late:
        answered.append((OUTDATED, OUTDATED, "the order book has changed since the plan was made", outdated_reason))
    db.add_all(
        PlanOverrideRow(
            version_id=version_id, key=key, cause=cause, message=message, reason=why.strip(), by_name=by.name, at=clock.now()
        )
        for key, cause, message, why in answered
    )  # fmt: skip
    db.flush()
    audit.record(
        db, by=by, clock=clock, action="planning.published", subject=f"plan/{version_id}", reason=reason.strip(),
        detail={
            "day": row.day.isoformat(), "slot": row.slot, "number": row.number, "overridden": [entry[0] for entry in answered],
            **({"replaces": int(replaces)} if replaces is not None else {}),
        },
    )  # fmt: skip
    return queries.summary(db, version_id)


def withdraw_version(
    db: Session, version_id: PlanVersionId, reason: str, *, by: Actor, clock: Clock
) -> PlanVersionSummary:
    """A published version is taken back, with a reason; it stays as it was, for the record."""
    row = locked_version(db, version_id)
    if row.state != PlanState.PUBLISHED:
        raise Conflict("plan-not-published", _("Only a published plan can be withdrawn."))
    if not reason.strip():
        raise MealrouteError("reason-needed", _("Say why the plan is withdrawn."))
    row.state, row.withdrawn_by, row.withdrawn_at, row.withdraw_reason = (
        PlanState.WITHDRAWN,
        by.name,
        clock.now(),
        reason.strip(),
    )
    db.flush()
    audit.record(
        db, by=by, clock=clock, action="planning.withdrawn", subject=f"plan/{version_id}", reason=reason.strip(),
        detail={"day": row.day.isoformat(), "slot": row.slot, "number": row.number},
    )  # fmt: skip
    return queries.summary(db, version_id)


def locked_version(db: Session, version_id: PlanVersionId) -> PlanVersion:
    """The version's row, held until the transaction ends. Raises NotFound."""
    row = db.get(PlanVersion, version_id, with_for_update=True)
    if row is None:
        raise NotFound("plan-not-found", _("There is no such plan version."))
    return row


def _check_place(db: Session, row: PlanVersion, replaces: PlanVersionId | None) -> None:
    """Nothing stands in the way: no other version is published, or it is the one to be replaced."""
    standing = queries.published(db, row.day, MealSlot(row.slot))
    if replaces is None:
        if standing is not None:
            raise _taken(standing.number)
        return
    old = queries.summary(db, replaces)
    if (old.day, str(old.slot)) != (row.day, row.slot):
        raise Conflict("plan-of-another-meal", _("The two plans are for different meals."))
    if standing is None or standing.id != replaces:
        raise Conflict(
            "plan-not-published",
            _("Version %(n)d is not the published one any more.", n=old.number),
            _("Load the page again: somebody else was first."),
        )


def _taken(number: int | None) -> Conflict:
    sentence = (
        _("Version %(n)d is published for this meal.", n=number)
        if number is not None
        else _("Somebody else has just published another version for this meal.")
    )
    return Conflict("plan-already-published", sentence, _("Publish this one in its place, or withdraw it first."))


def _set_published(db: Session, row: PlanVersion, name: str, at: datetime) -> None:
    """The database's own index decides when two people publish at the same moment."""
    try:
        with db.begin_nested():
            row.state, row.published_by, row.published_at = PlanState.PUBLISHED, name, at
    except IntegrityError:
        raise _taken(None) from None
