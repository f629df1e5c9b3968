"""Reads of swipes: rows and meals of a span, how they go together, files that came in. A fixed number of statements each."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.crypto import blind_index
from mealroute.core.text import mask_name
from mealroute.delivery.models import Proof
from mealroute.delivery.queries import current
from mealroute.delivery.records import DELIVERED
from mealroute.orders.models import Amendment, BookLine, Order, OrderBook
from mealroute.residents.models import Resident
from mealroute.swipes import rules
from mealroute.swipes.models import MealCard, Swipe, SwipeBatch, SwipeNote
from mealroute.swipes.records import (
    BatchRecord,
    HandedOut,
    MealLine,
    Means,
    Mismatch,
    Note,
    Reckoning,
    SwipeFigures,
    SwipeKind,
    SwipeRecord,
)
from mealroute.vendors.models import Station


def reckoning(db: Session, first: date, last: date, *, scope: Scope) -> Reckoning:
    """Swipes of a span of days against its meals: what agrees, what a person has explained, what is open.

    Within a scope of streets only what belongs to people and stations there. Nine statements, whatever the number of rows.
    """
    covered = coverage(db, first, last)
    notes, owners = _notes(db)
    rows = _swipes(db, first, last, owners)
    if not rows and not covered:
        return Reckoning(figures=_NOTHING, open=(), explained=())
    lines = _lines(db, first, last, {row.resident_id for row in rows if row.resident_id is not None}, covered)
    found = rules.match(rows, lines, covered)
    sites, homes = _streets(db, rows)
    rows = [row for row in rows if _seen(row, sites, homes, scope)]
    lines = [line for line in lines if scope.sees_street(line.street_code)]
    reached = {row.subject for row in rows} | {line.subject for line in lines}
    explained: list[tuple[Mismatch, Note]] = []
    still: list[Mismatch] = []
    for one in found.mismatches:
        if one.subject not in reached:
            continue
        note = notes.get(one.subject)
        if note is not None and note.trouble == one.trouble:
            explained.append((one, note))
        else:
            still.append(one)
    means = {row.id: row.means for row in rows}
    proofs = {line.line_id: line.proof_id for line in lines}
    differing = {one.swipe.id for one in found.mismatches if one.swipe is not None}
    pairs = {swipe: line for swipe, line in found.pairs.items() if swipe in means and line in proofs}
    agreeing = {swipe: line for swipe, line in pairs.items() if swipe not in differing}
    taken_back = len(found.taken_back & set(means))
    return Reckoning(
        figures=_figures(rows, lines, covered, agreeing, taken_back, still, explained),
        open=tuple(still),
        explained=tuple(explained),
        confirmed={proof: str(means[swipe]) for swipe, line in pairs.items() if (proof := proofs[line]) is not None},
    )


_NOTHING = SwipeFigures(
    rows=0, agreeing=0, taken_back=0, explained=0, open=0, counter_meals=0, counter_agreeing=0, counter_explained=0, counter_open=0
)  # fmt: skip


def _figures(
    rows: list[SwipeRecord], lines: list[MealLine], covered: frozenset[tuple[str, date]], agreeing: Mapping[int, int],
    taken_back: int, still: list[Mismatch], explained: list[tuple[Mismatch, Note]],
) -> SwipeFigures:  # fmt: skip
    counter = {line.line_id for line in lines if rules.at_counter(line, covered)}
    fine = counter & set(agreeing.values())
    words = {one.line.line_id for one, _note in explained if one.line is not None} & counter - fine
    return SwipeFigures(
        rows=len(rows), agreeing=len(agreeing), taken_back=taken_back,
        explained=sum(1 for one, _note in explained if one.swipe is not None), open=sum(1 for one in still if one.swipe is not None),
        counter_meals=len(counter), counter_agreeing=len(fine), counter_explained=len(words),
        counter_open=len(counter) - len(fine) - len(words),
    )  # fmt: skip


def confirmed(db: Session, first: date, last: date) -> Mapping[int, str]:
    """Proof → card, qr or face, where a swipe goes with the handover."""
    return reckoning(db, first, last, scope=Scope.everything()).confirmed


def coverage(db: Session, first: date, last: date) -> frozenset[tuple[str, date]]:
    """The stations and days of which a file has come."""
    query = select(SwipeBatch.sites, SwipeBatch.first_day, SwipeBatch.last_day)
    found: set[tuple[str, date]] = set()
    for sites, begins, ends in db.execute(query.where(SwipeBatch.last_day >= first, SwipeBatch.first_day <= last)):
        day = max(begins, first)
        while day <= min(ends, last):
            found.update((site, day) for site in sites)
            day += timedelta(days=1)
    return frozenset(found)


def batches(db: Session, first: date, last: date) -> tuple[BatchRecord, ...]:
    """Files that cover any of these days, the newest first."""
    query = select(SwipeBatch).where(SwipeBatch.last_day >= first, SwipeBatch.first_day <= last)
    return tuple(batch_record(row) for row in db.scalars(query.order_by(SwipeBatch.id.desc())))


def batch_record(row: SwipeBatch) -> BatchRecord:
    return BatchRecord(
        id=row.id, source=row.source, file=row.file, digest=row.digest, first_day=row.first_day, last_day=row.last_day,
        sites=tuple(row.sites), rows=row.rows, repeated=row.repeated, set_aside=row.set_aside, by_name=row.by_name, at=row.at,
    )  # fmt: skip


def sources(db: Session) -> tuple[str, ...]:
    """Names of the machines and platforms from which files have come."""
    return tuple(db.scalars(select(SwipeBatch.source).distinct().order_by(SwipeBatch.source)))


def columns_of(db: Session, source: str) -> dict[str, Any]:
    """How this source's last file was read."""
    query = select(SwipeBatch.columns).where(SwipeBatch.source == source).order_by(SwipeBatch.id.desc()).limit(1)
    return dict(db.scalar(query) or {})


