"""What a version does for familiar faces and usual hours, written once with the version."""

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base


@append_only
class PlanFacesRow(Base):
    """The figures of ``face_records``; ``paid_s``, ``paid_travel_s`` and ``searched_s`` None where nothing measured them."""

    __tablename__ = "plan_faces"
    __table_args__ = (
        UniqueConstraint("version_id"),
        CheckConstraint("residents = closest + known + new_faces", name="residents"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    residents: Mapped[int]
    closest: Mapped[int]
    known: Mapped[int]
    new_faces: Mapped[int]
    first_ever: Mapped[int]
    with_hour: Mapped[int]
    on_time: Mapped[int]
    credit_s: Mapped[int]
    paid_s: Mapped[int | None]
    paid_travel_s: Mapped[int | None]
    searched_s: Mapped[float | None]
