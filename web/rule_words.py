"""What rules are called, in the reader's language."""

from mealroute.core.i18n import language
from mealroute.subsidy.rulebook import load_rulebook


def rule_titles() -> dict[str, str]:
    """Rule id → its title; a rule without an English one keeps its own."""
    english = language() == "en"
    return {rule.rule_id: (rule.title_en or rule.title) if english else rule.title for rule in load_rulebook().rules}