def people_by_index(
    db: Session, wanted: Mapping[str, set[str]]
) -> dict[tuple[str, str], list[tuple[date, int | None]]]:
    """(kind, blind index) → who it stands for from which day on, oldest first; ledger codes and ID numbers always stood."""
    found: dict[tuple[str, str], list[tuple[date, int | None]]] = defaultdict(list)
    cards = select(MealCard.number_index, MealCard.valid_from, MealCard.resident_id).order_by(
        MealCard.valid_from, MealCard.id
    )
    for index, begins, resident in db.execute(cards):
        if index in wanted.get("card", ()):
            found["card", index].append((begins, resident))
    if wanted.get("id-number"):
        query = select(Resident.id_number_index, Resident.id).where(Resident.id_number_index.is_not(None))
        for written, resident in db.execute(query.order_by(Resident.id.desc())):
            if written in wanted["id-number"]:
                found["id-number", str(written)] = [(date.min, resident)]
    if wanted.get("code"):
        for code, resident in db.execute(select(Resident.code, Resident.id)):
            own = blind_index("code", code)
            if own in wanted["code"]:
                found["code", own] = [(date.min, resident)]
    return found


def person_on(known: Iterable[tuple[date, int | None]], day: date) -> int | None:
    """Whom a number stood for on a day."""
    held: int | None = None
    for begins, resident in known:
        if begins <= day:
            held = resident
    return held


def people(db: Session, ids: set[int]) -> dict[int, tuple[str, str]]:
    """Resident → masked name and code, for a list of mismatches."""
    found = {}
    for number, name, code in db.execute(select(Resident.id, Resident.name, Resident.code)):
        if number in ids:
            found[number] = (mask_name(name), code)
    return found


def _swipes(db: Session, first: date, last: date, owners: Mapping[str, int]) -> list[SwipeRecord]:
    rows = list(db.scalars(select(Swipe).where(Swipe.day >= first, Swipe.day <= last).order_by(Swipe.id)))
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.resident_id is None:
            wanted[row.person_kind].add(row.person_index)
    known = people_by_index(db, wanted) if wanted else {}
    found = []
    for row in rows:
        resident = owners.get(f"swipe/{row.id}") or row.resident_id
        if resident is None:
            resident = person_on(known.get((row.person_kind, row.person_index), ()), row.day)
        found.append(
            SwipeRecord(
                id=row.id, source=row.source, serial=row.serial, kind=SwipeKind(row.kind), voids=row.voids, resident_id=resident,
                person_key=row.person_index, tail=row.tail, day=row.day, slot=row.slot, at=row.at, site_code=row.site_code,
                terminal=row.terminal, quantity=row.quantity, price_fen=row.price_fen, paid_fen=row.paid_fen,
                subsidy_fen=row.subsidy_fen, means=Means(row.means),
            )
        )  # fmt: skip
    return found


