"""Made-up manifests for tests of the printed sheets."""

from datetime import date

from mealroute.dispatch.records import LoadTotal, Manifest, ManifestItem, ManifestStop, ManifestTrip

NAMES = ("李桂兰", "张淑琴", "何秀芳", "高振国", "马玉清", "曾𠮷祥", "杨淑珍", "欧阳建华", "郭福生", "林德海")


def item(
    n: int,
    *,
    name: str | None = None,
    quantity: int = 1,
    new_face: bool = False,
    cash: int = 0,
    diets: tuple[str, ...] = (),
) -> ManifestItem:
    return ManifestItem(
        book_line_id=n, resident_id=n, name=name or NAMES[n % len(NAMES)], phone=f"1390000{n:04d}", door=f"{n % 6 + 1} 单元 {n % 9 + 1}02",
        door_note="听力差，敲窗" if n % 3 == 0 else "", diets=diets, strict="halal" in diets, dish_name="红烧豆腐配时蔬", size="normal",
        quantity=quantity, cash_due_fen=cash, handover="in-person-only" if n % 7 == 0 else "contact-allowed", new_face=new_face,
        contact_name="李女士" if n % 4 == 0 else "", contact_phone="13900009999" if n % 4 == 0 else "",
    )  # fmt: skip


def manifest(number: int = 6, stops: int = 22, *, run_id: int = 1, trips: int = 1) -> Manifest:
    """A route of ``stops`` stops, split evenly over ``trips`` trips; every third stop has two people."""
    made = []
    serial = 0
    for position in range(1, stops + 1):
        people = []
        for _ in range(2 if position % 3 == 0 else 1):
            serial += 1
            diets = ("halal",) if serial == 5 else ("low-sugar", "soft") if serial % 6 == 0 else ()
            people.append(item(serial, new_face=serial in {3, 6}, cash=1300 if serial == 4 else 0, diets=diets))
        made.append(
            ManifestStop(
                position=position, visit_id=position, trip=1, arrival_s=10 * 3600 + 40 * 60 + position * 150, window_from_s=38700, window_to_s=41400,
                address=f"北新桥三条 {position} 号院 {position % 4 + 1} 号楼", margin_s=4000 - position * 120, station_bulk=False, station_code="",
                lon=116.41 + (position % 5) * 0.002, lat=39.94 + position * 0.0006, portions=sum(p.quantity for p in people), items=tuple(people),
            )
        )  # fmt: skip
    size = -(-stops // trips)
    parts = [made[n : n + size] for n in range(0, stops, size)]
    portions = sum(stop.portions for stop in made)
    return Manifest(
        run_id=run_id, day=date(2026, 3, 9), slot="lunch", number=number, version_number=9, kitchen_code="K1", kitchen_name="民安央厨",
        driver_code="D1", driver_name="刘建国", vehicle_code="V12", vehicle_kind="e-bike", plate="T0612", packed_at_s=37080, depart_s=37800,
        last_stop_s=41580, back_s=42600, eat_by_s=44280, portions=portions, stops=stops, cash_total_fen=1300,
        load_totals=(
            LoadTotal(label="清真", diets=("halal",), dish_name="", size="normal", portions=1, sealed=True),
            LoadTotal(label="低糖、软食", diets=("low-sugar", "soft"), dish_name="", size="normal", portions=4),
            LoadTotal(label="常餐", diets=(), dish_name="", size="normal", portions=portions - 5),
        ),
        trips=tuple(
            ManifestTrip(number=n, load_at_s=37080, leave_s=37800, portions=sum(s.portions for s in part), stops=tuple(part))
            for n, part in enumerate(parts, 1)
        ),
        link_url="https://mealroute.example/r/abcdefghijklmnopqrstuvwxyz0123456789",
    )  # fmt: skip
