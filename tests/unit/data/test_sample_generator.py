"""What the sample promises, read from the committed files through the program's own readers."""

import zipfile
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from stdnum.cn import uscc

from data.sample_generator.__main__ import DEFAULT_OUT, generate
from data.sample_generator.names import broken_id, id_check
from mealroute.adapters import sheets
from mealroute.adapters.coordinates import to_wgs84
from mealroute.adapters.roads import RoadNetwork
from mealroute.adapters.roads_osm import read_roads
from mealroute.core.geo import LonLat
from mealroute.core.importing import CellProblem
from mealroute.residents.imports import ResidentLine, read
from mealroute.residents.loading import category_table
from mealroute.residents.records import Diet, Handover, ResidentState

IN_SERVICE = {ResidentState.ACTIVE, ResidentState.PAUSED}


@cache
def ledger() -> tuple[tuple[ResidentLine, ...], tuple[CellProblem, ...]]:
    return read(sheets.read(DEFAULT_OUT / "residents.xlsx"), category_table())


def people(note: str) -> list[ResidentLine]:
    return [line for line in ledger()[0] if line["note"] == note]


def rows(name: str) -> list[dict[str, object]]:
    (sheet,) = sheets.read(DEFAULT_OUT / name)
    table = list(sheet.rows.values())
    return [dict(zip(map(str, table[0]), [*row, *[None] * len(table[0])], strict=False)) for row in table[1:]]


def portions(order: dict[str, object]) -> list[int]:
    return [int(float(str(order[day] or 0))) for day in ("周一", "周二", "周三", "周四", "周五", "周六", "周日")]


def contents(file: Path) -> object:
    """What a file says, whatever library compressed it."""
    if file.suffix == ".xlsx":
        with zipfile.ZipFile(file) as book:
            return {name: book.read(name) for name in book.namelist()}
    if file.suffix == ".pbf":
        roads = read_roads(file)
        return roads.lon.tolist(), roads.lat.tolist(), roads.members.tolist(), roads.tags, roads.node_tags
    return file.read_bytes()


def test_the_committed_sample_is_what_the_generator_writes_and_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    generate(tmp_path / "once")
    generate(tmp_path / "twice")
    for file in sorted((tmp_path / "once").iterdir()):
        assert file.read_bytes() == (tmp_path / "twice" / file.name).read_bytes(), file.name
        assert contents(file) == contents(DEFAULT_OUT / file.name), file.name


def test_the_sample_is_small_enough_for_a_checkout() -> None:
    assert sum(file.stat().st_size for file in DEFAULT_OUT.iterdir()) < 3_000_000


def test_fifteen_hundred_residents_are_in_service() -> None:
    assert sum(line["state"] in IN_SERVICE for line in ledger()[0]) == 1500
    assert {line["state"] for line in ledger()[0]} == set(ResidentState)


def test_only_the_repeated_row_and_the_wrong_id_number_are_problems() -> None:
    assert sorted((problem.code, problem.set_aside) for problem in ledger()[1]) == [
        ("id-number-checksum", False),
        ("row-twice", True),
    ]


def test_every_weekday_has_between_1000_and_1200_lunches_even_less_the_paused() -> None:
    paused = {line.code for line in ledger()[0] if line["pause_from"]}
    orders = rows("standing-orders.xlsx")
    totals = np.array([portions(order) for order in orders]).sum(axis=0)
    less = np.array([portions(order) for order in orders if order["老人编号"] not in paused]).sum(axis=0)
    assert totals.max() <= 1200
    assert less.min() >= 1000


@pytest.mark.parametrize(
    ("note", "count"),
    [
        ("姓名含生僻字", 1),
        ("一门两位老人", 2),
        ("无电话", 1),
        ("地址无坐标", 1),
        ("百岁老人", 2),
        ("失智，只能交给本人", 1),
        ("住院，暂停", 1),
        ("表中重复一行", 1),
        ("身份证号有误", 1),
        ("清真户", 2),
    ],
)
def test_each_awkward_resident_is_there_and_wants_a_meal_every_day(note: str, count: int) -> None:
    found = people(note)
    assert len(found) == count
    daily = {order["老人编号"] for order in rows("standing-orders.xlsx") if portions(order) == [1] * 7}
    assert {line.code for line in found} <= daily


