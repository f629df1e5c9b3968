"""A case of a rule shape put into a real ledger: its people, plans, doors, payments and papers, written straight into the tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.areas.models import District, Street
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock
from mealroute.core.i18n import speaking
from mealroute.core.money import parse_yuan
from mealroute.delivery.evidence_models import Evidence
from mealroute.delivery.models import Proof
from mealroute.dispatch.models import Run
from mealroute.orders.models import BookLine, Order, OrderBook, Payment
from mealroute.planning.models import PlanLine, PlanRoute, PlanVersion, PlanVisit
from mealroute.residents.models import Resident, ResidentCategory, ResidentDiet, ResidentFact, StateChange
from mealroute.rulebook.records import Rulebook as Book
from mealroute.subsidy import computing, queries, service
from mealroute.subsidy.models import ClaimLine, Period
from mealroute.subsidy.payers import Payer
from mealroute.subsidy.records import ClaimProblem, Rulebook
from mealroute.subsidy.site_models import SiteApplication
from mealroute.vendors.models import Driver, Kitchen, Station, Vendor

PAYER, PLACE = "dongcheng", "110101005"
AT = datetime(2025, 1, 1, 1, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
CLOCK = FixedClock(datetime(2029, 1, 2, 1, 0, tzinfo=UTC))
FACTS = {"ability": "ability_level", "living": "living", "basic": "basic_service", "registration": "registration"}


@dataclass
class ShapeWorld:
    """The case in tables; ``code`` leads from the case's names to the codes of residents."""

    db: Session
    case: Mapping[str, Any]
    code: dict[str, str] = field(default_factory=dict)
    _ids: dict[str, int] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)
    _versions: dict[tuple[date, str], tuple[int, int]] = field(default_factory=dict)
    _routes: int = 0

    def build(self) -> None:
        self.db.add(District(code="110101", name="某区"))
        self.db.add(Vendor(code="V0", name="厨房"))
        self.db.flush()
        self._street(PLACE)
        self.db.add(Kitchen(code="K0", name="厨房", vendor_code="V0", lon=116.4, lat=39.9, daily_capacity=9))
        self.db.flush()
        for name, told in self.case.get("people", {}).items():
            self._person(name, told or {})
        for told in self.case.get("meals", []):
            self._meal(told)
        for number, told in enumerate(self.case.get("figures", []), 1):
            self._figures(number, told)
        for number, told in enumerate(self.case.get("earlier", []), 1):
            self._earlier(number, told)
        self.db.flush()

    def months(self) -> list[str]:
        days = [str(told["day"]) for told in self.case.get("meals", [])]
        days += [str(told.get("application") or told.get("month")) for told in self.case.get("figures", [])]
        return sorted({day[:7] for day in days})

    def settle(self, book: Book) -> tuple[list[ClaimLine], list[ClaimProblem]]:
        """Each month built in turn by the program's own service; its lines as they stand in the ledger, and why others got nothing."""
        rules = Rulebook(payer=PAYER, payer_name="某区", book=book)
        payer, problems = Payer(rules=rules), []
        for month in self.months():
            service.build_month(self.db, payer, month, by=SYSTEM, clock=CLOCK)
            with speaking("zh"):
                rows = queries.month_rows(self.db, month, part=payer.part)
                problems += computing.compute(month, rows, rules).problems
        query = select(ClaimLine).join(Period, Period.id == ClaimLine.period_id)
        return list(self.db.scalars(query.where(Period.lines_digest.is_not(None)).order_by(ClaimLine.id))), problems

    def _once(self, key: str) -> bool:
        new = key not in self._known
        self._known.add(key)
        return new

    def _street(self, code: str) -> str:
        if self._once(f"street {code}"):
            self.db.add(Street(code=code, district_code="110101", name=code))
            self.db.flush()
        return code

    def _vendor(self, code: str) -> str:
        if self._once(f"vendor {code}"):
            self.db.add(Vendor(code=code, name=code))
            self.db.flush()
        return code

    def _station(self, code: str, kind: str, operator: str, place: str) -> str:
        if self._once(f"station {code}"):
            self.db.add(Station(code=code, name=code, kind=kind or "station", street_code=self._street(place), operator_vendor_code=operator or None))  # fmt: skip
            self.db.flush()
        return code

    def _person(self, name: str, told: Mapping[str, Any]) -> None:
        first = min((one["day"] for one in self.case.get("meals", [])), default=date(2026, 1, 1))
        born = told.get("born") or date(first.year - told.get("age", 60), 1, 1)
        now = dict(told)
        for _since, news in sorted(told.get("changes", {}).items()):
            now |= news
        number = len(self._ids) + 1
        row = Resident(
            code=f"R{number:04d}", name=name, birth_date=born, street_code=PLACE, address=f"某路 {number} 号",
            address_key=told.get("household", f"某路{number}号"), living=now.get("living", "alone"), basic_service=now.get("basic", False),
            ability_level=now.get("ability"), registration=str(now.get("registration", "")), state="active", state_since=date(2025, 1, 1),
            created_at=AT, updated_at=AT,
        )  # fmt: skip
        self.db.add(row)
        self.db.flush()
        self._ids[name], self.code[name] = row.id, row.code
        since = told.get("enrolled", date(2025, 1, 1))
        self.db.add(StateChange(resident_id=row.id, state="active", since=since, reason="", by_name="测", at=AT))
        self.db.add_all(
            ResidentCategory(resident_id=row.id, category=each, valid_from=date(2025, 1, 1))
            for each in told.get("categories", [])
        )
        self.db.add_all(
            ResidentDiet(resident_id=row.id, diet=each, valid_from=date(2025, 1, 1)) for each in told.get("diets", [])
        )
        before = dict(told)
        for day, news in sorted(told.get("changes", {}).items()):
            self.db.add_all(
                ResidentFact(
                    resident_id=row.id, name=FACTS[key], before=str(before.get(key, "")), value=str(value), since=day, by_name="测", at=AT
                )
                for key, value in news.items()
            )  # fmt: skip
            before |= news
        self.db.flush()

    def _meal(self, told: Mapping[str, Any]) -> None:
        who = told.get("who", next(iter(self._ids), ""))
        price, home = parse_yuan(str(told["price"])), told.get("way", "dine-in") == "home"
        day, slot, portions = told["day"], told.get("slot", "lunch"), told.get("portions", 1)
        place = self._street(str(told.get("place", PLACE)))
        operator = self._vendor(told.get("operator", "运营方"))
        site = None if home else self._station(told.get("site", "助餐点"), told.get("site_kind", ""), operator, place)
        book, version = self._version(day, slot)
        delivery = "home" if home else "station"
        self._routes += 1
        order = Order(
            natural_key=f"{day}/{slot}/{self._routes}", resident_id=self._ids[who], day=day, slot=slot, size="normal", quantity=portions,
            unit_price_fen=price, resident_part_fen=price, expected_subsidy_fen=0, pay_means="card", delivery=delivery, station_code=site,
            channel=told.get("channel", "phone"), window_from_s=39600, window_to_s=45000, created_by="测", created_at=AT,
        )  # fmt: skip
        self.db.add(order)
        self.db.flush()
        paid = parse_yuan(str(told["pays"])) if "pays" in told else price
        if paid:
            self.db.add(Payment(natural_key=f"order/{order.id}", order_id=order.id, kind="payment", amount_fen=paid, means="card", at=AT, by_name="测"))  # fmt: skip
        zone = self.case["people"][who].get("zone", "") if self.case.get("people", {}).get(who) else ""
        line = BookLine(
            book_id=book, order_id=order.id, resident_id=self._ids[who], revision=0, quantity=portions, street_code=place, precision="door",
            place_key="x", floor=1, has_lift=False, lon=116.4, lat=39.9, diets=["normal"], strict_diets=[], size="normal", delivery=delivery,
            station_code=site, handover="contact-allowed", priority=50, must_serve=False, window_from_s=39600, window_to_s=45000,
            unit_price_fen=price, cash_due_fen=0, zone=zone, meal_kind=told.get("kind", ""),
        )  # fmt: skip
        self.db.add(line)
        self.db.flush()
        self._door(told, version, line, operator)

    def _door(self, told: Mapping[str, Any], version: int, line: BookLine, operator: str) -> None:
        driver = told.get("deliverer", "D0")
        if self._once(f"driver {driver}"):
            self.db.add(
                Driver(
                    code=driver, name=driver, kitchen_code="K0", shift_start_s=36000, shift_end_s=48600, volunteer=told.get("deliverer_kind") == "volunteer"
                )
            )  # fmt: skip
        route = PlanRoute(
            version_id=version, number=self._routes, vehicle_code="E0", driver_code=driver, kitchen_code="K0", trips=1, portions=line.quantity,
            stops=1, boxes=9, most_aboard=9, distance_m=0, travel_s=0, starts_s=37800, ends_s=46800, eat_by_s=46800,
        )  # fmt: skip
        self.db.add(route)
        self.db.flush()
        visit = PlanVisit(
            route_id=route.id, position=1, trip=1, kind="job", stop_id=1, arrival_s=39600, waiting_s=0, setup_s=0, service_s=60, portions=line.quantity
        )  # fmt: skip
        self.db.add(visit)
        self.db.flush()
        self.db.add(
            PlanLine(
                version_id=version, visit_id=visit.id, book_line_id=line.id, portions=line.quantity, new_face=False
            )
        )
        run = Run(
            version_id=version, route_id=route.id, number=self._routes, day=told["day"], slot=told.get("slot", "lunch"), kitchen_code="K0",
            vendor_code=operator, driver_code=driver, vehicle_code="E0", state="published", link_nonce=f"n{self._routes}", published_at=AT,
        )  # fmt: skip
        self.db.add(run)
        self.db.flush()
        hour, minute = map(int, str(told.get("at", "12:00")).split(":"))
        at = datetime(told["day"].year, told["day"].month, told["day"].day, hour, minute, tzinfo=SHANGHAI).astimezone(
            UTC
        )
        proxy = told.get("proxy", False)
        proof = Proof(
            client_id=f"c{self._routes}", run_id=run.id, visit_id=visit.id, book_line_id=line.id, outcome=told.get("outcome", "handed-over"),
            seen=not proxy, left_with="家人" if proxy else "", quantity=line.quantity, server_at=at, made_at=at, by_name="测", source="phone",
        )  # fmt: skip
        self.db.add(proof)
        self.db.flush()
        self.db.add_all(
            Evidence(client_id=f"e{self._routes}{kind}", proof_id=proof.id, kind=kind, verdict="matched", by_name="测", at=at)
            for kind in told.get("confirmed_by", [])
            if kind in {"photo", "signature", "code"}
        )  # fmt: skip
        self.db.flush()

    def _version(self, day: date, slot: str) -> tuple[int, int]:
        if (day, slot) not in self._versions:
            book = OrderBook(day=day, slot=slot, state="closed", closed_at=AT, closed_by="测")
            version = PlanVersion(
                day=day, slot=slot, number=1, state="published", engine="test", seed=0, seconds=0.0, cost=0, distance_m=0, travel_s=0, routes=1,
                trips=1, ordered=1, planned=1, unassigned=0, network="test", matrix_digest="0", problem_json=b"", plan_json=b"",
                book_digest="0", violations=[], created_by="测", created_at=AT, published_by="测", published_at=AT,
            )  # fmt: skip
            self.db.add_all([book, version])
            self.db.flush()
            self._versions[day, slot] = book.id, version.id
        return self._versions[day, slot]

    def _figures(self, number: int, told: Mapping[str, Any]) -> None:
        """An application, or so many meals of one person in a month, at a site and cooked by an operator."""
        if "application" in told:
            counts, sums = told.get("counts", {}), told.get("sums", {})
            self._station(told["site"], "", "", PLACE)
            self.db.add(
                SiteApplication(
                    reference=f"A-{number}", station_code=told["site"], day=told["application"], kind=told["tags"][0], capacity=counts.get("capacity"),
                    cost_fen=parse_yuan(str(sums["cost"])) if "cost" in sums else None, document_no="批1号", by_name="测", at=AT,
                )
            )  # fmt: skip
            return
        cook = next((one["operator"] for one in self.case["figures"] if "operator" in one), "运营方")
        if "operator" in told and any("site" in one for one in self.case["figures"]):
            return  # what the site hands out is what the operator cooks
        eater = f"食客{number}"
        self._person(eater, {"age": 70})
        whom = {"site": told["site"], "operator": cook} if "site" in told else {"operator": cook, "way": "home"}
        day = date.fromisoformat(f"{told['month']}-02")
        self._meal({"who": eater, "day": day, "price": 1, "portions": told["counts"]["meals"], **whom})

    def _earlier(self, number: int, told: Mapping[str, Any]) -> None:
        """A line of a month that is not built here."""
        month = f"{told['day']:%Y-%m}"
        period = self.db.scalars(select(Period).where(Period.month == month)).one_or_none()
        if period is None:
            period = Period(payer=PAYER, month=month, state="open", totals={})
            self.db.add(period)
            self.db.flush()
        fen, slot = parse_yuan(str(told["amount"])), told.get("slot", "lunch")
        self.db.add(
            ClaimLine(
                period_id=period.id, line_no=number, natural_key=f"{told['rule']}/{self.code[told['who']]}/{told['day']}/{slot}", rule_id=told["rule"],
                rule_version=1, document_no="某", beneficiary="resident", unit="meal", payee="V0", amount_fen=fen, shares={"district": fen},
                resident_id=self._ids[told["who"]], resident_code=self.code[told["who"]], day=told["day"], slot=slot, street_code=PLACE,
                vendor_code="V0", unit_price_fen=fen, resident_paid_fen=0, copay_fen=0, outcome="handed-over",
            )
        )  # fmt: skip


def last_of(problems: Iterable[ClaimProblem]) -> dict[str, ClaimProblem]:
    """Rule → the last refusal."""
    return {one.rule_id: one for one in problems}


def month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
