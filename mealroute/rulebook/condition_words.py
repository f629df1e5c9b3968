"""A condition in words: what it asks for, and what was found instead. In the current language."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mealroute.core.i18n import _, _l
from mealroute.core.money import yuan
from mealroute.rulebook.conditions import KINDS, Money
from mealroute.rulebook.date_conditions import age_on
from mealroute.rulebook.facts import Figures, Meal, Person
from mealroute.rulebook.records import Calendar, Condition, Conditions, Name, Nested
from mealroute.rulebook.values import Band, Codes, Counts, Dates, Place, Season, Since, Windows
from mealroute.rulebook.vocabulary import WEEKDAYS, word

Names = Mapping[str, Name]

_FLAGS: Mapping[str, tuple[str, str]] = {
    "at_home": (_l("lives at home, not in an institution"), _l("lives in an institution")),
    "basic_service": (_l("registered for basic elderly care service"), _l("not registered for basic elderly care service")),
    "assessed": (_l("with a valid ability assessment"), _l("without a valid ability assessment")),
    "birthday": (_l("the person's birthday"), _l("any day but the person's birthday")),
    "proxy": (_l("fetched by somebody else"), _l("not fetched by somebody else")),
    "subsidised": (_l("the resident gets a subsidy for this meal"), _l("the resident gets no subsidy for this meal")),
    "own_part_paid": (_l("the resident has paid their own part"), ""),
}  # fmt: skip
_ASKS: Mapping[str, str] = {
    "slots": _l("meal: %(what)s"), "age": _l("full years of age: %(what)s"), "categories": _l("category: %(what)s"),
    "ability": _l("ability level: %(what)s"), "living": _l("living situation: %(what)s"), "zones": _l("zone: %(what)s"),
    "diets": _l("diet: %(what)s"), "residence": _l("lives in: %(what)s"), "registration": _l("household registered in: %(what)s"),
    "weekdays": _l("weekday: %(what)s"), "day_kinds": _l("kind of day: %(what)s"), "window": _l("confirmed: %(what)s"),
    "ways": _l("way of eating: %(what)s"), "site_kinds": _l("kind of meal point: %(what)s"), "places": _l("place of the meal: %(what)s"),
    "operators": _l("operator: %(what)s"), "sites": _l("meal point: %(what)s"), "meal_kinds": _l("kind of meal: %(what)s"),
    "channels": _l("channel: %(what)s"), "deliverer_kinds": _l("brought by: %(what)s"), "outcomes": _l("handover: %(what)s"),
    "confirmed_by": _l("confirmed by: %(what)s"), "price": _l("price in yuan: %(what)s"), "day_spend": _l("spent that day in yuan: %(what)s"),
    "tags": _l("mark: %(what)s"), "born": _l("born: %(what)s"), "enrolled": _l("in service since: %(what)s"),
    "seasons": _l("time of year: %(what)s"), "dates": _l("day: %(what)s"),
}  # fmt: skip


def join(words: Iterable[str]) -> str:
    """A list as people write it."""
    return _(", ").join(words)


def say(condition: Condition, names: Names) -> str:
    """What the condition asks for."""
    key, value = condition.key, condition.value
    if key in _FLAGS:
        return _(_FLAGS[key][0 if value else 1])
    if isinstance(value, Nested):
        return _nested(key, value, names)
    if key == "outcomes_option":
        return _("handover: as the district's option “%(what)s” of the day says", what=value)
    if isinstance(value, Counts):
        return join(f"{word('count', name, names)} {band(one)}" for name, one in value.bands)
    return _(_ASKS[key], what=_value(condition, names))


def _value(condition: Condition, names: Names) -> str:
    key, value = condition.key, condition.value
    family = KINDS[key].family
    match value:
        case Windows():
            return windows(value, timed=key == "window")
        case Band():
            text = band(value, yuan if key in {"price", "day_spend"} else str)
            return text if value.since is None else _("%(what)s (%(since)s)", what=text, since=_(_SINCE[value.since]))
        case Dates():
            return dates(value)
        case tuple():
            return join(season(one) for one in value)
        case Codes():
            return codes(value, family, names)
        case Place():
            return place(value)
        case frozenset():
            if key == "dates":
                return join(day.isoformat() for day in sorted(value))
            if key == "weekdays":
                return join(word("weekday", day, names) for day in WEEKDAYS if day in value)
            return join(word(family, code, names) if family else code for code in sorted(value))
        case _:
            raise ValueError(f"no words for {condition!r}")


_SINCE: Mapping[Since, str] = {
    Since.MONTH: _l("a birthday counts from the first of its month"),
    Since.NEXT_MONTH: _l("a birthday counts from the first of the month after it"),
    Since.YEAR: _l("a birthday counts for the whole year"),
}


def dates(value: Dates) -> str:
    """A span of days in words."""
    if value.first is not None and value.last is not None:
        return _("%(first)s to %(last)s", first=value.first.isoformat(), last=value.last.isoformat())
    if value.first is not None:
        return _("%(day)s or later", day=value.first.isoformat())
    assert value.last is not None
    return _("%(day)s or earlier", day=value.last.isoformat())


def season(value: Season) -> str:
    """``11-15/03-15`` in words."""
    ends = {"month": value.first[0], "day": value.first[1], "to_month": value.last[0], "to_day": value.last[1]}
    return _("%(day)d/%(month)d to %(to_day)d/%(to_month)d", **ends)


def _nested(key: str, value: Nested, names: Names) -> str:
    blocks = [block_words(block, names) for block in value.blocks]
    inner = _("; or ").join(blocks) if key != "all" else _("; and ").join(blocks)
    return _("none of these: %(what)s", what=inner) if key == "none" else _("(%(what)s)", what=inner)


def block_words(block: Conditions, names: Names) -> str:
    """All conditions of a block in one phrase."""
    return _(" and ").join(say(one, names) for one in block if one.key != "window" or not _has_slots(block))


def _has_slots(block: Conditions) -> bool:
    return any(one.key == "slots" for one in block)


def windows(value: Windows, *, timed: bool = True) -> str:
    """Meals of the day, with their times where there are any."""
    found = []
    for slot, window in value.slots:
        name = word("slot", slot, {})
        found.append(f"{name} {clock(window.earliest)}–{clock(window.latest)}" if window and timed else name)
    return join(found)


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def band(value: Band, show: Callable[[int], str] = str) -> str:
    """A range in words."""
    parts = []
    if value.least is not None and value.least == value.most:
        return show(value.least)
    if value.least is not None and value.most is not None:
        return _("%(least)s to %(most)s", least=show(value.least), most=show(value.most))
    if value.least is not None:
        parts.append(_("%(n)s or more", n=show(value.least)))
    if value.over is not None:
        parts.append(_("more than %(n)s", n=show(value.over)))
    if value.over_amount:
        parts.append(_("more than the subsidy"))
    if value.least_amount:
        parts.append(_("at least the subsidy"))
    if value.most is not None:
        parts.append(_("at most %(n)s", n=show(value.most)))
    if value.under is not None:
        parts.append(_("less than %(n)s", n=show(value.under)))
    return join(parts)


def codes(value: Codes, family: str, names: Names) -> str:
    """Any, all, none of some codes in words."""
    parts = []
    for chosen, sentence in ((value.any, ""), (value.all, _l("all of %(what)s")), (value.none, _l("none of %(what)s"))):
        if chosen:
            what = _(" or ").join(word(family, code, names) for code in sorted(chosen)) if not sentence else join(
                word(family, code, names) for code in sorted(chosen)
            )  # fmt: skip
            parts.append(_(sentence, what=what) if sentence else what)
    return _(" and ").join(parts)


_SAME = {
    "street": _l("the same street or town as the meal's"), "district": _l("the same district as the meal's"),
    "city": _l("the same city as the meal's"),
}  # fmt: skip
_OTHER = {
    "street": _l("another street or town than the meal's"), "district": _l("another district than the meal's"),
    "city": _l("another city than the meal's"),
}  # fmt: skip


def place(value: Place) -> str:
    """A place by code, or compared with that of the meal."""
    parts = []
    if value.within:
        parts.append(join(sorted(value.within)))
    if value.outside:
        parts.append(_("not %(what)s", what=join(sorted(value.outside))))
    if value.same is not None:
        parts.append(_(_SAME[value.same.value]))
    if value.other is not None:
        parts.append(_(_OTHER[value.other.value]))
    return _(" and ").join(parts)


def found(
    condition: Condition, person: Person | None, item: Meal | Figures, money: Money | None, names: Names, calendar: Calendar = Calendar(),  # noqa: B008 -- immutable
) -> str:  # fmt: skip
    """What stands in the facts where the condition asks for something else; empty where nothing can be said shortly."""
    key, family = condition.key, KINDS[condition.key].family if condition.key in KINDS else ""
    if isinstance(condition.value, Nested):
        return ""
    if isinstance(condition.value, Counts):
        return _counts(condition.value, item, names)
    if key == "day_kinds":
        return word("day-kind", calendar.kind(item.day), names)
    if isinstance(condition.value, Band) and condition.value.since is not None:
        age = age_on(person, item.day, condition.value)
        return _("not known") if age is None else str(age)
    getter = _FOUND.get(key)
    if getter is None:
        return ""
    value = getter(person, item, money)
    if value is None or value in ("", frozenset()):
        return _("not known") if value is None or value == "" else _("none")
    if isinstance(value, frozenset):
        return join(word(family, code, names) for code in sorted(value))
    return word(family, value, names) if family and isinstance(value, str) else str(value)


def _counts(value: Counts, item: Meal | Figures, names: Names) -> str:
    if not isinstance(item, Figures):
        return ""
    return join(
        f"{word('count', name, names)} {item.counts.get(name, item.sums.get(name, _('not known')))}" for name, _band in value.bands
    )  # fmt: skip


_FOUND: Mapping[str, Callable[[Any, Any, Any], Any]] = {
    "age": lambda p, _m, _x: p.age if p else None, "categories": lambda p, _m, _x: p.categories if p else None,
    "ability": lambda p, _m, _x: p.ability_level if p else None, "living": lambda p, _m, _x: p.living if p else None,
    "zones": lambda p, m, _x: p.zone if p else m.zone, "diets": lambda p, _m, _x: p.diets if p else None,
    "residence": lambda p, _m, _x: p.residence if p else None, "registration": lambda p, _m, _x: p.registration if p else None,
    "slots": lambda _p, m, _x: m.slot, "weekdays": lambda _p, m, _x: word("weekday", WEEKDAYS[m.day.weekday()], {}),
    "window": lambda _p, m, _x: None if m.minute is None else clock(m.minute), "ways": lambda _p, m, _x: m.way,
    "site_kinds": lambda _p, m, _x: m.site_kind, "places": lambda _p, m, _x: m.place, "operators": lambda _p, m, _x: m.operator,
    "sites": lambda _p, m, _x: m.site, "meal_kinds": lambda _p, m, _x: m.meal_kind, "channels": lambda _p, m, _x: m.channel,
    "deliverer_kinds": lambda _p, m, _x: m.deliverer_kind, "outcomes": lambda _p, m, _x: m.outcome,
    "confirmed_by": lambda _p, m, _x: m.confirmed_by, "price": lambda _p, m, _x: yuan(m.price_fen),
    "day_spend": lambda _p, _m, x: yuan(x.spend) if x else None, "tags": lambda _p, m, _x: m.tags,
    "born": lambda p, _m, _x: None if p is None or p.born is None else p.born.isoformat(),
    "enrolled": lambda p, _m, _x: None if p is None or p.enrolled is None else p.enrolled.isoformat(),
    "birthday": lambda p, m, _x: None if p is None or p.born is None else m.day.isoformat(),
    "seasons": lambda _p, m, _x: m.day.isoformat(), "dates": lambda _p, m, _x: m.day.isoformat(),
}  # fmt: skip
