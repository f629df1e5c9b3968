"""What a version reckons with at single doors, written once with the version."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base


@append_only
class PlanDoor(Base):
    """One meal's door whose time was learnt: ``extra_s`` seconds of waiting are added, ``stairs_s`` take the place of the usual stairs.

    ``source``: ``own`` (its own visits, ``visits`` of them) or ``class`` (people who need as long). Doors with the usual times have no row.
    """

    __tablename__ = "plan_door"
    __table_args__ = (UniqueConstraint("version_id", "book_line_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    book_line_id: Mapped[int] = mapped_column(ForeignKey("book_line.id"))
    source: Mapped[str] = mapped_column(String(8))
    extra_s: Mapped[int]
    stairs_s: Mapped[int | None]
    visits: Mapped[int]
