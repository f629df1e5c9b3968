"""Keying a printed sheet back in: find it by its code, check what was typed, save it as records "from paper"."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.once import insert_new
from mealroute.core.slots import MealSlot
from mealroute.core.text import mask_name
from mealroute.delivery import queries as doors
from mealroute.delivery import service as delivery
from mealroute.delivery.records import Outcome, ProofInput, ProofProblem, Source
from mealroute.dispatch import queries as dispatch
from mealroute.dispatch import sheet_codes
from mealroute.dispatch.models import Run
from mealroute.dispatch.records import Manifest
from mealroute.dispatch.sheet_codes import SheetCode
from mealroute.paper import keying_rules, queries
from mealroute.paper.keying_models import KeyedSheet
from mealroute.paper.keying_records import (
    Check,
    Entry,
    FootText,
    KeyedRecord,
    KeySheet,
    RowText,
    Saved,
    SheetLine,
    SheetStand,
    Standing,
    Sums,
)
from mealroute.planning import queries as planning
from mealroute.planning.records import PlanVersionId, PlanVersionSummary
from mealroute.vendors import queries as vendors


def sheet(db: Session, code: SheetCode, *, scope: Scope) -> KeySheet:
    """The sheet that a code names, with the run on which each of its meals is recorded.

    Whoever is limited to streets gets the whole sheet with the stops of their streets to key; of the others only how many portions they
    are. A sheet of a version that was replaced is recorded on its own run; one of a draft on the runs of the plan in force.

    Raises
    ------
    NotFound
        ``sheet-not-found``: no such version or route, or none of its stops is within reach.
    Conflict
        ``sheet-of-draft``: nothing is published for that meal, so there is no run to record on.
    """
    try:
        version = planning.summary(db, PlanVersionId(code.version_id))
    except NotFound:
        raise _unknown() from None
    run = db.scalar(select(Run).where(Run.version_id == code.version_id, Run.number == code.number))
    standing = planning.published(db, version.day, version.slot)
    anywhere = replace(scope, streets=None)
    if run is not None:
        try:
            manifest = dispatch.manifest(db, run.id, scope=anywhere)
        except NotFound:
            raise _unknown() from None
        stand = SheetStand.IN_FORCE if standing is not None and standing.id == version.id else SheetStand.REPLACED
        runs = dict.fromkeys(_lines_of(manifest), run.id)
    else:
        manifest, stand = _draft(db, version, code), SheetStand.DRAFT
        if standing is None:
            raise Conflict(
                "sheet-of-draft", _("This sheet was printed from a draft, and no plan is published for that meal."),
                _("Publish that version first, then key its sheets in."),
            )  # fmt: skip
        loaded = doors.loaded_lines(db, scope=anywhere, day=version.day, slot=str(version.slot))
        runs = {line.book_line_id: line.run_id for line in loaded}
    mine = _within(db, manifest, version.id, scope)
    if not mine:
        raise _unknown()
    return _as_printed(manifest, version, stand, standing.number if standing else 0, runs, mine)


def check(db: Session, found: KeySheet, rows: Sequence[RowText], foot: FootText) -> Check:
    """What was typed against the sheet and against what is recorded already. Writes nothing."""
    return keying_rules.check(found, rows, foot, standing(db, found), _others(db, found))


def save(
    db: Session,
    found: KeySheet,
    rows: Sequence[RowText],
    foot: FootText,
    *,
    reason: str = "",
    replaces: bool = False,
    by: Actor,
    clock: Clock,
) -> Saved:
    """Write the sheet's records. The very same rows again change nothing; other rows are a further revision that corrects.

    ``reason`` is why stops are missing or totals differ; ``replaces`` says that the clerk has seen what is recorded otherwise and
    that the sheet is right.

    Raises
    ------
    MealrouteError
        ``sheet-faulty`` with rows that cannot be read, ``sheet-empty``, ``sheet-differs`` without a reason, ``sheet-clashes``
        without ``replaces``, ``sheet-not-taken`` where a record was refused.
    """
    given = [*_others(db, found), *(row for row in rows if not row.blank)]
    digest = _digest(given, foot)
    last = _last(db, found)
    if last is not None and last.digest == digest:
        return Saved(written=0, same=len(found.lines), again=True)
    checked = check(db, found, rows, foot)
    _refuse(checked, reason=reason, replaces=replaces)
    revision = 1 if last is None else last.revision + 1
    row = {
        "version_id": found.version_id, "number": found.number, "revision": revision, "digest": digest,
        "content": {"rows": [list(asdict(each).values()) for each in given], "foot": asdict(foot), "waiting": len(checked.waiting)}, **asdict(checked.sums),
        "missing": len(checked.missing), "reason": reason.strip(), "by_name": by.name, "role": str(by.role), "at": clock.now(),
    }  # fmt: skip
    if not insert_new(db, KeyedSheet, [row], KeyedSheet.id):
        raise Conflict("sheet-keyed-at-once", _("Somebody else is keying this sheet."), _("Look at it again."))
    written = _record(db, found, checked, revision, by=by, clock=clock)
    audit.record(
        db, by=by, clock=clock, action="papers.sheet-keyed", subject=f"sheet/{found.code}", reason=reason.strip(), rows=written,
        detail={"revision": revision, "missing": len(checked.missing), "waiting": len(checked.waiting), **asdict(checked.sums)},
    )  # fmt: skip
    return Saved(written=written, same=checked.same)


def standing(db: Session, found: KeySheet) -> dict[int, Standing]:
    """What is recorded about the sheet's meals, by book line; what the close of the day wrote is left out: it gives way."""
    proofs = doors.current_proofs(db, (line.book_line_id for line in found.lines))
    return {
        number: Standing(
            outcome=Outcome(proof.outcome), quantity=proof.quantity, cash_fen=proof.cash_collected_fen, by_name=proof.by_name,
            source=Source(proof.source), at=proof.made_at or proof.server_at,
        )
        for number, proof in proofs.items() if proof.source != Source.CLOSING
    }  # fmt: skip


