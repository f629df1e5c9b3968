"""The residents that break careless programs; each wants a meal every day, but for the one in hospital."""

from __future__ import annotations

from datetime import date

from data.sample_generator.buildings import Building
from data.sample_generator.names import broken_id
from data.sample_generator.people import Person, Registry


def residents(registry: Registry, buildings: list[Building]) -> list[Person]:
    """In a fixed order; the sheets' tests find them by their notes."""
    yards = [building for building in buildings if not building.is_tower]
    towers = [building for building in buildings if building.is_tower]
    found = [
        _plain(registry, towers[3], "王𠮷祥", woman=False, born=date(1941, 5, 6), note="姓名含生僻字"),
        _couple(registry, yards[5], "周", note="一门两位老人"),
        _no_phone(registry, yards[40]),
        _no_point(registry, yards[77]),
        _plain(registry, towers[20], "陈秀英", woman=True, born=date(1924, 6, 15), note="百岁老人"),
        _plain(registry, yards[120], "刘淑贞", woman=True, born=date(1925, 5, 4), note="百岁老人"),
        _dementia(registry, towers[33]),
        _in_hospital(registry, yards[160]),
        _plain(registry, towers[41], "孙玉珍", woman=True, born=date(1939, 9, 9), note="表中重复一行"),
        _wrong_id(registry, yards[200]),
        _halal(registry, yards[230]),
    ]
    return [person for entry in found for person in (entry if isinstance(entry, list) else [entry])]


def _plain(
    registry: Registry, building: Building, name: str, *, woman: bool, born: date, note: str, living: str = "独居"
) -> Person:
    unit, floor = registry.door(building)
    person = registry.person(building, unit, floor, living, woman=woman, born=born, name=name)
    person.note, person.every_day = note, True
    person.categories, person.diets, person.strict, person.ability = (), ("软食",), (), 1
    person.handover = "可交联系人"
    person.phone = person.phone or registry.phones.next()
    return person


def _couple(registry: Registry, building: Building, surname: str, note: str) -> list[Person]:
    husband = _plain(
        registry, building, f"{surname}永年", woman=False, born=date(1938, 2, 3), note=note, living="双高龄"
    )
    wife = _plain(registry, building, "郑桂兰", woman=True, born=date(1940, 11, 21), note=note, living="双高龄")
    wife.diets, wife.strict = ("低糖",), ("低糖",)
    return [husband, wife]


def _no_phone(registry: Registry, building: Building) -> Person:
    person = _plain(registry, building, "赵德福", woman=False, born=date(1936, 1, 30), note="无电话")
    person.phone, person.contacts = None, []
    person.handover = "必须本人"
    return person


def _no_point(registry: Registry, building: Building) -> Person:
    person = _plain(registry, building, "冯淑华", woman=True, born=date(1943, 7, 18), note="地址无坐标")
    person.has_point, person.precision = False, "无"
    return person


def _dementia(registry: Registry, building: Building) -> Person:
    person = _plain(
        registry, building, "许文彬", woman=False, born=date(1940, 4, 12), note="失智，只能交给本人", living="夫妻"
    )
    person.categories, person.ability, person.handover = ("失智",), 2, "必须本人"
    person.assessed_on, person.door_note = date(2025, 4, 20), "请看着老人接过餐盒；不要放门口"
    return person


def _in_hospital(registry: Registry, building: Building) -> Person:
    person = _plain(registry, building, "何宝珍", woman=True, born=date(1937, 12, 1), note="住院，暂停")
    person.state, person.pause = "暂停", (date(2025, 11, 20), None, "住院")
    return person


def _wrong_id(registry: Registry, building: Building) -> Person:
    person = _plain(registry, building, "马连生", woman=False, born=date(1942, 3, 25), note="身份证号有误")
    person.id_number = broken_id(person.id_number or "")
    return person


def _halal(registry: Registry, building: Building) -> list[Person]:
    household = [
        _plain(registry, building, "白守义", woman=False, born=date(1939, 8, 8), note="清真户", living="双高龄"),
        _plain(registry, building, "马素珍", woman=True, born=date(1941, 10, 2), note="清真户", living="双高龄"),
    ]
    for person in household:
        person.diets, person.strict = ("清真",), ("清真",)
        person.door_note = "清真餐，请勿与其他餐盒同放"
    return household
