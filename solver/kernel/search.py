"""The search: ruin, recreate, accept as annealing does, remember the best."""

from __future__ import annotations

import math
from typing import Any, Final

from solver.kernel import of
from solver.kernel.cache import jit
from solver.kernel.chance import draw
from solver.kernel.insert import insert
from solver.kernel.journal import begin, undo, write_all
from solver.kernel.layout import COST, MISSING, WEIGHT
from solver.kernel.ruin import ruin
from solver.kernel.tails import swap_tails

BLINK: Final = 0.01
FEW: Final = 12
LIST: Final = 3
"""Row of the scratch table: the stops to put back, in their order."""


@jit
def recreate(w: Any, before: Any, blink: Any, rule: Any) -> None:
    """Put back the stops that are left out, in an order drawn at random, each where it costs least.

    ``rule`` names the order (a row of order_keys); -1 draws one. Of those that were left out before the ruin, the first ``before`` of the list, no more than a few are tried: who fits nowhere is dear to try.
    """
    order, out = of.scratch(w)[LIST], of.out(w)
    count = 0
    if before <= FEW:
        for at in range(before):
            order[count] = out[at]
            count += 1
    else:
        step = before // FEW
        at = int(draw(of.random(w)) * step)
        while at < before:
            order[count] = out[at]
            count += 1
            at += step + int(draw(of.random(w)) * 2)
    for at in range(before, out[-1]):
        order[count] = out[at]
        count += 1
    sort(w, order, count, before > 0, rule)
    for at in range(count):
        insert(w, order[at], blink)


@jit
def sort(w: Any, order: Any, count: Any, short: Any, rule: Any) -> None:
    """By the drawn key, equal ones by chance; now and then heavy ones (must-serve, priority) first, often where stops are left out (``short``)."""
    for at in range(count - 1, 0, -1):
        other = int(draw(of.random(w)) * (at + 1))
        order[at], order[other] = order[other], order[at]
    chance, row = draw(of.random(w)), 0
    while of.order_shares(w)[row] < chance:
        row += 1
    if rule >= 0:
        row = rule
    by_weight = draw(of.random(w)) < (0.5 if short else 0.05)
    for at in range(1, count):
        item, place = order[at], at
        key, weight = of.order_keys(w)[row, item], of.fact(w)[item, WEIGHT]
        while place > 0:
            other = order[place - 1]
            if by_weight and of.fact(w)[other, WEIGHT] != weight:
                if of.fact(w)[other, WEIGHT] > weight:
                    break
            elif of.order_keys(w)[row, other] <= key:
                break
            order[place] = other
            place -= 1
        order[place] = item


@jit
def anneal(
    w: Any, best: Any, best_totals: Any, steps: Any, warm: Any, cool: Any, average: Any, trip_rate: Any, tails: Any
) -> Any:
    """So many steps while the temperature falls from ``warm`` to ``cool``; the length of the best plan in ``best`` if it was beaten, else -1.

    ``best_totals``: its weight of stops left out, and its cost.
    """
    length = -1
    factor = math.exp(math.log(cool / warm) / max(1, steps))
    heat = warm
    for _ in range(steps):
        cost, missing = of.totals(w)[COST], of.totals(w)[MISSING]
        begin(w)
        before = of.out(w)[-1]
        if not ruin(w, average, trip_rate):
            undo(w, cost, missing)
            continue
        recreate(w, before, BLINK, -1)
        heat *= factor
        new, left = of.totals(w)[COST], of.totals(w)[MISSING]
        if left < missing or (left == missing and new < cost - heat * math.log(draw(of.random(w)) + 1e-300)):
            for _each in range(tails):
                swap_tails(w, heat)
            new, left = of.totals(w)[COST], of.totals(w)[MISSING]
            if left < best_totals[0] or (left == best_totals[0] and new < best_totals[1] - 0.5):
                best_totals[0], best_totals[1] = left, new
                length = write_all(w, best)
        else:
            undo(w, cost, missing)
    return length
