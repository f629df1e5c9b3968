"""Households of very old residents: who lives behind a door, what they eat, how a meal is handed to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import TypeVar

from data.sample_generator.buildings import Building
from data.sample_generator.names import RELATIONS, IdNumbers, Phones, person_name

T = TypeVar("T")
REFERENCE_DAY = date(2026, 3, 1)
AGE_BANDS = ((60, 69, 4), (70, 79, 14), (80, 84, 30), (85, 89, 30), (90, 94, 16), (95, 99, 5), (100, 103, 1))
LIVINGS = (("独居", 40), ("双高龄", 20), ("夫妻", 18), ("与家人同住", 22))
DIETS = (
    (("常餐",), 590), (("低糖",), 120), (("低盐",), 90), (("软食",), 90), (("低糖", "软食"), 25), (("低盐", "软食"), 20),
    (("糊状",), 22), (("素食",), 14), (("忌花生",), 10), (("忌海鲜",), 10), (("清真",), 3),
)  # fmt: skip
HALAL_STREETS = frozenset({"110101005", "110101006", "110101007", "110101012", "110101013"})
"""Around the mosques of 东四 and 花市 one resident in fifteen keeps halal, elsewhere hardly anybody."""
HALAL_SHARE = 0.065
ALWAYS_STRICT = frozenset({"清真", "忌花生", "忌海鲜", "糊状"})
GRANTED = (("低保", 60), ("低收入", 50), ("特困", 20), ("计划生育特殊家庭", 20), ("失智", 45))
DOOR_NOTES = (
    "门铃坏了，请敲门", "耳背，多敲几下，多等一会儿", "到了先打电话", "腿脚慢，请等三分钟", "有小狗，已拴好", "单元门密码请打电话问",
    "电梯在东侧", "请把餐盒递到手里", "家里有保姆接餐",
)  # fmt: skip
YARD_NOTES = (
    "进院右手第三间",
    "北房东屋",
    "院内第二个门",
    "门口有台阶，小心电动车",
    "胡同窄，电三轮停在巷口",
    "后院西厢房",
)


@dataclass(slots=True, kw_only=True)
class Person:
    """One row of the residents sheet, in the words that a district's clerk writes."""

    name: str
    woman: bool
    born: date
    id_number: str | None
    phone: str | None
    building: Building
    unit: str = ""
    floor: int | None = None
    living: str = "独居"
    ability: int = 0
    categories: tuple[str, ...] = ()
    diets: tuple[str, ...] = ("常餐",)
    strict: tuple[str, ...] = ()
    avoids: tuple[str, ...] = ()
    strict_avoids: tuple[str, ...] = ()
    allergies: tuple[str, ...] = ()
    health_consent: str = ""
    handover: str = "可交联系人"
    door_note: str = ""
    state: str = "在服务"
    pause: tuple[date, date | None, str] | None = None
    contacts: list[tuple[str, str, str]] = field(default_factory=list)
    assessed_on: date | None = None
    datum: str = "WGS84"
    precision: str = "楼栋"
    has_point: bool = True
    note: str = ""
    every_day: bool = False
    code: str = ""

    @property
    def basic_service(self) -> bool:
        """基本养老服务对象: 特困, 低保, 低收入, 计划生育特殊家庭, 失能, 失智; the sheet carries the finding, not the rule."""
        return bool(self.categories) or self.ability >= 2

    def age(self, day: date = REFERENCE_DAY) -> int:
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))


class Registry:
    """Draws people; gives each number once."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.ids = IdNumbers()
        self.phones = Phones("1390000")
        self.contact_phones = Phones("139001")

    def household(self, building: Building) -> list[Person]:
        """One or two residents behind one door."""
        random = self.random
        living = _weighted(random, LIVINGS)
        unit, floor = self.door(building)
        first = self.person(building, unit, floor, living)
        if living not in {"双高龄", "夫妻"} or random.random() > 0.6:
            return [first]
        second = self.person(building, unit, floor, living, woman=not first.woman)
        second.contacts = first.contacts
        second.door_note = first.door_note
        return [first, second]

    def door(self, building: Building) -> tuple[str, int | None]:
        """A unit and a floor in a tower; nothing to say in a courtyard."""
        if not building.is_tower:
            return "", 1
        return f"{self.random.randint(1, building.units)}单元", self.random.randint(1, building.floors)

    def person(
        self, building: Building, unit: str, floor: int | None, living: str = "独居", *, woman: bool | None = None,
        born: date | None = None, name: str | None = None,
    ) -> Person:  # fmt: skip
        """One resident; what is given is kept, the rest is drawn."""
        random = self.random
        woman = random.random() < 0.6 if woman is None else woman
        while True:
            birth = born or self._birth(at_least=80 if living == "双高龄" else 60)
            number = self.ids.next(birth, woman=woman)
            if number is not None or born is not None:
                break
        person = Person(
            name=name or person_name(random, woman=woman), woman=woman, born=birth, id_number=number,
            phone=self.phones.next() if random.random() < 0.97 else None, building=building, unit=unit, floor=floor,
            living=living, datum=building.datum, precision=building.precision,
        )  # fmt: skip
        self._health(person)
        self._handing_over(person)
        return person

    def _birth(self, at_least: int) -> date:
        while True:
            low, high, _weight = self.random.choices(AGE_BANDS, [band[2] for band in AGE_BANDS])[0]
            age = self.random.randint(low, high)
            if age >= at_least:
                return REFERENCE_DAY - timedelta(days=int(age * 365.25) + self.random.randint(1, 360))

    def _health(self, person: Person) -> None:
        random, older = self.random, person.age() >= 88
        person.ability = random.choices(range(5), (45, 24, 17, 9, 5) if older else (64, 21, 9, 4, 2))[0]
        if person.ability or random.random() < 0.4:
            person.assessed_on = date(2024, 6, 1) + timedelta(days=random.randint(0, 600))
        person.categories = tuple(name for name, per_mille in GRANTED if random.random() < per_mille / 1000)
        person.diets = _weighted(random, DIETS)
        if person.building.street.code in HALAL_STREETS and random.random() < HALAL_SHARE:
            person.diets = ("清真",)
        person.strict = tuple(
            diet for diet in person.diets if diet in ALWAYS_STRICT or (diet == "低糖" and random.random() < 0.5)
        )

    def _handing_over(self, person: Person) -> None:
        random = self.random
        if "失智" in person.categories or (person.living == "独居" and person.age() >= 88 and random.random() < 0.35):
            person.handover = "必须本人"
        elif person.living != "独居" or random.random() < 0.8:
            person.handover = "可交联系人"
        else:
            person.handover = "可放门口"
        if random.random() < 0.45:
            person.door_note = random.choice(DOOR_NOTES if person.building.is_tower else DOOR_NOTES[:5] + YARD_NOTES)
        for _number in range(random.choices((0, 1, 2), (6, 64, 30))[0]):
            woman = random.random() < 0.55
            contact = (person_name(random, woman=woman), random.choice(RELATIONS), self.contact_phones.next())
            person.contacts.append(contact)


def _weighted(random: Random, choices: tuple[tuple[T, int], ...]) -> T:
    return random.choices([choice for choice, _weight in choices], [weight for _choice, weight in choices])[0]
