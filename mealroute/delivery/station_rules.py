"""What follows at a station's counter from what was counted. Pure."""

from collections.abc import Iterable, Sequence

from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.i18n import _
from mealroute.core.text import compact
from mealroute.delivery.records import Outcome
from mealroute.delivery.station_records import CounterLine, CounterTotals, Shortfall, StationBox


def totals_of(boxes: Sequence[StationBox], lines: Iterable[CounterLine]) -> CounterTotals:
    """The counter's portions. Of a meal fetched in part the rest counts as not fetched."""
    fetched = not_fetched = short = waiting = expected = 0
    for line in lines:
        expected += line.quantity
        if line.outcome is None:
            waiting += line.quantity
        elif line.outcome is Outcome.SHORT:
            short += line.quantity
        else:
            fetched += line.delivered
            not_fetched += line.quantity - line.delivered
    return CounterTotals(
        expected=expected, received=sum(box.received or 0 for box in boxes),
        signed=all(box.received is not None for box in boxes), fetched=fetched, not_fetched=not_fetched, short=short,
        open=waiting,
    )  # fmt: skip


def check_box(expected: int, portions: int, shortfall: Shortfall | None, note: str) -> None:
    """Refuse a count that differs from the sheet without a reason.

    Raises
    ------
    MealrouteError
        ``quantity-out-of-range``, ``shortfall-missing``, ``note-missing``.
    """
    if not 0 <= portions <= 10 * max(expected, 1):
        raise MealrouteError(
            "quantity-out-of-range", _("That cannot be the number of portions."), _("Count the boxes again.")
        )
    if portions != expected and shortfall is None:
        raise MealrouteError(
            "shortfall-missing",
            _("The sheet says %(n)d portions, you counted %(m)d. Why?", n=expected, m=portions),
            _("Count again, or choose the reason: the difference stays on record."),
        )
    if shortfall is Shortfall.OTHER and portions != expected and not note.strip():
        raise MealrouteError("note-missing", _("Write down why the number differs."))


def check_closing(after: CounterTotals, *, early: bool, explanation: str) -> None:
    """Refuse an end of the hand-out that does not add up. ``after`` are the totals once what is open is written.

    Raises
    ------
    MealrouteError
        ``boxes-not-signed``, ``handout-too-early``, ``short-unnamed``, ``explanation-missing``.
    """
    if not after.signed:
        raise Conflict(
            "boxes-not-signed",
            _("Some boxes are not signed for yet."),
            _("Sign for every delivery first; count 0 for one that never came."),
        )
    if early:
        raise Conflict(
            "handout-too-early",
            _("People can still come for their meal."),
            _("Close when the time to fetch is over, or when nobody is waited for."),
        )
    if after.unusable < 0:
        raise Conflict(
            "short-unnamed",
            _("%(n)d portions fewer were there than these people had.", n=-after.unusable),
            _("Tick the people for whom there was no meal, or correct the count of the boxes."),
        )
    if after.unusable and not explanation.strip():
        raise MealrouteError(
            "explanation-missing",
            _("%(n)d portions are neither fetched nor left over. What became of them?", n=after.unusable),
            _("Count again, or write down what happened."),
        )


def found(line: CounterLine, name: str, reading: str, text: str) -> bool:
    """Whether the search box means this person: by name, initials, pinyin or code."""
    wanted = compact(text)
    return (
        not wanted
        or wanted in compact(name)
        or line.initials.startswith(wanted)
        or reading.startswith(wanted)
        or compact(line.resident_code) == wanted
    )
