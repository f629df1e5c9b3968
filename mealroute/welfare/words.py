"""Words for calls and knocks."""

from collections.abc import Mapping

from mealroute.core.i18n import _, _l

MEANS: Mapping[str, str] = {"call": _l("Ring"), "knock": _l("Knock")}
RESULTS: Mapping[str, str] = {
    "spoke": _l("Spoke to the person"), "seen": _l("Saw the person"), "away": _l("Elsewhere, known where"), "not-reached": _l("Reached nobody"),
}  # fmt: skip
WHYS: Mapping[str, str] = {
    "pause": _l("pauses"), "no-service": _l("no service that day"), "no-order": _l("no meal ordered"), "not-seen": _l("not seen so far"),
}  # fmt: skip
WAYS: Mapping[str, str] = {
    "door": _l("at the door"), "counter": _l("at the counter"), "visit": _l("on a visit"), "call": _l("on the phone"),
    "case": _l("by a closed case"),
}  # fmt: skip


def means_words(means: str) -> str:
    """Ring or knock."""
    return _(MEANS[means])


def result_words(result: str) -> str:
    """What came of it."""
    return _(RESULTS[result])


def why_words(why: str) -> str:
    """What would break the silence rule."""
    return _(WHYS[why])
