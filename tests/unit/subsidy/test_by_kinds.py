"""A month by kinds of days is the month worked out meal by meal, to the fen and to the letter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mealroute.rulebook.facts import Earlier
from mealroute.rulebook.records import Rulebook as Book
from mealroute.subsidy import by_kinds, computing
from mealroute.subsidy.build import BookRow, DoorRow, MonthRows, PlanRow
from mealroute.subsidy.keeping import COLUMNS, Words, digest_of
from mealroute.subsidy.records import ResidentOnDay, Rulebook
from mealroute.subsidy.rulebook import load_rulebook
from mealroute.subsidy.site_facts import PeriodicFacts, Site
from mealroute.subsidy.worked import Worked, balance, plain
from tests.unit.rulebook.books import FIRST, book_of, books, rule
from tests.unit.subsidy.meals import person

LAW = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
BEIJING = load_rulebook()
STREETS = ("110101001", "110101002")
OUTCOMES = ("handed-over", "handed-over", "left-with-contact", "left-at-door", "refused")
WORDS = Words(
    people={number: (f"王\t\\某{number}", "") for number in range(1, 6)},
    streets={STREETS[0]: '街道"一"'},
    vendors={"V01": "饭馆"},
)


@st.composite
def people(draw: st.DrawFn, number: int) -> ResidentOnDay:
    return person(
        number, basic_service=draw(st.booleans()), living=draw(st.sampled_from(["alone", "alone", "institution"])),
        state=draw(st.sampled_from(["active", "active", "active", "deceased", "paused"])), age=draw(st.sampled_from([None, 69, 80, 101])),
        ability_level=draw(st.sampled_from([None, 2])), categories=draw(st.sampled_from([(), ("minimum-living",), ("low-income",)])),
        household="door-1" if number < 3 else "", registration=draw(st.sampled_from(["", "110101", "110109001"])),
        born=draw(st.sampled_from([None, date(1946, 1, 31), date(1944, 2, 29)])),
    )  # fmt: skip


@st.composite
def months(draw: st.DrawFn) -> MonthRows:
    """Up to 24 meals of four people in three weeks: several a day, several of one order, amended, unplanned, unpaid, half paid."""
    known = {number: [draw(people(number)) for _ in range(2)] for number in range(1, 5)}
    book, plan, doors, paid, rows, evidence = [], {}, {}, {}, {}, {}
    cancelled, added = set(), set()
    for number in range(1, draw(st.integers(1, 24)) + 1):
        day = FIRST + timedelta(days=draw(st.integers(0, 20)))
        who = draw(st.integers(1, 4))
        order = draw(st.sampled_from([number, number, number, max(number - 1, 1)]))
        slot = draw(st.sampled_from(["lunch", "lunch", "lunch", "dinner", "breakfast", "tea"]))
        quantity, price = draw(st.sampled_from([1, 1, 1, 2])), draw(st.sampled_from([0, 601, 1700, 1700]))
        delivery = draw(st.sampled_from(["home", "home", "station"]))
        street = draw(st.sampled_from(STREETS))
        book.append(
            BookRow(
                number, order, who, quantity, price, street, day, slot, delivery, "S1" if delivery == "station" else "",
                draw(st.sampled_from(["phone", "standing"])), draw(st.sampled_from(["cash", "monthly"])),
                "deep-mountain" if street == STREETS[0] else "", draw(st.sampled_from(["", "set"])),
            )
        )  # fmt: skip
        rows[who, day] = known[who][day >= FIRST + timedelta(days=9)]
        paid[order] = draw(st.sampled_from([price * quantity, price * quantity, max(price * quantity - 500, 0), 0, 1]))
        fate = draw(
            st.sampled_from(
                ["aboard", "aboard", "aboard", "aboard", "left", "added", "cancelled", "more", "unplanned", "open"]
            )
        )
        if fate in {"added", "cancelled"}:
            (added if fate == "added" else cancelled).add(number)
        if fate != "unplanned":
            plan[number] = PlanRow(number, fate != "left", quantity + (fate == "more"))
        if fate != "open":
            outcome = draw(st.sampled_from(OUTCOMES))
            doors[number] = DoorRow(
                number, 900 + number, outcome, 0 if outcome == "refused" else draw(st.integers(0, quantity)), draw(st.sampled_from(["V01", "V02"])),
                7, 3, draw(st.sampled_from(["", "D1"])), draw(st.sampled_from([None, number])), draw(st.sampled_from([None, 40_000])),
                draw(st.booleans()), draw(st.sampled_from(["", "邻居"])), draw(st.sampled_from(["phone", "paper"])),
                draw(st.sampled_from([None, datetime(2026, 2, 1, 4, 5, tzinfo=UTC)])), None, draw(st.sampled_from([None, True])),
            )  # fmt: skip
            if draw(st.booleans()):
                evidence[900 + number] = frozenset({draw(st.sampled_from(["photo", "code"]))})
    return MonthRows(
        book=book, plan=plan, planned_days=frozenset({(FIRST, "lunch")}), doors=doors, cancelled=frozenset(cancelled), added=frozenset(added),
        stray={(FIRST, "dinner"): 2} if draw(st.booleans()) else {}, paid=paid, people=rows, evidence=evidence, site_kinds={"S1": "canteen"},
    )  # fmt: skip


def district(book: Book) -> Rulebook:
    return Rulebook(payer="dongcheng", payer_name="东城区民政局", book=book)


def same(rows: MonthRows, rulebook: Rulebook, held: frozenset[str] = frozenset()) -> Worked:
    """Both ways, which must not differ in anything."""
    one, two = (way("2026-02", rows, rulebook, WORDS, held=held) for way in (plain, by_kinds.work))
    assert two.rows == one.rows
    assert digest_of(two.rows) == digest_of(one.rows)
    assert two == one
    assert balance(two, {}) == balance(one, {})
    return one


@given(books(), months())
@LAW
def test_any_rulebook_gives_the_same_month_both_ways(book: Book, rows: MonthRows) -> None:
    same(rows, district(book))


@given(months())
@LAW
def test_the_rules_in_force_give_the_same_month_both_ways(rows: MonthRows) -> None:
    found = same(rows, BEIJING)
    done = computing.compute("2026-02", rows, BEIJING)
    assert balance(found, {}) == computing.balance(done, {}, BEIJING)


@given(books(), months(), st.integers(0, 2**20))
@LAW
def test_lines_that_a_check_holds_back_are_left_out_both_ways(book: Book, rows: MonthRows, chosen: int) -> None:
    keys = [row[0] for row in plain("2026-02", rows, district(book), WORDS).rows]
    held = frozenset(key for n, key in enumerate(keys) if chosen >> n & 1)
    assert not held & {row[0] for row in same(rows, district(book), held).rows}


@given(books(), months(), st.lists(st.tuples(st.integers(1, 4), st.integers(1, 60), st.integers(0, 3)), max_size=8))
@LAW
def test_what_earlier_months_have_claimed_counts_both_ways(
    book: Book, rows: MonthRows, before: list[tuple[int, int, int]]
) -> None:
    earlier = [
        Earlier(rule_id=f"r{n}", day=FIRST - timedelta(days=days), slot="lunch", amount_fen=500, person_id=who)
        for who, days, n in before
    ]
    same(replace(rows, earlier=earlier), district(book))


MONTHLY: dict[str, Any] = {"amount": {"each": "2.00", "by": "meals"}}


@given(months())
@LAW
def test_months_of_sites_and_operators_are_paid_both_ways(rows: MonthRows) -> None:
    book = book_of(
        rule(1),
        rule(2, beneficiary="site", unit="month", version=MONTHLY),
        rule(3, beneficiary="operator", unit="month", version=MONTHLY),
    )
    sites = [Site(code="S1", kind="canteen", street_code=STREETS[0], operator="V01")]
    facts = PeriodicFacts(first=date(2026, 2, 1), last=date(2026, 2, 28), sites=sites)
    same(replace(rows, periodic=facts), district(book))


@pytest.mark.parametrize("every", ["week", "month"])
def test_a_cap_that_one_day_fills_is_not_passed_by_its_second_meal(every: str) -> None:
    book = district(book_of(rule(1, version={"caps": [{"count": 3, "every": every}]})))
    meals = [(n, 1 + n // 2, ("lunch", "dinner")[n % 2]) for n in range(6)]
    rows = MonthRows(
        book=[BookRow(n + 1, n + 1, 1, 1, 1700, STREETS[0], date(2026, 2, 1 + day), slot, "home") for n, day, slot in meals],
        plan={n + 1: PlanRow(n + 1, True, 1) for n, _day, _slot in meals},
        planned_days=frozenset(), doors={n + 1: DoorRow(n + 1, n + 1, "handed-over", 1, "V01") for n, _day, _slot in meals},
        cancelled=frozenset(), added=frozenset(), stray={}, paid={n + 1: 1700 for n, _day, _slot in meals},
        people={(1, date(2026, 2, 1 + day)): person(1) for _n, day, _slot in meals},
    )  # fmt: skip
    assert [row[COLUMNS.index("slot")] for row in same(rows, book).rows] == ["lunch", "dinner", "lunch"]


def test_both_ways_are_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """The law above means nothing if the one calls the other: it may do so where people share a cap, and nowhere else."""
    asked: list[Callable[..., object]] = []
    monkeypatch.setattr(by_kinds, "plain", lambda *args, **_named: asked.append(args[2]))
    rows = MonthRows(
        book=[],
        plan={},
        planned_days=frozenset(),
        doors={},
        cancelled=frozenset(),
        added=frozenset(),
        stray={},
        paid={},
    )
    shared = district(book_of(rule(1, version={"caps": [{"count": 1, "every": "day", "per": "household"}]})))
    for one in (BEIJING, shared):
        by_kinds.work("2026-02", rows, one, WORDS)
    assert asked == [shared]
