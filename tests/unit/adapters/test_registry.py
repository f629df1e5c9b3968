"""Everything that is registered to run by itself exists and takes what it will be given."""

import importlib
import inspect

import pytest

from mealroute.adapters import executor
from mealroute.adapters.registry import HANDLERS, TICKS


@pytest.mark.parametrize("target", [*HANDLERS.values(), *(target for target, _seconds in TICKS.values())])
def test_a_registered_function_exists(target: str) -> None:
    module, function = target.split(":")

    assert callable(getattr(importlib.import_module(module), function))


@pytest.mark.parametrize("target", HANDLERS.values())
def test_a_handler_takes_the_job(target: str) -> None:
    module, function = target.split(":")

    assert len(inspect.signature(getattr(importlib.import_module(module), function)).parameters) == 1


@pytest.mark.parametrize(("target", "seconds"), TICKS.values())
def test_a_tick_takes_the_clock_and_leaves_time_between(target: str, seconds: float) -> None:
    module, function = target.split(":")

    given = inspect.signature(getattr(importlib.import_module(module), function)).parameters.values()
    assert [each.name for each in given if each.default is inspect.Parameter.empty] == ["clock"]
    assert seconds >= 5


def test_the_executor_offers_the_same_tables() -> None:
    assert executor.HANDLERS is HANDLERS
    assert executor.TICKS is TICKS
