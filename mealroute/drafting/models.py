"""Tables of the draft board. What was done to a draft is only ever added to; a draft's own row says where it stands."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, JsonDict, UtcDateTime


class PlanDraft(Base):
    """The working copy of a version, shared by all who edit a day and slot; one is open at a time.

    ``revision`` counts every change, undoing included; whoever writes names the one that they saw.
    """

    __tablename__ = "plan_draft"
    __table_args__ = (
        Index(
            "uq_plan_draft_open",
            "day",
            "slot",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(10))
    base_version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    state: Mapped[str] = mapped_column(String(8))
    revision: Mapped[int]
    opened_by: Mapped[str] = mapped_column(String(80))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_by: Mapped[str] = mapped_column(String(80), default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    close_reason: Mapped[str] = mapped_column(Text, default="")
    version_id: Mapped[int | None] = mapped_column(ForeignKey("plan_version.id"))


@append_only
class DraftGround(Base):
    """A problem that a draft stood on, with its travel times. A changed order book or fleet gives another; numbers stay."""

    __tablename__ = "draft_ground"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("plan_draft.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    matrices: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


@append_only
class DraftEdit(Base):
    """One change of a draft and the arrangement after it.

    ``shows``: the revision of the edit whose result this row shows (its own, but for undone and redone); ``parent``: what was
    shown before that edit; ``redo``: edits that were undone, the next one to redo last. ``stops`` and ``vehicles``: what it was about.
    """

    __tablename__ = "draft_edit"
    __table_args__ = (UniqueConstraint("draft_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("plan_draft.id"))
    revision: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    detail: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict)
    stops: Mapped[list[int]] = mapped_column(JsonDict, default=list)
    vehicles: Mapped[list[int]] = mapped_column(JsonDict, default=list)
    arrangement: Mapped[bytes] = mapped_column(LargeBinary)
    ground_id: Mapped[int] = mapped_column(ForeignKey("draft_ground.id"))
    shows: Mapped[int]
    parent: Mapped[int | None]
    redo: Mapped[list[int]] = mapped_column(JsonDict, default=list)
    account_id: Mapped[int | None]
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class DraftProposal(Base):
    """Another arrangement beside the draft, made by a search; only its state moves: open → taken or dismissed."""

    __tablename__ = "draft_proposal"
    __table_args__ = (UniqueConstraint("job_id"), Index(None, "draft_id", "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("plan_draft.id"))
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"))
    kind: Mapped[str] = mapped_column(String(20))
    revision: Mapped[int]
    detail: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict)
    figures: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict)
    arrangement: Mapped[bytes] = mapped_column(LargeBinary)
    ground_id: Mapped[int] = mapped_column(ForeignKey("draft_ground.id"))
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10))
    ended_by: Mapped[str] = mapped_column(String(80), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
