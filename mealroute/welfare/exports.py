"""The 24-hour book as paper and as sheets: masked unless somebody who may says why; every copy is recorded."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from mealroute.accounts.records import Permission
from mealroute.accounts.rules import may
from mealroute.adapters.paper.sheet import Sheet
from mealroute.areas import queries as areas
from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Forbidden, MealrouteError
from mealroute.core.i18n import _
from mealroute.core.tables import Column, Kind, Table, csv_bytes, xlsx_bytes
from mealroute.core.text import mask_name
from mealroute.delivery.case_words import RUNGS, kind_words, step_words
from mealroute.delivery.ladder_records import CaseRecord, StepRecord
from mealroute.residents import queries as residents
from mealroute.residents.records import ExportedFile, ResidentId
from mealroute.welfare.book import Book, book_of
from mealroute.welfare.records import CallRecord
from mealroute.welfare.words import means_words, result_words, why_words

FORMATS = frozenset({"pdf", "csv", "xlsx"})
LINE = 4.6


def export_book(
    db: Session, day: date, *, kind: str, full_names: bool, reason: str, by: Actor, clock: Clock
) -> ExportedFile:
    """One day of the book as ``pdf``, ``csv`` (cases) or ``xlsx`` (cases and calls); the audit keeps who, why, rows and digest.

    Raises MealrouteError ``format-unknown``, ``reason-missing``; Forbidden ``not-permitted`` for full names without the right to see them.
    """
    if kind not in FORMATS:
        raise MealrouteError("format-unknown", _("The book is handed out as PDF, XLSX or CSV."))
    if not reason.strip():
        raise MealrouteError("reason-missing", _("Say what the file is for."), _("The reason is recorded."))
    if full_names and not may(by, Permission.RESIDENTS_REVEAL):
        raise Forbidden("not-permitted", _("Your role does not see full names."), _("Take the book with masked names."))
    book = book_of(db, day, scope=by.scope, clock=clock)
    streets = areas.street_names(db)
    names = _names(db, book) if full_names else {}
    tables = (_cases(book, streets, names, clock), _calls(book, streets, names, clock))
    if kind == "pdf":
        content = book_pdf(book, streets, names, clock)
    else:
        content = csv_bytes(tables[0]) if kind == "csv" else xlsx_bytes(tables)
    rows, digest = len(book.cases) + (0 if kind == "csv" else len(book.calls)), hashlib.sha256(content).hexdigest()
    audit.record(
        db, by=by, clock=clock, action="welfare.book-exported", subject=f"welfare-book/{day.isoformat()}", reason=reason.strip(),
        detail={"kind": kind, "full_names": full_names}, rows=rows, digest=digest,
    )  # fmt: skip
    return ExportedFile(f"welfare-book-{day.isoformat()}.{kind}", content, rows, digest)


def _names(db: Session, book: Book) -> dict[int, str]:
    wanted = {ResidentId(case.resident_id) for case in book.cases} | {
        ResidentId(call.resident_id) for call in book.calls
    }
    return {int(number): found.name for number, found in residents.door_names(db, wanted).items()}


def _moment(at: datetime | None, clock: Clock) -> str:
    return "" if at is None else f"{clock.local(at):%Y-%m-%d %H:%M}"


def _cases(book: Book, streets: Mapping[str, str], names: Mapping[int, str], clock: Clock) -> Table:
    columns = (
        Column(_("Case"), Kind.COUNT, 8), Column(_("Street"), width=16), Column(_("Name")), Column(_("What"), width=20),
        Column(_("Opened"), width=18), Column(_("Highest rung"), width=12), Column(_("Attempts"), Kind.COUNT, 8), Column(_("Steps"), width=60),
        Column(_("State")), Column(_("Closed"), width=18), Column(_("Closed by")), Column(_("How they know"), width=30),
        Column(_("Minutes until closed"), Kind.COUNT, 10),
    )  # fmt: skip
    return Table(_("Cases"), columns, [_case(each, book, streets, names, clock) for each in book.cases])


def _case(
    case: CaseRecord, book: Book, streets: Mapping[str, str], names: Mapping[int, str], clock: Clock
) -> list[Any]:
    closed = book.closed_in_time(case)
    minutes = int((case.closed_at - case.opened_at).total_seconds() // 60) if closed and case.closed_at else None
    return [
        int(case.id), streets.get(case.street_code, case.street_code), names.get(case.resident_id, case.resident_name),
        kind_words(case.kind), _moment(case.opened_at, clock), _(RUNGS[case.rung]) if case.rung else "",
        sum(step.kind == "tried" for step in case.steps), "\n".join(_steps(case, clock, masked=not names)),
        _("Closed") if closed else _("Open"), _moment(case.closed_at, clock) if closed else "", (case.closed_by or "") if closed else "",
        (case.closed_how or "") if closed else "", minutes,
    ]  # fmt: skip


def _who(step: StepRecord, *, masked: bool) -> str:
    return mask_name(step.person) if masked and step.from_the_road else step.person


def _steps(case: CaseRecord, clock: Clock, *, masked: bool) -> list[str]:
    return [
        f"{clock.local(step.at):%m-%d %H:%M} {step_words(step)} {_who(step, masked=masked)}"
        + (f" {step.note}" if step.note else "")
        for step in case.steps
    ]


def _calls(book: Book, streets: Mapping[str, str], names: Mapping[int, str], clock: Clock) -> Table:
    columns = (
        Column(_("Street"), width=16), Column(_("Name")), Column(_("Means")), Column(_("Why"), width=20), Column(_("Due"), width=18),
        Column(_("Owner"), width=16), Column(_("State")), Column(_("What came of it"), width=50),
    )  # fmt: skip
    rows = [
        [
            streets.get(each.street_code, each.street_code), names.get(each.resident_id, each.resident_name), means_words(each.means),
            why_words(each.why), _moment(each.due_at, clock), each.owner, _("Open") if each.open else _("Closed"),
            "\n".join(_attempts(each, clock)),
        ]
        for each in book.calls
    ]  # fmt: skip
    return Table(_("Calls and knocks"), columns, rows)


def _attempts(call: CallRecord, clock: Clock) -> list[str]:
    lines = [
        f"{clock.local(each.at):%H:%M} {result_words(each.result)} {each.person} {each.note}".rstrip()
        for each in call.attempts
    ]
    if call.seen is not None and not any(each.at == call.seen.at for each in call.attempts):
        lines.append(f"{clock.local(call.seen.at):%m-%d %H:%M} {_('seen by %(name)s', name=call.seen.by_name)}")
    return lines


def book_pdf(book: Book, streets: Mapping[str, str], names: Mapping[int, str], clock: Clock) -> bytes:
    """A4, totals first, then one block a case with every step, then the calls."""
    sheet = Sheet(title=_("24-hour book"), day=book.day)
    page = _Page(sheet, book)
    t = book.totals
    page.line(
        _(
            "%(carried)d carried over + %(opened)d opened = %(closed)d closed + %(open)d still open; calls %(settled)d of %(calls)d settled",
            carried=t.carried, opened=t.opened, closed=t.closed, open=t.still_open, settled=t.calls_settled, calls=t.calls,
        ),
        bold=True,
    )  # fmt: skip
    for case in book.cases:
        who = names.get(case.resident_id, case.resident_name)
        head = f"{case.id}  {who}  {streets.get(case.street_code, case.street_code)}  {kind_words(case.kind)}  {_moment(case.opened_at, clock)}"
        end = (
            _("closed %(at)s by %(name)s: %(how)s", at=_moment(case.closed_at, clock), name=case.closed_by or "", how=case.closed_how or "")
            if book.closed_in_time(case)
            else _("still open, %(owner)s", owner=case.owner)
        )  # fmt: skip
        page.block(head, [*_steps(case, clock, masked=not names), end])
    for call in book.calls:
        head = f"{means_words(call.means)}  {names.get(call.resident_id, call.resident_name)}  {streets.get(call.street_code, '')}  {why_words(call.why)}"
        page.block(head, _attempts(call, clock) or [_("open, %(owner)s", owner=call.owner)])
    if not book.cases and not book.calls:
        page.line(_("Nothing to report this day."))
    return page.close()


class _Page:
    """Lines down the page; a block keeps its first two lines together."""

    def __init__(self, sheet: Sheet, book: Book) -> None:
        self.sheet, self.book, self.y, self.number = sheet, book, 1000.0, 0

    def _room(self, height: float) -> None:
        if self.y + height <= self.sheet.height - 16:
            return
        self.number += 1
        self.sheet.new_page()
        self.sheet.write(12, 18, _("24-hour book"), 18, bold=True)
        self.sheet.write(self.sheet.right, 18, f"{self.book.day.isoformat()} · {self.number}", 11, align="right")
        self.sheet.write(12, 24, _("Confidential."), 9)
        self.sheet.rule(26.5, width=0.6)
        self.y = 33.0

    def line(self, text: str, *, bold: bool = False, indent: float = 0) -> None:
        for piece in self.sheet.wrap(text, self.sheet.width - 24 - indent, 10, bold=bold):
            self._room(LINE)
            self.sheet.write(12 + indent, self.y, piece, 10, bold=bold)
            self.y += LINE

    def block(self, head: str, lines: list[str]) -> None:
        self._room(3 * LINE)
        self.y += 1.5
        self.line(head, bold=True)
        for text in lines:
            self.line(text, indent=6)
        self.sheet.rule(self.y - 2.6, width=0.15)
        self.y += 1.5

    def close(self) -> bytes:
        return self.sheet.close()
