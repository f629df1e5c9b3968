"""An honest month in memory: people, vendors, drivers, and every meal with its plan, its door and its money.

Seeded: the same seed gives the same month. Times are seconds since local midnight, points WGS-84, amounts fen. A fraud or a
look-alike changes these rows before they are written, or asks for a step after the claims are built (``later``).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

STREETS = ("110101005", "110101006", "110101007")
LON, LAT = 116.41, 39.93
PRICE, OWN = 1800, 1300
SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾"
GIVEN = "淑兰秀英桂珍玉华凤金国建文德福永春志明宝贵"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(eq=False)
class Resident:
    """Someone of the ledger. ``weekdays``: bit 0 is Monday."""

    id: int
    code: str
    name: str
    born: date
    street: str
    address: str
    lon: float
    lat: float
    vendor: str
    weekdays: int
    basic: bool
    id_number: str | None = None
    phone: str | None = None
    living: str = "alone"
    basic_from: date | None = None
    ability: int | None = None
    assessed_until: date | None = None
    entered: date = date(2024, 1, 1)
    contacts: list[tuple[str, str, str]] = field(default_factory=list)
    floor: int = 2
    station: str = ""


@dataclass(eq=False)
class Meal:
    """One order line with everything that hangs on it. ``made_s`` None: no phone said when; ``delay_s``: how long the record took to us."""

    id: int
    resident: Resident
    day: date
    run: Run
    position: int
    planned_s: int
    made_s: int | None
    slot: str = "lunch"
    outcome: str = "handed-over"
    seen: bool = True
    quantity: int = 1
    price: int = PRICE
    own: int = OWN
    source: str = "phone"
    left_with: str = ""
    delay_s: int = 20
    lon: float | None = None
    lat: float | None = None
    payments: list[tuple[str, int, str]] = field(default_factory=list)
    photo: str = ""
    answer: str = ""
    device: str = ""
    transferred_to: Run | None = None
    dish: str = ""
    counter: str = ""
    ordered_s: int | None = None
    """When the order was written down on the day itself; None: weeks before."""
    paid_on: date | None = None
    """When its payments were entered; None: on the day."""

    @property
    def cash(self) -> int:
        """One in six pays the plain price in cash where the meal is handed over."""
        plain = self.payments == [("payment", self.own, f"txn-{self.id}")]
        return self.own if plain and self.delivered and self.resident.id % 6 == 1 else 0

    @property
    def station(self) -> str:
        return self.counter or self.resident.station

    @property
    def delivered(self) -> bool:
        return self.outcome in {"handed-over", "left-with-contact", "left-at-door"}


@dataclass(eq=False)
class Run:
    """One driver's route of a day and meal."""

    id: int
    day: date
    vendor: Vendor
    driver: Driver
    number: int
    slot: str = "lunch"
    state: str = "done"
    withdrawn_s: int | None = None
    packed: int | None = None
    loaded: int | None = None
    left_s: int = 10 * 3600 + 30 * 60
    meals: list[Meal] = field(default_factory=list)
    received: int | None = None
    closed_with: int | None = None
    signed: bool = True
    came_back: int | None = None
    """Portions that the kitchen counted back; None: what the records leave."""
    handed: list[Handed] | None = None
    """What a cashier received of its cash; None: all of it, the same evening or the next day."""

    @property
    def cash(self) -> int:
        return sum(meal.cash for meal in self.meals)


@dataclass(eq=False)
class Handed:
    """Cash that was received, or words for what is missing, so many days after the round."""

    days: int
    fen: int
    by: str = "示例出纳"
    kind: str = "handed"


@dataclass(eq=False)
class Driver:
    """Who drives; ``boxes`` of the own e-bike."""

    code: str
    name: str
    phone: str
    weekdays: int = 127
    certificate_to: date | None = None
    boxes: int = 30


@dataclass(eq=False)
class Vendor:
    """A business with its kitchen and drivers."""

    code: str
    name: str
    phone: str
    drivers: list[Driver]
    capacity: int = 400
    licence_to: date = date(2029, 12, 31)
    contract_to: date = date(2029, 12, 31)
    silent_log: set[date] = field(default_factory=set)
    licence_no: str = ""
    kitchen_closed: date | None = None

    @property
    def kitchen(self) -> str:
        return f"K-{self.code}"


@dataclass(eq=False)
class FirstSaid:
    """An earlier record of a door, so many seconds before the one that stands (None: when the driver stood there)."""

    outcome: str = "no-answer"
    before_s: int | None = None
    source: str = "phone"


