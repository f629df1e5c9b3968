"""The residents sheet: its columns, the words that people write in them, and what is checked across cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mealroute.areas.imports import street_code
from mealroute.core import cells
from mealroute.core.cells import CellError, CellValue
from mealroute.core.i18n import _
from mealroute.core.importing import CellProblem, Field, ParsedRow, Sheet, parse_rows
from mealroute.residents.foods import ALLERGEN, AVOID, food_table
from mealroute.residents.records import (
    CategoryTable,
    Datum,
    Diet,
    Handover,
    Living,
    PauseReason,
    Precision,
    ResidentState,
    Sex,
)
from mealroute.residents.rules import id_number_fault

CONTACTS = 3

SEXES: Mapping[str, Sex] = {
    "男": Sex.MALE, "女": Sex.FEMALE, "male": Sex.MALE, "female": Sex.FEMALE, "m": Sex.MALE, "f": Sex.FEMALE,
    "男性": Sex.MALE, "女性": Sex.FEMALE, "未知": Sex.UNKNOWN, "unknown": Sex.UNKNOWN,
}  # fmt: skip
LIVINGS: Mapping[str, Living] = {
    "独居": Living.ALONE, "双高龄": Living.COUPLE_BOTH_80, "夫妻": Living.COUPLE, "与家人同住": Living.WITH_FAMILY,
    "机构": Living.INSTITUTION, "空巢": Living.COUPLE, "与子女同住": Living.WITH_FAMILY, "养老机构": Living.INSTITUTION,
    "未知": Living.UNKNOWN, **{str(value): value for value in Living},
}  # fmt: skip
HANDOVERS: Mapping[str, Handover] = {
    "必须本人": Handover.IN_PERSON_ONLY, "可交联系人": Handover.CONTACT_ALLOWED, "可放门口": Handover.DOOR_ALLOWED,
    **{str(value): value for value in Handover},
}  # fmt: skip
STATES: Mapping[str, ResidentState] = {
    "待审": ResidentState.PENDING, "在服务": ResidentState.ACTIVE, "暂停": ResidentState.PAUSED,
    "停止": ResidentState.STOPPED, "去世": ResidentState.DECEASED, "已故": ResidentState.DECEASED,
    **{str(value): value for value in ResidentState},
}  # fmt: skip
REASONS: Mapping[str, PauseReason] = {
    "住院": PauseReason.HOSPITAL, "外出": PauseReason.AWAY, "在家人处": PauseReason.FAMILY, "其他": PauseReason.OTHER,
    "异地": PauseReason.AWAY, "探亲": PauseReason.FAMILY, **{str(value): value for value in PauseReason},
}  # fmt: skip
DIETS: Mapping[str, Diet] = {
    "常餐": Diet.NORMAL, "普通": Diet.NORMAL, "低糖": Diet.LOW_SUGAR, "低盐": Diet.LOW_SALT, "软食": Diet.SOFT,
    "糊状": Diet.PUREE, "流食": Diet.PUREE, "匀浆": Diet.PUREE, "清真": Diet.HALAL, "素食": Diet.VEGETARIAN,
    "忌花生": Diet.NO_PEANUT, "花生过敏": Diet.NO_PEANUT, "不含花生": Diet.NO_PEANUT, "忌海鲜": Diet.NO_SEAFOOD,
    "海鲜过敏": Diet.NO_SEAFOOD, "不含海鲜": Diet.NO_SEAFOOD, "糖尿病": Diet.LOW_SUGAR, "软": Diet.SOFT,
    **{str(value): value for value in Diet},
}  # fmt: skip
DATUMS: Mapping[str, Datum] = {
    "wgs84": Datum.WGS84, "wgs-84": Datum.WGS84, "gps": Datum.WGS84, "gcj02": Datum.GCJ02, "gcj-02": Datum.GCJ02,
    "高德": Datum.GCJ02, "腾讯": Datum.GCJ02, "火星": Datum.GCJ02, "bd09": Datum.BD09, "bd-09": Datum.BD09, "百度": Datum.BD09,
}  # fmt: skip
PRECISIONS: Mapping[str, Precision] = {
    "门": Precision.DOOR, "门口": Precision.DOOR, "入户": Precision.DOOR, "楼": Precision.BUILDING, "楼栋": Precision.BUILDING,
    "楼号": Precision.BUILDING, "院": Precision.BUILDING, "街道": Precision.STREET, "道路": Precision.STREET,
    "无": Precision.NONE, **{str(value): value for value in Precision},
}  # fmt: skip
ABILITIES: Mapping[str, int] = {
    "能力完好": 0, "完好": 0, "轻度失能": 1, "轻度": 1, "中度失能": 2, "中度": 2, "重度失能": 3, "重度": 3, "完全失能": 4, "完全": 4,
}  # fmt: skip


def ability_level(cell: CellValue) -> int:
    """0–4 as in GB/T 42195-2022, as a figure, as ``3级`` or in words."""
    written = cells.text(cell).removesuffix("级")
    if written in ABILITIES:
        return ABILITIES[written]
    return cells.integer(0, 4)(written)


def place_code(cell: CellValue) -> str:
    """An official division code: a province by 2 digits, a city by 4, a district by 6, a street by 9, a village by 12."""
    written = cells.digits_as_text(cell)
    if len(written) == 12 and written.endswith("000"):
        written = written[:9]
    if not written.isdecimal() or len(written) not in {2, 4, 6, 9, 12}:
        raise CellError(
            "not-a-place-code",
            _("This is not an official place code."),
            _("Write the division code, such as 110101 for a district."),
        )
    return written


def category(table: CategoryTable) -> cells.Parser[str]:
    """A category's code or name; ``失独`` is the common name of 计划生育特殊家庭."""
    words = {"失独": "bereaved-family", "一般": "general"}
    for rule in table.rules:
        words |= {rule.code: rule.code, rule.name_zh: rule.code, rule.name_en: rule.code}
    return cells.choice(words)


