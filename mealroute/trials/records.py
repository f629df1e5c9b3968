"""What a trial of a draft rulebook comes to. Amounts are integer fen; people are counted, their codes masked."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from mealroute.core.i18n import chosen
from mealroute.core.money import Fen

KIND = "rule-trial"
"""The kind of job that tries a draft."""


Said = str | Mapping[str, str]
"""Words by language; of older trials in the language in which they were run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One figure under the rules in force and under the draft."""

    before: Fen = 0
    after: Fen = 0

    @property
    def difference(self) -> Fen:
        return self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How people or payees stand: how many get more, less, as much, and how much they gain and lose together."""

    more: int = 0
    less: int = 0
    same: int = 0
    gained_fen: Fen = 0
    lost_fen: Fen = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """One of those who gain or lose most, by masked code or by the code of an operator."""

    code: str
    pair: Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """How often a rule of the draft refused for one reason, said by language; ``unknown``: because a fact is not in the records."""

    rule_id: str
    code: str
    sentence: Said
    meals: int
    unknown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """The cost by payer, street and rule, who gains and who loses. Sums by payer, by street and by rule are each ``total``.

    ``titles`` and the sentences of ``reasons`` are kept by language; ``title`` and ``i18n.chosen`` read them out.
    """

    meals: int
    people: int
    total: Pair
    lines: Pair
    by_payer: Mapping[str, Pair]
    by_street: Mapping[str, Pair]
    by_rule: Mapping[str, Pair]
    titles: Mapping[str, Said]
    residents: Standing
    operators: Standing
    movers: tuple[Mover, ...]
    operator_movers: tuple[Mover, ...]
    reasons: tuple[Reason, ...]
    left_out: tuple[str, ...]
    """Ids (names in older trials) of rules of the draft that go by figures which the month does not have: years outside of December, grants nobody applied for, persons' months."""

    def title(self, rule_id: str) -> str:
        """The name of a rule in the reader's language; its id where the trial has none."""
        return chosen(self.titles.get(rule_id, rule_id))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "TrialResult":
        """The result as it was kept with the job."""

        def pair(found: Mapping[str, int]) -> Pair:
            return Pair(**found)

        values = {one.name: kept[one.name] for one in fields(cls)}
        values |= {key: pair(kept[key]) for key in ("total", "lines")}
        values |= {
            key: {name: pair(one) for name, one in kept[key].items()} for key in ("by_payer", "by_street", "by_rule")
        }
        values |= {key: Standing(**kept[key]) for key in ("residents", "operators")}
        values |= {
            key: tuple(Mover(code=one["code"], pair=pair(one["pair"])) for one in kept[key])
            for key in ("movers", "operator_movers")
        }
        values["reasons"] = tuple(Reason(**one) for one in kept["reasons"])
        values["left_out"] = tuple(kept["left_out"])
        return cls(**values)
