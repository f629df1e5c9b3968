"""Tables of messages from the desk to a driver on the road, and of their having been read."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.crypto import EncryptedStr
from mealroute.core.db import Base, UtcDateTime


@append_only
class DriverMessage(Base):
    """One message to whoever drives a run. Encrypted: it may name a person. A new plan or another run of the day does not lose it,
    for it is the driver's.
    """

    __tablename__ = "driver_message"
    __table_args__ = (UniqueConstraint("client_id"), Index(None, "day", "slot", "driver_code"))

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64))
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), index=True)
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(10))
    driver_code: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(EncryptedStr)
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class DriverMessageReceipt(Base):
    """The driver has read a message on their page, or it was told them on the phone by ``by_name``."""

    __tablename__ = "driver_message_receipt"
    __table_args__ = (UniqueConstraint("message_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("driver_message.id"))
    means: Mapped[str] = mapped_column(String(8))
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
