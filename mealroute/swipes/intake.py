"""Files of swipes and of cards into the database: each file once, each swipe once, good rows beside bad ones."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import cells
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock, at_seconds
from mealroute.core.crypto import blind_index
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.import_batches import finish, one_at_a_time
from mealroute.core.importing import CellProblem, Field, ImportResult, Sheet, parse_rows, source_of
from mealroute.core.once import insert_new
from mealroute.residents.models import Resident
from mealroute.swipes import queries
from mealroute.swipes.imports import SwipeLine, read
from mealroute.swipes.models import MealCard, Swipe, SwipeBatch
from mealroute.swipes.records import BatchRecord, Columns
from mealroute.swipes.rulebook import swipe_rules
from mealroute.vendors.models import Station

CARDS = (
    Field("card_no", ("卡号", "养老助残卡号", "民生卡号", "北京通卡号"), cells.at_most(40, cells.digits_as_text), required=True),
    Field("resident_code", ("老人编号",), cells.at_most(40, cells.code), vital=True),
    Field("valid_from", ("启用日期", "发卡日期", "领卡日期"), cells.day, required=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Placed:
    """Rows whose place and person are known as far as the ledger knows them: as they would be written."""

    rows: tuple[tuple[SwipeLine, dict[str, Any]], ...]
    problems: tuple[CellProblem, ...]


def place(
    db: Session, sheets: Sheet | Sequence[Sheet], source: str, columns: Columns, *, by: Actor, clock: Clock
) -> Placed:
    """Read a file without writing anything."""
    lines, found = read(sheets, columns, swipe_rules())
    problems = list(found)
    sites = dict(db.execute(select(Station.code, Station.street_code)).tuples().all())
    wanted: dict[str, set[str]] = defaultdict(set)
    indexed: list[tuple[SwipeLine, dict[str, str]]] = []
    for line in lines:
        indexes = {kind: blind_index(_KINDS[kind], number) for kind, number in line.identities.items()}
        indexed.append((line, indexes))
        for kind, index in indexes.items():
            wanted[kind].add(index)
    known = queries.people_by_index(db, wanted)
    homes = dict(db.execute(select(Resident.id, Resident.street_code)).tuples().all())
    kept: list[tuple[SwipeLine, dict[str, Any]]] = []
    for line, indexes in indexed:
        people = {
            resident
            for kind, index in indexes.items()
            if (resident := queries.person_on(known.get((kind, index), ()), line.day)) is not None
        }
        problem = _fault(line, people, sites, homes, by)
        if problem is not None:
            problems.append(problem)
            continue
        kind, index = next(iter(indexes.items()))
        kept.append((line, _values(line, source, kind, index, next(iter(people), None), clock)))
    return Placed(tuple(kept), tuple(problems))


_KINDS = {"card": "card", "id-number": "id", "code": "code"}
"""How a number is indexed: ID numbers as the ledger does it."""


def _fault(
    line: SwipeLine, people: set[int], sites: dict[str, str], homes: dict[int, str], by: Actor
) -> CellProblem | None:
    row, site = line.row, line.row["site_code"]
    if len(people) > 1:
        sentence = _("The numbers of this row belong to two different people.")
        return row.problem("card_no", "people-differ", sentence, _("Find out whose swipe it was."), set_aside=True)
    if site and site not in sites:
        sentence = _("No station has the code %(code)s.", code=site)
        return row.problem("site_code", "station-unknown", sentence, _("Import the stations first, or correct the code."), set_aside=True)  # fmt: skip
    streets = {homes[resident] for resident in people} or ({sites[site]} if site else set())
    if by.scope.streets is not None and not (streets and all(by.scope.sees_street(street) for street in streets)):
        sentence = _("This swipe belongs to a street that your account does not reach.")
        return row.problem(
            "", "street-out-of-reach", sentence, _("Ask the district's finance officer."), set_aside=True
        )
    return None


def _values(
    line: SwipeLine, source: str, person_kind: str, index: str, resident: int | None, clock: Clock
) -> dict[str, Any]:
    row, at = line.row, at_seconds(line.day, line.second, clock.zone)
    number = line.identities[person_kind]
    serial = row["serial"] or ""
    own = (
        serial
        or sha256(
            f"{row['terminal'] or ''}/{at.isoformat()}/{index}/{line.kind}/{line.price_fen}".encode()
        ).hexdigest()[:40]
    )
    return {
        "natural_key": f"{source}/{line.kind}/{own}", "source": source, "serial": serial, "kind": str(line.kind), "voids": row["voids"] or "",
        "person_kind": person_kind, "person_index": index, "tail": number[-4:], "resident_id": resident, "day": line.day,
        "slot": str(line.slot), "at": at, "site_code": row["site_code"] or "", "terminal": row["terminal"] or "",
        "quantity": row["quantity"], "price_fen": line.price_fen, "paid_fen": line.paid_fen, "subsidy_fen": line.subsidy_fen,
        "means": str(row["means"]),
    }  # fmt: skip


def bring_in(
    db: Session, sheets: Sheet | Sequence[Sheet], *, source: str, columns: Columns, by: Actor, clock: Clock,
    first: date | None = None, last: date | None = None,
) -> tuple[BatchRecord, ImportResult]:  # fmt: skip
    """Bring one file in, once. ``first`` and ``last`` say which days it covers where that is more than the days of its rows.

    A swipe that came in with another file stands already and is counted as repeated; what it says is not written again.

    Raises
    ------
    MealrouteError
        ``source-missing``, ``swipe-file-twice`` (the very file is in already), ``swipe-file-empty``, ``dates-reversed``.
    """
    one_at_a_time(db)
    source = source.strip()[:40]
    if not source:
        raise MealrouteError("source-missing", _("Say which machine or platform the file comes from."))
    file, digest = source_of(sheets)
    if (before := earlier(db, source, digest)) is not None:
        raise MealrouteError(
            "swipe-file-twice",
            _("This very file came in already, by %(name)s.", name=before.by_name),
            _("Nothing was written. Choose the file that is new."),
        )
    placed = place(db, sheets, source, columns, by=by, clock=clock)
    if not placed.rows:
        raise MealrouteError(
            "swipe-file-empty",
            _("No row of this file can be used."),
            _("Look at the columns: each row needs who, when and which meal."),
            problems=placed.problems,
        )
    days = [line.day for line, _values_ in placed.rows]
    begins, ends = min([*days, first or min(days)]), max([*days, last or max(days)])
    if first is not None and last is not None and first > last:
        raise MealrouteError("dates-reversed", _("The last day lies before the first."), _("Swap the two dates."))
    batch = SwipeBatch(
        source=source, digest=digest, file=file[:200], first_day=begins, last_day=ends,
        sites=sorted({values["site_code"] for _line, values in placed.rows if values["site_code"]}),
        columns={"chosen": dict(columns.chosen), "in_fen": columns.in_fen}, rows=0, repeated=0, set_aside=0, by_name=by.name,
        at=clock.now(),
    )  # fmt: skip
    unique = {values["natural_key"]: values for _line, values in reversed(placed.rows)}
    held = _held(db, unique)
    batch.rows, batch.repeated = len(unique) - len(held), len(placed.rows) - len(unique) + len(held)
    batch.set_aside = len({(one.sheet, one.row) for one in placed.problems if one.set_aside})
    db.add(batch)
    db.flush()
    fresh = [{**values, "batch_id": batch.id} for key, values in unique.items() if key not in held]
    insert_new(db, Swipe, fresh, Swipe.id)
    result = finish(
        db, ImportResult("swipes", file, batch.rows, 0, batch.repeated, placed.problems, digest), by=by, clock=clock
    )
    return queries.batch_record(batch), result


def earlier(db: Session, source: str, digest: str) -> BatchRecord | None:
    """The batch as which this very file came in."""
    row = db.scalars(select(SwipeBatch).where(SwipeBatch.source == source, SwipeBatch.digest == digest)).one_or_none()
    return None if row is None else queries.batch_record(row)


def _held(db: Session, keys: dict[str, Any]) -> set[str]:
    wanted, found = sorted(keys), set()
    for start in range(0, len(wanted), 5_000):
        query = select(Swipe.natural_key).where(Swipe.natural_key.in_(wanted[start : start + 5_000]))
        found |= set(db.scalars(query))
    return found


def held_keys(db: Session, placed: Placed) -> set[str]:
    """Keys of those rows that stand already."""
    return _held(db, {values["natural_key"]: None for _line, values in placed.rows})


def import_swipes(db: Session, sheets: Sheet | Sequence[Sheet], *, by: Actor, clock: Clock) -> ImportResult:
    """For the command line and folders: the file as its headings say, from the source ``sheet``; the same file again changes nothing."""
    file, digest = source_of(sheets)
    if earlier(db, "sheet", digest) is not None:
        return finish(db, ImportResult("swipes", file, 0, 0, 0, (), digest), by=by, clock=clock)
    return bring_in(db, sheets, source="sheet", columns=Columns(), by=by, clock=clock)[1]


def import_cards(db: Session, sheets: Sheet | Sequence[Sheet], *, by: Actor, clock: Clock) -> ImportResult:
    """Which card stands for whom from which day on; without a resident's code the card was given back that day."""
    one_at_a_time(db)
    rows, found = parse_rows(sheets, CARDS)
    problems = list(found)
    people = {
        code: (number, street)
        for code, number, street in db.execute(select(Resident.code, Resident.id, Resident.street_code))
    }
    fresh: list[dict[str, Any]] = []
    for row in rows:
        code = row["resident_code"]
        if code is not None and (code not in people or not by.scope.sees_street(people[code][1])):
            sentence = _("The ledger has no resident %(code)s within your reach.", code=code)
            problems.append(
                row.problem("resident_code", "resident-unknown", sentence, _("Correct the code."), set_aside=True)
            )
            continue
        fresh.append({
            "number": row["card_no"], "number_index": blind_index("card", row["card_no"]),
            "resident_id": people[code][0] if code is not None else None, "valid_from": row["valid_from"], "by_name": by.name,
            "at": clock.now(),
        })  # fmt: skip
    added = len(insert_new(db, MealCard, fresh, MealCard.id))
    file, digest = source_of(sheets)
    counts = (added, 0, len(fresh) - added)
    return finish(db, ImportResult("cards", file, *counts, tuple(problems), digest), by=by, clock=clock)