def keyed_on(db: Session, day: date, slot: MealSlot) -> dict[tuple[int, int], KeyedRecord]:
    """(version, route number) → its newest keying, of every version of a meal."""
    ids = [version.id for version in planning.versions(db, day, slot)]
    query = select(KeyedSheet).where(KeyedSheet.version_id.in_(ids)).order_by(KeyedSheet.revision)
    return {(row.version_id, row.number): _keyed(row) for row in db.scalars(query)}


def keyed(db: Session, found: KeySheet) -> KeyedRecord | None:
    """The newest keying of a sheet."""
    row = _last(db, found)
    return None if row is None else _keyed(row)


def typed(db: Session, found: KeySheet) -> tuple[tuple[RowText, ...], FootText]:
    """The rows and foot of the newest keying, to be corrected; nothing where there was none. Of a clerk limited to streets, their own rows."""
    row = _last(db, found)
    if row is None:
        return (), FootText()
    return keying_rules.split(found, _rows(row))[0], FootText(**row.content["foot"])


def _others(db: Session, found: KeySheet) -> tuple[RowText, ...]:
    """Rows of the newest keying about stops in streets of other clerks: they stay as they are."""
    row = _last(db, found) if found.foreign else None
    return () if row is None else keying_rules.split(found, _rows(row))[1]


def _rows(row: KeyedSheet) -> tuple[RowText, ...]:
    return tuple(RowText(*each) for each in row.content["rows"])


def _within(db: Session, manifest: Manifest, version_id: int, scope: Scope) -> frozenset[int]:
    """Visits of a sheet within reach: by the street of the people there, a station's box by the station's own."""
    streets, stations = (
        queries.street_of_line(db, version_id),
        {one.code: one.street_code for one in vendors.stations(db)},
    )
    return frozenset(
        stop.visit_id
        for trip in manifest.trips for stop in trip.stops
        if stop.items and scope.sees_street(stations.get(stop.station_code) or streets[stop.items[0].book_line_id])
    )  # fmt: skip


def _record(db: Session, found: KeySheet, checked: Check, revision: int, *, by: Actor, clock: Clock) -> int:
    """One record for each meal that does not stand so already, and one receipt for each station's box."""
    known = standing(db, found)
    changed = [
        entry
        for entry in checked.entries
        if not (entry.line.station_code and entry.outcome.delivered)
        and _is_news(entry, known.get(entry.line.book_line_id))
    ]
    answers = delivery.record_proofs(db, [_proof(found, entry, revision) for entry in changed], by=by, clock=clock)
    problems = [answer for answer in answers if isinstance(answer, ProofProblem)]
    if problems:
        raise Conflict(
            "sheet-not-taken", _("%(n)d meals of this sheet cannot be recorded: %(why)s", n=len(problems), why=problems[0].sentence),
            problems[0].hint or _("Tell the dispatcher what happened at the door."),
        )  # fmt: skip
    return len(changed) + _boxes(db, found, checked, by=by, clock=clock)


def _is_news(entry: Entry, stands: Standing | None) -> bool:
    return stands is None or not keying_rules.says_same(entry, stands)


