"""The rulebook in sentences, and two versions of a rule side by side."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.rulebook import compare, words
from mealroute.rulebook.compiled import Library
from mealroute.rulebook.records import Rule
from mealroute.rulebook.sentences import CERTAINTY, sentences, span_words
from mealroute.rulebook.vocabulary import word as code_word
from web.permissions import requires
from web.rulebook import shelf

bp = Blueprint("rulebook", __name__, template_folder="templates")


@bp.get("/rulebook")
@requires("subsidy.view")
def index() -> ResponseReturnValue:
    """The rules of a day as an official reads them."""
    found, day = shelf.chosen(), shelf.day_asked()
    standing = found.book.on(day)
    library = Library(found.book)
    rules = [library.of(rule, day).rule for rule in standing]
    others = [rule for rule in found.book.rules if rule not in standing]
    return render_template(
        "rulebook/index.html", shelf=found, day=day, rules=rules, others=others, examples=shelf.examples(), sentences=sentences,
        span=span_words, title_of=words.title, certainty=CERTAINTY, versions=found.book.versions,
    )  # fmt: skip


@bp.get("/rulebook/compare")
@requires("subsidy.view")
def versions() -> ResponseReturnValue:
    """Two versions of a rule, or two rules, side by side: in words and in figures."""
    found = shelf.chosen()
    known = {rule.key: rule for rule in found.book.rules}
    before, after = _pair(list(known.values()))
    if before is None or after is None:
        raise NotFound("rule-not-found", _("There is no such rule."))
    names = found.book.names
    return render_template(
        "rulebook/compare.html", shelf=found, known=list(known.values()), before=before, after=after, title_of=words.title, span=span_words,
        changes=compare.changes(before, after, names), figures=[one for one in compare.figures(before, after) if one.before != one.after or one.differs],
        payer=lambda code: code_word("payer", code, names),
    )  # fmt: skip


def _pair(rules: list[Rule]) -> tuple[Rule | None, Rule | None]:
    """The two that the address names; where it names none, the last two versions of the first rule that has two."""
    by_key = {rule.key: rule for rule in rules}
    after = by_key.get(request.args.get("after", ""))
    before = by_key.get(request.args.get("before", ""))
    if before is None and after is None:
        changed = [rule for rule in rules if rule.version > 1]
        after = changed[0] if changed else (rules[-1] if rules else None)
    if before is None and after is not None:
        older = [rule for rule in rules if rule.rule_id == after.rule_id and rule.version < after.version]
        before = older[-1] if older else rules[0]
    return before, after or before
