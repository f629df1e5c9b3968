"""``data/rules/vendor-awards.yaml`` → the policy in force on a day, or an error naming file and key."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.rulebook import RULES, Node, read
from mealroute.settlement.award_records import AmountKind, AwardAmount, AwardPolicy, Grade

PAYERS = ("city", "district", "street", "village", "charity")
KINDS = frozenset(str(kind) for kind in AmountKind)


FILE = RULES / "vendor-awards.yaml"


def load_policies(folder: Path | None = None) -> tuple[AwardPolicy, ...]:
    """Every version, the oldest first. Raises RulebookError with line, key and reason."""
    return _read(FILE if folder is None else folder / FILE.name)


@lru_cache(maxsize=4)
def _read(path: Path) -> tuple[AwardPolicy, ...]:
    root = read(path, kind="vendor-awards").only("kind", "schema", "versions")
    found: list[AwardPolicy] = []
    for node in root.nodes("versions"):
        policy = _policy(node, len(found) + 1)
        if found and policy.valid_from <= found[-1].valid_from:
            node.fail("from", _("must be later than the version before it"))
        found.append(policy)
    return tuple(found)


def policy_on(day: date, folder: Path | None = None) -> AwardPolicy:
    """The newest version that has begun by ``day``. Raises NotFound where none has."""
    begun = [policy for policy in load_policies(folder) if policy.valid_from <= day]
    if not begun:
        raise NotFound("award-rules-not-begun", _("No rule for awards was in force then."))
    return begun[-1]


def _policy(node: Node, version: int) -> AwardPolicy:
    node.only("from", "source", "document", "score", "least_portions", "grades", "shares")
    grades = tuple(_grade(each) for each in node.nodes("grades"))
    if [grade.least for grade in grades] != sorted({grade.least for grade in grades}, reverse=True):
        node.fail("grades", _("must be in falling order, each once"))
    document = node.text("document", "")
    if any(grade.amount for grade in grades) and not document:
        node.fail("document", _("an amount needs the document that gives it"))
    shares = _shares(node.node("shares")) if node.has("shares") else ()
    if any(grade.amount for grade in grades) and not shares:
        node.fail("shares", _("an amount needs the payers who bear it, as “district: 1”"))
    return AwardPolicy(
        version=version, shares=shares, valid_from=node.day("from"), source=node.text("source"), document=document,
        score=node.choice("score", frozenset({"lowest", "delivered", "cooked"})), least_portions=node.integer("least_portions"), grades=grades,
    )  # fmt: skip


def _shares(node: Node) -> tuple[tuple[str, int], ...]:
    node.only(*PAYERS)
    return tuple((str(payer), node.integer(str(payer), least=1)) for payer in node.value)


def _grade(node: Node) -> Grade:
    node.only("code", "zh", "en", "least", "amount")
    amount = None
    if "amount" in node.value:
        given = node.node("amount").only("kind", "yuan", "percent")
        kind = AmountKind(given.choice("kind", KINDS))
        given.only("kind", "percent" if kind is AmountKind.PERCENT else "yuan")
        amount = AwardAmount(kind=kind, value=_value(given, kind))
    return Grade(
        code=node.text("code"), zh=node.text("zh"), en=node.text("en"), least=node.integer("least"), amount=amount
    )


def _value(given: Node, kind: AmountKind) -> int:
    """Whole percent, or fen: more than nothing, and written as other rules write amounts."""
    if kind is AmountKind.PERCENT:
        return given.integer("percent", least=1, most=100)
    if isinstance(given.value.get("yuan"), float):
        given.fail("yuan", _("write an amount with decimals in quotes, such as “2.50”"))
    fen = given.yuan("yuan")
    if fen <= 0:
        given.fail("yuan", _("must be more than nothing"))
    return fen
