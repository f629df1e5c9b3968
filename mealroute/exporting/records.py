"""The words of exports: what is wanted, what was asked for under which number, the file that came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

ExportId = NewType("ExportId", int)


class What(StrEnum):
    """What a file holds."""

    SETTLEMENT = "settlement"
    DETAIL = "detail"
    VENDOR_DAYS = "vendor-days"
    NOTICE = "notice"
    PLATFORM = "platform"


class Format(StrEnum):
    """How a file is written."""

    XLSX = "xlsx"
    CSV = "csv"
    PDF = "pdf"


class Act(StrEnum):
    """What is done with an export, each noted with who and when."""

    ASKED = "asked"
    MADE = "made"
    LINKED = "linked"
    CHECKED = "checked"
    DELETED = "deleted"


class Standing(StrEnum):
    """How an export stands."""

    WAITING = "waiting"
    READY = "ready"
    GONE = "gone"
    FAILED = "failed"
    STOPPED = "stopped"


FORMATS: Mapping[What, tuple[Format, ...]] = {
    What.SETTLEMENT: (Format.XLSX, Format.CSV, Format.PDF),
    What.DETAIL: (Format.XLSX, Format.CSV),
    What.VENDOR_DAYS: (Format.XLSX, Format.CSV, Format.PDF),
    What.NOTICE: (Format.PDF, Format.XLSX, Format.CSV),
    What.PLATFORM: (Format.XLSX, Format.CSV),
}
"""Which formats each kind comes in, the usual one first."""
UNMASKABLE = frozenset({What.SETTLEMENT, What.DETAIL, What.PLATFORM})
"""Kinds that name people at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A wish for a file. ``client_id`` makes the wish one, however often its form is sent. Empty street and vendor: all."""

    client_id: str
    what: What
    format: Format
    payer: str
    month: str
    purpose: str
    masked: bool = True
    reason: str = ""
    street: str = ""
    vendor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRecord:
    """One line of the register: who asked for what, why, and within which reach."""

    id: ExportId
    number: str
    wanted: Wanted
    streets: tuple[str, ...] | None
    scope_vendor: str | None
    account_id: int | None
    by_name: str
    role: str
    asked_at: datetime
    job_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """The file of an export. ``rows_sha256`` is of its data rows in canonical CSV, ``sha256`` of the file itself."""

    name: str
    stored: str
    rows: int
    rows_sha256: str
    sha256: str
    size: int
    columns: tuple[tuple[str, str], ...]
    made_at: datetime
    keep_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRecord:
    """Something that was done with an export."""

    act: Act
    by_name: str
    role: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An export as the register shows it."""

    export: ExportRecord
    file: FileRecord | None
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How long files are kept and links hold, in force on a day."""

    keep_days: int
    keep_days_unmasked: int
    link_minutes: int
    at_once_rows: int


class Verdict(StrEnum):
    """What an uploaded file turned out to be."""

    SAME_FILE = "same-file"
    SAME_ROWS = "same-rows"
    OTHER_ROWS = "other-rows"
    UNKNOWN = "unknown"


class Differs(StrEnum):
    """In which way a row is not the exported one."""

    CHANGED = "changed"
    ADDED = "added"
    MISSING = "missing"
    MOVED = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference. ``row`` as a sheet counts (the heading is row 1): in the file, of a missing row in the export."""

    kind: Differs
    row: int
    column: str = ""
    found: str = ""
    exported: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A file held against one export. ``count`` is of all differences, of which the first are told."""

    entry: Entry
    count: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An uploaded file against the register. ``entries``: the exports that it is, has the rows of, or says it is."""

    verdict: Verdict
    sha256: str
    rows: int | None
    rows_sha256: str | None
    entries: tuple[Entry, ...]
    compared: Compared | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformColumn:
    """One column of the platform's file."""

    title: str
    field: str
    format: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformShape:
    """How the platform wants its file, from a day on."""

    name: str
    valid_from: date
    source: str
    encoding: str
    columns: tuple[PlatformColumn, ...]
