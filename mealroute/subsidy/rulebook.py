"""The rulebook as files: ``meal-subsidy.yaml`` and ``district-options.yaml`` → ``Rulebook``, or an error naming file and key."""

from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from mealroute.core.i18n import _
from mealroute.core.rulebook import RULES, Node, read
from mealroute.delivery.records import DELIVERED
from mealroute.subsidy.records import Beneficiary, Conditions, OptionValue, Rulebook, RuleVersion
from mealroute.subsidy.rules import SLOT_ORDER

UNITS = frozenset({"person-day"})
_SLOTS = frozenset(SLOT_ORDER)
_OUTCOMES = frozenset(str(outcome) for outcome in DELIVERED)
_BENEFICIARIES = frozenset(str(beneficiary) for beneficiary in Beneficiary)


@lru_cache(maxsize=4)
def load_rulebook(folder: Path = RULES) -> Rulebook:
    """All rules and options in ``folder``; read once per process.

    Raises
    ------
    RulebookError
        Names the file and the key.
    """
    district = read(folder / "district-options.yaml", kind="district-options")
    district.only("kind", "schema", "district", "payer", "options")
    options = {key: _option(node) for key, node in district.node("options").entries()}
    payer = district.node("payer").only("code", "name")
    root = read(folder / "meal-subsidy.yaml", kind="subsidy-rules").only("kind", "schema", "rules")
    rules: list[RuleVersion] = []
    for node in root.nodes("rules"):
        if node.text("id") in {rule.rule_id for rule in rules}:
            node.fail("id", _("this id stands twice"))
        rules.extend(_rule(node, options))
    return Rulebook(payer=payer.text("code"), payer_name=payer.text("name"), rules=tuple(rules), options=options)


def _option(node: Node) -> tuple[OptionValue, ...]:
    node.only("description", "type", "values")
    node.text("description")
    kind = node.choice("type", frozenset({"flag", "outcomes"}))
    values: list[OptionValue] = []
    for entry in node.nodes("values"):
        entry.only("from", "value", "source")
        value = entry.flag("value") if kind == "flag" else entry.choices("value", _OUTCOMES)
        begins = entry.day("from")
        if values and begins <= values[-1].valid_from:
            entry.fail("from", _("must be later than the entry before it"))
        values.append(OptionValue(valid_from=begins, value=value, source=entry.text("source")))
    return tuple(values)


def _rule(node: Node, options: dict[str, tuple[OptionValue, ...]]) -> tuple[RuleVersion, ...]:
    node.only(
        "id", "title", "description", "document", "reference", "source", "beneficiary", "unit", "option", "versions"
    )
    title = node.node("title").only("zh", "en")
    document = node.node("document").only("number", "title", "issued")
    document.day("issued")
    option = node.text("option") if node.has("option") else None
    if option is not None and (option not in options or not isinstance(options[option][0].value, bool)):
        node.fail("option", _("district-options.yaml has no flag of this name"))
    versions: list[RuleVersion] = []
    for entry in node.nodes("versions"):
        entry.only("version", "from", "to", "amount_yuan", "payer_shares", "conditions")
        version = RuleVersion(
            rule_id=node.text("id"),
            version=entry.integer("version", least=1),
            title=title.text("zh"),
            title_en=title.text("en"),
            description=node.text("description"),
            document_no=document.text("number"),
            document_title=document.text("title"),
            reference=node.text("reference"),
            source=node.text("source"),
            beneficiary=Beneficiary(node.choice("beneficiary", _BENEFICIARIES)),
            unit=node.choice("unit", UNITS),
            amount_fen=_amount(entry),
            payer_shares=_shares(entry.node("payer_shares")),
            conditions=_conditions(entry.node("conditions"), options),
            option=option,
            valid_from=entry.day("from"),
            valid_to=entry.optional_day("to"),
        )
        _follows(entry, versions, version)
        if versions and versions[-1].valid_to is None:
            versions[-1] = replace(versions[-1], valid_to=version.valid_from - timedelta(days=1))
        versions.append(version)
    return tuple(versions)


def _amount(entry: Node) -> int:
    amount = entry.yuan("amount_yuan")
    if amount <= 0:
        entry.fail("amount_yuan", _("must be more than nothing"))
    return amount


def _shares(node: Node) -> tuple[tuple[str, int], ...]:
    shares = tuple((payer, node.integer(payer)) for payer in node.value)
    if not sum(weight for _payer, weight in shares):
        node.fail("", _("somebody has to pay"))
    return shares


def _conditions(node: Node, options: dict[str, tuple[OptionValue, ...]]) -> Conditions:
    node.only(
        "basic_service", "at_home", "slots", "price_above_amount", "resident_paid_part", "outcomes", "outcomes_option"
    )
    chosen = node.text("outcomes_option") if node.has("outcomes_option") else None
    if chosen is None:
        outcomes = node.choices("outcomes", _OUTCOMES)
    else:
        outcomes = frozenset()
        if chosen not in options or isinstance(options[chosen][0].value, bool):
            node.fail("outcomes_option", _("district-options.yaml has no list of outcomes of this name"))
    return Conditions(
        basic_service=node.flag("basic_service"),
        at_home=node.flag("at_home"),
        slots=node.choices("slots", _SLOTS),
        price_above_amount=node.flag("price_above_amount"),
        resident_paid_part=node.flag("resident_paid_part"),
        outcomes=outcomes,
        outcomes_option=chosen,
    )


def _follows(entry: Node, versions: list[RuleVersion], version: RuleVersion) -> None:
    """Versions stand oldest first, numbered upwards, without a day that two of them cover."""
    if version.valid_to is not None and version.valid_to < version.valid_from:
        entry.fail("to", _("must not be before its beginning"))
    if not versions:
        return
    before = versions[-1]
    if version.version <= before.version:
        entry.fail("version", _("must be higher than the version before it"))
    last: date = before.valid_to or before.valid_from
    if version.valid_from <= last:
        entry.fail("from", _("must be later than the version before it"))