def test_the_awkward_are_awkward_in_the_way_they_say() -> None:
    assert "𠮷" in people("姓名含生僻字")[0]["name"]
    assert len({(line["address"], line["unit"], line.point) for line in people("一门两位老人")}) == 1
    assert people("无电话")[0]["phone"] is None
    assert people("地址无坐标")[0].point is None
    assert all(line["birth_date"] < date(1926, 1, 1) for line in people("百岁老人"))
    assert people("失智，只能交给本人")[0]["handover"] is Handover.IN_PERSON_ONLY
    assert people("住院，暂停")[0]["pause_to"] is None
    assert people("身份证号有误")[0].id_number is None
    assert all(line["strict_diets"] == (Diet.HALAL,) for line in people("清真户"))


def test_every_door_lies_beside_a_road_of_the_network_for_e_bikes_and_vans() -> None:
    points = [to_wgs84(*line.point) for line in ledger()[0] if line.point is not None]
    points += [LonLat(float(str(row["经度"])), float(str(row["纬度"]))) for row in rows("stations.xlsx")]
    points += [LonLat(float(str(row["lng"])), float(str(row["lat"]))) for row in rows("kitchens.xlsx")]
    network = RoadNetwork(DEFAULT_OUT / "dongcheng.osm.pbf")
    for profile in ("ebike", "van"):
        assert network.snap(points, profile).off_m.max() < 120


def test_only_one_kitchen_cooks_halal_and_together_they_have_room_for_the_fullest_day() -> None:
    kitchens = rows("kitchens.xlsx")
    assert len(kitchens) == 3
    assert ["halal" in str(kitchen["diets"]) for kitchen in kitchens].count(True) == 1
    assert sum(float(str(kitchen["daily_capacity"])) for kitchen in kitchens) > 1200


def test_the_fleet_is_as_the_readme_says() -> None:
    vehicles = rows("vehicles.csv")
    boxes = [(vehicle["kind"], vehicle["hot_boxes"]) for vehicle in vehicles]
    assert (boxes.count(("e-bike", "24")), boxes.count(("van", "120"))) == (41, 9)
    assert sum(vehicle["halal_marked"] == "yes" for vehicle in vehicles) == 7
    assert {vehicle["driver_code"] for vehicle in vehicles} == {driver["编号"] for driver in rows("drivers.csv")}
    assert any("䶮" in str(driver["姓名"]) for driver in rows("drivers.csv"))


def test_vendors_have_valid_credit_codes_and_stations_a_hub_a_street() -> None:
    assert [uscc.is_valid(str(vendor["统一社会信用代码"])) for vendor in rows("vendors.xlsx")] == [True] * 13
    stations = rows("stations.xlsx")
    assert len({row["街道编码"] for row in stations if row["类型"] == "街道中心"}) == 17
    assert sum(row["类型"] == "驿站" for row in stations) == 20


def test_every_street_has_its_contract_and_two_who_stand_in() -> None:
    streets = {row["街道编码"] for row in rows("stations.xlsx")}
    assert [row["街道编码"] for row in rows("street-contracts.xlsx")] == sorted(streets)
    contracts = {row["街道编码"]: row["商户编号"] for row in rows("street-contracts.xlsx")}
    backups = rows("backups.xlsx")
    assert {street: sum(row["街道编码"] == street for row in backups) for street in streets} == dict.fromkeys(
        streets, 2
    )
    assert all(row["商户编号"] != contracts[row["街道编码"]] for row in backups)


def test_one_vendor_has_applied_and_one_licence_ends_before_the_others() -> None:
    vendors = rows("vendors.xlsx")
    assert [vendor["编号"] for vendor in vendors if vendor["状态"] == "申请"] == ["V13"]
    assert [vendor["编号"] for vendor in vendors if vendor["许可有效期"] == "2026-12-18"] == ["V06"]


def test_a_broken_id_number_differs_only_in_its_check_character() -> None:
    right = "11010119410506990" + id_check("11010119410506990")
    assert broken_id(right)[:-1] == right[:-1]
    assert broken_id(right) != right
