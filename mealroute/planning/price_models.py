"""What streets set themselves: dated, and only ever added to."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, UtcDateTime


@append_only
class StreetPrice(Base):
    """From ``from_day`` on a street pays so many seconds for a known face and for each minute nearer to the usual hour.

    Of two rows for the same day the later one holds.
    """

    __tablename__ = "street_price"
    __table_args__ = (Index("ix_street_price_street_code_from_day", "street_code", "from_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    street_code: Mapped[str] = mapped_column(ForeignKey("street.code"))
    from_day: Mapped[date]
    known_face: Mapped[int]
    usual_hour: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
