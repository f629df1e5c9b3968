"""What the log holds a reading and a sample to. Pure."""

from datetime import datetime, timedelta

from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.text import half_width
from mealroute.kitchen.figures import Figures
from mealroute.kitchen.log_records import Action, Limits, ReadingInput, ReadingKind, SampleInput

COLDEST, HOTTEST = -400, 1500
"""No probe in a kitchen reads beyond these (tenths of a degree): it was a slip of the finger."""
AHEAD = timedelta(minutes=10)
"""So much may a tablet's clock be ahead of the server's."""


def limits_of(kind: ReadingKind, figures: Figures) -> Limits:
    """What a reading of this kind has to keep to."""
    match kind:
        case ReadingKind.COOKED_CORE:
            return Limits(least=10 * figures.core_least)
        case ReadingKind.HOT_HOLDING | ReadingKind.BOX_HOT | ReadingKind.STATION:
            return Limits(least=10 * figures.hot_least)
        case ReadingKind.COLD_HOLDING | ReadingKind.BOX_COLD:
            return Limits(most=10 * figures.cold_most)
        case ReadingKind.SAMPLE_FRIDGE:
            return Limits(10 * figures.sample_coldest, 10 * figures.sample_warmest)


def parse_tenths(text: str) -> int:
    """``63.5`` → 635. Raises ``temperature-wrong`` for anything that is no temperature with at most one decimal."""
    plain = half_width(text).removesuffix("℃").removesuffix("°C").strip().replace("−", "-")
    whole, _point, rest = plain.removeprefix("-").partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) < 4 and (not rest or rest.isdigit()) and len(rest) < 2):
        raise MealrouteError("temperature-wrong", _("Write the temperature as a number such as 63.5."))
    value = 10 * int(whole) + int(rest or 0)
    return -value if plain.startswith("-") else value


def check_reading(entry: ReadingInput, limits: Limits, figures: Figures, now: datetime) -> None:
    """Refuse what cannot have been measured, and food out of range that nobody has dealt with.

    Raises
    ------
    MealrouteError
        ``temperature-wrong``, ``reading-in-future``, ``action-missing``, ``again-missing``, ``again-out-of-range``,
        ``note-missing``, ``correction-reason-missing``.
    """
    if not all(COLDEST <= each <= HOTTEST for each in (entry.tenths, entry.again_tenths or 0)):
        raise MealrouteError("temperature-wrong", _("No kitchen thermometer reads that."), _("Read it again."))
    _not_ahead(entry.at, now)
    _correction(entry.corrects_id, entry.correction)
    if limits.hold(entry.tenths):
        return
    if entry.action is None:
        raise MealrouteError(
            "action-missing",
            _("%(degrees)s ℃ is out of range. What was done with the food?", degrees=degrees(entry.tenths)),
            _("Choose what was done; the reading then stands with it and is watched until somebody closes it."),
        )
    if entry.action is Action.OTHER and not entry.note.strip():
        raise MealrouteError("note-missing", _("Write down what was done with the food."))
    target = _after(entry.action, figures)
    if target is None:
        return
    if entry.again_tenths is None:
        raise MealrouteError("again-missing", _("What did the thermometer read afterwards?"))
    if not target.hold(entry.again_tenths):
        raise MealrouteError(
            "again-out-of-range",
            _("%(degrees)s ℃ afterwards is not enough.", degrees=degrees(entry.again_tenths)),
            _("Go on until it is in range, or discard the food."),
        )


def check_sample(entry: SampleInput, figures: Figures, now: datetime) -> None:
    """Refuse a sample that is too small, or taken in the future.

    Raises
    ------
    MealrouteError
        ``sample-too-small``, ``reading-in-future``, ``correction-reason-missing``.
    """
    _not_ahead(entry.taken_at, now)
    _correction(entry.corrects_id, entry.correction)
    if entry.grams < figures.sample_grams:
        raise MealrouteError(
            "sample-too-small",
            _("A sample weighs at least %(n)d g.", n=figures.sample_grams),
            _("Take more of the dish and weigh again."),
        )
    if entry.grams > 20 * figures.sample_grams:
        raise MealrouteError("sample-too-big", _("That is no sample. Weigh in grams."))


def keep_until(taken_at: datetime, figures: Figures) -> datetime:
    """Until when a sample stays in the fridge."""
    return taken_at + timedelta(hours=figures.sample_hours)


def degrees(tenths: int | None) -> str:
    """``635`` → ``63.5``, ``-20`` → ``-2``."""
    if tenths is None:
        return ""
    whole, rest = divmod(abs(tenths), 10)
    return f"{'-' if tenths < 0 else ''}{whole}{f'.{rest}' if rest else ''}"


def _after(action: Action, figures: Figures) -> Limits | None:
    if action is Action.REHEATED:
        return Limits(least=10 * figures.core_least)
    return Limits(most=10 * figures.cold_most) if action is Action.CHILLED else None


def _not_ahead(at: datetime, now: datetime) -> None:
    if at > now + AHEAD:
        raise MealrouteError("reading-in-future", _("This time is still to come."), _("Write down when it was."))


def _correction(corrects_id: int | None, reason: str) -> None:
    if corrects_id is not None and not reason.strip():
        raise MealrouteError("correction-reason-missing", _("Why is this row corrected? Both rows stay in the log."))
