"""``data/rules/ladder.yaml`` → the ladder in force on a day, or an error naming file and key."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from mealroute.core.clock import parse_clock
from mealroute.core.i18n import _
from mealroute.core.rulebook import RULES, Node, read
from mealroute.delivery.ladder_records import Cover, LadderRules, Rung, RungRule

OWNERS = frozenset({"dispatcher", "station"})
TELL = frozenset({"nobody", "duty", "family"})
MEANS = frozenset({"sms", "phone"})
MOST_MINUTES = 7 * 24 * 60


def ladder_on(day: date, *, folder: Path = RULES) -> LadderRules:
    """What is in force on ``day``; before the first version, the first one."""
    begun = _versions(folder)
    return next((rules for first, rules in reversed(begun) if first <= day), begun[0][1])


@lru_cache(maxsize=4)
def _versions(folder: Path) -> tuple[tuple[date, LadderRules], ...]:
    root = read(folder / "ladder.yaml", kind="ladder-rules").only("kind", "schema", "rungs", "versions")
    rungs = _rungs(root.node("rungs"))
    return tuple(
        sorted(((node.day("from"), _version(node, rungs)) for node in root.nodes("versions")), key=lambda p: p[0])
    )


def _rungs(node: Node) -> Mapping[Rung, RungRule]:
    node.only(*Rung)
    found = {}
    for rung in Rung:
        each = node.node(rung).only("owner", "tell", "ask", "step", "step_en")
        found[rung] = RungRule(
            rung=rung, owner=each.choice("owner", OWNERS),
            tell=each.choice("tell", TELL), ask=each.text("ask"), step_zh=each.text("step"), step_en=each.text("step_en"),
        )  # fmt: skip
    return MappingProxyType(found)


def _version(node: Node, rungs: Mapping[Rung, RungRule]) -> LadderRules:
    node.only("from", "source", "knock_again", "night", "means", "family_most", "ladders").text("source")
    knock = node.node("knock_again").only("least_minutes", "most_minutes")
    night = node.node("night").only("from", "to")
    means = node.node("means").only("day", "night")
    least, most = knock.integer("least_minutes", least=1), knock.integer("most_minutes", least=1)
    if most < least:
        knock.fail("most_minutes", _("must not be below the least"))
    return LadderRules(
        rungs=rungs, knock_least_minutes=least, knock_most_minutes=most, night_from_s=_time(night, "from"), night_to_s=_time(night, "to"),
        means={
            Cover.DAY: means.choice("day", MEANS), Cover.HOLIDAY: means.choice("day", MEANS), Cover.NIGHT: means.choice("night", MEANS),
        },
        family_most=node.integer("family_most", least=1), ladders={kind: _ladder(each) for kind, each in node.node("ladders").entries()},
    )  # fmt: skip


def _ladder(node: Node) -> Mapping[Rung, int]:
    node.only(*Rung)
    if not node.value:
        node.fail("", _("expected a block of keys"))
    found = {rung: node.integer(rung, least=1) for rung in Rung if node.has(rung)}
    for rung, minutes in found.items():
        if minutes > MOST_MINUTES:
            node.fail(rung, _("a rung has a week at most"))
    return MappingProxyType(found)


def _time(node: Node, key: str) -> int:
    try:
        return parse_clock(node.text(key))
    except ValueError:
        node.fail(key, _('expected a time like "10:30" in quotes'))
