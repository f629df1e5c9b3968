"""The sheets of vendors, kitchens, stations, drivers and vehicles: columns, words, and what is checked across cells."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from stdnum.cn import uscc as credit_code

from mealroute.adapters.coordinates import Datum, to_wgs84
from mealroute.areas.imports import street_code
from mealroute.core import cells
from mealroute.core.cells import CellError, CellValue
from mealroute.core.geo import LonLat
from mealroute.core.i18n import _
from mealroute.core.importing import CellProblem, Field, ParsedRow, Sheet, parse_rows
from mealroute.core.slots import SLOT_WORDS, MealSlot
from mealroute.residents.imports import DATUMS, DIETS
from mealroute.vendors.records import EVERY_DAY, StationKind, SupplyMode, VehicleKind, VendorState, VendorType

TYPES: Mapping[str, VendorType] = {
    "餐饮企业": VendorType.CATERING, "养老机构": VendorType.INSTITUTION, "养老照料中心": VendorType.CARE_CENTRE,
    "养老服务驿站": VendorType.STATION, "驿站": VendorType.STATION, "专业送餐机构": VendorType.DELIVERY_COMPANY,
    "单位食堂": VendorType.CANTEEN, "单位内部食堂": VendorType.CANTEEN, **{str(value): value for value in VendorType},
}  # fmt: skip
MODES: Mapping[str, SupplyMode] = {
    "综合为老中心主渠道": SupplyMode.HUB_MAIN, "机构网点辐射供": SupplyMode.INSTITUTION_RADIATING,
    "社会餐饮分散供": SupplyMode.CATERING_DISPERSED, "集体用餐配送连锁供": SupplyMode.GROUP_MEAL_CHAIN,
    "老年餐桌补充供": SupplyMode.ELDER_TABLE, **{str(value): value for value in SupplyMode},
}  # fmt: skip
STATES: Mapping[str, VendorState] = {
    "申请": VendorState.APPLIED, "准入": VendorState.ADMITTED, "试运行": VendorState.PROBATION, "在营": VendorState.ACTIVE,
    "运营": VendorState.ACTIVE, "暂停": VendorState.SUSPENDED, "退出": VendorState.EXITED, **{str(value): value for value in VendorState},
}  # fmt: skip
STATION_KINDS: Mapping[str, StationKind] = {
    "街道中心": StationKind.HUB, "综合为老服务中心": StationKind.HUB, "驿站": StationKind.STATION,
    **{str(value): value for value in StationKind},
}  # fmt: skip
VEHICLE_KINDS: Mapping[str, VehicleKind] = {
    "电三轮": VehicleKind.E_BIKE, "电动车": VehicleKind.E_BIKE, "电动三轮车": VehicleKind.E_BIKE, "面包车": VehicleKind.VAN,
    "厢式车": VehicleKind.VAN, "ebike": VehicleKind.E_BIKE, **{str(value): value for value in VehicleKind},
}  # fmt: skip
Read = tuple[tuple[tuple[ParsedRow, dict[str, Any]], ...], tuple[CellProblem, ...]]
"""Rows with their columns of the table, and problems."""


def weekdays(cell: CellValue) -> int:
    """``1234567`` or ``周一、周三`` → bits, bit 0 is Monday."""
    written = cells.text(cell)
    found = {int(digit) - 1 for digit in re.findall(r"[1-7]", written)}
    found |= {"一二三四五六日".index(sign.replace("天", "日")) for sign in re.findall(r"[一二三四五六日天]", written)}
    if not found or re.search(r"[089]", written):
        raise CellError(
            "not-weekdays",
            _("These are not days of the week."),
            _("Write 1 for Monday to 7 for Sunday, such as 12345."),
        )
    return sum(1 << day for day in found)


def _credit_code(cell: CellValue) -> str:
    written = cells.digits_as_text(cell)
    if not credit_code.is_valid(written):
        raise CellError(
            "not-a-credit-code", _("The check digit of this credit code is wrong."), _("Compare it with the licence.")
        )
    return written


POINT = (
    Field("lng", ("经度", "lon", "longitude"), cells.decimal(-180, 180)),
    Field("lat", ("纬度", "latitude"), cells.decimal(-90, 90)),
    Field("datum", ("坐标系",), cells.choice(DATUMS), default=Datum.WGS84, vital=True),
)
VENDORS = (
    Field("vendor_code", ("编号", "商户编号"), cells.at_most(40, cells.code), required=True),
    Field("name", ("名称",), cells.at_most(120), required=True),
    Field("uscc", ("统一社会信用代码",), _credit_code, default=""),
    Field("type", ("类型",), cells.choice(TYPES), default=VendorType.CATERING),
    Field("supply_mode", ("供餐方式",), cells.choice(MODES)),
    Field("contact_name", ("联系人",), cells.at_most(80), default=""),
    Field("phone", ("电话",), cells.phone),
    Field("licence_no", ("许可证号",), cells.at_most(60, cells.digits_as_text), default=""),
    Field("licence_kind", ("许可类别",), cells.at_most(60), default=""),
    Field("licence_valid_to", ("许可有效期",), cells.day, vital=True),
    Field("filing_no", ("备案号",), cells.at_most(60, cells.digits_as_text), default=""),
    Field("contract_no", ("合同号",), cells.at_most(60, cells.digits_as_text), default=""),
    Field("contract_from", ("合同起",), cells.day, vital=True),
    Field("contract_to", ("合同止",), cells.day, vital=True),
    Field("state", ("状态",), cells.choice(STATES), default=VendorState.ACTIVE, vital=True),
    Field("street_codes", ("服务街道",), cells.several(street_code), default=()),
)
KITCHENS = (
    Field("kitchen_code", ("编号", "厨房编号"), cells.at_most(40, cells.code), required=True),
    Field("name", ("名称",), cells.at_most(120), required=True),
    Field("vendor_code", ("商户编号",), cells.code, required=True),
    Field("street_code", ("街道编码",), street_code),
    Field("address", ("地址",), cells.at_most(200), default=""),
    *(Field(f.name, f.headings, f.parse, required=f.name != "datum", vital=True, default=f.default) for f in POINT),
    Field("daily_capacity", ("日产能",), cells.integer(0, 100_000), required=True),
    Field("diets", ("可做饮食",), cells.several(cells.choice(DIETS)), required=True),
    Field("slot", ("餐次",), cells.choice(SLOT_WORDS), default=MealSlot.LUNCH, vital=True),
    Field("cooked_at", ("出锅时间",), cells.time_of_day, required=True),
    Field("ready_at", ("可装车时间",), cells.time_of_day, required=True),
    Field("eat_by", ("食用期限",), cells.time_of_day, required=True),
    Field("loading_places", ("装车位",), cells.integer(1, 100), default=1),
)
STATIONS = (
    Field("station_code", ("编号", "驿站编码"), cells.at_most(40, cells.code), required=True),
    Field("name", ("名称",), cells.at_most(120), required=True),
    Field("kind", ("类型",), cells.choice(STATION_KINDS), default=StationKind.STATION),
    Field("street_code", ("街道编码",), street_code, required=True),
    Field("address", ("地址",), cells.at_most(200), default=""),
    *POINT,
    Field("phone", ("电话",), cells.phone),
    Field("vendor_code", ("运营商户",), cells.code),
)
DRIVERS = (
    Field("driver_code", ("编号", "司机编号"), cells.at_most(40, cells.code), required=True),
    Field("name", ("姓名",), cells.at_most(80), required=True),
    Field("phone", ("电话",), cells.phone),
    Field("vendor_code", ("商户编号",), cells.code),
    Field("kitchen_code", ("厨房编号",), cells.code, required=True),
    Field("shift_start", ("上班",), cells.time_of_day, required=True),
    Field("shift_end", ("下班",), cells.time_of_day, required=True),
    Field("volunteer", ("志愿者",), cells.yes_no, default=False),
    Field("health_certificate_to", ("健康证有效期",), cells.day, vital=True),
    Field("weekdays", ("星期",), weekdays, default=EVERY_DAY, vital=True),
)
VEHICLES = (
    Field("vehicle_code", ("编号", "车辆编号"), cells.at_most(40, cells.code), required=True),
    Field("plate", ("车牌",), cells.at_most(20), default=""),
    Field("kind", ("类型",), cells.choice(VEHICLE_KINDS), required=True),
    Field("kitchen_code", ("厨房编号",), cells.code, required=True),
    Field("hot_boxes", ("热箱格",), cells.integer(0, 10_000), required=True),
    Field("cold_boxes", ("冷箱格",), cells.integer(0, 10_000), default=0),
    Field("halal_marked", ("清真专用",), cells.yes_no, default=False, vital=True),
    Field("driver_code", ("司机编号",), cells.code),
    Field("fixed", ("固定成本",), cells.money, default=0),
    Field("per_km", ("每公里",), cells.money, default=0),
    Field("per_hour", ("每小时",), cells.money, default=0),
    Field("max_trips", ("最多趟数",), cells.integer(1, 20), default=1),
    Field("load_duration", ("装车用时",), cells.integer(0, 7200), default=0),
)
COLUMNS = {
    "vendor_code": "code", "kitchen_code": "code", "station_code": "code", "driver_code": "code", "vehicle_code": "code",
    "shift_start": "shift_start_s", "shift_end": "shift_end_s", "load_duration": "load_duration_s",
    "fixed": "fixed_fen", "per_km": "per_km_fen", "per_hour": "per_hour_fen",
}  # fmt: skip


def read(sheets: Sheet | Sequence[Sheet], fields: Sequence[Field]) -> Read:
    """Rows with what the sheet says of them, under the names of the table's columns. The first field is the key.

    A row whose times contradict each other is set aside; a point given by half is left out.
    """
    key = fields[0].name
    parsed, found = parse_rows(sheets, fields, key=None if fields is KITCHENS else key)
    problems = list(found)
    kept = []
    for row in parsed:
        problem = _contradiction(row)
        if problem is not None:
            problems.append(problem)
            continue
        known = {
            COLUMNS[n] if n == key or (not n.endswith("_code") and n in COLUMNS) else n: v
            for n, v in row.known().items()
        }
        _place(row, known, problems)
        kept.append((row, known | {"extra": dict(row.extra)}))
    return tuple(kept), tuple(problems)


def _contradiction(row: ParsedRow) -> CellProblem | None:
    values = row.values
    if "shift_start" in values and values["shift_start"] >= values["shift_end"]:
        return row.problem(
            "shift_end", "shift-ends-before-it-begins", _("The shift ends before it begins."), set_aside=True
        )
    if "cooked_at" in values and not values["cooked_at"] <= values["ready_at"] < values["eat_by"]:
        sentence = _("Cooked, ready to load and eat-by must follow each other.")
        return row.problem("ready_at", "batch-out-of-order", sentence, set_aside=True)
    return None


def _place(row: ParsedRow, known: dict[str, Any], problems: list[CellProblem]) -> None:
    """Turn longitude, latitude and datum into a WGS-84 point."""
    if "lng" not in row.values:
        return
    for name in ("lng", "lat", "datum"):
        known.pop(name, None)
    lng, lat = row["lng"], row["lat"]
    if (lng is None) != (lat is None):
        sentence = _("A point needs both longitude and latitude.")
        problems.append(row.problem("lng", "point-incomplete", sentence, _("Fill both or neither.")))
    elif lng is not None:
        point: LonLat = to_wgs84(lng, lat, row["datum"])
        known["lon"], known["lat"] = point.lon, point.lat