@dataclass(eq=False)
class Site:
    """A rural station and who has signed with it since when."""

    code: str
    street: str
    signed: list[tuple[Resident, date]]


@dataclass(eq=False)
class Notice:
    """A line of a list from outside."""

    resident: Resident
    kind: str
    first: date
    last: date | None = None


@dataclass(eq=False)
class Fact:
    """A fact of the card that became another: from ``since`` on, entered on ``on``."""

    resident: Resident
    name: str
    before: str
    value: str
    since: date
    on: date


@dataclass(eq=False)
class Planted:
    """What was planted: the kind, the checks that should see it, and what it touches."""

    kind: str
    checks: tuple[str, ...]
    meals: list[Meal] = field(default_factory=list)
    subjects: tuple[str, ...] = ()

    def touches(self, lines: set[int], subject: str) -> bool:
        return bool(lines & {meal.id for meal in self.meals}) or any(part in subject for part in self.subjects)


@dataclass(eq=False)
class Month:
    """The whole month. ``later`` runs after the claim lines are built: what happens then is what makes an old claim wrong."""

    first: date
    days: list[date]
    chance: Random
    vendors: list[Vendor] = field(default_factory=list)
    residents: list[Resident] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    meals: list[Meal] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    pauses: list[tuple[Resident, date, date, str]] = field(default_factory=list)
    cancelled: list[tuple[Resident, date, date, str, date]] = field(default_factory=list)
    """Pauses as above that were taken back, with the day of that."""
    facts: list[Fact] = field(default_factory=list)
    complaints: list[Meal] = field(default_factory=list)
    steps: list[tuple[Vendor, str, date]] = field(default_factory=list)
    later: list[Callable[[Any], None]] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    first_said: dict[int, FirstSaid] = field(default_factory=dict)
    """Meal → the record that its record took the place of."""
    silent: dict[str, int] = field(default_factory=dict)
    """Vendor → how many of a hundred calls about its meals reach nobody, where it is not the usual share."""
    denied: dict[str, int] = field(default_factory=dict)
    """Vendor → how many of a hundred calls say that the meal did not come."""
    taken_out: dict[int, int] = field(default_factory=dict)
    """Meal → second of its day at which its order was taken out of the closed book."""
    numbers: Counter[tuple[date, str]] = field(default_factory=Counter)
    last_number: int = 0
    used: set[int] = field(default_factory=set)
    """Residents, and runs as negative numbers, that a fraud or look-alike has taken."""

    def person(self, vendor: Vendor, *, basic: bool | None = None, **changes: Any) -> Resident:
        """A new resident of the vendor's round."""
        n = len(self.residents) + 1
        chance = self.chance
        born = date(1935, 1, 1) + timedelta(days=chance.randrange(365 * 20))
        centre = self.vendors.index(vendor) if vendor in self.vendors else 0
        angle, far = chance.uniform(0, 2 * math.pi), 0.009 * math.sqrt(chance.random())
        values: dict[str, Any] = {
            "id": n, "code": f"R{n:05d}", "name": chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, 2)), "born": born,
            "street": STREETS[centre % 3], "address": f"{STREETS[centre % 3][-2:]} 胡同 {n} 号",
            "lon": LON + 0.02 * (centre % 3) + far * math.cos(angle), "lat": LAT + 0.016 * (centre // 3) + far * math.sin(angle) * 0.8,
            "vendor": vendor.code, "weekdays": chance.choice((0b11111, 0b10101, 0b01010, 0b11011, 0b01111)),
            "basic": chance.random() < 0.4 if basic is None else basic, "id_number": id_number(changes.get("born", born), n), "phone": f"139{n:08d}",
        }  # fmt: skip
        values |= changes
        made = Resident(**values)
        if not made.contacts and chance.random() < 0.8:
            made.contacts = [
                (made.name[0] + chance.choice(GIVEN), chance.choice(("女儿", "儿子", "老伴")), f"138{n:08d}")
            ]
        self.residents.append(made)
        return made

    def meal(self, resident: Resident, run: Run, **changes: Any) -> Meal:
        """A further meal on a run, at its end."""
        last = run.meals[-1].planned_s if run.meals else 11 * 3600
        made = max((meal.made_s or 0 for meal in run.meals), default=0) or last
        values: dict[str, Any] = {
            "id": self.numbered(), "resident": resident, "day": run.day, "run": run, "position": len(run.meals) + 1,
            "planned_s": last + 150, "made_s": made + self.chance.randrange(150, 260), "lon": resident.lon + self.chance.uniform(-2e-4, 2e-4),
            "lat": resident.lat + self.chance.uniform(-2e-4, 2e-4), "slot": run.slot, "device": f"phone-{run.driver.code}",
        }  # fmt: skip
        values |= changes
        made = Meal(**values)
        if not made.payments:
            made.payments = [("payment", made.own, f"txn-{made.id}")]
        run.meals.append(made)
        self.meals.append(made)
        return made

    def run(self, vendor: Vendor, driver: Driver, day: date, slot: str = "lunch") -> Run:
        """A further run of a vendor; ``loaded`` follows from its meals unless it is set."""
        made = Run(
            id=len(self.runs) + 1, day=day, vendor=vendor, driver=driver, number=self.numbers[day, slot] + 1, slot=slot
        )
        self.numbers[day, slot] += 1
        self.runs.append(made)
        return made

    def runs_of(self, vendor: Vendor, driver: int = 0) -> list[Run]:
        """The runs of one of a vendor's drivers, by day."""
        return [
            run
            for run in self.runs
            if run.vendor is vendor and run.driver is vendor.drivers[driver] and run.meals and not run.meals[0].station
        ]

    def numbered(self) -> int:
        """The next meal's number."""
        self.last_number += 1
        return self.last_number

    def empty(self, vendor: Vendor) -> None:
        """Take every meal of a vendor out; its runs stay."""
        self.meals = [meal for meal in self.meals if meal.run.vendor is not vendor]
        for run in self.runs:
            if run.vendor is vendor:
                run.meals.clear()

    def of(self, vendor: Vendor) -> list[Meal]:
        return [meal for run in self.runs if run.vendor is vendor for meal in run.meals]


