from hypothesis import given
from hypothesis import strategies as st

from solver import piecewise as pw
from solver.problem import TimeWindow, merged

SECONDS = range(60)
windows = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 10)), max_size=3).map(
    lambda pairs: merged(TimeWindow(first, first + length) for first, length in pairs)
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("later"), st.integers(0, 9)),
        st.tuples(st.just("through"), windows),
        st.tuples(st.just("lasting"), st.integers(0, 40)),
        st.tuples(st.just("at_most"), st.integers(0, 70)),
    ),
    max_size=6,
)


def function(operations: list[tuple[str, object]], first: int = 0) -> pw.Function:
    made = pw.identity(first, 59)
    for name, argument in operations:
        made = getattr(pw, name)(made, argument)
    return made


def one_by_one(operations: list[tuple[str, object]], left: int, first: int = 0) -> int | None:
    clock: int | None = left if left >= first else None
    for name, argument in operations:
        if clock is None:
            return None
        if name == "later":
            clock += int(str(argument))
        elif name == "through" and argument:
            clock = next((max(clock, w.earliest) for w in argument if clock <= w.latest), None)  # type: ignore[attr-defined]
        elif name == "lasting":
            clock = clock if clock - left <= int(str(argument)) else None
        elif name == "at_most":
            clock = clock if clock <= int(str(argument)) else None
    return clock


@given(steps)
def test_a_function_says_for_every_departure_what_driving_says(operations: list[tuple[str, object]]) -> None:
    made = function(operations)
    assert [pw.value_at(made, at) for at in SECONDS] == [one_by_one(operations, at) for at in SECONDS]


@given(steps, steps)
def test_the_earlier_of_two_is_taken_at_every_departure(
    one: list[tuple[str, object]], other: list[tuple[str, object]]
) -> None:
    both = pw.earliest_of(function(one), function(other))
    for at in SECONDS:
        times = [time for time in (one_by_one(one, at), one_by_one(other, at)) if time is not None]
        assert pw.value_at(both, at) == min(times, default=None)


@given(steps, steps, st.integers(0, 30))
def test_one_after_the_other_waits_for_the_next_departure(
    one: list[tuple[str, object]], then: list[tuple[str, object]], first: int
) -> None:
    both = pw.after(function(one), function(then, first))
    for at in SECONDS:
        back = one_by_one(one, at)
        times = [one_by_one(then, again, first) for again in range(back, 60)] if back is not None else []
        assert pw.value_at(both, at) == next((time for time in times if time is not None), None)


@given(steps)
def test_the_latest_departure_is_the_last_that_is_back_as_early(operations: list[tuple[str, object]]) -> None:
    made = function(operations)
    for at in SECONDS:
        time = pw.value_at(made, at)
        if time is not None:
            last = pw.latest_departure(made, at)
            assert pw.value_at(made, last) == time
            assert all(later is None or later > time for later in (pw.value_at(made, s) for s in range(last + 1, 60)))


@given(steps, steps)
def test_what_is_undominated_never_falls_and_loses_only_what_a_later_departure_beats(
    one: list[tuple[str, object]], other: list[tuple[str, object]]
) -> None:
    both = pw.earliest_of(function(one), function(other))
    kept = pw.undominated(both)
    for at in SECONDS:
        later = [time for time in (pw.value_at(both, again) for again in range(at + 1, 60)) if time is not None]
        time = pw.value_at(both, at)
        beaten = time is not None and bool(later) and min(later) < time
        assert pw.value_at(kept, at) == (None if beaten else time)
