"""Where a trip's two sentinel nodes are."""

from __future__ import annotations

from typing import Any

from solver.kernel import of
from solver.kernel.cache import jit
from solver.kernel.world import BREAK_NODES, STOPS


@jit
def head(w: Any, t: Any) -> Any:
    """The node at which trip ``t`` loads."""
    return of.sizes(w)[STOPS] + of.sizes(w)[BREAK_NODES] + 2 * t


@jit
def tail(w: Any, t: Any) -> Any:
    """The node at which trip ``t`` returns."""
    return of.sizes(w)[STOPS] + of.sizes(w)[BREAK_NODES] + 2 * t + 1
