"""A notice in the reader's language: one head, then what changed, sentence by sentence. Stops by number; people are named beside."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mealroute.core.clock import clock_text
from mealroute.core.i18n import _
from mealroute.core.text import route_label
from mealroute.dispatch import handing_words
from mealroute.dispatch.notice_records import Audience, NoticeKind, NoticeRecord
from mealroute.planning.change_records import StopChangeKind
from mealroute.residents.words import diet_label

Content = Mapping[str, Any]


def head(notice: NoticeRecord) -> str:
    """What happened, in a few words."""
    match notice.kind:
        case NoticeKind.CHANGED if notice.audience is Audience.DRIVER:
            return _("Your route has changed")
        case NoticeKind.CHANGED if notice.audience is Audience.KITCHEN:
            return _("Cooking and packing have changed")
        case NoticeKind.CHANGED:
            return _("Your runs have changed")
        case NoticeKind.NEW:
            return _("Route %(n)s is new to you", n=route_label(notice.content["route"]))
        case NoticeKind.GONE:
            return _("Route %(n)s is not yours any more", n=route_label(notice.content["route"]))
        case NoticeKind.WITHDRAWN:
            return _("The plan has been withdrawn")
        case NoticeKind.HANDS:
            return handing_words.head(notice.content)


def sentences(notice: NoticeRecord) -> tuple[str, ...]:
    """Everything that the receiver has to know, the most urgent first."""
    content = notice.content
    match notice.kind:
        case NoticeKind.WITHDRAWN if notice.audience is Audience.DRIVER:
            return (_("Stop at a safe place and call the dispatcher before you drive on."),)
        case NoticeKind.WITHDRAWN:
            return (
                _("%(n)d runs of yours are off. Wait for the new plan or call the dispatcher.", n=content["routes"]),
            )
        case NoticeKind.NEW:
            return (
                _(
                    "%(stops)d stops, %(portions)d portions; load at %(at)s.",
                    stops=content["stops"], portions=content["portions"], at=clock_text(content["load_s"]),
                ),
            )  # fmt: skip
        case NoticeKind.GONE:
            return tuple(_gone(content))
        case NoticeKind.CHANGED if notice.audience is Audience.DRIVER:
            return tuple(_driver(content))
        case NoticeKind.CHANGED if notice.audience is Audience.KITCHEN:
            return tuple(_kitchen(content))
        case NoticeKind.CHANGED:
            return tuple(_vendor(entry) for entry in content["routes"])
        case NoticeKind.HANDS:
            told = (*handing_words.sentences(content), *_shifts(handing_words.retimed(content)))
            return (*told, *_loads(content.get("loads", ()) if content["food"] == "again" else ()))


def _gone(content: Content) -> Iterator[str]:
    for route, _driver_code, portions in content["taken"]:
        yield _("%(n)d portions go with route %(route)s.", n=portions, route=route_label(route))
    yield _("Call the dispatcher about what is aboard; leave nothing at a door.")


def _driver(content: Content) -> Iterator[str]:
    changes = content["changes"]
    if "old_route" in content:
        yield _(
            "The route is now %(new)s, not %(old)s.",
            new=route_label(content["route"]),
            old=route_label(content["old_route"]),
        )
    if "old_vehicle" in content:
        yield _("Vehicle %(new)s instead of %(old)s.", new=content["vehicle"], old=content["old_vehicle"])
    yield from _added(_of(changes, StopChangeKind.ADDED))
    gone = [stop["old"] for stop in _of(changes, StopChangeKind.GONE)]
    if gone:
        yield _("Gone from the old sheet: stop %(list)s.", list=_list(gone))
    for stop in _of(changes, StopChangeKind.CHANGED):
        yield _contents(stop)
    moved = [stop["new"] for stop in _of(changes, StopChangeKind.REORDERED)]
    if moved:
        yield _("In another order: stop %(list)s.", list=_list(moved))
    yield from _shifts([stop for stop in changes if stop["old_s"] is not None and stop["new_s"] is not None])
    if "loading" in content:
        yield from _loading(*content["loading"])
    yield from _loads(content["loads"])


def _loading(old: Sequence[Sequence[int]], new: Sequence[Sequence[int]]) -> Iterator[str]:
    if len(old) != len(new):
        yield _("Loads %(new)d times instead of %(old)d.", new=len(new), old=len(old))
        return
    for trip, (was, now) in enumerate(zip(old, new, strict=True), 1):
        if abs(now[0] - was[0]) <= 60:
            continue
        if len(new) == 1:
            yield _("Load at %(new)s instead of %(old)s.", new=clock_text(now[0]), old=clock_text(was[0]))
        else:
            yield _(
                "Trip %(trip)d: load at %(new)s instead of %(old)s.", trip=trip, new=clock_text(now[0]), old=clock_text(was[0])
            )  # fmt: skip


def _of(changes: Sequence[Content], kind: StopChangeKind) -> list[Content]:
    return [stop for stop in changes if stop["kind"] == kind]


def _added(stops: Sequence[Content]) -> Iterator[str]:
    """Stops that follow each other are said in one breath."""
    group: list[int] = []
    for number in [*(stop["new"] for stop in stops), None]:
        if group and (number is None or number != group[-1] + 1):
            if group[0] == 1:
                yield _("%(n)d stops added at the beginning.", n=len(group))
            else:
                yield _("%(n)d stops added after stop %(stop)d.", n=len(group), stop=group[0] - 1)
            group = []
        if number is not None:
            group.append(number)


def _contents(stop: Content) -> str:
    if stop["old_portions"] == stop["new_portions"]:
        return _("Stop %(n)d gets other meals.", n=stop["new"])
    return _(
        "Stop %(n)d gets %(new)d portions instead of %(old)d.", n=stop["new"], new=stop["new_portions"], old=stop["old_portions"]
    )  # fmt: skip


def _shifts(stops: Sequence[Content]) -> Iterator[str]:
    shifts = [stop["new_s"] - stop["old_s"] for stop in stops]
    later, earlier = [s for s in shifts if s > 60], [-s for s in shifts if s < -60]
    if later:
        yield _("%(n)d stops later, by up to %(min)d min.", n=len(later), min=round(max(later) / 60))
    if earlier:
        yield _("%(n)d stops earlier, by up to %(min)d min.", n=len(earlier), min=round(max(earlier) / 60))


def _loads(loads: Sequence[Sequence[Any]]) -> Iterator[str]:
    """Boxes by diet, the dishes of one diet together."""
    found: dict[str, list[int]] = {}
    for diets, _dish, _size, old, new in loads:
        label = " ".join(diet_label(diet) for diet in diets or ("normal",))
        pair = found.setdefault(label, [0, 0])
        pair[0] += old
        pair[1] += new
    for label, (old, new) in found.items():
        yield (
            _("%(diet)s: %(change)+d portions.", diet=label, change=new - old)
            if new != old
            else _("%(diet)s: other dishes or sizes, as many portions.", diet=label)
        )


def _vendor(entry: Content) -> str:
    if entry["old_route"] is None:
        return _(
            "Route %(n)s is new: %(portions)d portions.", n=route_label(entry["route"]), portions=entry["portions"]
        )
    if entry["route"] is None:
        return _(
            "Route %(n)s is off: %(portions)d portions.",
            n=route_label(entry["old_route"]),
            portions=entry["old_portions"],
        )
    parts = [_("Route %(n)s: %(stops)d stops differ", n=route_label(entry["route"]), stops=entry["stops"])]
    if entry["portions"] != entry["old_portions"]:
        parts.append(_("%(new)d portions instead of %(old)d", new=entry["portions"], old=entry["old_portions"]))
    if entry["driver"] != entry["old_driver"]:
        parts.append(_("another driver"))
    if entry["loading_moved"]:
        parts.append(_("loads at another time"))
    return _("%(list)s.", list=_(", ").join(parts))


def _kitchen(content: Content) -> Iterator[str]:
    if content["portions"] != content["old_portions"]:
        yield _("%(new)d portions in all instead of %(old)d.", new=content["portions"], old=content["old_portions"])
    yield from _loads(content["loads"])
    for route, trip, old, new, old_s, new_s in content["trips"]:
        label = _("Route %(n)s, trip %(trip)d", n=route_label(route), trip=trip)
        if new_s is None:
            yield _("%(route)s is off.", route=label)
        elif old_s is None:
            yield _("%(route)s is new: %(n)d portions, loads at %(at)s.", route=label, n=new, at=clock_text(new_s))
        elif old == new:
            yield _(
                "%(route)s: loads at %(at)s instead of %(old)s.",
                route=label,
                at=clock_text(new_s),
                old=clock_text(old_s),
            )
        else:
            yield _(
                "%(route)s: %(old)d → %(new)d portions, loads at %(at)s.",
                route=label,
                old=old,
                new=new,
                at=clock_text(new_s),
            )
    if content["relabel"]:
        yield _("%(n)d labels have to be printed anew.", n=content["relabel"])


def _list(numbers: Sequence[int]) -> str:
    return _(", ").join(str(number) for number in numbers)
