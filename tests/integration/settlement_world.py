"""A small district with published runs, written straight into the tables: what delivery and subsidy start from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from mealroute.areas.models import District, Street
from mealroute.dispatch.models import Run
from mealroute.orders.models import Amendment, BookLine, Order, OrderBook, Payment
from mealroute.planning.models import PlanLine, PlanRoute, PlanUnassigned, PlanVersion, PlanVisit
from mealroute.residents.models import Pause, Resident, StateChange
from mealroute.vendors.models import Vendor

STREET = "110101005"
AT = datetime(2026, 2, 2, 1, 0, tzinfo=UTC)


@dataclass
class World:
    """Ids of what was made; ``line[n]`` is the n-th meal's book line."""

    db: Session
    residents: list[int] = field(default_factory=list)

    def resident(
        self, *, basic: bool = True, living: str = "alone", state: str = "active", name: str = "王玉兰"
    ) -> int:
        number = len(self.residents) + 1
        row = Resident(
            code=f"R{number:04d}", name=name, birth_date=date(1940, 1, number % 28 + 1), street_code=STREET,
            address=f"北新桥 {number} 号", living=living, basic_service=basic, state=state, state_since=date(2025, 1, 1),
            created_at=AT, updated_at=AT, id_number=f"11010119400101{number:04d}",
        )  # fmt: skip
        self.db.add(row)
        self.db.flush()
        self.db.add(
            StateChange(resident_id=row.id, state=state, since=date(2025, 1, 1), reason="", by_name="test", at=AT)
        )
        self.residents.append(row.id)
        return row.id

    def pause(self, resident: int, first: date, last: date | None) -> None:
        self.db.add(
            Pause(
                resident_id=resident,
                starts_on=first,
                ends_on=last,
                reason="hospital",
                note="",
                created_by="test",
                created_at=AT,
            )
        )

    def book(self, day: date, slot: str = "lunch", *, state: str = "closed") -> int:
        row = OrderBook(day=day, slot=slot, state=state, closed_at=AT, closed_by="test")
        self.db.add(row)
        self.db.flush()
        return row.id

    def order(self, resident: int, day: date, slot: str = "lunch", **changes: Any) -> Order:
        """A lunch of 17 yuan of which the resident pays 12 beforehand, unless said otherwise."""
        values: dict[str, Any] = {
            "quantity": 1, "unit_price_fen": 1700, "resident_part_fen": 1200, "expected_subsidy_fen": 500,
            "pay_means": "card", "paid_fen": None, "delivery": "home",
        }  # fmt: skip
        values |= changes
        paid = values.pop("paid_fen")
        row = Order(
            natural_key=f"{day}/{slot}/{resident}", resident_id=resident, day=day, slot=slot, size="normal",
            channel="phone", window_from_s=39600, window_to_s=45000, created_by="test", created_at=AT, **values,
        )  # fmt: skip
        self.db.add(row)
        self.db.flush()
        prepaid = 0 if values["pay_means"] == "cash-at-door" else values["resident_part_fen"]
        amount = prepaid if paid is None else paid
        if amount:
            self.db.add(
                Payment(
                    natural_key=f"order/{row.id}", order_id=row.id, kind="payment", amount_fen=amount, means="card", at=AT, by_name="test",
                )
            )  # fmt: skip
        return row

    def line(self, book: int, order: Order, *, revision: int = 0, quantity: int = 0) -> int:
        row = BookLine(
            book_id=book, order_id=order.id, resident_id=order.resident_id, revision=revision,
            quantity=quantity or order.quantity, street_code=STREET, precision="door", place_key="x", floor=1, has_lift=False,
            lon=116.41, lat=39.94, diets=["normal"], strict_diets=[], size="normal", delivery=order.delivery, station_code=order.station_code, handover="contact-allowed",
            priority=50, must_serve=False, window_from_s=39600, window_to_s=45000, unit_price_fen=order.unit_price_fen,
            cash_due_fen=order.resident_part_fen if order.pay_means == "cash-at-door" else 0,
        )  # fmt: skip
        self.db.add(row)
        self.db.flush()
        return row.id

    def amend(
        self, book: int, order: Order, kind: str, at: datetime, *, cancels: int | None = None, adds: int | None = None
    ) -> int:
        row = Amendment(
            book_id=book,
            kind=kind,
            order_id=order.id,
            cancels_line_id=cancels,
            adds_line_id=adds,
            reason="来电",
            by_name="test",
            at=at,
        )
        self.db.add(row)
        self.db.flush()
        return row.id

    def publish(
        self, day: date, lines: list[int], *, slot: str = "lunch", unassigned: list[int] | None = None, number: int = 1
    ) -> int:
        """One published run with one visit a line; ``unassigned`` lines have no place in the plan. Returns the run's id."""
        left = unassigned or []
        portions = {row: self.db.get_one(BookLine, row).quantity for row in (*lines, *left)}
        version = PlanVersion(
            day=day, slot=slot, number=number, state="published", engine="test", seed=0, seconds=0.0, cost=0, distance_m=0,
            travel_s=0, routes=1, trips=1, ordered=sum(portions.values()), planned=sum(portions[row] for row in lines),
            unassigned=sum(portions[row] for row in left), network="test", matrix_digest="0", problem_json=b"", plan_json=b"",
            book_digest="0", violations=[], created_by="test", created_at=AT, published_by="test", published_at=AT,
        )  # fmt: skip
        self.db.add(version)
        self.db.flush()
        route = PlanRoute(
            version_id=version.id, number=number, vehicle_code="E01", driver_code="D01", kitchen_code="K01", trips=1,
            portions=version.planned, stops=len(lines), boxes=24, most_aboard=24, distance_m=0, travel_s=0, starts_s=37800,
            ends_s=46800, eat_by_s=46800,
        )  # fmt: skip
        self.db.add(route)
        self.db.flush()
        for position, row in enumerate(lines, 1):
            visit = PlanVisit(
                route_id=route.id, position=position, trip=1, kind="job", stop_id=position, arrival_s=39600 + position * 60,
                waiting_s=0, setup_s=0, service_s=60, portions=portions[row],
            )  # fmt: skip
            self.db.add(visit)
            self.db.flush()
            self.db.add(
                PlanLine(
                    version_id=version.id, visit_id=visit.id, book_line_id=row, portions=portions[row], new_face=False
                )
            )
        for row in left:
            self.db.add(
                PlanLine(version_id=version.id, visit_id=None, book_line_id=row, portions=portions[row], new_face=False)
            )
            self.db.add(
                PlanUnassigned(
                    version_id=version.id,
                    book_line_id=row,
                    portions=portions[row],
                    reason_code="no-point",
                    reason="",
                    owner="x",
                )
            )
        run = Run(
            version_id=version.id, route_id=route.id, number=number, day=day, slot=slot, kitchen_code="K01", vendor_code="V01",
            driver_code="D01", vehicle_code="E01", state="published", link_nonce="n", published_at=AT,
        )  # fmt: skip
        self.db.add(run)
        self.db.flush()
        return run.id


def make_world(db: Session) -> World:
    """An empty street with one vendor."""
    db.add(District(code="110101", name="东城区"))
    db.flush()
    db.add(Street(code=STREET, district_code="110101", name="北新桥街道", name_en="Beixinqiao", lon=116.419, lat=39.941, point_source="test"))  # fmt: skip
    db.add(Vendor(code="V01", name="民安央厨"))
    db.flush()
    return World(db)
