"""Ticks: called at their interval, none stopped by another's mistake."""

from mealroute.adapters import ticks
from mealroute.adapters.ticks import Ticker
from mealroute.core.clock import Clock, FixedClock

HERE = "tests.unit.adapters.test_ticks"
CALLS: list[str] = []


def often(*, clock: Clock) -> None:
    CALLS.append(f"often {clock.today()}")


def seldom(*, clock: Clock) -> None:
    CALLS.append("seldom")


def mistaken(*, clock: Clock) -> None:
    raise RuntimeError("a mistake")


def test_a_tick_is_called_at_once_and_then_at_its_interval(clock: FixedClock) -> None:
    CALLS.clear()
    ticker = Ticker(clock, {"often": (f"{HERE}:often", 10), "seldom": (f"{HERE}:seldom", 25)})

    waits = [ticker.run_due(now) for now in (100.0, 105.0, 110.0, 125.0)]

    assert CALLS == ["often 2026-03-09", "seldom", "often 2026-03-09", "often 2026-03-09", "seldom"]
    assert waits == [10, 5, 10, 10]


def test_a_tick_that_fails_keeps_no_other_from_running_and_is_called_again(clock: FixedClock) -> None:
    CALLS.clear()
    ticker = Ticker(
        clock,
        {
            "mistaken": (f"{HERE}:mistaken", 5),
            "missing": ("no.such.module:tick", 5),
            "nonsense": ("nonsense", 5),
            "seldom": (f"{HERE}:seldom", 5),
        },
    )

    ticker.run_due(0)
    ticker.run_due(5)

    assert CALLS == ["seldom", "seldom"]


def test_a_tick_that_is_registered_later_is_called_too(clock: FixedClock) -> None:
    CALLS.clear()
    registered: dict[str, tuple[str, float]] = {}
    ticker = Ticker(clock, registered)

    assert ticker.run_due(0) == ticks.LONGEST_WAIT_S
    registered["seldom"] = (f"{HERE}:seldom", 60)
    ticker.run_due(5)

    assert CALLS == ["seldom"]


def test_a_closed_ticker_calls_nothing_more(clock: FixedClock) -> None:
    CALLS.clear()
    ticker = Ticker(clock, {"seldom": (f"{HERE}:seldom", 60)})

    ticker.start()
    ticker.close()
    CALLS.clear()
    ticker.run_due(10**9)

    assert CALLS == []
