"""Table of stops that change hands on the road. A published plan stays as it is; these records say who does what of it now."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, UtcDateTime


@append_only
class StopTransfer(Base):
    """One stop of a published plan given to another run, to a named person, or to a station. The newest of a stop stands.

    ``from_run_id`` had it before; ``after_visit_id``: after which stop the taking run serves it (None: first). Seconds count from midnight.
    ``food``: how the meal gets to whoever brings it. ``deadline_s``: the last moment at which that food is within its limit.
    ``cooked_by``: whose food is brought now. ``made_again``: portions that the kitchen gives out once more, the first ones come back.
    """

    __tablename__ = "stop_transfer"
    __table_args__ = (
        UniqueConstraint("client_id"),
        UniqueConstraint("visit_id", "number"),
        CheckConstraint("kind in ('run', 'person', 'station')", name="kind"),
        CheckConstraint("(kind = 'run') = (to_run_id is not null)", name="to_run"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64))
    visit_id: Mapped[int] = mapped_column(ForeignKey("plan_visit.id"))
    number: Mapped[int]
    from_run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    to_run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"), index=True)
    after_visit_id: Mapped[int | None] = mapped_column(ForeignKey("plan_visit.id"))
    to_name: Mapped[str] = mapped_column(String(80), default="")
    station_code: Mapped[str] = mapped_column(String(40), default="")
    food: Mapped[str] = mapped_column(String(8))
    place: Mapped[str] = mapped_column(String(200), default="")
    meet_s: Mapped[int | None]
    arrive_s: Mapped[int]
    deadline_s: Mapped[int | None]
    portions: Mapped[int]
    made_again: Mapped[int] = mapped_column(default=0)
    cooked_by: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(Text)
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
