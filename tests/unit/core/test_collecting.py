"""The search for cycles rests while any block asks for it, and goes on when the last one has ended."""

from __future__ import annotations

import gc

import pytest

from mealroute.core.collecting import uncollected


def test_it_rests_until_the_outermost_block_ends() -> None:
    with uncollected():
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_an_error() -> None:
    with pytest.raises(ValueError, match="x"), uncollected():
        raise ValueError("x")
    assert gc.isenabled()


def test_where_there_was_none_before_there_is_none_after() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
