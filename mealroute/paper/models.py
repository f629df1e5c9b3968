"""Tables of paper: the register of packs and what people did with them. Only ever added to; a deleted file is one more line."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, UtcDateTime


@append_only
class PaperPack(Base):
    """One pack that was made: a PDF on disk with its hash. ``street_code`` empty: the part for the whole district."""

    __tablename__ = "paper_pack"
    __table_args__ = (Index(None, "day", "slot", "street_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(10))
    street_code: Mapped[str] = mapped_column(String(12), default="")
    basis: Mapped[str] = mapped_column(String(10))
    basis_day: Mapped[date | None]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("plan_version.id"))
    version_number: Mapped[int | None]
    file: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    pages: Mapped[int]
    sheets: Mapped[int]
    portions: Mapped[int]
    people: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(80))


@append_only
class PaperPackAct(Base):
    """Who made, printed, downloaded a pack, and that its file was deleted."""

    __tablename__ = "paper_pack_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    pack_id: Mapped[int] = mapped_column(ForeignKey("paper_pack.id"), index=True)
    act: Mapped[str] = mapped_column(String(10))
    by_name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
