"""Random numbers from a state of one's own, so that a thread's search can be repeated: xoroshiro128+ (Blackman and Vigna, 2018)."""

from __future__ import annotations

from typing import Any

import numpy as np

from solver.kernel.cache import jit


@jit
def _next(state: Any) -> Any:
    one, two = state[0], state[1]
    result = one + two
    two ^= one
    state[0] = ((one << np.uint64(24)) | (one >> np.uint64(40))) ^ two ^ (two << np.uint64(16))
    state[1] = (two << np.uint64(37)) | (two >> np.uint64(27))
    return result


@jit
def draw(state: Any) -> float:
    """A number in [0, 1)."""
    return (_next(state) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@jit
def below(state: Any, count: Any) -> Any:
    """A whole number from 0 to ``count`` - 1."""
    return np.int64(draw(state) * count)
