"""The words for telling people about a changed plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NewType

from mealroute.dispatch.records import RunId

NoticeId = NewType("NoticeId", int)


class Audience(StrEnum):
    """Whom a notice is for."""

    DRIVER = "driver"
    VENDOR = "vendor"
    KITCHEN = "kitchen"


class NoticeKind(StrEnum):
    """What happened to their work: other than before, new to them, taken away, the whole plan withdrawn, or a stop changed hands."""

    CHANGED = "changed"
    NEW = "new"
    GONE = "gone"
    WITHDRAWN = "withdrawn"
    HANDS = "hands"


class Means(StrEnum):
    """How somebody came to know: pressed "seen" on their page, or was told on the phone by a named person."""

    PAGE = "page"
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Who has seen a notice, when, and how."""

    by_name: str
    means: Means
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDraft:
    """A notice before it is written."""

    audience: Audience
    code: str
    kind: NoticeKind
    run_id: int | None
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRecord:
    """One notice with its receipts; ``name`` is the driver's, vendor's or kitchen's."""

    id: NoticeId
    version_id: int
    version_number: int
    replaces_number: int | None
    day: date
    slot: str
    audience: Audience
    code: str
    name: str
    phone: str
    run_id: RunId | None
    run_number: int | None
    kind: NoticeKind
    content: Mapping[str, Any]
    reason: str
    by_name: str
    at: datetime
    receipts: tuple[Receipt, ...]
    must_phone: str = ""
    """Who must phone while nobody has seen it past its time; empty before that."""

    @property
    def seen(self) -> bool:
        return bool(self.receipts)
