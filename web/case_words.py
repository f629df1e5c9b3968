"""The words and tones of cases, messages and calls, for ``web.vocabulary``."""

from collections.abc import Mapping

from mealroute.core.i18n import _l
from mealroute.delivery.case_words import KINDS, RUNGS, STEPS, TAPS
from mealroute.welfare.words import MEANS, RESULTS, WAYS, WHYS

WORDS: Mapping[str, Mapping[str, str]] = {
    "case-kind": KINDS,
    "rung": RUNGS,
    "cover": {"day": _l("Daytime"), "night": _l("At night"), "holiday": _l("On days without service")},
    "tap": TAPS,
    "step-kind": STEPS,
    "welfare-means": MEANS, "welfare-result": RESULTS, "welfare-why": WHYS, "sight-way": WAYS,
    "door-source": {"own": _l("its own visits"), "class": _l("people who need as long"), "default": _l("the usual time")},
    "case-state": {"open": _l("Open"), "closed": _l("Closed")},
    "out-state": {
        "waiting": _l("Waiting"), "claimed": _l("Going out"), "sent": _l("Sent"), "tray": _l("To be read out"), "uncertain": _l("Uncertain: ask"),
        "failed": _l("Did not go out"), "passed-on": _l("Passed on"), "not-needed": _l("Not needed any more"),
    },
    "channel-out": {"sms": _l("Text message"), "phone": _l("Phone call"), "desk": _l("No number: the desk acts")},
}  # fmt: skip

TONES: Mapping[str, Mapping[str, str]] = {
    "case-state": {"open": "danger", "closed": "ok"},
    "case-kind": {
        "no-answer": "danger", "not-reached": "danger", "left-not-seen": "watch", "not-fetched": "watch", "short": "danger", "refused": "info",
        "away": "info", "slow-door": "watch", "not-eaten": "watch", "mood": "watch", "needs-help": "danger", "silent": "danger",
    },
    "out-state": {
        "waiting": "watch", "claimed": "info", "sent": "ok", "tray": "watch", "uncertain": "danger", "failed": "danger", "passed-on": "ok",
        "not-needed": "quiet",
    },
}  # fmt: skip
