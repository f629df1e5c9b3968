"""What rules are called, in the reader's language."""

from mealroute.core.i18n import _, language
from mealroute.rulebook.vocabulary import word
from mealroute.settlement import awarding
from mealroute.subsidy.rulebook import load_rulebook


def rule_titles() -> dict[str, str]:
    """Rule id → its title; a rule without an English one keeps its own. Awards stand in a file of their own."""
    english = language() == "en"
    found = {rule.rule_id: (rule.title_en or rule.title) if english else rule.title for rule in load_rulebook().rules}
    return found | {awarding.RULE: _("Award (以奖代补)")}


def count_name(code: str) -> str:
    """What a count that rules go by is called, also one that the district's rules define themselves."""
    found = word("count", code, load_rulebook().book.names)
    return found[:1].upper() + found[1:]
