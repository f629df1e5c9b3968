"""Tables of dispatch: a published route, handed to a driver."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.db import Base, UtcDateTime


class Run(Base):
    """One route of a published version. ``link_nonce`` goes into the driver's signed link and changes when it is revoked.

    ``replaces_run_id`` is the run of the version before whose work this one goes on with.
    ``vendor_code`` delivers (the vendor whose driver the plan uses, until another accepts; empty: the district's volunteer),
    ``cooked_by`` cooks (M46; None: the same). ``accepted_at`` None: nobody has promised it yet. ``begun_at``: first record of a door.
    """

    __tablename__ = "run"
    __table_args__ = (UniqueConstraint("route_id"), Index(None, "day", "slot", "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"), index=True)
    route_id: Mapped[int] = mapped_column(ForeignKey("plan_route.id"))
    number: Mapped[int]
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(10))
    kitchen_code: Mapped[str] = mapped_column(String(40), index=True)
    vendor_code: Mapped[str] = mapped_column(String(40), index=True)
    cooked_by: Mapped[str | None] = mapped_column(String(40))
    driver_code: Mapped[str] = mapped_column(String(40), index=True)
    vehicle_code: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10))
    link_nonce: Mapped[str] = mapped_column(String(32))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replaces_run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"), index=True)
