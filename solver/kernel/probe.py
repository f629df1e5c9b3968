"""For tests: one step whose undoing can be looked at."""

from __future__ import annotations

from typing import Any

from solver.kernel import of
from solver.kernel.cache import jit
from solver.kernel.journal import begin, undo
from solver.kernel.layout import COST, MISSING
from solver.kernel.ruin import ruin
from solver.kernel.search import recreate


@jit
def step_and_undo(w: Any) -> None:
    """Ruin, recreate and go back."""
    cost, missing, before = of.totals(w)[COST], of.totals(w)[MISSING], of.out(w)[-1]
    begin(w)
    if ruin(w, 10.0, 0.2):
        recreate(w, before, 0.01, -1)
    undo(w, cost, missing)
