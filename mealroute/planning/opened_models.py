"""Table of routes that were opened on the road, beside the published version."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, UtcDateTime


@append_only
class OpenedRoute(Base):
    """A route of a driver who had none: from where the food is got and back, without a stop of the plan.

    It carries only what changes hands. The version stays as it was published: ``queries.version`` leaves these routes out.
    ``agreed_by``: who said yes, in person or on the phone.
    """

    __tablename__ = "opened_route"

    route_id: Mapped[int] = mapped_column(ForeignKey("plan_route.id"), primary_key=True)
    agreed_by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(Text)
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
