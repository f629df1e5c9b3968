"""``data/rules/silence.yaml`` → how long anybody may go unseen, or an error naming file and key."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from mealroute.core.clock import parse_clock
from mealroute.core.i18n import _
from mealroute.core.rulebook import RULES, Node, read
from mealroute.residents.records import PauseReason
from mealroute.welfare.records import SilenceRules, Way


def silence_rules(day: date, *, path: Path = RULES / "silence.yaml") -> SilenceRules:
    """What the district asks for on ``day``; before the first version, the first one."""
    begun = _versions(path)
    return next((rules for first, rules in reversed(begun) if first <= day), begun[0][1])


@lru_cache(maxsize=4)
def _versions(path: Path) -> tuple[tuple[date, SilenceRules], ...]:
    root = read(path, kind="silence-rules").only("kind", "schema", "versions")
    return tuple(
        sorted(((node.day("from"), _version(node)) for node in root.nodes("versions")), key=lambda pair: pair[0])
    )


def _version(node: Node) -> SilenceRules:
    node.only("from", "source", "longest_hours", "counts", "pauses_without_calls", "hours", "ahead_days").text("source")
    counts, hours = node.node("counts").only(*Way), node.node("hours").only("from", "to")
    pauses = (
        node.choices("pauses_without_calls", frozenset(PauseReason)) if node.value.get("pauses_without_calls") else ()
    )
    begins, ends = _time(hours, "from"), _time(hours, "to")
    if begins >= ends:
        hours.fail("to", _("must be later than the beginning"))
    return SilenceRules(
        longest_hours=node.integer("longest_hours", least=1), counts=frozenset(way for way in Way if counts.flag(way)),
        pauses_without_calls=frozenset(map(str, pauses)), from_s=begins, to_s=ends, ahead_days=node.integer("ahead_days"),
    )  # fmt: skip


def _time(node: Node, key: str) -> int:
    try:
        return parse_clock(node.text(key))
    except ValueError:
        node.fail(key, _('expected a time like "10:30" in quotes'))
