"""What the pages of a month show: a closed or small month as it is, a big open one as it was reckoned last, with its date.

The lines behind a figure of a big closed month are reckoned likewise; its figures were kept when it closed.

A big month (``view_keeping.AT_ONCE``) is reckoned by a job that people ask for (``view_jobs``). Nothing is signed, prepared or closed from kept figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from operator import itemgetter

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.areas.queries import street_names
from mealroute.core.actor import Scope
from mealroute.core.i18n import language
from mealroute.core.text import mask_name
from mealroute.orders.models import BookLine
from mealroute.residents.models import Resident
from mealroute.settlement import chain, chain_rules, overview, view_keeping
from mealroute.settlement.chain_records import ChainLine, Cut, MonthChain
from mealroute.settlement.held import named
from mealroute.settlement.overview import Overview, Seen
from mealroute.settlement.view_records import Dated, Lines, Reckoned, ShownChain, ShownLines, Way
from mealroute.subsidy import computing, queries
from mealroute.subsidy.payers import Payer, Who, payer_of
from mealroute.subsidy.reconcile import identities
from mealroute.subsidy.records import PeriodState
from mealroute.subsidy.statements import MonthStatement
from mealroute.vendors.models import Vendor

MOST = 500
"""Lines shown behind a figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthPage:
    """``statement`` None: a big month that nobody has reckoned yet; ``close`` then knows its history alone.

    ``dated`` None: everything is of this moment. ``said``: what has been explained since, by order line.
    """

    statement: MonthStatement | None
    close: Overview
    dated: Dated | None = None
    said: Mapping[int, str]


def month_page(db: Session, payer: Who, month: str, *, scope: Scope) -> MonthPage:
    """The page of a month within a scope."""
    who = payer_of(db, payer)
    if not _kept(db, who, month):
        statement, close = overview.page(db, who, month, scope=scope)
        return MonthPage(statement=statement, close=close, said={})
    dated, found = view_keeping.figures(db, who, month)
    if found is None:
        close = overview.paid_of(db, who, month, scope=scope)
        return MonthPage(statement=None, close=close, dated=dated, said={})
    statement = _statement(db, who, found, who.within(scope))
    seen = Seen(
        parts=found.parts, held=named(db, found.held, who.within(scope)), differences=len(statement.imbalances),
        counts=sum(not one.words for one in found.differences),
    )  # fmt: skip
    close = overview.open_overview(db, who, month, scope=scope, seen=seen)
    return MonthPage(statement=statement, close=close, dated=dated, said={} if dated.exact else _said(db, who, month))


def chain_page(db: Session, payer: Who, month: str, cut: Cut, *, scope: Scope) -> ShownChain:
    """The chain of a month, cut as asked, within a scope. Words about counts are those of now."""
    who = payer_of(db, payer)
    if not _kept(db, who, month):
        return ShownChain(chain=chain.month_chain(db, who, month, cut, scope=scope), dated=None)
    dated, found = view_keeping.figures(db, who, month)
    cells = [cell for cell in found.cells if chain.within(cell.place, scope)] if found else []
    words = chain.words(db, month) if found else {}
    differences = [one for one in found.differences if chain.within(one.place, scope)] if found else []
    shown = MonthChain(
        closed=False, rows=chain_rules.cut_by(cells, cut, chain.labels(db, cut)), whole=chain_rules.total(cells),
        differences=tuple(
            replace(one, words=words[one.natural_key][0], by_name=words[one.natural_key][1]) if one.natural_key in words else one
            for one in differences
        ),
    )  # fmt: skip
    return ShownChain(chain=shown, dated=dated)


