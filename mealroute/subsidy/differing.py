"""What a closed month would come to today, less what has been settled for it: signed lines with their reason. Pure.

For each thing paid for (its natural key) and each payee: fresh amount − amounts that stand. So closed lines, adjustments settled
since and the differences given here always add up to the fresh computation, in whatever order records arrive and months close.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mealroute.core.money import Fen
from mealroute.subsidy.records import ClaimLineRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An amount that stands for a natural key and payee: a closed claim line, or an adjustment settled later (signed).

    ``claim_line_id`` is the closed line's own number; None for an adjustment.
    """

    natural_key: str
    payee: str
    amount_fen: Fen
    shares: Mapping[str, Fen]
    copay_fen: Fen = 0
    claim_line_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a closed month would be different now: a stable code and a sentence."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One signed amount that a closed month is short of (positive) or has too much (negative).

    ``line`` is the line as it would be, or where it falls away as it was claimed. ``shares`` add up to ``amount_fen``;
    ``copay_fen`` is what changes for the resident. ``claim_line_id`` names the closed line, None where there was none.
    """

    natural_key: str
    payee: str
    amount_fen: Fen
    shares: tuple[tuple[str, Fen], ...]
    copay_fen: Fen
    line: ClaimLineRecord
    claim_line_id: int | None
    reason: Reason


@dataclass(slots=True)
class _Held:
    amount_fen: Fen = 0
    copay_fen: Fen = 0
    shares: Counter[str] = field(default_factory=Counter)
    claim_line_id: int | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    """A difference before anybody has said why: ``fresh`` is None where nothing is due any more, ``closed`` None where nothing was."""

    difference_fen: Fen
    shares: tuple[tuple[str, Fen], ...]
    copay_fen: Fen
    claim_line_id: int | None
    fresh: ClaimLineRecord | None
    closed: ClaimLineRecord | None

    @property
    def line(self) -> ClaimLineRecord:
        found = self.fresh or self.closed
        assert found is not None
        return found


def standings(lines: Iterable[tuple[int, ClaimLineRecord]]) -> tuple[Standing, ...]:
    """Closed claim lines by their numbers, as amounts that stand."""
    return tuple(
        Standing(
            natural_key=line.natural_key, payee=line.payee, amount_fen=line.amount_fen, shares=dict(line.shares),
            copay_fen=line.copay_fen, claim_line_id=number,
        )
        for number, line in lines
    )  # fmt: skip


def movements(
    standing: Iterable[Standing], fresh: Iterable[ClaimLineRecord], known: Iterable[ClaimLineRecord]
) -> tuple[Movement, ...]:
    """What has to be added or taken away, by natural key and payee. ``known`` are lines, closed ones among them, to name what falls away.

    Raises
    ------
    ValueError
        Something stands for a key that no line, fresh or known, describes.
    """
    held: dict[tuple[str, str], _Held] = defaultdict(_Held)
    for one in standing:
        sums = held[one.natural_key, one.payee]
        sums.amount_fen += one.amount_fen
        sums.copay_fen += one.copay_fen
        sums.shares.update(one.shares)
        if one.claim_line_id is not None:
            sums.claim_line_id = one.claim_line_id
    due = {(line.natural_key, line.payee): line for line in fresh}
    described = {(line.natural_key, line.payee): line for line in known}
    found = []
    for key in sorted({*held, *due}):
        sums, line = held.get(key, _Held()), due.get(key)
        shares = Counter(dict(line.shares) if line else {})
        shares.subtract(sums.shares)
        parts = tuple(sorted((payer, part) for payer, part in shares.items() if part))
        amount = (line.amount_fen if line else 0) - sums.amount_fen
        if not amount and not parts:
            continue
        if line is None and key not in described:
            raise ValueError(f"nothing describes {key[0]}")
        copay = (line.copay_fen if line else 0) - sums.copay_fen
        found.append(Movement(amount, parts, copay, sums.claim_line_id, line, described.get(key)))
    return tuple(found)
