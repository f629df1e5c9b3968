"""About fifty drivers with their e-bikes and vans, shared out among the kitchens by capacity."""

from __future__ import annotations

from random import Random

from data.sample_generator.names import Phones, person_name

DRIVER_HEADINGS = (
    "编号",
    "姓名",
    "电话",
    "商户编号",
    "厨房编号",
    "上班",
    "下班",
    "志愿者",
    "健康证有效期",
    "星期",
    "入职年份",
)
VEHICLE_HEADINGS = (
    "vehicle_code", "plate", "kind", "kitchen_code", "hot_boxes", "cold_boxes", "halal_marked", "driver_code", "fixed", "per_km",
    "per_hour", "max_trips", "load_duration", "bought_in",
)  # fmt: skip
E_BIKE_BOXES, VAN_BOXES = 24, 120
CREWS = (("K1", "V01", 14, 3), ("K2", "V02", 13, 3), ("K3", "V03", 14, 3))
HALAL_E_BIKES, HALAL_VANS = 6, 1
RARE_DRIVER = "周䶮"
"""A character that GBK lacks and GB 18030 has."""


def rows(random: Random) -> tuple[list[list[object]], list[list[object]]]:
    """Drivers and vehicles; the vehicle names its usual driver."""
    phones = Phones("139004")
    drivers: list[list[object]] = []
    vehicles: list[list[object]] = []
    for kitchen, vendor, e_bikes, vans in CREWS:
        for number in range(e_bikes + vans):
            van = number >= e_bikes
            place = number - e_bikes if van else number
            halal = kitchen == "K2" and place < (HALAL_VANS if van else HALAL_E_BIKES)
            code = len(drivers) + 1
            name = RARE_DRIVER if code == 7 else person_name(random, woman=random.random() < 0.2)
            drivers.append([
                f"P{code:02d}", name, phones.next(), vendor, kitchen, "10:00", "13:15", "否", "2030-06-30", "1234567",
                random.randint(2015, 2025),
            ])  # fmt: skip
            vehicles.append([
                f"{'VAN' if van else 'EB'}{code:02d}", f"京A·D{9000 + code}" if van else f"京B·T{90000 + code}", "van" if van else "e-bike",
                kitchen, VAN_BOXES if van else E_BIKE_BOXES, 0, "yes" if halal else "no", f"P{code:02d}", 60 if van else 25,
                "0.80" if van else "0.10", 32 if van else 26, 2 if van else 3, 420 if van else 180, random.randint(2016, 2025),
            ])  # fmt: skip
    return drivers, vehicles
