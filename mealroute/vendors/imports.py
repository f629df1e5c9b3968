"""The sheets of vendors, kitchens, stations, drivers and vehicles: their columns and words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stdnum.cn import uscc

from mealroute.adapters.coordinates import Datum, to_wgs84
from mealroute.areas.imports import street_code
from mealroute.core import cells
from mealroute.core.cells import CellError, CellValue
from mealroute.core.i18n import _
from mealroute.core.importing import CellProblem, Field, ParsedRow, Sheet, parse_rows
from mealroute.core.slots import SLOT_WORDS, MealSlot
from mealroute.residents.imports import DATUMS, DIETS
from mealroute.vendors.records import (
    EVERY_DAY,
    SizeClass,
    StationKind,
    SupplyMode,
    VehicleKind,
    VendorState,
    VendorType,
)

TYPES: Mapping[str, VendorType] = {
    "餐饮企业": VendorType.CATERING, "社会餐饮企业": VendorType.CATERING, "餐饮": VendorType.CATERING,
    "集体用餐配送单位": VendorType.CATERING, "中央厨房": VendorType.CATERING, "养老机构": VendorType.INSTITUTION,
    "养老照料中心": VendorType.CARE_CENTRE, "照料中心": VendorType.CARE_CENTRE, "养老服务驿站": VendorType.STATION,
    "驿站": VendorType.STATION, "专业送餐机构": VendorType.DELIVERY_COMPANY, "送餐机构": VendorType.DELIVERY_COMPANY,
    "配送公司": VendorType.DELIVERY_COMPANY, "送餐公司": VendorType.DELIVERY_COMPANY, "单位食堂": VendorType.CANTEEN,
    "单位内部食堂": VendorType.CANTEEN, "食堂": VendorType.CANTEEN, **{str(value): value for value in VendorType},
}  # fmt: skip
MODES: Mapping[str, SupplyMode] = {
    "综合为老中心主渠道": SupplyMode.HUB_MAIN, "主渠道": SupplyMode.HUB_MAIN, "机构网点辐射供": SupplyMode.INSTITUTION_RADIATING,
    "网点辐射供": SupplyMode.INSTITUTION_RADIATING, "社会餐饮分散供": SupplyMode.CATERING_DISPERSED,
    "分散供": SupplyMode.CATERING_DISPERSED, "集体用餐配送连锁供": SupplyMode.GROUP_MEAL_CHAIN,
    "连锁供": SupplyMode.GROUP_MEAL_CHAIN, "老年餐桌补充供": SupplyMode.ELDER_TABLE, "老年餐桌": SupplyMode.ELDER_TABLE,
    "补充供": SupplyMode.ELDER_TABLE, **{str(value): value for value in SupplyMode},
}  # fmt: skip
STATES: Mapping[str, VendorState] = {
    "申请": VendorState.APPLIED, "待审": VendorState.APPLIED, "准入": VendorState.ADMITTED, "试运行": VendorState.PROBATION,
    "在营": VendorState.ACTIVE, "运营": VendorState.ACTIVE, "正常": VendorState.ACTIVE, "营业": VendorState.ACTIVE, "在服务": VendorState.ACTIVE,
    "暂停": VendorState.SUSPENDED, "退出": VendorState.EXITED, **{str(value): value for value in VendorState},
}  # fmt: skip
SIZES: Mapping[str, SizeClass] = {
    "特大型": SizeClass.EXTRA_LARGE, "大型": SizeClass.LARGE, "中型": SizeClass.MEDIUM, "小型": SizeClass.SMALL,
    **{str(value): value for value in SizeClass},
}  # fmt: skip
STATION_KINDS: Mapping[str, StationKind] = {
    "街道中心": StationKind.HUB, "综合为老服务中心": StationKind.HUB, "街道综合为老服务中心": StationKind.HUB, "中心": StationKind.HUB,
    "驿站": StationKind.STATION, "社区养老服务驿站": StationKind.STATION, **{str(value): value for value in StationKind},
}  # fmt: skip
VEHICLE_KINDS: Mapping[str, VehicleKind] = {
    "电三轮": VehicleKind.E_BIKE, "电动三轮": VehicleKind.E_BIKE, "电动车": VehicleKind.E_BIKE, "电动三轮车": VehicleKind.E_BIKE, "电动自行车": VehicleKind.E_BIKE,
    "ebike": VehicleKind.E_BIKE, "面包车": VehicleKind.VAN, "厢式车": VehicleKind.VAN, "货车": VehicleKind.VAN,
    **{str(value): value for value in VehicleKind},
}  # fmt: skip
_DAYS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7}
_ENGLISH_DAYS = {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7}
_WHOLE_DAY_S = 86_400
_POINT_DIGITS = 7


def weekdays(cell: CellValue) -> int:
    """Days of the week as a bit mask (bit 0 = Monday): ``12345``, ``1,3,5``, ``周一至周五``, ``一三五``, ``Mon-Fri``, ``每天``."""
    written = cells.text(cell).lower()
    if written in {"每天", "每日", "全周", "all", "daily"}:
        return EVERY_DAY
    found = re.sub(r"星期|周|礼拜", "", written)
    for name, number in _ENGLISH_DAYS.items():
        found = re.sub(rf"{name}[a-z]*", str(number), found)
    found = "".join(str(_DAYS.get(character, character)) for character in found)
    found = re.sub(r"\s*(?:至|到|~|～|—|–|-)\s*", "-", found)
    found = re.sub(r"([1-7])-([1-7])", lambda m: "".join(map(str, range(int(m[1]), int(m[2]) + 1))), found)
    figures = re.sub(r"[\s,，、;；/|和]", "", found)
    if not figures or not set(figures) <= set("1234567"):
        raise CellError(
            "not-weekdays",
            _("These are not days of the week."),
            _("Write 1 for Monday to 7 for Sunday, such as 12345."),
        )
    return sum(1 << int(figure) - 1 for figure in set(figures))


def credit_code(cell: CellValue) -> str:
    """A unified social credit code (GB 32100) with its check digit."""
    written = cells.digits_as_text(cell)
    if not uscc.is_valid(written):
        raise CellError(
            "not-a-credit-code", _("The check digit of this credit code is wrong."), _("Compare it with the licence.")
        )
    return written


_CODE = cells.at_most(40, cells.code)
_POINT = (
    Field("lng", ("经度", "lon", "longitude"), cells.decimal(-180, 180)),
    Field("lat", ("纬度", "latitude"), cells.decimal(-90, 90)),
    Field("datum", ("坐标系",), cells.choice(DATUMS), default=Datum.WGS84),
)

VENDORS = (
    Field("vendor_code", ("编号", "商户编号"), _CODE, required=True),
    Field("name", ("名称", "商户名称"), cells.at_most(120), required=True),
    Field("uscc", ("统一社会信用代码", "信用代码"), credit_code, default=""),
    Field("type", ("类型", "商户类型"), cells.choice(TYPES), default=VendorType.CATERING),
    Field("supply_mode", ("供餐方式",), cells.choice(MODES)),
    Field("contact_name", ("联系人",), cells.at_most(80), default=""),
    Field("phone", ("电话", "联系电话"), cells.phone),
    Field("licence_no", ("许可证号", "食品经营许可证号"), cells.at_most(60, cells.digits_as_text), default=""),
    Field("licence_kind", ("许可类别",), cells.at_most(60), default=""),
    Field("licence_valid_to", ("许可有效期", "许可证有效期"), cells.day, vital=True),
    Field("filing_no", ("备案号",), cells.at_most(60, cells.digits_as_text), default=""),
    Field("contract_no", ("合同号",), cells.at_most(60, cells.digits_as_text), default=""),
    Field("contract_from", ("合同起",), cells.day, vital=True),
    Field("contract_to", ("合同止",), cells.day, vital=True),
    Field("state", ("状态",), cells.choice(STATES), default=VendorState.ACTIVE, vital=True),
    Field("street_codes", ("服务街道", "服务街道编码"), cells.several(street_code), default=()),
    Field("capacity_lunch", ("午餐配送能力",), cells.integer(0, 100_000)),
    Field("capacity_dinner", ("晚餐配送能力",), cells.integer(0, 100_000)),
    Field("diets", ("可送饮食",), cells.several(cells.choice(DIETS)), default=(), vital=True),
    Field("star", ("星级",), cells.integer(1, 5)),
    Field("star_on", ("评星日期",), cells.day),
    Field("size_class", ("规模",), cells.choice(SIZES)),
)
CONTRACTS = (
    Field("vendor_code", ("商户编号",), _CODE, required=True),
    Field("street_code", ("街道编码", "街道代码"), street_code, required=True),
    Field("contract_no", ("合同号",), cells.at_most(60, cells.digits_as_text), default=""),
    Field("valid_from", ("合同起",), cells.day, required=True),
    Field("valid_to", ("合同止",), cells.day, vital=True),
)
BACKUPS = (
    Field("street_code", ("街道编码", "街道代码"), street_code, required=True),
    Field("position", ("顺序",), cells.integer(1, 99), required=True),
    Field("vendor_code", ("商户编号",), _CODE, vital=True),
    Field("driver_code", ("志愿者编号", "司机编号"), _CODE, vital=True),
    Field("valid_from", ("生效日",), cells.day, required=True),
    Field("valid_to", ("失效日",), cells.day, vital=True),
)
KITCHENS = (
    Field("kitchen_code", ("编号", "厨房编号"), _CODE, required=True),
    Field("name", ("名称", "厨房名称"), cells.at_most(120), required=True),
    Field("vendor_code", ("商户编号",), _CODE, required=True),
    Field("street_code", ("街道编码", "街道代码"), street_code),
    Field("address", ("地址",), cells.at_most(200), default=""),
    *(Field(item.name, item.headings, item.parse, item.name != "datum", default=item.default) for item in _POINT),
    Field("daily_capacity", ("日产能", "日供餐能力"), cells.integer(0, 100_000), required=True),
    Field("diets", ("可做饮食", "可做"), cells.several(cells.choice(DIETS)), required=True),
    Field("slot", ("餐次",), cells.choice(SLOT_WORDS), default=MealSlot.LUNCH, vital=True),
    Field("cooked_at", ("出锅时间", "出锅"), cells.time_of_day, required=True),
    Field("ready_at", ("可装车时间", "可装车"), cells.time_of_day, required=True),
    Field("eat_by", ("食用期限",), cells.time_of_day, required=True),
    Field("loading_places", ("装车位",), cells.integer(1, 100), default=1),
)
STATIONS = (
    Field("station_code", ("编号", "驿站编码", "驿站编号"), _CODE, required=True),
    Field("name", ("名称", "驿站名称"), cells.at_most(120), required=True),
    Field("kind", ("类型",), cells.choice(STATION_KINDS), default=StationKind.STATION),
    Field("street_code", ("街道编码", "街道代码"), street_code, required=True),
    Field("address", ("地址",), cells.at_most(200), default=""),
    *_POINT,
    Field("phone", ("电话", "联系电话"), cells.phone),
    Field("vendor_code", ("运营商户", "商户编号"), _CODE),
)
DRIVERS = (
    Field("driver_code", ("编号", "司机编号"), _CODE, required=True),
    Field("name", ("姓名",), cells.at_most(80), required=True),
    Field("phone", ("电话", "联系电话", "手机"), cells.phone),
    Field("vendor_code", ("商户编号",), _CODE),
    Field("kitchen_code", ("厨房编号",), _CODE, required=True),
    Field("shift_start", ("上班", "上班时间"), cells.time_of_day, required=True),
    Field("shift_end", ("下班", "下班时间"), cells.time_of_day, required=True),
    Field("volunteer", ("志愿者",), cells.yes_no, default=False),
    Field("health_certificate_to", ("健康证有效期",), cells.day, vital=True),
    Field("weekdays", ("星期", "出勤"), weekdays, default=EVERY_DAY, vital=True),
    Field("active", ("在岗",), cells.yes_no, default=True),
)
VEHICLES = (
    Field("vehicle_code", ("编号", "车辆编号"), _CODE, required=True),
    Field("plate", ("车牌", "车牌号"), cells.at_most(20), default=""),
    Field("kind", ("类型", "车型"), cells.choice(VEHICLE_KINDS), required=True),
    Field("kitchen_code", ("厨房编号",), _CODE, required=True),
    Field("hot_boxes", ("热箱格", "热箱"), cells.integer(0, 10_000), required=True),
    Field("cold_boxes", ("冷箱格", "冷箱"), cells.integer(0, 10_000), default=0),
    Field("halal_marked", ("清真专用",), cells.yes_no, default=False, vital=True),
    Field("driver_code", ("司机编号",), _CODE),
    Field("vendor_code", ("商户编号",), _CODE),
    Field("fixed", ("固定成本",), cells.money, default=0),
    Field("per_km", ("每公里",), cells.money, default=0),
    Field("per_hour", ("每小时",), cells.money, default=0),
    Field("max_trips", ("最多趟数",), cells.integer(1, 20), default=1),
    Field("load_duration", ("装车用时",), cells.integer(0, _WHOLE_DAY_S), default=0),
    Field("active", ("在用",), cells.yes_no, default=True),
)

COLUMNS: Mapping[str, str] = {
    "vendor_code": "code", "kitchen_code": "code", "station_code": "code", "driver_code": "code", "vehicle_code": "code",
    "shift_start": "shift_start_s", "shift_end": "shift_end_s", "fixed": "fixed_fen", "per_km": "per_km_fen",
    "per_hour": "per_hour_fen", "load_duration": "load_duration_s",
}  # fmt: skip
"""Field → column where they differ; the sheet's own code is renamed by ``plain``."""


