"""Table of evidence beside a record: photos, signatures, spoken codes."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.crypto import EncryptedDict
from mealroute.core.db import Base, UtcDateTime


@append_only
class Evidence(Base):
    """One piece of evidence for one record of a door.

    A photo lies as a sealed file under the instance directory, named by the hash of its content (``digest``); a signature's strokes are
    sealed in ``content``. A spoken code is compared at once and only the answer is kept (``verdict``: matched, different, none-known).
    """

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("client_id"),
        CheckConstraint("kind in ('photo', 'signature', 'code')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64))
    proof_id: Mapped[int] = mapped_column(ForeignKey("proof.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    digest: Mapped[str] = mapped_column(String(64), default="")
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    content: Mapped[dict[str, Any]] = mapped_column(EncryptedDict, default=dict)
    verdict: Mapped[str] = mapped_column(String(12), default="")
    by_name: Mapped[str] = mapped_column(String(80))
    phone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
