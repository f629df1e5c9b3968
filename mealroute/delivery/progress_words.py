"""What is wrong on the board, in one sentence each, in the reader's language."""

from math import ceil

from mealroute.core.clock import clock_text
from mealroute.core.i18n import _
from mealroute.delivery.progress_records import Silence, StopProgress, Trouble


def trouble_text(stop: StopProgress, trouble: Trouble) -> str:
    """Why a stop is listed. Minutes are rounded so that nothing looks better than it is."""
    expected = stop.expected
    if expected is None:
        return ""
    until = "" if stop.window_to_s is None else clock_text(stop.window_to_s)
    margin = expected.margin_s or 0
    match trouble:
        case Trouble.FOOD_OVER:
            return _("The food is %(n)d min past its limit when it gets there.", n=ceil(-margin / 60))
        case Trouble.WINDOW_MISSED:
            return _("Expected %(at)s, promised by %(until)s.", at=clock_text(expected.arrive_s), until=until)
        case Trouble.PASSED_OVER:
            return _("Passed over: a later stop is done already.")
        case Trouble.FOOD_TIGHT:
            return _("Only %(n)d min of food time left when it gets there.", n=margin // 60)
        case Trouble.WINDOW_TIGHT:
            return _(
                "Expected %(at)s, give or take %(n)d min; promised by %(until)s.",
                at=clock_text(expected.arrive_s), n=ceil(expected.spread_s / 60), until=until,
            )  # fmt: skip


def silence_text(silence: Silence) -> str:
    """Since when a driver is silent, and when something was due."""
    return _(
        "Nothing heard since %(since)s; by the plan the next record was due at %(due)s.",
        since=clock_text(silence.since_s), due=clock_text(silence.due_s),
    )  # fmt: skip