def lines_page(
    db: Session, payer: Who, month: str, *, cut: Cut | None, key: str, figure: str, scope: Scope
) -> tuple[ShownLines, Dated | None]:
    """The lines behind one figure of the chain, as ``chain.chain_lines``; the first ``MOST`` by day, meal, street and number."""
    who = payer_of(db, payer)
    if not view_keeping.big(db, month):
        every = chain.chain_lines(db, who, month, cut=cut, key=key, figure=figure, scope=scope)
        total = sum(getattr(line.chain, figure) for line in every)
        return ShownLines(lines=every[:MOST], count=len(every), total=total), None
    dated, ways = view_keeping.lines(db, who, month)
    wanted: Lines = {
        way: lines
        for way, lines in (ways or {}).items()
        if getattr(way.chain, figure) and chain.within(way.place, scope) and (cut is None or way.place.of(cut) == key)
    }
    return ShownLines(
        lines=_described(db, who, month, wanted), count=sum(map(len, wanted.values())),
        total=sum(getattr(way.chain, figure) * len(lines) for way, lines in wanted.items()),
    ), dated  # fmt: skip


def _kept(db: Session, who: Payer, month: str) -> bool:
    """Whether the month is shown as it was reckoned last."""
    period = queries.period(db, who.code, month)
    return (period is None or period.state != PeriodState.CLOSED) and view_keeping.big(db, month)


def _statement(db: Session, who: Payer, found: Reckoned, scope: Scope) -> MonthStatement:
    """The kept statement in the reader's language, with the names of today, as far as the scope reaches."""
    kept = found.statements[language()]
    title, document = computing.titles(who.rules)
    vendors = dict(db.execute(select(Vendor.code, Vendor.name)).tuples().all())
    streets = street_names(db)
    seen = [one for one in kept.open_portions if scope.sees_street(one.street_code)]
    codes = {one.resident_code for one in seen}
    names = {code: mask_name(name) for code, name in db.execute(select(Resident.code, Resident.name)) if code in codes} if codes else {}  # fmt: skip
    return replace(
        kept, payer_name=who.rules.payer_name, identities=identities(kept.figures),
        by_rule=tuple(replace(one, label=title(one.key), document_no=document(one.key)) for one in kept.by_rule),
        by_vendor=tuple(replace(one, label=vendors.get(one.key, one.key)) for one in kept.by_vendor),
        by_street=tuple(replace(one, label=streets.get(one.key, one.key)) for one in kept.by_street),
        open_portions=tuple(replace(one, resident_name=names.get(one.resident_code, "")) for one in seen),
    )  # fmt: skip


def _said(db: Session, who: Payer, month: str) -> dict[int, str]:
    period = queries.period(db, who.code, month)
    return {each.book_line_id: each.sentence for each in queries.explanations(db, period.id)} if period else {}


def _described(db: Session, who: Payer, month: str, wanted: Lines) -> tuple[ChainLine, ...]:
    """The first lines with the masked name and what somebody said about them."""
    shown = _first(wanted)
    numbers = [line for line, _way in shown]
    people = {
        line: (code, mask_name(name))
        for line, code, name in db.execute(
            select(BookLine.id, Resident.code, Resident.name)
            .join(Resident, Resident.id == BookLine.resident_id)
            .where(BookLine.id.in_(numbers))
        )
    }
    period = queries.period(db, who.code, month)
    written = queries.explanations(db, period.id, numbers) if period else ()
    said = {each.book_line_id: (each.code, each.sentence) for each in written}
    return tuple(
        ChainLine(
            book_line_id=line, place=way.place, resident_code=people[line][0], resident_name=people[line][1], chain=way.chain,
            outcome=way.outcome, route=way.route, code=said.get(line, ("", ""))[0], words=said.get(line, ("", ""))[1],
        )
        for line, way in shown
    )  # fmt: skip


def _first(wanted: Lines) -> list[tuple[int, Way]]:
    """The first lines by day, meal, street and number; places that come later are not gone through."""
    found: list[tuple[int, Way]] = []
    for _place, ways in groupby(sorted(wanted, key=_order), key=_order):
        found += sorted(((line, way) for way in ways for line in wanted[way]), key=itemgetter(0))
        if len(found) >= MOST:
            break
    return found[:MOST]


def _order(way: Way) -> tuple[date, str, str]:
    return way.place.day, way.place.slot, way.place.street
