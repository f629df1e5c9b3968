"""Who is called before it gets too long, on which day and by when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mealroute.welfare import rules
from mealroute.welfare.records import CallMeans, Need, Person, Sight, Way, Why
from mealroute.welfare.rulebook import silence_rules

ZONE = ZoneInfo("Asia/Shanghai")
FRIDAY = date(2026, 3, 6)
RULES = silence_rules(FRIDAY)
DAYS = [FRIDAY + timedelta(days=n) for n in range(4)]
ANNA = Person(resident_id=1, street_code="s", has_phone=True, since=date(2025, 1, 1))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def sight(day: date, hour: int = 11) -> Sight:
    return Sight(at=at(day, hour), by_name="刘建国", way=Way.DOOR)


def needed(
    person: Person = ANNA, *, seen: Sight | None, meals: set[date] = frozenset(), now: datetime, days: list[date] = DAYS  # type: ignore[assignment]
) -> tuple[Need, ...]:  # fmt: skip
    met = {day: frozenset({1}) if day in meals else frozenset() for day in days}
    return rules.needs(
        [person], {1: seen} if seen else {}, met, {"s": RULES}, served={FRIDAY}, days=days, now=now, zone=ZONE
    )


def test_an_ordinary_weekend_calls_nobody() -> None:
    assert needed(seen=sight(FRIDAY), meals={DAYS[3]}, now=at(FRIDAY, 14)) == ()


def test_a_holiday_after_the_weekend_calls_before_the_time_is_over() -> None:
    (need,) = needed(seen=sight(FRIDAY, 9), now=at(FRIDAY, 14))
    assert (need.day, need.due_at, need.why) == (DAYS[3], at(DAYS[3], 15), Why.NO_SERVICE)


def test_what_would_fall_into_the_night_comes_in_the_evening_before() -> None:
    assert rules.call_by(at(DAYS[2], 3), RULES, ZONE) == at(DAYS[1], 20)
    assert rules.call_by(at(DAYS[2], 22), RULES, ZONE) == at(DAYS[2], 20)


def test_somebody_who_pauses_is_called_and_in_hospital_not() -> None:
    paused = Person(resident_id=1, street_code="s", has_phone=True, since=date(2025, 1, 1), pause="away")
    (need,) = needed(paused, seen=sight(FRIDAY - timedelta(days=3)), now=at(FRIDAY, 9))
    assert (need.day, need.why) == (FRIDAY, Why.PAUSE)
    in_hospital = Person(resident_id=1, street_code="s", has_phone=True, since=date(2025, 1, 1), pause="hospital")
    assert needed(in_hospital, seen=None, now=at(FRIDAY, 9)) == ()


def test_who_has_no_phone_is_visited() -> None:
    silent = Person(resident_id=1, street_code="s", has_phone=False, since=date(2025, 1, 1))
    (need,) = needed(silent, seen=None, now=at(FRIDAY, 9))
    assert (need.means, need.day) == (CallMeans.KNOCK, FRIDAY)


def test_whoever_was_missed_for_long_is_called_within_the_hour_and_not_at_night() -> None:
    (by_day,) = needed(seen=None, now=at(FRIDAY, 14))
    (by_night,) = needed(seen=None, now=at(FRIDAY, 23))
    assert by_day.due_at == at(FRIDAY, 15)
    assert (by_night.day, by_night.due_at) == (DAYS[1], at(DAYS[1], 9))


def test_a_meal_on_the_day_on_which_the_time_ends_is_meeting_enough() -> None:
    assert needed(seen=sight(FRIDAY - timedelta(days=3)), meals={FRIDAY}, now=at(FRIDAY, 9)) == ()


@pytest.mark.parametrize("hour", range(24))
def test_no_call_is_due_outside_the_hours_of_the_day(hour: int) -> None:
    (need,) = needed(seen=None, now=at(FRIDAY, hour, 30))
    assert RULES.from_s <= need.due_at.astimezone(ZONE).hour * 3600 <= RULES.to_s


@given(
    seen_hours_ago=st.one_of(st.none(), st.integers(0, 24 * 9)),
    meals=st.sets(st.sampled_from(DAYS)),
    hour=st.integers(0, 23),
)
def test_nobody_goes_unseen_for_too_long_without_a_meal_or_a_call(
    seen_hours_ago: int | None, meals: set[date], hour: int
) -> None:
    now = at(FRIDAY, hour)
    seen = (
        None if seen_hours_ago is None else Sight(at=now - timedelta(hours=seen_hours_ago), by_name="x", way=Way.DOOR)
    )
    deadline = rules.until(ANNA, seen, RULES, ZONE)
    found = needed(seen=seen, meals=meals, now=now)
    within = deadline.astimezone(ZONE).date() <= DAYS[-1] and rules.call_by(deadline, RULES, ZONE) <= at(DAYS[-1], 20)
    met = any(day <= max(deadline.astimezone(ZONE).date(), FRIDAY) for day in meals)
    if within and not met and max(rules.soonest(now, RULES, ZONE), now).astimezone(ZONE).date() not in meals:
        assert found
    for need in found:
        assert need.due_at <= max(deadline, rules.soonest(now, RULES, ZONE))
