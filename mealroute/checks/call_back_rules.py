"""How a sample is drawn so that anybody can draw it again, and what its answers are worth. Pure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import isqrt

from mealroute.checks.call_back_records import Candidate, Estimate, Heard


def digest(candidates: Iterable[Candidate]) -> str:
    """The hash of a list: one row a meal, ``line,proof,day,slot,resident code``, in the order of the lines, each ended by a line feed."""
    rows = sorted(candidates, key=lambda meal: meal.line)
    text = "".join(
        f"{meal.line},{meal.proof},{meal.day.isoformat()},{meal.slot},{meal.resident_code}\n" for meal in rows
    )
    return hashlib.sha256(text.encode()).hexdigest()


def rank(seed: str, month: str, vendor: str, line: int) -> str:
    """Where a meal stands in the draw: smaller is earlier."""
    return hashlib.sha256(f"{seed}|{month}|{vendor}|{line}".encode()).hexdigest()


def draw(candidates: Sequence[Candidate], size: int, *, seed: str, month: str, vendor: str) -> tuple[Candidate, ...]:
    """The first ``size`` meals by rank, one a resident; where there are fewer residents than that, further meals follow by rank.

    The order of ``candidates`` does not matter. The same seed and list give the same sample on every machine.
    """
    ranked = sorted(candidates, key=lambda meal: (rank(seed, month, vendor, meal.line), meal.line))
    taken: list[Candidate] = []
    later: list[Candidate] = []
    met: set[int] = set()
    for meal in ranked:
        (later if meal.resident in met else taken).append(meal)
        met.add(meal.resident)
    return tuple((taken + later)[:size])


def estimate(vendor: str, month: str, asked: int, heard: Mapping[Heard, int], *, z_permille: int) -> Estimate:
    """The share of meals that did not come, with Wilson's interval (Wilson 1927) at ``z_permille`` / 1000 standard deviations.

    Who could not say or was not reached counts neither way; the page shows how many they are.
    """
    missed, told = heard.get(Heard.NOT_RECEIVED, 0), heard.get(Heard.RECEIVED, 0) + heard.get(Heard.NOT_RECEIVED, 0)
    if not told:
        return Estimate(vendor=vendor, month=month, asked=asked, heard=dict(heard))
    low, high = wilson(missed, told, z_permille)
    return Estimate(
        vendor=vendor,
        month=month,
        asked=asked,
        heard=dict(heard),
        rate=round(Fraction(1000 * missed, told)),
        low=low,
        high=high,
    )


def wilson(hits: int, n: int, z_permille: int) -> tuple[int, int]:
    """Bounds per mille: (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n). Whole numbers throughout, low down, high up.

    Raises
    ------
    ValueError
        Not 0 ≤ hits ≤ n, or n = 0.
    """
    if not 0 <= hits <= n or n == 0:
        raise ValueError(f"expected 0 <= hits <= n and n > 0, got {hits} of {n}")
    z = Fraction(z_permille, 1000)
    p, square = Fraction(hits, n), z * z
    centre, whole = p + square / (2 * n), 1 + square / n
    root = z * _root(p * (1 - p) / n + square / (4 * n * n))
    low, high = (centre - root) / whole * 1000, (centre + root) / whole * 1000
    # At the ends the bound is exactly 0 or 1; the root, rounded at the twelfth place, must not leave a crumb.
    return (0 if hits == 0 else max(0, low.__floor__())), (1000 if hits == n else min(1000, high.__ceil__()))


def _root(value: Fraction) -> Fraction:
    """The square root to twelve places."""
    scale = 10**24
    return Fraction(isqrt(value.numerator * scale // value.denominator), 10**12)
