"""Dividing a line between payers. The one place where an amount is divided: the parts of a line are always the line, to the fen."""

from collections.abc import Sequence

from mealroute.core.money import Fen
from mealroute.rulebook.records import LOST, SHARED, ShareRounding, Sharing

Parts = tuple[tuple[str, Fen], ...]


def by_weight(amount: Fen, weights: Sequence[int], rounding: ShareRounding) -> list[Fen]:
    """``amount`` by weight in whole fen.

    ``last-payer``: what does not divide goes to the last weight that is not zero. ``largest-remainder``: one fen each to the
    largest remainders, of equal ones to the earlier.
    """
    whole = sum(weights)
    if whole <= 0:
        raise ValueError("somebody has to pay")
    parts = [amount * weight // whole for weight in weights]
    odd = amount - sum(parts)
    if rounding is ShareRounding.LAST_PAYER:
        parts[max(place for place, weight in enumerate(weights) if weight)] += odd
        return parts
    order = sorted(range(len(weights)), key=lambda place: (-(amount * weights[place] % whole), place))
    for place in order[:odd]:
        parts[place] += 1
    return parts


def divide(amount: Fen, sharing: Sharing, holds: Sequence[bool]) -> Parts:
    """The parts of the payers, in the order of the file; what is lost is left out, so that they may add up to less than ``amount``.

    ``holds[i]`` says whether the clause of the i-th share holds. Fixed parts go first, each as far as the amount reaches.
    """
    shares = sharing.shares
    parts = [0] * len(shares)
    left = amount
    for place, share in enumerate(shares):
        if share.fen is not None:
            parts[place] = min(share.fen, left)
            left -= parts[place]
    weights = [
        1 if share.rest else 0 if not held and share.otherwise == SHARED else share.weight
        for share, held in zip(shares, holds, strict=True)
    ]
    if left and any(weights):
        for place, part in enumerate(by_weight(left, weights, sharing.rounding)):
            parts[place] += part
    found = dict.fromkeys(sharing.payers, 0)
    for share, held, part in zip(shares, holds, parts, strict=True):
        if held:
            found[share.payer] += part
        elif share.otherwise not in {LOST, SHARED}:
            found[share.otherwise] += part
    return tuple(found.items())


def held(parts: Parts, anew: Parts, room: Fen) -> Parts:
    """The parts of a line that a cap holds to ``room``: divided anew as any amount is, fixed parts first; where a clause lost a part of
    it, the parts before the cap in proportion.
    """
    return anew if sum(part for _payer, part in anew) == room else cut(parts, room)


def cut(parts: Parts, room: Fen) -> Parts:
    """The parts made to fit into ``room``, in proportion, by largest remainder."""
    whole = sum(part for _payer, part in parts)
    if whole <= room:
        return parts
    smaller = by_weight(room, [part for _payer, part in parts], ShareRounding.LARGEST_REMAINDER)
    return tuple((payer, part) for (payer, _old), part in zip(parts, smaller, strict=True))
