"""Standing orders: weekday patterns that add up to 1,000–1,200 lunches on each day of the week."""

from __future__ import annotations

import math
from random import Random

from data.sample_generator.lattice import metres_between
from data.sample_generator.people import Person

ORDER_HEADINGS = (
    "编号", "老人编号", "餐次", "周一", "周二", "周三", "周四", "周五", "周六", "周日", "规格", "选择", "送餐方式", "驿站编码", "渠道",
    "付款方式", "时段起", "时段止", "生效日", "失效日", "备注",
)  # fmt: skip
PATTERNS = (("1111111", 52), ("1111100", 14), ("1010101", 8), ("0101011", 8), ("0000011", 6), ("1111110", 5), ("", 7))
DAILY_AIM = (1_085, 1_165)
CHANNELS, CHANNEL_WEIGHTS = ("电话", "柜台", "网上", "纸单"), (46, 27, 19, 8)
MEANS, MEANS_WEIGHTS = ("刷卡", "月结", "到付现金", "手机", "柜台现金"), (38, 24, 15, 13, 10)
STATION_SHARE, STATION_REACH_M = 0.12, 700.0
Places = list[tuple[str, str, str, str, float, float]]


def rows(random: Random, people: list[Person], stations: Places) -> list[list[object]]:
    """One row an order. Residents out of service have none; awkward ones have seven days."""
    served = [person for person in people if person.state in {"在服务", "暂停"}]
    portions = {person.code: _pattern(random, person) for person in served}
    _balance(random, portions, [person for person in served if not person.every_day])
    table: list[list[object]] = []
    for person in served:
        if any(portions[person.code]):
            table.append(_row(random, person, portions[person.code], stations, f"SO{len(table) + 1:05d}"))
    return table


def totals(table: list[list[object]]) -> list[int]:
    """Portions by weekday, Monday first, before pauses."""
    return [sum(int(str(row[day] or 0)) for row in table) for day in range(3, 10)]


def _pattern(random: Random, person: Person) -> list[int]:
    pattern = "1111111" if person.every_day else random.choices([p for p, _w in PATTERNS], [w for _p, w in PATTERNS])[0]
    quantity = 2 if not person.every_day and random.random() < 0.02 else 1
    return [quantity * int(day) for day in pattern] if pattern else [0] * 7


def _balance(random: Random, portions: dict[str, list[int]], movable: list[Person]) -> None:
    """Take meals from, or give meals on, each weekday until its total lies within the aim."""
    for day in range(7):
        order = [person.code for person in movable]
        random.shuffle(order)
        for code in order:
            total = sum(pattern[day] for pattern in portions.values())
            if total > DAILY_AIM[1] and portions[code][day]:
                portions[code][day] = 0
            elif total < DAILY_AIM[0] and not portions[code][day] and any(portions[code]):
                portions[code][day] = 1


def _row(random: Random, person: Person, portions: list[int], stations: Places, code: str) -> list[object]:
    station = ""
    if (
        not person.every_day
        and person.ability == 0
        and person.handover != "必须本人"
        and random.random() < STATION_SHARE * 2
    ):
        station = _nearest(person, stations)
    window = ("", "")
    if not station and not person.every_day and random.random() < 0.06:
        window = random.choice((("11:00", "12:00"), ("11:15", "12:15"), ("11:30", "12:30")))
    means = random.choices(MEANS, MEANS_WEIGHTS)[0]
    if station and means == "到付现金":
        means = "柜台现金"
    return [
        code, person.code, "午餐", *(count or "" for count in portions), "大份" if random.random() < 0.05 else "常规",
        random.choice("AAB"), "驿站自取" if station else "送到家", station, random.choices(CHANNELS, CHANNEL_WEIGHTS)[0], means,
        window[0], window[1], "2024-01-01", "", "",
    ]  # fmt: skip


def _nearest(person: Person, stations: Places) -> str:
    here = (person.building.lon, person.building.lat)
    distance, code = min((metres_between(here, (place[4], place[5])), place[0]) for place in stations)
    return code if distance < STATION_REACH_M and math.isfinite(distance) else ""
