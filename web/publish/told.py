"""Who was told of a change and who has seen it: those who have not, first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from mealroute.core.actor import Scope
from mealroute.core.clock import Clock
from mealroute.core.slots import MealSlot
from mealroute.core.text import mask_name
from mealroute.dispatch import notice_words, notices
from mealroute.dispatch.notice_records import Audience, NoticeRecord

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One notice in words."""

    notice: NoticeRecord
    name: str
    head: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """The newest change of a meal first; ``seen`` of ``all`` counts those of the newest change."""

    views: tuple[NoticeView, ...]

    @property
    def newest(self) -> tuple[NoticeView, ...]:
        at = self.views[0].notice.at if self.views else None
        return tuple(view for view in self.views if view.notice.at == at)

    @property
    def all(self) -> int:
        return len(self.newest)

    @property
    def seen(self) -> int:
        return sum(view.notice.seen for view in self.newest)

    @property
    def to_phone(self) -> tuple[NoticeView, ...]:
        return tuple(view for view in self.views if view.notice.must_phone)


def view_of(notice: NoticeRecord) -> NoticeView:
    """A notice in the reader's language; drivers' names are masked."""
    name = mask_name(notice.name) if notice.audience is Audience.DRIVER else notice.name
    return NoticeView(notice, name, notice_words.head(notice), notice_words.sentences(notice))


def told_of(db: Session, day: date, slot: MealSlot, *, scope: Scope, clock: Clock) -> Told:
    """Every notice of a meal within reach: of each change the unseen first."""
    found: Sequence[NoticeRecord] = notices.notices(db, scope, day=day, slot=slot, clock=clock)
    ordered = sorted(
        found, key=lambda one: (-one.at.timestamp(), one.seen, one.audience, one.run_number or 0, one.code)
    )
    return Told(tuple(map(view_of, ordered)))


def unseen_of(
    db: Session, day: date, slot: MealSlot, audience: Audience, *, scope: Scope, clock: Clock
) -> tuple[NoticeView, ...]:
    """What the kitchens or vendors within reach have not seen yet, the newest first: for the top of their pages."""
    found = notices.notices(db, scope, day=day, slot=slot, clock=clock)
    return tuple(view_of(one) for one in found if one.audience is audience and not one.seen)
