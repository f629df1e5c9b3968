"""The chain adds up across every cut, says which count differs, leads to its lines, and is kept with the closed month."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.delivery.loading_models import LoadingCheck, LoadingCount
from mealroute.delivery.records import Outcome
from mealroute.kitchen.models import PackedTrip
from mealroute.settlement import chain, chain_rules, service
from mealroute.settlement.chain_records import NAMES, Cut
from mealroute.settlement.models import ChainCell
from mealroute.settlement.one_meal import one_meal
from mealroute.settlement.simulate import close_month
from mealroute.subsidy import computing
from mealroute.subsidy import queries as money
from tests.integration.close_world import FEBRUARY, MARCH, MONDAY, PAYER, TUESDAY, Close, make_close
from tests.integration.settlement_world import STREET

ALL = Scope.everything()


@pytest.fixture
def close(db: Session) -> Close:
    made = make_close(db)
    made.doors()
    made.record(1, Outcome.REFUSED)
    return made


def _pack(close: Close, portions: int) -> None:
    close.db.add(
        PackedTrip(
            day=MONDAY, slot="lunch", vehicle_code="E01", trip=1, number=1, kitchen_code="K01", content="x", portions=portions, packed=True,
            by_name="周厨", at=close.clock.at,
        )
    )  # fmt: skip
    close.db.flush()


def _load(close: Close, counted: int, note: str = "") -> None:
    check = LoadingCheck(
        client_id=f"c{counted}", run_id=close.runs[0], trip=1, note=note, by_name="刘建国", at=close.clock.at
    )
    close.db.add(check)
    close.db.flush()
    close.db.add(LoadingCount(check_id=check.id, kind="portions", key="normal|x|normal", listed=4, counted=counted))
    close.db.flush()


def test_every_cut_adds_up_to_the_month_and_to_its_figures(close: Close) -> None:
    _pack(close, 4)
    found = {cut: chain.month_chain(close.db, PAYER, FEBRUARY, cut, scope=ALL) for cut in Cut}
    whole = found[Cut.DAY].whole
    for each in found.values():
        assert each.whole == whole
        for name in NAMES:
            assert sum(getattr(row.chain, name) for row in each.rows) == getattr(whole, name)
    service.prepare(close.db, PAYER, FEBRUARY, by=close.four.preparer, clock=close.clock)
    figures = money.period(close.db, PAYER, FEBRUARY).totals["figures"]  # type: ignore[union-attr]
    assert (whole.ordered, whole.planned, whole.unassigned) == (
        figures["ordered"],
        figures["planned"],
        figures["unassigned"],
    )
    assert (whole.delivered, whole.returned, whole.claimed, whole.self_paid, whole.explained) == (
        figures["delivered"], figures["not_delivered"], figures["subsidised"], figures["self_paid"], figures["explained"],
    )  # fmt: skip
    assert whole.claimed_fen == figures["claimed_fen"]
    assert all(identity.holds for identity in chain_rules.equations(whole))
    assert (whole.cooked, whole.not_ticked, whole.not_counted, whole.open) == (4, 1, 5, 0)


def test_a_count_that_differs_keeps_the_month_open_until_somebody_says_why(close: Close) -> None:
    _load(close, 3)
    (difference,) = chain.month_chain(close.db, PAYER, FEBRUARY, Cut.KITCHEN, scope=ALL).differences
    assert (difference.kind, difference.expected, difference.found, difference.words) == ("loaded", 4, 3, "")
    with pytest.raises(Conflict, match="period-open-counts"):
        close_month(close.db, PAYER, FEBRUARY, close.four, clock=close.clock)
    preparer = close.four.preparer
    with pytest.raises(MealrouteError, match="sentence-missing"):
        service.explain_count(
            close.db, PAYER, FEBRUARY, difference.natural_key, sentence=" ", by=preparer, clock=close.clock
        )
    with pytest.raises(NotFound, match="nothing-to-explain"):
        service.explain_count(close.db, PAYER, FEBRUARY, "x", sentence="x", by=preparer, clock=close.clock)
    service.explain_count(
        close.db, PAYER, FEBRUARY, difference.natural_key, sentence="少装一份，补送。", by=preparer, clock=close.clock
    )
    whole = chain.month_chain(close.db, PAYER, FEBRUARY, Cut.DAY, scope=ALL).whole
    assert (whole.loaded_off, whole.loaded_said, whole.open) == (-1, 1, 0)
    assert all(identity.holds for identity in chain_rules.equations(whole))


def test_a_count_is_explained_from_its_day_alone(close: Close, monkeypatch: pytest.MonkeyPatch) -> None:
    _load(close, 3)
    _pack(close, 5)
    whole = chain.month_chain(close.db, PAYER, FEBRUARY, Cut.DAY, scope=ALL).differences

    def refused(*_given: object, **_named: object) -> object:
        raise AssertionError("a month is computed while somebody waits")

    monkeypatch.setattr(computing, "compute", refused)
    for each in whole:
        service.explain_count(
            close.db, PAYER, FEBRUARY, each.natural_key, sentence="已核对", by=close.four.preparer, clock=close.clock
        )
    assert [each.kind for each in whole] == ["cooked", "loaded"]
    assert chain.day_differences(close.db, PAYER, TUESDAY) == ()
    assert [replace(each, words="", by_name="") for each in chain.day_differences(close.db, PAYER, MONDAY)] == list(
        whole
    )
    of_january = whole[0].natural_key.replace("2026-02", "2026-01")
    for month, key in (
        (FEBRUARY, of_january),
        (MARCH, whole[0].natural_key),
        (FEBRUARY, "loaded/2026-02-31/lunch/E01/1"),
    ):
        with pytest.raises(NotFound, match="nothing-to-explain"):
            service.explain_count(close.db, PAYER, month, key, sentence="x", by=close.four.preparer, clock=close.clock)


def test_the_drivers_own_note_explains_a_count(close: Close) -> None:
    _load(close, 3, note="厨房少做一份")
    (difference,) = chain.month_chain(close.db, PAYER, FEBRUARY, Cut.DAY, scope=ALL).differences
    assert (difference.words, difference.by_name) == ("厨房少做一份", "刘建国")


def test_a_street_sees_its_own_lines_and_no_count_of_whole_trips(close: Close) -> None:
    _load(close, 3)
    mine, other = (
        chain.month_chain(close.db, PAYER, FEBRUARY, Cut.STREET, scope=Scope(streets=frozenset({code})))
        for code in (STREET, "110101001")
    )
    assert [row.key for row in mine.rows] == [STREET]
    assert (mine.differences, other.rows) == ((), ())


def test_a_figure_leads_to_its_lines_and_a_line_to_its_proof(close: Close) -> None:
    lines = chain.chain_lines(
        close.db, PAYER, FEBRUARY, cut=Cut.DAY, key=MONDAY.isoformat(), figure="returned", scope=ALL
    )
    (line,) = lines
    assert (line.book_line_id, line.outcome, line.chain.returned) == (close.lines[1], "refused", 1)
    meal = one_meal(close.db, PAYER, FEBRUARY, line.book_line_id, scope=ALL)
    assert [(door.outcome, door.current) for door in meal.doors] == [("handed-over", False), ("refused", True)]
    assert [payment.amount_fen for payment in meal.payments] == [1200]
    with pytest.raises(NotFound, match="meal-not-found"):
        one_meal(close.db, PAYER, FEBRUARY, line.book_line_id, scope=Scope(streets=frozenset({"110101001"})))
    with pytest.raises(NotFound, match="meal-not-found"):
        one_meal(close.db, PAYER, "2026-03", line.book_line_id, scope=ALL)


def test_a_closed_month_keeps_its_chain_whatever_comes_later(close: Close) -> None:
    before = chain.month_chain(close.db, PAYER, FEBRUARY, Cut.STREET, scope=ALL)
    close_month(close.db, PAYER, FEBRUARY, close.four, clock=close.clock)
    close.clock.at = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
    close.record(0, Outcome.REFUSED)
    after = chain.month_chain(close.db, PAYER, FEBRUARY, Cut.STREET, scope=ALL)
    assert (after.closed, after.rows, after.whole) == (True, before.rows, before.whole)
    assert close.db.scalar(select(func.count()).select_from(ChainCell)) == 2


def test_the_chain_takes_as_many_statements_for_many_lines_as_for_few(close: Close) -> None:
    seen: list[str] = []
    event.listen(close.db.get_bind(), "before_cursor_execute", lambda *args: seen.append(args[2]))
    chain.month_chain(close.db, PAYER, FEBRUARY, Cut.DAY, scope=ALL)
    few = len(seen)
    day = datetime(2026, 2, 9, tzinfo=UTC).date()
    book = close.world.book(day)
    close.world.publish(
        day, [close.world.line(book, close.world.order(close.world.resident(), day)) for _ in range(30)]
    )
    seen.clear()
    chain.month_chain(close.db, PAYER, FEBRUARY, Cut.DAY, scope=ALL)
    assert len(seen) == few
