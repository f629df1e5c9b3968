"""Vendors, the three central kitchens, the 17 hubs and 20 stations."""

from __future__ import annotations

import math
from random import Random

from data.sample_generator.lattice import METRES_PER_DEGREE_LAT, METRES_PER_DEGREE_LON
from data.sample_generator.names import Phones, person_name, uscc
from data.sample_generator.places import STREETS, Street

VENDOR_HEADINGS = (
    "编号", "名称", "统一社会信用代码", "类型", "供餐方式", "联系人", "电话", "许可证号", "许可类别", "许可有效期", "备案号", "合同号",
    "合同起", "合同止", "状态", "服务街道", "开户行", "午餐配送能力", "晚餐配送能力", "可送饮食", "星级", "评星日期", "规模",
)  # fmt: skip
KITCHEN_HEADINGS = (
    "kitchen_code", "name", "vendor_code", "street_code", "address", "lng", "lat", "datum", "daily_capacity", "diets", "slot",
    "cooked_at", "ready_at", "eat_by", "loading_places", "floor_area_m2",
)  # fmt: skip
STATION_HEADINGS = (
    "编号",
    "名称",
    "类型",
    "街道编码",
    "地址",
    "经度",
    "纬度",
    "坐标系",
    "电话",
    "运营商户",
    "建成年份",
)
VENDORS = (
    ("城北暖心中央厨房有限公司", "餐饮企业", "综合为老中心主渠道"), ("东四和顺清真餐饮有限公司", "餐饮企业", "综合为老中心主渠道"),
    ("城南颐膳配餐有限公司", "餐饮企业", "综合为老中心主渠道"), ("和平里颐养照料中心", "养老照料中心", "机构网点辐射供"),
    ("龙潭湖畔养老院", "养老机构", "机构网点辐射供"), ("前门老味道餐馆", "餐饮企业", "社会餐饮分散供"),
    ("花市邻里餐厅", "餐饮企业", "社会餐饮分散供"), ("北新桥好粥道连锁", "餐饮企业", "集体用餐配送连锁供"),
    ("永外社区老年餐桌", "养老服务驿站", "老年餐桌补充供"), ("建国门机关食堂", "单位食堂", "社会餐饮分散供"),
    ("东直门小哥配送有限公司", "专业送餐机构", ""), ("天坛邻里互助驿站", "养老服务驿站", "老年餐桌补充供"),
)  # fmt: skip
APPLICANT = ("景山社区食堂", "单位食堂", "老年餐桌补充供")
"""Has applied; its checklist is open."""
ENDING_SOON = {6: "2026-12-18"}
"""Licences that do not last: the number of the vendor and the last day."""
CONTRACT_HEADINGS = ("商户编号", "街道编码", "合同号", "合同起", "合同止")
BACKUP_HEADINGS = ("街道编码", "顺序", "商户编号", "志愿者编号", "生效日", "失效日")
DELIVERY_COMPANY = "V11"
ALL_BUT_HALAL = "normal;low-sugar;low-salt;soft;vegetarian;no-peanut;no-seafood"
KITCHENS = (
    # code, name, vendor, street, address, lon, lat, portions a day, diets, cooked, ready, eat by, loading places
    ("K1", "城北中央厨房", "V01", "110101005", "东直门内大街88号", 116.4163, 39.9433, 470, f"{ALL_BUT_HALAL};puree", "09:25", "10:25", "13:25", 6),
    ("K2", "东四清真与普通双线厨房", "V02", "110101007", "朝阳门内大街155号", 116.4238, 39.9246, 420, f"{ALL_BUT_HALAL};halal", "09:30", "10:30", "13:30", 5),
    ("K3", "城南中央厨房", "V03", "110101015", "体育馆路21号", 116.4205, 39.8872, 460, f"{ALL_BUT_HALAL};puree", "09:20", "10:20", "13:20", 6),
)  # fmt: skip
STATIONS_EXTRA = 20


def vendor_rows(random: Random) -> list[list[object]]:
    phones = Phones("139002")
    rows: list[list[object]] = []
    for number, (name, kind, mode) in enumerate(VENDORS, start=1):
        streets = "" if number <= 3 else "；".join(sorted(s.code for s in random.sample(STREETS, random.randint(2, 6))))
        rows.append([
            f"V{number:02d}", name, uscc(number), kind, mode, person_name(random, woman=number % 2 == 0), phones.next(),
            f"JY1110101{number:07d}", "热食类制售、集体用餐配送" if number <= 3 else "热食类制售", ENDING_SOON.get(number, "2030-12-31"),
            f"助餐备{number:03d}", f"HT-2024-{number:03d}", "2024-01-01", "2030-12-31", "在营", streets, "演示银行", *_able(number),
        ])  # fmt: skip
    name, kind, mode = APPLICANT
    number = len(rows) + 1
    rows.append([
        f"V{number:02d}", name, uscc(number), kind, mode, person_name(random, woman=True), phones.next(), "", "", "", "", "", "", "",
        "申请", STREETS[1].code, "演示银行", 60, "", "normal", "", "", "小型",
    ])  # fmt: skip
    return rows


