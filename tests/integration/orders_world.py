"""A tiny district for tests of orders: two streets, a kitchen, a station, four dishes, and residents on demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from mealroute.areas.models import District, Street
from mealroute.core.slots import MealSlot
from mealroute.menus.models import Dish, MenuEntry
from mealroute.orders.models import StandingOrder
from mealroute.residents.models import Pause, Resident, ResidentDiet, StateChange
from mealroute.vendors.models import Station

MONDAY = date(2026, 3, 9)
LUNCH = MealSlot.LUNCH
ALWAYS = date(2025, 1, 1)
STAMP = datetime(2026, 1, 1, tzinfo=UTC)


class FivePerDay:
    """Five yuan off the first portion where the price is above five yuan."""

    knows_others = False

    def resident_part(
        self, resident: object, day: date, slot: MealSlot, unit_price_fen: int, quantity: int, **_more: object
    ) -> tuple[int, int]:
        subsidy = 500 if unit_price_fen > 500 else 0
        return unit_price_fen * quantity - subsidy, subsidy


FIVE = FivePerDay()


@dataclass
class World:
    """Adds rows the short way; every method flushes."""

    db: Session
    people: dict[str, Resident] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.db.add(District(code="110101", name="东城区"))
        self.db.flush()
        for n, name in ((1, "东华门街道"), (2, "景山街道")):
            self.db.add(Street(code=f"11010100{n}", district_code="110101", name=name, lon=116.4, lat=39.91))
        self.db.flush()
        self.db.add(Station(code="S1", name="驿站一", kind="station", street_code="110101001", lon=116.41, lat=39.92))
        dishes = (
            ("D1", "红烧肉", ["normal"], ["pork", "soy"], 1600),
            ("D2", "清蒸鱼", ["normal", "low-sugar", "low-salt"], ["fish"], 1800),
            ("D3", "番茄牛肉", ["halal", "normal"], ["beef"], 1900),
            ("D4", "宫保鸡丁", ["normal"], ["chicken", "peanut"], 1500),
        )
        for code, name, suits, contains, price in dishes:
            self.db.add(Dish(code=code, name=name, suits=suits, contains=contains, price_fen=price))
        self.db.flush()
        for weekday in range(1, 8):
            for diet, choice, dish, price in (
                ("normal", "A", "D1", 1600), ("normal", "B", "D4", 1500), ("low-sugar", "A", "D2", 1800), ("halal", "A", "D3", 1900),
            ):  # fmt: skip
                for slot in MealSlot:
                    self.db.add(
                        MenuEntry(
                            code=f"{weekday}/{slot}/{diet}/{choice}/{ALWAYS}", weekday=weekday, slot=str(slot), diet=diet,
                            choice=choice, dish_code=dish, price_fen=price, valid_from=ALWAYS,
                        )
                    )  # fmt: skip
        self.db.flush()

    def resident(
        self,
        code: str,
        *,
        diets: Sequence[str] = (),
        strict: Sequence[str] = (),
        street: str = "110101001",
        point: bool = True,
        state: str = "active",
        **columns: object,
    ) -> Resident:
        row = Resident(
            **{
                "code": code, "name": f"测试{code}", "birth_date": date(1940, 5, 1), "street_code": street, "address": f"{code}号",
                "state": state, "state_since": ALWAYS, "lon": 116.4 if point else None, "lat": 39.9 if point else None,
                "precision": "building" if point else "none", "created_at": STAMP, "updated_at": STAMP, **columns,
            }
        )  # fmt: skip
        self.db.add(row)
        self.db.flush()
        self.db.add(StateChange(resident_id=row.id, state=state, since=ALWAYS, by_name="测试", at=STAMP))
        for diet in {*diets, *strict}:
            self.db.add(ResidentDiet(resident_id=row.id, diet=diet, strict=diet in strict, valid_from=ALWAYS))
        self.db.flush()
        self.people[code] = row
        return row

    def state(self, code: str, state: str, since: date) -> None:
        row = self.people[code]
        row.state, row.state_since = state, since
        self.db.add(StateChange(resident_id=row.id, state=state, since=since, by_name="测试", at=STAMP))
        self.db.flush()

    def standing(
        self, code: str, *, portions: Sequence[int] = (1, 1, 1, 1, 1, 0, 0), **columns: object
    ) -> StandingOrder:
        values = {
            "code": f"O-{code}", "resident_id": self.people[code].id, "slot": "lunch", "portions": list(portions), "channel": "phone",
            "pay_means": "monthly", "valid_from": ALWAYS, **columns,
        }  # fmt: skip
        row = StandingOrder(**values)
        self.db.add(row)
        self.db.flush()
        return row

    def pause(self, code: str, first: date, last: date | None = None) -> Pause:
        row = Pause(
            resident_id=self.people[code].id,
            starts_on=first,
            ends_on=last,
            reason="hospital",
            created_by="测试",
            created_at=STAMP,
        )
        self.db.add(row)
        self.db.flush()
        return row
