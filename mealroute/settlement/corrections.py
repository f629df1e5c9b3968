"""What closed months need: late records, late deaths, lines released or taken back, as signed lines for the next month. Pure.

The law: for each natural key and payee, what stands (closed lines and corrections settled since) plus what is put forward here is
what a fresh computation gives, less what is kept back. So nothing is corrected twice, in whatever order things arrive.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from mealroute.core.i18n import _
from mealroute.settlement.correction_words import RELEASED
from mealroute.settlement.records import Correction, Word
from mealroute.subsidy.differing import Difference, Standing
from mealroute.subsidy.records import ClaimLineRecord

KINDS = frozenset({"late-record", "record-changed", "ledger-changed", "paid-since", "rule-changed", "deceased"})
Key = tuple[str, str]


def standing(corrections: Iterable[Correction]) -> tuple[Standing, ...]:
    """Corrections settled already, as amounts that stand."""
    return tuple(
        Standing(
            natural_key=each.line.natural_key, payee=each.line.payee, amount_fen=each.line.amount_fen, shares=dict(each.line.shares),
            copay_fen=each.line.copay_fen,
        )
        for each in corrections
    )  # fmt: skip


def put_forward(
    month: str, found: Iterable[Difference], settled: Sequence[Correction], *, blocked: Mapping[str, str], words: Mapping[str, Word],
    held: frozenset[str],
) -> tuple[Correction, ...]:  # fmt: skip
    """The corrections that a closed month needs now.

    ``blocked`` are natural keys that a check keeps back (with its sentence), ``words`` what persons decided last, ``held`` keys kept
    out when the month closed. A key that is blocked, or was taken back, gets nothing more; a released one is paid.
    """
    counted: dict[Key, int] = {}
    for each in settled:
        key = (each.line.natural_key, each.line.payee)
        counted[key] = max(counted.get(key, 0), each.number)
    corrections = []
    for one in found:
        key, word = (one.natural_key, one.payee), words.get(one.natural_key)
        if word is Word.TAKE_BACK:
            continue
        if one.amount_fen > 0 and one.natural_key in blocked and word is not Word.RELEASE:
            continue
        kind, reason = one.reason.code, one.reason.sentence
        if one.natural_key in held and key not in counted and one.amount_fen > 0:
            kind, reason = "released", _(RELEASED)
        elif kind not in KINDS:
            kind = "refused"
        line = replace(one.line, amount_fen=one.amount_fen, shares=one.shares, copay_fen=one.copay_fen)
        corrections.append(
            Correction(
                month=month,
                number=counted.get(key, 0) + 1,
                kind=kind,
                reason=reason,
                claim_line_id=one.claim_line_id,
                line=line,
            )
        )
    return tuple(corrections)


def taken_back(
    month: str, closed: Iterable[tuple[int, ClaimLineRecord]], settled: Sequence[Correction], reasons: Mapping[str, str]
) -> tuple[Correction, ...]:
    """What has to come back of lines that a person has taken back: everything that still stands for them."""
    sums: dict[Key, ClaimLineRecord] = {}
    numbers: dict[Key, int] = {}
    claimed: dict[Key, int] = {}
    for number, line in closed:
        if line.natural_key in reasons:
            sums[line.natural_key, line.payee] = line
            claimed[line.natural_key, line.payee] = number
    for each in settled:
        key = (each.line.natural_key, each.line.payee)
        if each.line.natural_key not in reasons:
            continue
        sums[key] = _plus(sums[key], each.line) if key in sums else each.line
        numbers[key] = max(numbers.get(key, 0), each.number)
    return tuple(
        Correction(
            month=month, number=numbers.get(key, 0) + 1, kind="taken-back", reason=reasons[key[0]], claim_line_id=claimed.get(key),
            line=replace(
                line, amount_fen=-line.amount_fen, shares=tuple((fund, -part) for fund, part in line.shares), copay_fen=-line.copay_fen
            ),
        )
        for key, line in sorted(sums.items())
        if line.amount_fen
    )  # fmt: skip


def _plus(line: ClaimLineRecord, more: ClaimLineRecord) -> ClaimLineRecord:
    shares = dict(line.shares)
    for fund, part in more.shares:
        shares[fund] = shares.get(fund, 0) + part
    return replace(
        line, amount_fen=line.amount_fen + more.amount_fen, shares=tuple(sorted(shares.items())), copay_fen=line.copay_fen + more.copay_fen
    )  # fmt: skip
