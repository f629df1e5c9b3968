"""Which lines of a month an export may and wants to hold: the month's own, and the corrections of other months that it settles."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from mealroute.checks.queries import blocked_query
from mealroute.core.actor import Scope
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.exporting.records import ExportRecord
from mealroute.settlement.correction_rows import SettledLine, settled_lines
from mealroute.subsidy import queries, streaming
from mealroute.subsidy.models import ClaimLine, Period
from mealroute.subsidy.records import PeriodState


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """``where``: conditions on the claim lines; ``corrections`` are in memory. ``left_out``: numbers of the lines that a check blocks.

    What is blocked is not payable: no file of an open month shows it, as none will once the month is closed without it.
    """

    period: Period
    where: tuple[ColumnElement[bool], ...]
    corrections: tuple[SettledLine, ...]
    left_out: tuple[int, ...] = ()


def lines_of(db: Session, export: ExportRecord) -> Lines:
    """The lines of an export, read once for all of its sheets. Raises NotFound ``period-not-built``."""
    period = period_of(db, export.wanted.payer, export.wanted.month)
    street, vendor, scope = export.wanted.street, export.wanted.vendor, scope_of(export)
    where = streaming.conditions(period.id, scope=scope, street=street, vendor=vendor)
    left_out: tuple[int, ...] = ()
    if period.state != PeriodState.CLOSED:
        blocked = ClaimLine.id.in_(blocked_query(period.id))
        left_out = tuple(db.scalars(select(ClaimLine.line_no).where(blocked).order_by(ClaimLine.line_no)))
        where = (*where, ClaimLine.id.not_in(blocked_query(period.id))) if left_out else where
    return Lines(
        period=period, where=where, left_out=left_out,
        corrections=settled_lines(db, period, scope=scope, street=street, vendor=vendor),
    )  # fmt: skip


def period_of(db: Session, payer: str, month: str) -> Period:
    """The payer's month as it was built or closed. Raises NotFound ``period-not-built``."""
    found = queries.period(db, payer, month)
    if found is None or not found.totals:
        raise NotFound("period-not-built", _("There is no settlement for %(month)s yet.", month=month))
    return found


def scope_of(export: ExportRecord) -> Scope:
    """The reach of whoever asked, as it was then."""
    return Scope(streets=None if export.streets is None else frozenset(export.streets), vendor=export.scope_vendor)


def whole(export: ExportRecord) -> bool:
    """Whether the file holds the whole period, so that the period's own figures belong to it."""
    return scope_of(export) == Scope.everything() and not export.wanted.street and not export.wanted.vendor


def expected_rows(db: Session, export: ExportRecord) -> int:
    """How many lines have to be read, whatever the file makes of them."""
    lines = lines_of(db, export)
    return streaming.count(db, lines.where) + len(lines.corrections)