def _lines(
    db: Session, first: date, last: date, residents: set[int], covered: frozenset[tuple[str, date]]
) -> list[MealLine]:
    """Order lines in effect of those who swiped, and of the stations of which a file has come."""
    cancelled = select(Amendment.id).where(Amendment.cancels_line_id == BookLine.id).exists()
    swiped = select(Swipe.id).where(Swipe.resident_id == BookLine.resident_id, Swipe.day == OrderBook.day).exists()
    wanted: ColumnElement[bool] = or_(swiped, BookLine.station_code.in_(sorted({site for site, _day in covered})))
    query = (
        select(
            BookLine.id, BookLine.order_id, Proof.id, BookLine.resident_id, OrderBook.day, OrderBook.slot, BookLine.delivery,
            func.coalesce(BookLine.station_code, ""), BookLine.street_code, Proof.outcome, func.coalesce(Proof.quantity, 0),
            Order.resident_part_fen,
        )
        .join(OrderBook, OrderBook.id == BookLine.book_id)
        .join(Order, Order.id == BookLine.order_id)
        .outerjoin(Proof, and_(Proof.book_line_id == BookLine.id, current()))
        .where(OrderBook.day >= first, OrderBook.day <= last, OrderBook.state == "closed", or_(~cancelled, Proof.quantity > 0))
        .order_by(BookLine.id)
    )  # fmt: skip
    # people whom only a card found later or a person's word made known are few: their lines are read by their ids
    named = sorted(residents)
    found: dict[int, MealLine] = {}
    parts = [query.where(wanted)] + [
        query.where(BookLine.resident_id.in_(named[at : at + 5000])) for at in range(0, len(named), 5000)
    ]
    for part in parts:
        for row in db.execute(part):
            delivered = int(row[10]) if row[9] in DELIVERED else 0
            found[row[0]] = MealLine(
                line_id=row[0], order_id=row[1], proof_id=row[2], resident_id=row[3], day=row[4], slot=row[5], delivery=row[6],
                station_code=row[7], street_code=row[8], delivered=delivered, due_fen=row[11],
            )  # fmt: skip
    return [found[number] for number in sorted(found)]


def handed_out(db: Session, first: date, last: date) -> list[HandedOut]:
    """The meals that stations handed out on these days, by the records in force."""
    query = (
        select(
            Resident.code, BookLine.station_code, func.coalesce(Proof.made_at, Proof.server_at), Proof.quantity, BookLine.unit_price_fen,
            Order.resident_part_fen,
        )
        .join(BookLine, BookLine.id == Proof.book_line_id)
        .join(OrderBook, OrderBook.id == BookLine.book_id)
        .join(Order, Order.id == BookLine.order_id)
        .join(Resident, Resident.id == BookLine.resident_id)
        .where(
            OrderBook.day >= first, OrderBook.day <= last, current(), Proof.quantity > 0, BookLine.delivery == rules.STATION,
            Proof.outcome.in_(sorted(map(str, DELIVERED))), BookLine.station_code.is_not(None),
        )
        .order_by(Proof.id)
    )  # fmt: skip
    return [
        HandedOut(
            resident_code=row[0],
            station_code=row[1] or "",
            at=row[2],
            portions=row[3],
            price_fen=row[4],
            due_fen=row[5],
        )
        for row in db.execute(query)
    ]


def _notes(db: Session) -> tuple[dict[str, Note], dict[str, int]]:
    """What stands of each subject: a person's words, and whose swipe it was."""
    notes: dict[str, Note] = {}
    owners: dict[str, int] = {}
    for row in db.scalars(select(SwipeNote).order_by(SwipeNote.id)):
        if row.resident_id is not None:
            owners[row.subject] = row.resident_id
        else:
            notes[row.subject] = Note(
                subject=row.subject, trouble=row.trouble, sentence=row.sentence, by_name=row.by_name, at=row.at
            )
    return notes, owners


def _streets(db: Session, rows: list[SwipeRecord]) -> tuple[dict[str, str], dict[int, str]]:
    sites = dict(db.execute(select(Station.code, Station.street_code)).tuples().all())
    wanted = {row.resident_id for row in rows if row.resident_id is not None}
    homes = {
        number: street for number, street in db.execute(select(Resident.id, Resident.street_code)) if number in wanted
    }
    return sites, homes


def _seen(row: SwipeRecord, sites: Mapping[str, str], homes: Mapping[int, str], scope: Scope) -> bool:
    if scope.streets is None:
        return True
    street = homes.get(row.resident_id) if row.resident_id is not None else sites.get(row.site_code)
    return street is not None and scope.sees_street(street)
