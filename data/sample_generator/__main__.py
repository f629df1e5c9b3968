"""``python -m data.sample_generator [--out DIR] [--seed N]``."""

from __future__ import annotations

import argparse
from pathlib import Path
from random import Random

from data.sample_generator import (
    avoided,
    buildings,
    district,
    fleet,
    food,
    network,
    orders,
    organisations,
    residents_sheet,
)
from data.sample_generator.places import STREETS
from data.sample_generator.sheets import write_csv, write_xlsx

SEED = 20_260_309
DEFAULT_OUT = Path(__file__).resolve().parents[1] / "sample" / "dongcheng"


def generate(out: Path, seed: int = SEED) -> dict[str, int]:
    """Write all files; returns how many rows each has. Each part has its own random state, so that one may grow alone."""
    out.mkdir(parents=True, exist_ok=True)
    plan = network.draw(Random(seed))
    network.write(plan, out / "dongcheng.osm.pbf")
    areas = buildings.communities(Random(seed + 1))
    people = district.populate(Random(seed + 3), buildings.build(plan, Random(seed + 2), areas))
    avoided.assign(Random(seed + 70), people)
    standing = orders.rows(Random(seed + 4), people, organisations.station_places(areas))
    drivers, vehicles = fleet.rows(Random(seed + 5))
    residents = residents_sheet.rows(people)
    vendors, stations = organisations.vendor_rows(Random(seed + 6)), organisations.station_rows(areas)
    write_xlsx(out / "residents.xlsx", "老人台账", residents_sheet.HEADINGS, residents)
    write_xlsx(out / "standing-orders.xlsx", "长期订餐", orders.ORDER_HEADINGS, standing)
    write_xlsx(out / "dishes.xlsx", "菜品", food.DISH_HEADINGS, food.dish_rows())
    write_xlsx(out / "kitchens.xlsx", "kitchens", organisations.KITCHEN_HEADINGS, organisations.kitchen_rows())
    write_xlsx(out / "stations.xlsx", "服务中心与驿站", organisations.STATION_HEADINGS, stations)
    write_xlsx(out / "vendors.xlsx", "商户", organisations.VENDOR_HEADINGS, vendors)
    write_xlsx(
        out / "street-contracts.xlsx", "街道合同", organisations.CONTRACT_HEADINGS, organisations.contract_rows()
    )
    write_xlsx(out / "backups.xlsx", "后备", organisations.BACKUP_HEADINGS, organisations.backup_rows())
    write_csv(out / "menu.csv", food.MENU_HEADINGS, food.menu_rows(), "utf-8-sig")
    write_csv(
        out / "areas.csv",
        ("街道编码", "街道", "英文名", "社区", "经度", "纬度", "来源"),
        _area_rows(areas),
        "utf-8-sig",
    )
    write_csv(out / "drivers.csv", fleet.DRIVER_HEADINGS, drivers, "gb18030")
    write_csv(out / "vehicles.csv", fleet.VEHICLE_HEADINGS, vehicles, "utf-8-sig")
    days = orders.totals(standing)
    return {
        "residents": len(residents), "standing orders": len(standing), "stations": len(stations), "drivers": len(drivers),
        "road nodes": len(plan.nodes), "fewest lunches a day": min(days), "most lunches a day": max(days),
    }  # fmt: skip


def _area_rows(areas: dict[str, tuple[tuple[str, float, float], ...]]) -> list[list[object]]:
    """A row for each street with its centre, then one for each of its communities."""
    rows: list[list[object]] = []
    for street in STREETS:
        for community in ("", *(name for name, _lon, _lat in areas[street.code])):
            rows.append([street.code, street.name, street.name_en, community, street.lon, street.lat, street.source])
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m data.sample_generator", description="Write the synthetic district."
    )
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    for name, count in generate(given.out, given.seed).items():
        print(f"{name}: {count}")


if __name__ == "__main__":
    main()
