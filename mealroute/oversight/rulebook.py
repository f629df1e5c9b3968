"""``data/rules/vendor-score.yaml`` → the policy in force on a day, or an error naming file and key."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.rulebook import RULES, Node, read
from mealroute.delivery.records import Answer, Outcome
from mealroute.oversight.records import FigureKey, FigureRule, ScorePolicy
from mealroute.vendors.score_records import Side

SIDES = frozenset(str(side) for side in Side)
WANTED = {
    Side.DELIVERED: tuple(FigureKey),
    Side.COOKED: (FigureKey.FAILED, FigureKey.COMPLAINTS, FigureKey.SATISFACTION),
}
"""Which figures each side has: on time and evidence are made at the door alone."""
KEYS = (
    "from", "source", "least_weight", "near_door_m", "back_dated_after_minutes", "answer_points", "failed_outcomes",
    "failed_reasons", "figures",
)  # fmt: skip


@lru_cache(maxsize=4)
def load_policies(folder: Path = RULES) -> tuple[ScorePolicy, ...]:
    """Every version, the oldest first."""
    root = read(folder / "vendor-score.yaml", kind="vendor-score").only("kind", "schema", "versions")
    return tuple(sorted((_policy(node) for node in root.nodes("versions")), key=lambda policy: policy.valid_from))


def policy_on(day: date, folder: Path = RULES) -> ScorePolicy:
    """The newest version that has begun by ``day``. Raises NotFound where none has."""
    begun = [policy for policy in load_policies(folder) if policy.valid_from <= day]
    if not begun:
        raise NotFound(
            "score-rules-not-begun",
            _("Scorecards begin with %(day)s.", day=load_policies(folder)[0].valid_from.isoformat()),
        )
    return begun[-1]


def _policy(node: Node) -> ScorePolicy:
    node.only(*KEYS)
    points = node.node("answer_points").only("good", "so-so", "bad")
    reasons: dict[str, Side] = {}
    for entry in node.nodes("failed_reasons"):
        entry.only("zh", "en", "side")
        side = Side(entry.choice("side", SIDES))
        reasons |= {entry.text("zh"): side, entry.text("en"): side}
    figures = node.node("figures").only(*SIDES)
    return ScorePolicy(
        valid_from=node.day("from"), source=node.text("source"), least_weight=node.integer("least_weight"),
        near_door_m=node.integer("near_door_m", least=1),
        back_dated_after_minutes=node.integer("back_dated_after_minutes", least=1),
        answer_points={answer: points.integer(str(answer)) for answer in (Answer.GOOD, Answer.SO_SO, Answer.BAD)},
        failed_outcomes={
            Outcome(entry.choice("outcome", frozenset(Outcome))): Side(entry.choice("side", SIDES))
            for entry in node.nodes("failed_outcomes")
        },
        failed_reasons=reasons,
        figures={side: _figures(figures.node(str(side)), wanted) for side, wanted in WANTED.items()},
    )  # fmt: skip


def _figures(node: Node, wanted: tuple[FigureKey, ...]) -> dict[FigureKey, FigureRule]:
    node.only(*(str(key) for key in wanted))
    found = {}
    for key in wanted:
        entry = node.node(str(key)).only("weight", "least_n", "best", "worst")
        rule = FigureRule(
            weight=entry.integer("weight", least=1), least_n=entry.integer("least_n", least=1), best=entry.integer("best"),
            worst=entry.integer("worst"),
        )  # fmt: skip
        if rule.best == rule.worst:
            entry.fail("worst", _("best and worst must differ"))
        found[key] = rule
    return found