def read(
    sheets: Sheet | Sequence[Sheet], fields: Sequence[Field], *, unique: bool = True
) -> tuple[tuple[ParsedRow, ...], list[CellProblem]]:
    """Rows and problems; the sheet's code is its first field."""
    rows, problems = parse_rows(sheets, fields, key=fields[0].name if unique else None)
    return rows, list(problems)


def plain(row: ParsedRow, fields: Sequence[Field], *, leave: Sequence[str] = ()) -> dict[str, Any]:
    """The columns of a row as the table names them; only those whose column the sheet has, and the code."""
    own = fields[0].name
    found: dict[str, Any] = {"code": row[own]}
    for item in fields[1:]:
        if item.name in row.given and item.name not in {*leave, "lng", "lat", "datum"}:
            value = row[item.name]
            name = item.name if item.name.endswith("_code") else COLUMNS.get(item.name, item.name)
            found[name] = (
                [str(each) for each in value]
                if isinstance(value, tuple)
                else str(value)
                if isinstance(value, _WORDS)
                else value
            )
    return found


_WORDS = (VendorType, SupplyMode, VendorState, StationKind, VehicleKind, SizeClass)


def point(row: ParsedRow) -> tuple[dict[str, float], CellProblem | None]:
    """The row's point in WGS-84 as columns; half a point is a problem and no point."""
    if row["lng"] is None and row["lat"] is None:
        return {}, None
    if row["lng"] is None or row["lat"] is None:
        sentence = _("A point needs both longitude and latitude.")
        return {}, row.problem("lng", "point-incomplete", sentence, _("Fill both or neither."))
    found = to_wgs84(row["lng"], row["lat"], row["datum"])
    return {"lon": round(found.lon, _POINT_DIGITS), "lat": round(found.lat, _POINT_DIGITS)}, None


def dangling(rows: Sequence[ParsedRow], name: str, known: set[str], *, needed: bool) -> Iterator[CellProblem]:
    """A problem for each row whose ``name`` refers to something that is not there; ``needed`` sets the row aside."""
    for row in rows:
        if row[name] is not None and row[name] not in known:
            yield row.problem(
                name,
                "unknown-code",
                _("There is no %(code)s in the register.", code=row[name]),
                _("Import the file that lists it first, or correct the code."),
                set_aside=needed,
            )
