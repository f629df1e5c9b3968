"""What a driver is told when a stop changes hands: first where the food is, for that is the next thing to do."""

from collections.abc import Iterator, Mapping
from typing import Any

from mealroute.core.clock import clock_text
from mealroute.core.i18n import _
from mealroute.core.text import route_label

Content = Mapping[str, Any]


def head(content: Content) -> str:
    """What happened to the stop, in a few words."""
    takes = content["side"] == "takes"
    if content["side"] == "kitchen":
        return _("Portions to give out") if content["food"] == "again" else _("Portions not to be given out after all")
    match content["food"]:
        case "stays" if takes:
            return _("A stop that you gave away stays yours")
        case "stays":
            return _("The stop from route %(n)s is not yours after all", n=route_label(content["other"]))
        case _ if takes:
            return _("You take a stop over from route %(n)s", n=route_label(content["other"]))
        case _:
            return _("Stop %(n)d is brought by somebody else", n=content["stop"])


def sentences(content: Content) -> Iterator[str]:
    """In the order in which they are done."""
    takes = content["side"] == "takes"
    if content["side"] == "kitchen":
        yield _kitchen(content)
        return
    if content["food"] == "stays":
        yield (
            _("Nothing changes hands; bring it as before.")
            if takes
            else _("Fetch nothing and bring nothing for it; go on with your other stops.")
        )
        return
    yield from _food(content, takes=takes)
    if takes:
        yield _("Then on: the door is expected at %(at)s.", at=clock_text(content["arrive_s"]))


def _kitchen(content: Content) -> str:
    """Who fetches how many, when; made again, or packed for somebody else until now."""
    n, at = (
        content["portions"],
        clock_text(content["meet_s"]) if content["meet_s"] is not None else _("as soon as possible"),
    )
    whom = content["name"] or _("route %(n)s", n=route_label(content["other"] or content["route"]))
    if content["food"] == "stays":
        return _("%(n)d portions for %(whom)s at %(at)s: nobody fetches them.", n=n, whom=whom, at=at)
    if content["made_again"]:
        return _("Make %(n)d portions again for %(whom)s, who fetches them at %(at)s.", n=n, whom=whom, at=at)
    old = route_label(content["route"])
    return _(
        "Give %(n)d portions of route %(old)s to %(whom)s, who fetches them at %(at)s.", n=n, old=old, whom=whom, at=at
    )


def retimed(content: Content) -> list[Content]:
    """The other stops whose time shifts."""
    return [stop for stop in content["changes"] if stop["old_s"] is not None and stop["new_s"] is not None]


def _food(content: Content, *, takes: bool) -> Iterator[str]:
    n, place, at = content["portions"], content["place"], content["meet_s"]
    other = route_label(content["other"]) if content["other"] is not None else ""
    until = "" if at is None else clock_text(at)
    match content["kind"], content["food"]:
        case "station", _food:
            yield _(
                "Leave %(n)d portions at %(place)s and let them sign; go on with your other stops.", n=n, place=place
            )
        case "person", _food:
            yield _(
                "%(name)s brings it. Where %(n)d portions change hands: %(place)s.",
                name=content["name"],
                n=n,
                place=place,
            )
        case _kind, "meet" if takes:
            yield _(
                "First to %(place)s by %(at)s: get %(n)d portions from route %(other)s.",
                place=place,
                at=until,
                n=n,
                other=other,
            )
        case _kind, "meet":
            yield _(
                "First to %(place)s by %(at)s: give %(n)d portions to route %(other)s.",
                place=place,
                at=until,
                n=n,
                other=other,
            )
        case _kind, "again" if takes:
            yield _("First to %(place)s by %(at)s: fetch %(n)d portions there.", place=place, at=until, n=n)
        case _kind, "again" if content["made_again"]:
            yield _("Bring the %(n)d portions that you have aboard back to the kitchen at the end.", n=n)
        case _kind, _food if takes:
            yield _("Load %(n)d portions more before you leave.", n=n)
        case _:
            yield _("Load %(n)d portions fewer; they go with route %(other)s.", n=n, other=other)
