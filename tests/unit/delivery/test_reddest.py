"""Which case is looked at first: beyond its time before nearly due, and within each the more fragile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mealroute.delivery.ladder_rules import reddest
from mealroute.delivery.records import CaseState

NOW = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Case:
    id: int
    minutes: int
    must_serve: bool = False
    weights: tuple[int, ...] = ()
    state: CaseState = CaseState.OPEN

    @property
    def due_at(self) -> datetime:
        return NOW + timedelta(minutes=self.minutes)


def order(*cases: Case) -> list[int]:
    return [case.id for case in reddest(cases, NOW)]


def test_beyond_its_time_comes_before_nearly_due_and_that_before_the_others() -> None:
    assert order(Case(1, 30, must_serve=True, weights=(90,)), Case(2, 4), Case(3, -1)) == [3, 2, 1]


def test_among_those_beyond_their_time_the_more_fragile_comes_first_however_long_the_other_waits() -> None:
    assert order(Case(1, -60, weights=(20,)), Case(2, -2, weights=(80,)), Case(3, -1, must_serve=True)) == [3, 2, 1]


def test_a_second_mark_counts_where_the_first_is_the_same_and_then_the_time() -> None:
    cases = (Case(1, -5, weights=(80,)), Case(2, -5, weights=(80, 20)), Case(3, -9, weights=(80,)))
    assert order(*cases) == [2, 3, 1]


def test_what_is_closed_comes_last() -> None:
    assert order(Case(1, -60, must_serve=True, state=CaseState.CLOSED), Case(2, 60)) == [2, 1]


CASES = st.lists(
    st.builds(Case, st.integers(1, 99), st.integers(-90, 90), st.booleans(), st.lists(st.integers(1, 99), max_size=3).map(tuple)), unique_by=lambda case: case.id
)  # fmt: skip


@given(CASES, st.randoms(use_true_random=False))
def test_the_order_does_not_hang_on_the_order_in_which_they_were_read(cases: list[Case], random: object) -> None:
    mixed = list(cases)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert order(*cases) == order(*mixed)
