"""Tables of plan versions. What a version says is written once; only its state moves, draft → published → withdrawn."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    event,
    inspect,
    text,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, JsonDict, UtcDateTime


class PlanVersion(Base):
    """One numbered plan of a day and slot. ``cost`` is in cost units (docs/planning.md), the JSON is compressed (zlib).

    ``problem_json`` leaves the matrices out and names them by ``matrix_digest``: they are rebuilt from the network.
    """

    __tablename__ = "plan_version"
    __table_args__ = (
        UniqueConstraint("day", "slot", "number"),
        Index(
            "uq_plan_version_published",
            "day",
            "slot",
            unique=True,
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(10))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    engine: Mapped[str] = mapped_column(String(20))
    seed: Mapped[int]
    threads: Mapped[int] = mapped_column(default=0, server_default="0")
    max_iterations: Mapped[int | None]
    seconds: Mapped[float]
    cost: Mapped[int] = mapped_column(BigInteger)
    distance_m: Mapped[int]
    travel_s: Mapped[int]
    routes: Mapped[int]
    trips: Mapped[int]
    ordered: Mapped[int]
    planned: Mapped[int]
    unassigned: Mapped[int]
    network: Mapped[str] = mapped_column(String(200))
    matrix_digest: Mapped[str] = mapped_column(String(64))
    estimated_pairs: Mapped[int] = mapped_column(default=0)
    problem_json: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    plan_json: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    geometry_json: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("plan_version.id"))
    book_digest: Mapped[str] = mapped_column(String(64))
    violations: Mapped[list[str]] = mapped_column(JsonDict, default=list)  # in words; by key in plan_violation
    override_reason: Mapped[str] = mapped_column(Text, default="")  # of versions from before plan_override
    created_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[str] = mapped_column(String(80), default="")
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[str] = mapped_column(String(80), default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdraw_reason: Mapped[str] = mapped_column(Text, default="")


@append_only
class PlanRoute(Base):
    """One vehicle's route in a version; ``number`` is what people call it."""

    __tablename__ = "plan_route"
    __table_args__ = (UniqueConstraint("version_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    number: Mapped[int]
    vehicle_code: Mapped[str] = mapped_column(String(40))
    driver_code: Mapped[str] = mapped_column(String(40))
    kitchen_code: Mapped[str] = mapped_column(String(40))
    trips: Mapped[int]
    portions: Mapped[int]
    stops: Mapped[int]
    boxes: Mapped[int]
    most_aboard: Mapped[int]
    distance_m: Mapped[int]
    travel_s: Mapped[int]
    starts_s: Mapped[int]
    ends_s: Mapped[int]
    eat_by_s: Mapped[int]
    late_margin_s: Mapped[int | None]


@append_only
class PlanVisit(Base):
    """One visit of a route, in order; ``stop_id`` is the id in the version's problem."""

    __tablename__ = "plan_visit"
    __table_args__ = (UniqueConstraint("route_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    route_id: Mapped[int] = mapped_column(ForeignKey("plan_route.id"))
    position: Mapped[int]
    trip: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    stop_id: Mapped[int | None] = mapped_column(BigInteger)
    arrival_s: Mapped[int]
    waiting_s: Mapped[int]
    setup_s: Mapped[int]
    service_s: Mapped[int]
    portions: Mapped[int]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    window_from_s: Mapped[int | None]
    window_to_s: Mapped[int | None]
    food_margin_s: Mapped[int | None]
    station_code: Mapped[str] = mapped_column(String(40), default="")


@append_only
class PlanLine(Base):
    """Every book line of the day, once per version; ``visit_id`` is None where the line is unassigned."""

    __tablename__ = "plan_line"
    __table_args__ = (UniqueConstraint("version_id", "book_line_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("plan_visit.id"), index=True)
    book_line_id: Mapped[int] = mapped_column(ForeignKey("book_line.id"), index=True)
    portions: Mapped[int]
    new_face: Mapped[bool] = mapped_column(default=False)


@append_only
class PlanUnassigned(Base):
    """Why a book line has no place in a version, and who has to mend it."""

    __tablename__ = "plan_unassigned"
    __table_args__ = (UniqueConstraint("version_id", "book_line_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    book_line_id: Mapped[int] = mapped_column(ForeignKey("book_line.id"))
    portions: Mapped[int]
    reason_code: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(80))


MAY_CHANGE = {
    ("draft", "published"): {"state", "published_by", "published_at"},
    ("published", "withdrawn"): {"state", "withdrawn_by", "withdrawn_at", "withdraw_reason"},
}


@event.listens_for(PlanVersion, "before_update")
def _only_the_state_moves(_mapper: Mapper[Any], _connection: Connection, target: PlanVersion) -> None:
    """Refuse any change but a legal step of the state with the columns that belong to it."""
    changed = {
        attribute.key: attribute.history for attribute in inspect(target).attrs if attribute.history.has_changes()
    }
    if not changed:
        return
    before = changed["state"].deleted[0] if "state" in changed and changed["state"].deleted else target.state
    if not set(changed) <= MAY_CHANGE.get((before, target.state), set()):
        raise ValueError(f"plan version {target.id} is immutable: {', '.join(sorted(changed))}")


@event.listens_for(PlanVersion, "before_delete")
def _never_removed(_mapper: Mapper[Any], _connection: Connection, target: PlanVersion) -> None:
    raise ValueError(f"plan version {target.id} is immutable")
