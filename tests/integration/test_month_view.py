"""What pages show of a big open month is what a fresh computation gives, or says of what moment it is."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.i18n import speaking
from mealroute.delivery.records import Outcome
from mealroute.settlement import chain, overview, service, view_keeping, view_packing, viewing
from mealroute.settlement.chain_records import Cut
from mealroute.settlement.simulate import close_month
from mealroute.settlement.view_models import MonthView
from mealroute.settlement.view_reckoning import reckon, reckon_closed
from mealroute.settlement.view_records import Arrived, arrived
from mealroute.subsidy import queries as money
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.payers import Payer, Who, payer_of
from tests.integration.close_world import FEBRUARY, MONDAY, PAYER, Close, make_close
from tests.integration.month_view_world import count_aboard, hand_in, swiped
from tests.integration.settlement_world import STREET
from tests.integration.test_close_recomputed import EVENTS, OUTCOMES, Event, happen, record, sqlite_session, two_months
from tests.unit.subsidy.books import book, rule

ALL = Scope.everything()
OWN, OTHER = (Scope(streets=frozenset({code})) for code in (STREET, "110101001"))


@pytest.fixture(autouse=True)
def _every_month_is_big(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_keeping, "AT_ONCE", -1)


def kept(close: Close, month: str = FEBRUARY, who: Who = PAYER) -> None:
    """As the job does it."""
    payer = payer_of(close.db, who)
    stamp = view_keeping.stamp_now(close.db, payer, month)
    view_keeping.keep(close.db, payer, month, close.clock.at, stamp, reckon(close.db, payer, month))


def same_as_fresh(db: Session, month: str = FEBRUARY, who: Who = PAYER) -> None:
    """The page for each kind of reader and in each language, the chain by each cut, the lines behind each figure."""
    for language, scope in (("zh", ALL), ("zh", OWN), ("en", ALL)):
        with speaking(language):
            page = viewing.month_page(db, who, month, scope=scope)
            assert page.dated is not None
            assert page.dated.exact
            assert (page.statement, page.close) == overview.page(db, who, month, scope=scope)
    for cut, scope in (*((cut, ALL) for cut in Cut), (Cut.STREET, OWN), (Cut.STREET, OTHER)):
        shown = viewing.chain_page(db, who, month, cut, scope=scope)
        assert shown.chain == chain.month_chain(db, who, month, cut, scope=scope)
    same_lines(db, month, who)


def same_lines(db: Session, month: str, who: Who) -> None:
    fresh = chain.lines_now(db, who, month)
    every = chain.described(db, payer_of(db, who), month, fresh, list(fresh.chains))
    for figure in ("ordered", "no_record", "claimed", "held"):
        found, _dated = viewing.lines_page(db, who, month, cut=None, key="", figure=figure, scope=ALL)
        assert found.lines == tuple(line for line in every if getattr(line.chain, figure))
        assert found.count == len(found.lines)
        assert found.total == sum(getattr(line.chain, figure) for line in every)
    for cut, key in ((Cut.DAY, MONDAY.isoformat()), (Cut.STREET, "")):
        found, _dated = viewing.lines_page(db, who, month, cut=cut, key=key, figure="ordered", scope=ALL)
        assert found.lines == chain.chain_lines(db, who, month, cut=cut, key=key, figure="ordered", scope=ALL)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(
    doors=st.lists(st.tuples(st.integers(0, 5), st.sampled_from(OUTCOMES)), max_size=6),
    events=EVENTS,
    prepared=st.booleans(),
)
def test_what_was_kept_of_a_random_month_is_what_its_records_give(
    empty_sqlite: Path, doors: list[tuple[int, Outcome]], events: list[Event], prepared: bool
) -> None:
    with sqlite_session(empty_sqlite) as db:
        close = two_months(db)
        for number, outcome in doors:
            record(close, number, outcome)
        for one in events:
            happen(close, one)
        if prepared:
            service.prepare(db, PAYER, FEBRUARY, by=close.four.preparer, clock=close.clock)
        kept(close)
        same_as_fresh(db)


REFUND: Event = ("money", 3, 1)
"""The one without a subsidy gets money back, so that the meal is paid in part."""


def full(db: Session) -> Close:
    """A month with everything in it: doors, one without a record, counts, cash that is missing, a swipe that nobody knows."""
    close = make_close(db)
    for number in range(4):
        close.record(number)
    close.record(1, Outcome.REFUSED)
    happen(close, REFUND)
    count_aboard(close, 3)
    hand_in(close)
    swiped(close)
    return close


def test_a_month_with_all_kinds_of_differences_is_shown_as_it_is_on_both_databases(db: Session) -> None:
    close = full(db)
    service.prepare(db, PAYER, FEBRUARY, by=close.four.preparer, clock=close.clock)
    kept(close)
    same_as_fresh(db)
    statement = viewing.month_page(db, PAYER, FEBRUARY, scope=ALL).statement
    assert statement is not None
    assert {one.code for one in statement.imbalances} >= {"no-record", "cash", "swipe", "owing"}


def test_sentences_are_in_the_readers_language_also_where_a_rule_counts_over_people(db: Session) -> None:
    close = full(db)
    shared = book(
        rule("shop", "resident", "meal", '{fixed: "3.00"}', "caps: [{per: operator, count: 1, every: month}]")
    )
    who = Payer(rules=shared)
    kept(close, who=who)
    same_as_fresh(db, who=who)


def test_a_month_with_nothing_in_it_is_shown_as_such(db: Session) -> None:
    close = make_close(db)
    kept(close, "2025-11")
    same_as_fresh(db, "2025-11")
    found = viewing.month_page(db, PAYER, "2025-11", scope=ALL).statement
    assert found is not None
    assert (found.figures.ordered, found.imbalances) == (0, ())


def test_before_anybody_has_reckoned_it_a_month_shows_no_figure(db: Session) -> None:
    make_close(db)
    page = viewing.month_page(db, PAYER, FEBRUARY, scope=ALL)
    assert page.statement is None
    assert page.dated is not None
    assert (page.dated.read_at, page.dated.meals, page.dated.exact) == (None, 5, False)
    shown = viewing.chain_page(db, PAYER, FEBRUARY, Cut.DAY, scope=ALL)
    assert (shown.chain.rows, shown.dated) == ((), page.dated)
    found, dated = viewing.lines_page(db, PAYER, FEBRUARY, cut=None, key="", figure="ordered", scope=ALL)
    assert (found.lines, found.count, dated) == ((), 0, page.dated)


def test_a_small_month_is_computed_when_it_is_looked_at(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    close = make_close(db)
    monkeypatch.setattr(view_keeping, "AT_ONCE", 5)
    kept(close)
    close.doors()
    page = viewing.month_page(db, PAYER, FEBRUARY, scope=ALL)
    assert page.dated is None
    assert page.statement is not None
    assert page.statement.figures.delivered == 5


def test_the_figures_of_yesterday_say_so_and_do_not_move(db: Session) -> None:
    close = make_close(db)
    close.record(0)
    kept(close)
    read_at = close.clock.at
    close.clock.at += timedelta(days=1)
    close.record(1)
    close.record(2)
    page = viewing.month_page(db, PAYER, FEBRUARY, scope=ALL)
    assert page.dated is not None
    assert page.dated.read_at == read_at
    assert Arrived("doors", 2) in page.dated.arrived
    assert not page.dated.exact
    assert page.statement is not None
    assert page.statement.figures.delivered == 1


def test_what_was_explained_since_is_told_beside_old_figures(db: Session) -> None:
    close = make_close(db)
    close.doors()
    happen(close, REFUND)
    kept(close)
    (open_one,) = viewing.month_page(db, PAYER, FEBRUARY, scope=ALL).statement.open_portions  # type: ignore[union-attr]
    service.explain(
        db, PAYER, FEBRUARY, open_one.book_line_id, sentence="家属已收到。", by=close.four.preparer, clock=close.clock
    )
    page = viewing.month_page(db, PAYER, FEBRUARY, scope=ALL)
    assert page.statement is not None
    assert page.statement.open_portions == (open_one,)
    assert page.said == {open_one.book_line_id: "家属已收到。"}
    assert page.dated is not None
    assert [one.kind for one in page.dated.arrived] == ["explanations"]


def test_what_was_read_earlier_never_takes_the_place_of_what_was_read_later(db: Session) -> None:
    close = make_close(db)
    close.record(0)
    who = payer_of(db, PAYER)
    old = close.clock.at, view_keeping.stamp_now(db, who, FEBRUARY), reckon(db, who, FEBRUARY)
    close.clock.at += timedelta(minutes=1)
    close.record(1)
    kept(close)
    view_keeping.keep(db, who, FEBRUARY, *old)
    same_as_fresh(db)


def test_what_another_version_of_the_program_kept_is_not_shown(db: Session) -> None:
    close = make_close(db)
    kept(close)
    row = db.scalars(select(MonthView)).one()
    row.stamp = {**row.stamp, "program": [0, "another"]}
    db.flush()
    page = viewing.month_page(db, PAYER, FEBRUARY, scope=ALL)
    assert page.statement is None


def test_a_month_is_closed_from_its_records_whatever_was_kept_of_it(db: Session) -> None:
    close = make_close(db)
    kept(close)
    close.doors()
    nothing = view_packing.figures_to(reckon(db, payer_of(db, PAYER), "2025-11")[0])
    db.execute(update(MonthView).values(figures=nothing, lines=view_packing.lines_to({})))
    close_month(db, PAYER, FEBRUARY, close.four, clock=close.clock)
    period = money.period(db, PAYER, FEBRUARY)
    assert period is not None
    assert period.totals["figures"]["delivered"] == 5
    assert len(db.scalars(select(ClaimLine.id)).all()) == period.totals["figures"]["claimed_lines"]
    page = viewing.month_page(db, PAYER, FEBRUARY, scope=ALL)
    assert page.dated is None
    assert page.statement == overview.page(db, PAYER, FEBRUARY, scope=ALL)[0]


def test_the_lines_behind_a_closed_months_figures_are_reckoned_likewise(db: Session) -> None:
    close = make_close(db)
    close.doors()
    kept(close)
    close_month(db, PAYER, FEBRUARY, close.four, clock=close.clock)
    _found, dated = viewing.lines_page(db, PAYER, FEBRUARY, cut=None, key="", figure="claimed", scope=ALL)
    assert dated is not None
    assert "closing" in {one.kind for one in dated.arrived}
    who = payer_of(db, PAYER)
    close.clock.at += timedelta(minutes=1)
    stamp = view_keeping.stamp_now(db, who, FEBRUARY)
    view_keeping.keep(db, who, FEBRUARY, close.clock.at, stamp, (None, reckon_closed(db, who, FEBRUARY)))
    _found, dated = viewing.lines_page(db, PAYER, FEBRUARY, cut=None, key="", figure="claimed", scope=ALL)
    assert dated is not None
    assert dated.exact
    same_lines(db, FEBRUARY, PAYER)


def test_the_first_lines_are_shown_where_there_are_more(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    close = full(db)
    kept(close)
    every = chain.chain_lines(db, PAYER, FEBRUARY, cut=None, key="", figure="ordered", scope=ALL)
    for most in range(1, len(every) + 1):
        monkeypatch.setattr(viewing, "MOST", most)
        found, _dated = viewing.lines_page(db, PAYER, FEBRUARY, cut=None, key="", figure="ordered", scope=ALL)
        assert (found.lines, found.count, found.total) == (every[:most], len(every), len(every))


def test_two_stamps_differ_by_what_has_come_and_by_what_was_edited() -> None:
    before, now = {"a": (3, "x"), "b": (1, "y"), "c": (0, "z")}, {"a": (5, "u"), "b": (1, "v"), "c": (0, "z")}
    assert arrived(before, now) == (Arrived("a", 2), Arrived("b", 0))
    assert arrived(now, now) == ()
    assert arrived({**now, "gone": (1, "")}, now) == (Arrived("gone", 0),)


WRITTEN_WITH = {
    "plan_route": "run",
    "plan_visit": "plan_line",
    "claim_line": "settlement_period",
    "adjustment_line": "settlement_period",
}
"""Tables that a reckoning reads and no stamp does → whose rows are written with theirs, or stand for them."""
PERIODIC = Payer(
    rules=book(
        rule("yearly", "resident", "year", '{fixed: "3.00"}'), rule("site", "site", "month", '{fixed: "3.00"}'),
        rule("ever", "resident", "meal", '{fixed: "3.00"}', "caps: [{count: 900, every: ever}]"),
    )
)  # fmt: skip


@pytest.mark.parametrize("who", [PAYER, PERIODIC])
def test_a_reckoning_reads_nothing_that_its_stamp_does_not_describe(db: Session, who: Who) -> None:
    close = full(db)
    service.prepare(db, PAYER, FEBRUARY, by=close.four.preparer, clock=close.clock)
    payer = payer_of(db, who)
    with tables_read(db) as described:
        view_keeping.stamp_now(db, payer, FEBRUARY)
    with tables_read(db) as used:
        reckon(db, payer, FEBRUARY)
    assert {"proof", "payment", "swipe", "cash_entry", "loading_check", "resident_fact"} <= used
    assert used - described <= WRITTEN_WITH.keys()
    assert set(WRITTEN_WITH.values()) <= described


class tables_read:  # noqa: N801 -- used as a word
    """The tables that statements within the block name."""

    def __init__(self, db: Session) -> None:
        self.connection = db.connection()
        self.found: set[str] = set()

    def __enter__(self) -> set[str]:
        event.listen(self.connection, "before_cursor_execute", self._see)
        return self.found

    def __exit__(self, *_error: object) -> None:
        event.remove(self.connection, "before_cursor_execute", self._see)

    def _see(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        from mealroute.core.db import Base

        self.found.update(set(re.findall(r"\b[a-z_]+\b", statement)) & set(Base.metadata.tables))
