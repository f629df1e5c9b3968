"""Tables of the area tree. Codes are the national division codes (6 digits a district, 9 a street)."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.db import Base


class District(Base):
    """A district (区): six digits, such as 110101."""

    __tablename__ = "district"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), default="")


class Street(Base):
    """A street (街道 or 镇): nine digits, such as 110101001. The centre is in WGS-84. ``zone`` is a code of the rules' zones, or empty."""

    __tablename__ = "street"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    district_code: Mapped[str] = mapped_column(ForeignKey("district.code"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80), default="")
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    point_source: Mapped[str] = mapped_column(String(200), default="")
    zone: Mapped[str] = mapped_column(String(20), default="", server_default="")


class Community(Base):
    """A community (社区) of a street."""

    __tablename__ = "community"
    __table_args__ = (UniqueConstraint("street_code", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    street_code: Mapped[str] = mapped_column(ForeignKey("street.code"))
    name: Mapped[str] = mapped_column(String(80))