def _foods(mark: str, words: Mapping[str, str]) -> cells.Parser[tuple[str, ...]]:
    """Several foods in one cell as codes of ``foods.py``."""
    several = cells.several(cells.choice(words))
    return lambda cell: tuple(sorted({f"{mark}{code}" for code in several(cell)}))


def fields(table: CategoryTable) -> tuple[Field, ...]:
    """The columns. ``vital`` ones may be empty, but a wrong entry there could harm, so it sets the row aside."""
    foods = food_table()
    contacts: list[Field] = []
    for n in range(1, CONTACTS + 1):
        contacts += (
            Field(f"contact{n}_name", (f"联系人{n}", f"联系人{n}姓名"), cells.at_most(80)),
            Field(f"contact{n}_relation", (f"联系人{n}关系",), cells.at_most(40), default=""),
            Field(f"contact{n}_phone", (f"联系人{n}电话",), cells.phone),
        )
    return (
        Field("resident_code", ("编号", "老人编号"), cells.at_most(40, cells.code), required=True),
        Field("name", ("姓名",), cells.at_most(80), required=True),
        Field("sex", ("性别",), cells.choice(SEXES), default=Sex.UNKNOWN),
        Field("birth_date", ("出生日期", "生日"), cells.day, required=True),
        Field("id_number", ("身份证号", "身份证号码", "身份证"), cells.digits_as_text),
        Field("phone", ("电话", "联系电话", "手机"), cells.phone),
        Field("street_code", ("街道编码", "街道代码"), street_code, required=True),
        Field("community", ("社区",), cells.at_most(80), default=""),
        Field("address", ("地址", "住址"), cells.at_most(200), required=True),
        Field("building", ("楼号", "楼栋"), cells.at_most(80), default=""),
        Field("unit", ("单元",), cells.at_most(40), default=""),
        Field("floor", ("楼层",), cells.integer(-3, 100)),
        Field("lift", ("电梯",), cells.yes_no, default=False),
        Field("door_note", ("门口提示",), default=""),
        Field("living", ("居住情况",), cells.choice(LIVINGS), default=Living.UNKNOWN),
        Field("ability_level", ("能力等级",), ability_level),
        Field("ability_standard", ("评估标准",), cells.at_most(40), default=""),
        Field("assessed_on", ("评估日期",), cells.day),
        Field("assessment_valid_until", ("评估有效期",), cells.day),
        Field("registration", ("户籍地", "户籍区划代码", "户籍地代码"), place_code, default=""),
        Field("registration_from", ("户籍起", "户籍迁入日期"), cells.day),
        Field("categories", ("类别", "人员类别"), cells.several(category(table)), vital=True, default=()),
        Field("basic_service", ("基本养老服务对象",), cells.yes_no, default=False),
        Field("basic_service_from", ("认定日期",), cells.day),
        Field("diets", ("饮食", "饮食要求"), cells.several(cells.choice(DIETS)), vital=True, default=()),
        Field("strict_diets", ("严格忌口",), cells.several(cells.choice(DIETS)), vital=True, default=()),
        Field("avoids", ("忌食", "忌口食材"), _foods(AVOID, foods.ingredient_words), vital=True, default=()),
        Field("strict_avoids", ("严格忌食",), _foods(AVOID, foods.ingredient_words), vital=True, default=()),
        Field("allergies", ("过敏", "过敏原"), _foods(ALLERGEN, foods.allergen_words), vital=True, default=()),
        Field("health_consent", ("忌口信息同意", "健康信息同意"), cells.yes_no),
        Field("handover", ("交接要求",), cells.choice(HANDOVERS), vital=True, default=Handover.CONTACT_ALLOWED),
        Field("state", ("状态",), cells.choice(STATES), vital=True, default=ResidentState.ACTIVE),
        Field("state_since", ("状态起", "服务起"), cells.day),
        Field("pause_from", ("暂停起",), cells.day, vital=True),
        Field("pause_to", ("暂停止",), cells.day, vital=True),
        Field("pause_reason", ("暂停原因",), cells.choice(REASONS), default=PauseReason.OTHER),
        Field("lng", ("经度", "lon", "longitude"), cells.decimal(-180, 180)),
        Field("lat", ("纬度", "latitude"), cells.decimal(-90, 90)),
        Field("datum", ("坐标系",), cells.choice(DATUMS), default=Datum.WGS84),
        Field("precision", ("坐标精度",), cells.choice(PRECISIONS), default=Precision.BUILDING),
        Field("note", ("备注",), default=""),
        *contacts,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A contact as a row gives it."""

    name: str
    relation: str
    phone: str


@dataclass(frozen=True, slots=True)
class ResidentLine:
    """A row that can enter: checked across cells, ``point`` only where both figures and the datum could be read."""

    row: ParsedRow
    code: str
    point: tuple[float, float, Datum] | None
    contacts: tuple[ContactLine, ...]
    id_number: str | None

    def __getitem__(self, name: str) -> Any:
        return self.row.values[name]

    @property
    def strict_foods(self) -> frozenset[str]:
        """Foods that must never be in the meal: those marked so, and every allergy."""
        return frozenset({*self["strict_avoids"], *self["allergies"]})

    @property
    def foods(self) -> frozenset[str]:
        """Every food that the row names as avoided."""
        return self.strict_foods | frozenset(self["avoids"])

    def speaks_of(self, *names: str) -> bool:
        """Whether the sheet has any of these columns with a readable cell."""
        return not self.row.given.isdisjoint(names)


def read(
    sheets: Sheet | Sequence[Sheet], table: CategoryTable
) -> tuple[tuple[ResidentLine, ...], tuple[CellProblem, ...]]:
    """Lines and problems. A wrong ID number is reported and left out; its owner enters all the same and is fed."""
    rows, found = parse_rows(sheets, fields(table), key="resident_code")
    problems = list(found)
    return tuple(line for row in rows if (line := _line(row, problems)) is not None), tuple(problems)


def _line(row: ParsedRow, problems: list[CellProblem]) -> ResidentLine | None:
    start, end = row["pause_from"], row["pause_to"]
    if end is not None and (start is None or end < start):
        sentence = _("The pause ends before it begins.") if start else _("The pause has a last day but no first day.")
        problems.append(row.problem("pause_to", "pause-order", sentence, _("Correct the two dates."), set_aside=True))
        return None
    return ResidentLine(
        row, row["resident_code"], _point(row, problems), _contacts(row, problems), _id_number(row, problems)
    )


def _id_number(row: ParsedRow, problems: list[CellProblem]) -> str | None:
    number = row["id_number"]
    fault = None if number is None else id_number_fault(number, row["birth_date"])
    if fault is None:
        return str(number) if number else None
    sentences = {
        "length": _("An ID number has 18 characters: 17 digits, then a digit or X."),
        "birth-date": _("The birth date inside this ID number does not exist."),
        "checksum": _("The last character of this ID number does not fit the others."),
        "birth-differs": _("The birth date inside this ID number is not the one in the row."),
    }
    hint = _("The resident was taken without it. Compare it with the card.")
    problems.append(row.problem("id_number", f"id-number-{fault}", sentences[fault], hint))
    return None


def _point(row: ParsedRow, problems: list[CellProblem]) -> tuple[float, float, Datum] | None:
    lon, lat = row["lng"], row["lat"]
    if (lon is None) != (lat is None):
        sentence = _("A point needs both longitude and latitude.")
        problems.append(row.problem("lng", "point-incomplete", sentence, _("Fill both or neither.")))
    if lon is None or lat is None or ("datum" in row.columns and "datum" not in row.given):
        return None  # a datum that could not be read would put the point up to 700 m away
    return lon, lat, row["datum"]


def _contacts(row: ParsedRow, problems: list[CellProblem]) -> tuple[ContactLine, ...]:
    found = []
    for n in range(1, CONTACTS + 1):
        name, phone = row[f"contact{n}_name"], row[f"contact{n}_phone"]
        if name and phone:
            found.append(ContactLine(name, row[f"contact{n}_relation"], phone))
        elif (name or phone) and not _reported(row, f"contact{n}_phone"):
            sentence = _("A contact needs a name and a phone number.")
            problems.append(row.problem(f"contact{n}_name", "contact-incomplete", sentence, _("Fill both or neither.")))
    return tuple(found)


def _reported(row: ParsedRow, name: str) -> bool:
    return name in row.columns and name not in row.given
