"""What has changed about a driver's work, in words and stop by stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mealroute.core.actor import Scope
from mealroute.dispatch import notice_words
from mealroute.dispatch.notice_records import NoticeRecord
from mealroute.planning.change_records import StopChangeKind
from web.driver.run import RunView
from web.publish.people import Who, people_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class StopLine:
    """One stop that is not as it was; ``number`` is that of the new sheet, of the old one where the stop is gone."""

    kind: str
    number: int
    at_s: int | None
    old_s: int | None
    who: str
    address: str
    old: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """One notice on the phone."""

    notice: NoticeRecord
    head: str
    sentences: tuple[str, ...]
    stops: tuple[StopLine, ...]


def told(db: Session, notices: Sequence[NoticeRecord], view: RunView | None = None) -> tuple[Told, ...]:
    """The notices in words; stops that are on the sheet in force with their full names, others masked."""
    lines = {line for one in notices for stop in one.content.get("changes", ()) for line in stop["lines"]}
    people = people_of(db, lines, day=notices[0].day, scope=Scope.everything()) if lines else {}
    return tuple(
        Told(
            one, notice_words.head(one), notice_words.sentences(one),
            tuple(_stop(stop, people, view) for stop in one.content.get("changes", ()) if stop["kind"] != StopChangeKind.RETIMED),
        )
        for one in notices
    )  # fmt: skip


def _stop(stop: Mapping[str, Any], people: Mapping[int, Who], view: RunView | None) -> StopLine:
    on_sheet = next((one for one in view.stops if one.visit_id == stop["visit"]), None) if view else None
    known = [people[line] for line in stop["lines"] if line in people]
    names = list(dict.fromkeys(one.name for one in known))
    who = view.names_of(on_sheet) if view and on_sheet and not on_sheet.station_bulk else "、".join(names[:3])
    address = on_sheet.address if on_sheet else known[0].address if known else ""
    number = on_sheet.position if on_sheet else stop["new"] or stop["old"]
    return StopLine(stop["kind"], number, stop["new_s"], stop["old_s"], who, address, stop["old"])
