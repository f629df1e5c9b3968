"""``data/rules/proof.yaml`` → what is asked for at a door, or an error naming file and key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from mealroute.core.i18n import _
from mealroute.core.rulebook import RULES, Node, read
from mealroute.delivery.records import Outcome


class Level(StrEnum):
    """How much a piece of evidence is asked for."""

    REQUIRED = "required"
    ON = "on"
    WARN = "warn"
    OFF = "off"


class Ending(StrEnum):
    """The three ways in which a door ends, as the rules see them."""

    HANDED_OVER = "handed-over"
    LEFT = "left"
    FAILED = "failed"


FIELDS = ("seen", "signature", "photo", "code", "place", "note")
CONDITIONS = ("handover", "living", "age_from")
Asked = Mapping[str, Level]


def ending(outcome: Outcome) -> Ending:
    """Which of the three an outcome is."""
    if outcome is Outcome.HANDED_OVER:
        return Ending.HANDED_OVER
    return Ending.LEFT if outcome.delivered else Ending.FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofClass:
    """Residents for whom the same is asked; an empty condition holds for everybody."""

    name: str
    handover: frozenset[str]
    living: frozenset[str]
    age_from: int
    asked: Mapping[Ending, Asked]

    def fits(self, *, handover: str, living: str, age: int) -> bool:
        return (
            (not self.handover or handover in self.handover)
            and (not self.living or living in self.living)
            and age >= self.age_from
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetProof:
    """What one street asks for."""

    last_meal: bool
    seems: bool
    classes: tuple[ProofClass, ...]

    def asked(self, *, handover: str, living: str, age: int) -> Mapping[Ending, Asked]:
        return next(each for each in self.classes if each.fits(handover=handover, living=living, age=age)).asked


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRules:
    """The version in force on a day."""

    late_records_days: int
    far_m: int
    early_minutes: int
    late_minutes: int
    default: StreetProof
    streets: Mapping[str, StreetProof]

    def street(self, code: str) -> StreetProof:
        return self.streets.get(code, self.default)


@lru_cache(maxsize=64)
def load_proof_rules(day: date, folder: Path = RULES) -> ProofRules:
    """The rules in force on ``day``. Raises RulebookError for a file that cannot be used, a day before the first version among it."""
    root = read(folder / "proof.yaml", kind="proof-rules").only("kind", "schema", "versions")
    found: dict[date, ProofRules] = {}
    for node in root.nodes("versions"):
        found[node.day("from")] = _version(node)
    begun = [first for first in found if first <= day]
    if not begun:
        root.fail("versions", _("no version is in force on %(day)s", day=day.isoformat()))
    return found[max(begun)]


def _version(node: Node) -> ProofRules:
    figures = ("late_records_days", "far_m", "early_minutes", "late_minutes")
    node.only("from", "source", "default", "streets", *figures).text("source")
    streets = node.node("streets")
    return ProofRules(
        default=_street(node.node("default")),
        streets={code: _street(each) for code, each in streets.entries()},
        **{name: node.integer(name) for name in figures},
    )


def _street(node: Node) -> StreetProof:
    node.only("last_meal", "seems", "classes")
    classes = tuple(_class(each) for each in node.nodes("classes"))
    last = classes[-1]
    if last.handover or last.living or last.age_from:
        node.fail("classes", _("the last class must hold for everybody"))
    return StreetProof(last_meal=node.flag("last_meal"), seems=node.flag("seems"), classes=classes)


def _class(node: Node) -> ProofClass:
    node.only("name", "when", *Ending)
    when = node.node("when").only(*CONDITIONS)
    asked: dict[Ending, Asked] = {}
    for end in Ending:
        fields = node.node(str(end)).only(*FIELDS)
        asked[end] = {name: Level(fields.choice(name, frozenset(map(str, Level)))) for name in FIELDS}
    return ProofClass(
        name=node.text("name"), handover=_words(when, "handover"), living=_words(when, "living"),
        age_from=when.integer("age_from") if when.has("age_from") else 0, asked=asked,
    )  # fmt: skip


def _words(node: Node, key: str) -> frozenset[str]:
    if not node.has(key):
        return frozenset()
    words = node.value[key]
    if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
        node.fail(key, _("expected a list of words"))
    return frozenset(words)
