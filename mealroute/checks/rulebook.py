"""``data/rules/checks.yaml`` → the checks in force for a month, or an error naming file and key."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from mealroute.checks.records import CallBackRule, Certainty, CheckRule, Policy, Severity
from mealroute.checks.rules import CODES
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.rulebook import RULES, Node, read


@lru_cache(maxsize=4)
def load_policies(folder: Path = RULES) -> tuple[Policy, ...]:
    """Every version, the oldest first. A check without a block, or a block without a check, is an error."""
    root = read(folder / "checks.yaml", kind="checks").only("kind", "schema", "versions")
    return tuple(sorted((_policy(node) for node in root.nodes("versions")), key=lambda policy: policy.valid_from))


def policy_on(day: date, folder: Path = RULES) -> Policy:
    """The newest version that has begun by ``day``. Raises NotFound where none has."""
    begun = [policy for policy in load_policies(folder) if policy.valid_from <= day]
    if not begun:
        first = load_policies(folder)[0].valid_from
        raise NotFound("checks-not-begun", _("The checks begin with %(day)s.", day=first.isoformat()))
    return begun[-1]


def _policy(node: Node) -> Policy:
    node.only("from", "source", "call_back", "checks")
    checks = node.node("checks").only(*CODES)
    return Policy(
        valid_from=node.day("from"), source=node.text("source"), checks={code: _check(code, checks.node(code)) for code in CODES},
        call_back=_call_back(node.node("call_back")),
    )  # fmt: skip


def _check(code: str, node: Node) -> CheckRule:
    node.only("numbers", "severity", "certainty", "source", "limits")
    numbers = node.value.get("numbers")
    if not isinstance(numbers, list) or any(not isinstance(n, int) or not 1 <= n <= 35 for n in numbers):
        node.fail("numbers", _("expected a list of %(allowed)s", allowed="1–35"))
    limits = node.node("limits") if node.has("limits") else None
    return CheckRule(
        code=code, numbers=tuple(numbers), severity=Severity(node.choice("severity", frozenset(Severity))),
        certainty=Certainty(node.choice("certainty", frozenset(Certainty))), source=node.text("source"),
        limits={} if limits is None else {str(key): limits.integer(str(key)) for key in limits.value},
    )  # fmt: skip


def _call_back(node: Node) -> CallBackRule:
    node.only("share_permille", "least", "most", "z_permille", "source")
    rule = CallBackRule(
        share_permille=node.integer("share_permille", least=1), least=node.integer("least", least=1), most=node.integer("most", least=1),
        z_permille=node.integer("z_permille", least=1), source=node.text("source"),
    )  # fmt: skip
    if rule.most < rule.least:
        node.fail("most", _("expected a whole number from %(least)d", least=rule.least))
    return rule