def _proof(found: KeySheet, entry: Entry, revision: int) -> ProofInput:
    name = f"mealroute:paper/{found.version_id}/{found.number}/{entry.line.book_line_id}/{revision}"
    return ProofInput(
        client_id=str(uuid5(NAMESPACE_URL, name)), run_id=entry.line.run_id, book_line_id=entry.line.book_line_id, outcome=entry.outcome,
        note=_("From paper, sheet %(code)s", code=found.code), quantity=entry.quantity if entry.outcome.delivered else None,
        cash_collected_fen=entry.cash_fen, by_name=found.driver_name or _("Driver"), source=Source.PAPER,
    )  # fmt: skip


def _boxes(db: Session, found: KeySheet, checked: Check, *, by: Actor, clock: Clock) -> int:
    """Stations' boxes that nobody has signed for in the program yet: the signature stands on the paper."""
    boxes: dict[int, list[Entry]] = {}
    for entry in checked.entries:
        if entry.line.station_code and entry.outcome.delivered:
            boxes.setdefault(entry.line.visit_id, []).append(entry)
    signed = doors.station_receipts(db, boxes)
    count = 0
    for visit, entries in boxes.items():
        if visit in signed:
            continue
        count += delivery.station_receipt(
            db, client_id=str(uuid5(NAMESPACE_URL, f"mealroute:paper-box/{found.version_id}/{found.number}/{visit}")), visit_id=visit,
            station_code=entries[0].line.station_code, portions=sum(entry.quantity for entry in entries),
            signed_by=_("on paper, sheet %(code)s", code=found.code), by=by, clock=clock,
        )  # fmt: skip
    return count


def _refuse(checked: Check, *, reason: str, replaces: bool) -> None:
    if checked.faults:
        raise MealrouteError(
            "sheet-faulty", _("%(n)d rows cannot be read.", n=len(checked.faults)), checked.faults[0].sentence
        )
    if not checked.entries:
        raise MealrouteError("sheet-empty", _("Nothing was keyed yet."))
    if not checked.agrees and len(reason.strip()) < 2:
        raise MealrouteError(
            "sheet-differs", _("The sheet and what was keyed do not agree."), _("Look again, or say why they differ."),
        )  # fmt: skip
    if checked.clashes and not replaces:
        raise Conflict(
            "sheet-clashes", _("%(n)d meals are recorded otherwise already.", n=len(checked.clashes)),
            _("Compare them, then say that the sheet is right."),
        )  # fmt: skip


def _draft(db: Session, version: PlanVersionSummary, code: SheetCode) -> Manifest:
    found = next((each for each in dispatch.draft_manifests(db, version.id) if each.number == code.number), None)
    if found is None:
        raise _unknown()
    return found


def _as_printed(
    manifest: Manifest,
    version: PlanVersionSummary,
    stand: SheetStand,
    in_force: int,
    runs: Mapping[int, int],
    mine: Collection[int],
) -> KeySheet:
    lines = [
        SheetLine(
            book_line_id=item.book_line_id, run_id=runs.get(item.book_line_id, 0), visit_id=stop.visit_id, stop=stop.position, person=n,
            name=mask_name(item.name) if stop.visit_id in mine else "", quantity=item.quantity, cash_due_fen=item.cash_due_fen,
            station_code=stop.station_code, mine=stop.visit_id in mine,
        )
        for trip in manifest.trips for stop in trip.stops for n, item in enumerate(stop.items, 1)
    ]  # fmt: skip
    return KeySheet(
        version_id=version.id, version_number=version.number, number=manifest.number,
        code=sheet_codes.sheet_code(version.id, manifest.number), day=manifest.day, slot=manifest.slot, driver_name=manifest.driver_name,
        stand=stand, in_force=in_force, lines=tuple(lines),
    )  # fmt: skip


def _lines_of(manifest: Manifest) -> list[int]:
    return [item.book_line_id for trip in manifest.trips for stop in trip.stops for item in stop.items]


def _last(db: Session, found: KeySheet) -> KeyedSheet | None:
    query = select(KeyedSheet).where(KeyedSheet.version_id == found.version_id, KeyedSheet.number == found.number)
    return db.scalar(query.order_by(KeyedSheet.revision.desc()).limit(1))


def _keyed(row: KeyedSheet) -> KeyedRecord:
    return KeyedRecord(
        version_id=row.version_id, number=row.number, revision=row.revision, missing=row.missing, reason=row.reason, by_name=row.by_name,
        at=row.at, sums=Sums(seen=row.seen, left=row.left, back=row.back, cash_fen=row.cash_fen), waiting=row.content.get("waiting", 0),
    )  # fmt: skip


def _digest(rows: Sequence[RowText], foot: FootText) -> str:
    content = json.dumps([[asdict(row) for row in rows], asdict(foot)], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _unknown() -> NotFound:
    return NotFound(
        "sheet-not-found",
        _("There is no sheet with this code within your reach."),
        _("Compare the figures at the sheet's foot."),
    )