def id_number(born: date, n: int) -> str:
    """A number with a right check digit, another for each ``n``; the division code 110101 (and on) and the serial are invented."""
    body = f"1101{1 + n // 1000:02d}{born:%Y%m%d}{n % 1000:03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def honest_month(first: date, days: list[date], *, seed: int, vendors: int = 9, people: int = 26) -> Month:
    """A month in which nobody cheats. Each vendor has two drivers with ``people`` residents each; nobody's counts are round."""
    month = Month(first=first, days=days, chance=Random(seed))
    for n in range(vendors):
        code = f"V{n + 1:02d}"
        drivers = [
            Driver(f"D{n * 2 + k + 1:02d}", f"{SURNAMES[(n * 2 + k) % len(SURNAMES)]}师傅", f"137{n * 2 + k:08d}")
            for k in range(2)
        ]
        month.vendors.append(Vendor(code, f"示例餐饮{n + 1}", f"136{n:08d}", drivers))
    for vendor in month.vendors:
        for driver in vendor.drivers:
            round_of = sorted((month.person(vendor) for _ in range(people)), key=lambda one: (one.lon, one.lat))
            for day in days:
                fill(
                    month,
                    month.run(vendor, driver, day),
                    [one for one in round_of if one.weekdays >> day.weekday() & 1],
                )
    return month


def fill(month: Month, run: Run, residents: list[Resident]) -> None:
    """Plan a run through some doors and drive it: time from door to door by distance, a little late, some doors not opened."""
    chance = month.chance
    at, made, before = 11 * 3600, 11 * 3600 + chance.randrange(-60, 240), None
    for resident in residents:
        if before is not None:
            metres = math.hypot((resident.lon - before.lon) * 85_000, (resident.lat - before.lat) * 111_000) * 1.3
            at += int(metres / 4.2) + 90
            made += int(metres / 4.2) + chance.randrange(60, 160)
        before = resident
        meal = month.meal(resident, run, planned_s=at, made_s=made)
        thousandth = chance.randrange(1000)
        if thousandth < 12:
            meal.outcome, meal.seen, meal.quantity = chance.choice(("no-answer", "refused", "in-hospital")), False, 0
        elif thousandth < 24:
            meal.outcome, meal.seen, meal.left_with = (
                "left-with-contact",
                False,
                chance.choice(("女儿代收", "邻居代收", "老伴代收")),
            )
        elif thousandth < 60:
            meal.lon = meal.lat = None
        elif thousandth < 75:
            meal.lon, meal.lat = resident.lon + chance.uniform(-3e-3, 3e-3), resident.lat + chance.uniform(-3e-3, 3e-3)
        if thousandth > 900:
            meal.answer = chance.choice(("good", "good", "good", "good", "so-so"))
