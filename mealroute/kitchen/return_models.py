"""Table of meals that came back to a kitchen. Written once; a later count of the same trip takes the place of the earlier."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, UtcDateTime


@append_only
class ReturnedMeals(Base):
    """Full portions that were still in the boxes of one trip when it came back, counted by the kitchen. The newest of a trip holds."""

    __tablename__ = "returned_meals"
    __table_args__ = (
        UniqueConstraint("client_id"),
        Index(None, "day", "slot"),
        CheckConstraint("portions >= 0", name="portions"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64))
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(10))
    kitchen_code: Mapped[str] = mapped_column(String(40))
    vehicle_code: Mapped[str] = mapped_column(String(40))
    trip: Mapped[int]
    portions: Mapped[int]
    note: Mapped[str] = mapped_column(Text, default="")
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
