"""The residents sheet: headings, one row a person, the duplicate row."""

from __future__ import annotations

from datetime import timedelta

from data.sample_generator.people import Person
from mealroute.adapters.coordinates import Datum, from_wgs84
from mealroute.core.geo import LonLat

HEADINGS = (
    "编号", "姓名", "性别", "出生日期", "身份证号", "电话", "街道编码", "社区", "地址", "楼号", "单元", "楼层", "电梯", "门口提示", "居住情况",
    "能力等级", "评估日期", "评估有效期", "类别", "基本养老服务对象", "认定日期", "饮食", "严格忌口", "忌食", "严格忌食", "过敏", "忌口信息同意", "交接要求", "状态", "暂停起", "暂停止",
    "暂停原因", "经度", "纬度", "坐标系", "坐标精度", "联系人1", "联系人1关系", "联系人1电话", "联系人2", "联系人2关系", "联系人2电话", "备注",
    "原系统编号",
)  # fmt: skip
DATUMS = {"WGS84": Datum.WGS84, "GCJ02": Datum.GCJ02, "BD09": Datum.BD09}


def rows(people: list[Person]) -> list[list[object]]:
    """Everybody, with one row typed twice further down."""
    table = [_row(person) for person in people]
    twice = next(i for i, person in enumerate(people) if person.note == "表中重复一行")
    table.insert(len(table) // 2, list(table[twice]))
    return table


def _row(person: Person) -> list[object]:
    building = person.building
    lon, lat, datum = "", "", ""
    if person.has_point:
        there = from_wgs84(LonLat(building.lon, building.lat), DATUMS[person.datum])
        lon, lat, datum = f"{there[0]:.6f}", f"{there[1]:.6f}", person.datum
    pause = person.pause or ("", "", "")
    contacts: list[object] = [cell for contact in person.contacts[:2] for cell in contact]
    granted = person.born.replace(year=2023, month=1, day=1) if person.basic_service else ""
    return [
        person.code, person.name, "女" if person.woman else "男", person.born, person.id_number, person.phone, building.street.code,
        building.community, building.address, building.name, person.unit, person.floor if building.is_tower else "",
        "是" if building.has_lift else "否", person.door_note, person.living, person.ability, person.assessed_on,
        person.assessed_on + timedelta(days=730) if person.assessed_on else "", "；".join(person.categories),
        "是" if person.basic_service else "否", granted, "；".join(person.diets), "；".join(person.strict), "；".join(person.avoids),
        "；".join(person.strict_avoids), "；".join(person.allergies), person.health_consent, person.handover, person.state,
        pause[0], pause[1], pause[2], lon, lat, datum, person.precision, *contacts, *[""] * (6 - len(contacts)), person.note,
        f"OLD-{person.code[2:]}",
    ]  # fmt: skip
