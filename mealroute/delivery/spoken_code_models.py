"""The four digits that a resident without a phone says at the door; encrypted, only ever added to."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.crypto import EncryptedStr
from mealroute.core.db import Base, UtcDateTime


@append_only
class SpokenCode(Base):
    """One code of one resident, in force from ``valid_from`` until a later one begins."""

    __tablename__ = "spoken_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    code: Mapped[str] = mapped_column(EncryptedStr)
    valid_from: Mapped[date]
    reason: Mapped[str] = mapped_column(Text, default="")
    issued_by: Mapped[str] = mapped_column(String(80))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
