"""Of two records about one meal, which one stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from mealroute.delivery.records import Source
from mealroute.delivery.standing_rules import Made, clock_off, moment_made, takes_over

NOON = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def made(minute: int = 0, device: str = "a", seq: int | None = None, **more: object) -> Made:
    values = {"client_id": f"{device}{minute}", "source": Source.PHONE, "made_at": NOON + minute * MINUTE}
    return Made(**{**values, "device": device, "seq": seq, **more})  # type: ignore[arg-type]


def test_an_older_record_of_another_phone_does_not_undo_a_newer_one() -> None:
    assert not takes_over(made(3, "b"), made(5, "a"))
    assert takes_over(made(5, "a"), made(3, "b"))


def test_one_phone_is_believed_its_own_order_whatever_its_clock_says() -> None:
    assert takes_over(made(1, seq=8), made(9, seq=7))
    assert not takes_over(made(9, seq=7), made(1, seq=8))


def test_who_corrects_the_record_before_their_eyes_means_it() -> None:
    assert takes_over(made(1, "b", based_on="a5"), made(5, "a"))
    assert not takes_over(made(1, "b", based_on="a4"), made(5, "a"))


def test_a_door_wins_over_the_closing_of_the_day_and_a_desk_over_a_door() -> None:
    assert takes_over(made(1), made(60, "", source=Source.CLOSING))
    assert takes_over(made(1, "", source=Source.DESK), made(60))
    assert not takes_over(made(1), made(60, "", source=Source.DESK))


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=5, unique=True))
def test_the_same_record_stands_in_whatever_order_phones_reach_us(minutes: list[int]) -> None:
    records = [made(minute, device=f"phone{n}") for n, minute in enumerate(minutes)]
    ends = set()
    for order in permutations(records):
        standing = order[0]
        for arrived in order[1:]:
            standing = arrived if takes_over(arrived, standing) else standing
        ends.add(standing.client_id)
    assert ends == {max(records, key=lambda each: each.made_at).client_id}


@given(wrong=st.integers(-86_400, 86_400), way=st.integers(0, 30))
def test_a_wrong_clock_is_taken_out_of_the_time(wrong: int, way: int) -> None:
    true, sent = NOON - 20 * MINUTE, NOON
    off = clock_off(sent - timedelta(seconds=wrong), timedelta(seconds=wrong), sent + timedelta(seconds=way))
    assert moment_made(true - timedelta(seconds=wrong), off, NOON + timedelta(seconds=way)) == true


def test_a_record_is_never_made_in_the_future() -> None:
    assert moment_made(NOON + MINUTE, timedelta(), NOON) == NOON
    assert moment_made(None, timedelta(), NOON) == NOON


def test_a_long_way_of_a_message_is_not_taken_for_a_slow_clock() -> None:
    assert clock_off(NOON - 10 * MINUTE, timedelta(seconds=2), NOON) == timedelta(seconds=2)
    assert clock_off(NOON - MINUTE, None, NOON) == MINUTE
    assert clock_off(None, None, NOON) == timedelta()