def _able(number: int) -> list[object]:
    """Portions a day at lunch and dinner, diets, stars with their day, and size; those with a kitchen as it can."""
    if number <= 3:
        _code, _name, _vendor, *_place, capacity, diets, _cooked, _ready, _eat_by, _loading = KITCHENS[number - 1]
        return [capacity, capacity // 2, diets, 4 + number % 2, "2025-11-20", "大型"]
    if f"V{number:02d}" == DELIVERY_COMPANY:
        return [400, 200, f"{ALL_BUT_HALAL};halal;puree", 4, "2025-11-20", "中型"]
    return [40 + 10 * (number % 5), 0, "normal;low-sugar;low-salt;soft", 3 + number % 2, "2025-11-20", "小型"]


def _nearest(street: Street) -> list[str]:
    """The vendors of the three kitchens, that of the nearest first."""
    places = [
        (math.hypot(street.lon - lon, street.lat - lat), vendor)
        for _c, _n, vendor, _s, _a, lon, lat, *_rest in KITCHENS
    ]
    return [vendor for _way, vendor in sorted(places)]


def contract_rows() -> list[list[object]]:
    """Each street has a contract with the vendor whose kitchen is nearest."""
    return [
        [_nearest(street)[0], street.code, f"JD-2025-{number:03d}", "2025-01-01", "2028-12-31"]
        for number, street in enumerate(STREETS, start=1)
    ]


def backup_rows() -> list[list[object]]:
    """Who stands in for each street: the vendor of the second nearest kitchen, then the delivery company."""
    return [
        [street.code, position, vendor, "", "2025-01-01", ""]
        for street in STREETS
        for position, vendor in enumerate((_nearest(street)[1], DELIVERY_COMPANY), start=1)
    ]


def kitchen_rows() -> list[list[object]]:
    rows: list[list[object]] = []
    for code, name, vendor, street, address, lon, lat, capacity, diets, cooked, ready, eat_by, places in KITCHENS:
        rows.append([
            code, name, vendor, street, f"北京市东城区{address}", lon, lat, "wgs84", capacity, diets, "lunch", cooked, ready, eat_by,
            places, 600,
        ])  # fmt: skip
    return rows


def station_places(
    areas: dict[str, tuple[tuple[str, float, float], ...]],
) -> list[tuple[str, str, str, str, float, float]]:
    """(code, name, kind, street code, lon, lat): a hub a street, then 20 stations in communities in turn."""
    places = []
    for number, street in enumerate(STREETS, start=1):
        lon, lat = street.lon + 60 / METRES_PER_DEGREE_LON, street.lat + 45 / METRES_PER_DEGREE_LAT
        name = street.name.removesuffix("街道")
        places.append((f"H{number:02d}", f"{name}街道综合为老服务中心", "街道中心", street.code, lon, lat))
    for number in range(1, STATIONS_EXTRA + 1):
        street = STREETS[(number * 7) % len(STREETS)]
        community, lon, lat = areas[street.code][(number * 3) % len(areas[street.code])]
        turn = math.radians(number * 37)
        lon, lat = lon + 40 * math.cos(turn) / METRES_PER_DEGREE_LON, lat + 40 * math.sin(turn) / METRES_PER_DEGREE_LAT
        places.append(
            (f"S{number:02d}", f"{community.removesuffix('社区')}养老服务驿站", "驿站", street.code, lon, lat)
        )
    return places


def station_rows(areas: dict[str, tuple[tuple[str, float, float], ...]]) -> list[list[object]]:
    phones = Phones("139003")
    names = {street.code: street.name for street in STREETS}
    return [
        [
            code, name, kind, street, f"北京市东城区{names[street]}{name}", round(lon, 6), round(lat, 6), "WGS84", phones.next(),
            f"V{4 + number % 9:02d}", 2018 + number % 7,
        ]
        for number, (code, name, kind, street, lon, lat) in enumerate(station_places(areas))
    ]  # fmt: skip
