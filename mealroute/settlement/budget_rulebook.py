"""``data/rules/budget.yaml`` → the policy in force on a day, or an error naming file and key."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from mealroute.core.i18n import _
from mealroute.core.rulebook import RULES, Node, read
from mealroute.settlement.budget_records import Appraised, BudgetPolicy


@lru_cache(maxsize=4)
def load_policies(folder: Path = RULES) -> tuple[BudgetPolicy, ...]:
    """Every version, the oldest first."""
    root = read(folder / "budget.yaml", kind="budget").only("kind", "schema", "versions")
    return tuple(sorted((_policy(node) for node in root.nodes("versions")), key=lambda policy: policy.valid_from))


def policy_on(day: date, folder: Path = RULES) -> BudgetPolicy:
    """The newest version that has begun by ``day``; before any has, the first."""
    policies = load_policies(folder)
    return next((policy for policy in reversed(policies) if policy.valid_from <= day), policies[0])


def _policy(node: Node) -> BudgetPolicy:
    node.only("from", "source", "watch_permille", "act_permille", "least_months", "by_appraisal")
    watch, act = node.integer("watch_permille", least=1), node.integer("act_permille", least=1)
    if act < watch:
        node.fail("act_permille", _("must not be below watch_permille"))
    appraised = tuple(
        Appraised(fund=each.text("fund"), document=each.text("document"), reference=each.text("reference"))
        for each in (entry.only("fund", "document", "reference") for entry in node.nodes("by_appraisal"))
    )
    return BudgetPolicy(
        valid_from=node.day("from"), source=node.text("source"), watch_permille=watch, act_permille=act,
        least_months=node.integer("least_months", least=2), by_appraisal=appraised,
    )  # fmt: skip
