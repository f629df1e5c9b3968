"""One rule of a file with all its versions → records; every mistake is noted, none hides the others."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

from mealroute.core.i18n import _
from mealroute.core.rulebook import Node, RulebookError
from mealroute.rulebook import reading_parts as parts
from mealroute.rulebook.reading_values import Names
from mealroute.rulebook.records import (
    Beneficiary,
    Conditions,
    Document,
    OptionValue,
    Rule,
    Unit,
)

NUMBER = 80
"""Characters of a document's number that a claim line keeps."""
CERTAINTIES = frozenset({"S", "S-low", "GK"})
T = TypeVar("T")
Options = dict[str, tuple[OptionValue, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake in a file: where, and why."""

    file: str
    line: int | None
    key: str
    reason: str

    @property
    def sentence(self) -> str:
        if self.line is None:
            return _("%(file)s, %(key)s: %(trouble)s", file=self.file, key=self.key or "–", trouble=self.reason)
        return _(
            "%(file)s, line %(line)d, %(key)s: %(trouble)s",
            file=self.file, line=self.line, key=self.key or "–", trouble=self.reason,
        )  # fmt: skip


class Found:
    """Collects problems: inside ``on()`` a mistake is noted and the rest goes on."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    @contextmanager
    def on(self) -> Iterator[None]:
        try:
            yield
        except RulebookError as error:
            self.problems.append(problem_of(error))

    def of(self, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except RulebookError as error:
            self.problems.append(problem_of(error))
            return None


def problem_of(error: RulebookError) -> Problem:
    facts = error.facts
    line = facts.get("line")
    return Problem(
        file=str(facts.get("file", "")), line=line if isinstance(line, int) else None, key=str(facts.get("key", "")),
        reason=str(facts.get("trouble", error.sentence)),
    )  # fmt: skip


def versions_of(node: Node, names: Names, options: Options, found: Found) -> list[Rule]:
    """All versions of a rule; none where anything in it is wrong, so that no half rule is looked at."""
    before = len(found.problems)
    with found.on():
        node.only(
            "id", "title", "description", "document", "reference", "source", "certainty", "assumptions", "beneficiary", "unit",
            "option", "priority", "versions",
        )  # fmt: skip
    rule_id = found.of(lambda: node.code("id", most=60))
    title = found.of(lambda: node.node("title").only("zh", "en"))
    title_zh, title_en = (
        (found.of(lambda: title.text("zh")), found.of(lambda: title.text("en"))) if title else (None, None)
    )
    description = found.of(lambda: node.text("description"))
    document = found.of(lambda: _document(node))
    beneficiary = found.of(lambda: Beneficiary(node.choice("beneficiary", frozenset(Beneficiary))))
    unit = found.of(lambda: Unit(node.choice("unit", frozenset(Unit))))
    option = found.of(lambda: _switch(node, options)) if node.has("option") else None
    priority = found.of(lambda: node.integer("priority")) if node.has("priority") else 100
    assumptions = found.of(lambda: _texts(node, "assumptions")) if node.has("assumptions") else ()
    entries = found.of(lambda: node.nodes("versions")) or ()
    if unit is None or rule_id is None:
        return []
    if beneficiary is Beneficiary.RESIDENT and unit is Unit.DELIVERY:
        with found.on():
            node.fail("unit", _("the unit delivery pays whoever brings or sends the meal, not the resident"))
    versions: list[Rule] = []
    for entry in entries:
        first = len(found.problems)
        version = _version(entry, unit, rule_id, names, options, found)
        if version is None or len(found.problems) > first:
            continue
        version = replace(
            version, title=title_zh or "", title_en=title_en or "", description=description or "", document=document or _NO_DOCUMENT,
            beneficiary=beneficiary or Beneficiary.RESIDENT, option=option, priority=priority or 0, assumptions=assumptions or (),
        )  # fmt: skip
        with found.on():
            _follows(entry, versions, version)
            if versions and versions[-1].valid_to is None:
                versions[-1] = replace(versions[-1], valid_to=version.valid_from - timedelta(days=1))
            versions.append(version)
    return versions if len(found.problems) == before else []


def _document(node: Node) -> Document:
    block = node.node("document").only("number", "title", "issued")
    if len(block.text("number")) > NUMBER:
        block.fail("number", _("expected text of at most %(most)d characters", most=NUMBER))
    certainty = node.choice("certainty", CERTAINTIES) if node.has("certainty") else "S"
    return Document(
        number=block.text("number"), title=block.text("title"), issued=block.optional_day("issued"), reference=node.text("reference"),
        source=node.text("source"), certainty=certainty,
    )  # fmt: skip


def _switch(node: Node, options: Options) -> str:
    option = node.text("option")
    if option not in options or not isinstance(options[option][0].value, bool):
        node.fail("option", _("district-options.yaml has no flag of this name"))
    return option


def _texts(node: Node, key: str) -> tuple[str, ...]:
    found = node.value.get(key)
    if not isinstance(found, list) or not found or not all(isinstance(one, str) and one.strip() for one in found):
        node.fail(key, _("expected a list of texts"))
    return tuple(one.strip() for one in found)


_VERSION = ("version", "from", "to", "amount", "shares", "share_rounding", "when", "caps", "stack")


def _version(
    entry: Node, unit: Unit, rule_id: str, names: Names, options: Options, found: Found
) -> Rule | None:  # fmt: skip
    with found.on():
        entry.only(*_VERSION)
    number = found.of(lambda: entry.integer("version", least=1))
    begins = found.of(lambda: entry.day("from"))
    ends = found.of(lambda: entry.optional_day("to"))
    amount = found.of(lambda: parts.amount(entry.node("amount"), unit, names))
    sharing = found.of(lambda: parts.sharing(entry, unit, names))
    conditions = _conditions(entry, unit, names, options, found) if "when" in entry.value else ()
    caps = found.of(lambda: parts.caps(entry, rule_id, unit)) if "caps" in entry.value else ()
    stack = found.of(lambda: parts.stack(entry.node("stack"), unit)) if "stack" in entry.value else None
    if number is None or begins is None or amount is None or sharing is None or conditions is None or caps is None:
        return None
    return Rule(
        rule_id=rule_id, version=number, title="", title_en="", description="", document=_NO_DOCUMENT, beneficiary=Beneficiary.RESIDENT,
        unit=unit, amount=amount, sharing=sharing, conditions=conditions, caps=caps, stack=stack, valid_from=begins, valid_to=ends,
        line=entry.line(),
    )  # fmt: skip


_NO_DOCUMENT = Document(number="", title="", issued=None, reference="", source="", certainty="S")


def _conditions(entry: Node, unit: Unit, names: Names, options: Options, found: Found) -> Conditions | None:
    """Key by key, so that three mistakes in one block are three problems."""
    when = found.of(lambda: entry.node("when"))
    if when is None:
        return None
    before = len(found.problems)
    if not when.value:
        with found.on():
            entry.fail("when", _("a block without any condition"))
    for key in when.value:
        alone = parts.only_key(when, str(key))
        with found.on():
            parts.conditions(alone, unit, names)
    if len(found.problems) > before:
        return None
    whole = found.of(lambda: parts.conditions(when, unit, names))
    chosen = when.value.get("outcomes_option")
    if (
        whole is not None
        and chosen is not None
        and (chosen not in options or isinstance(options[chosen][0].value, bool))
    ):
        with found.on():
            when.fail("outcomes_option", _("district-options.yaml has no list of outcomes of this name"))
    return whole


def _follows(entry: Node, versions: list[Rule], version: Rule) -> None:
    """Versions stand oldest first, numbered upwards, without a day that two of them cover."""
    if version.valid_to is not None and version.valid_to < version.valid_from:
        entry.fail("to", _("must not be before its beginning"))
    if not versions:
        return
    before = versions[-1]
    if version.version <= before.version:
        entry.fail("version", _("must be higher than the version before it"))
    if version.valid_from <= (before.valid_to or before.valid_from):
        entry.fail("from", _("must be later than the version before it"))
