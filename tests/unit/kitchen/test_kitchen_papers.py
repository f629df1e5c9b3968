from datetime import date
from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from mealroute.kitchen import exports, rules
from mealroute.kitchen.records import KitchenSheet, PlannedPortion, ProductionSheet

TIMES = {"K1": (36600, 51000), "K2": (36000, 50400)}

portions = st.builds(
    PlannedPortion,
    book_line_id=st.integers(1, 9999),
    kitchen_code=st.sampled_from(["K1", "K2"]),
    route=st.integers(1, 6),
    trip=st.integers(1, 2),
    position=st.integers(1, 20),
    load_at_s=st.sampled_from([37200, 40200]),
    leave_s=st.just(37800),
    resident_name=st.sampled_from(["李桂兰", "曾𠮷祥", "马玉清"]),
    dish_code=st.just("D1"),
    dish_name=st.sampled_from(["红烧豆腐", "清蒸鱼", ""]),
    diets=st.sampled_from([(), ("normal",), ("halal",), ("low-sugar", "soft")]),
    strict=st.booleans(),
    size=st.sampled_from(["normal", "large"]),
    quantity=st.integers(1, 4),
)


@given(st.lists(portions, max_size=40))
def test_every_count_is_the_same_total(rows: list[PlannedPortion]) -> None:
    total = sum(row.quantity for row in rows)
    assert sum(dish.portions for dish in rules.dish_counts(rows)) == total
    assert sum(group.subtotal for group in rules.diet_groups(rows)) == total
    assert all(group.subtotal == sum(row.portions for row in group.rows) for group in rules.diet_groups(rows))
    assert sum(leaving.portions for leaving in rules.departures(rows)) == total
    assert sum(trip.portions for trip in rules.packing(rows)) == total
    assert len(rules.labels(rows, TIMES)) == total


def test_special_meals_come_first_and_the_ordinary_meal_last() -> None:
    rows = [_row(diets=("normal",)), _row(diets=("low-salt",)), _row(diets=("halal",), strict=True)]
    assert [group.diets for group in rules.diet_groups(rows)] == [("halal",), ("low-salt",), ()]


def test_labels_begin_with_specials_then_route_then_stop() -> None:
    rows = [_row(route=2), _row(route=1, position=2), _row(route=3, diets=("puree",)), _row(route=1, position=1)]
    assert [(label.special, label.route, label.position) for label in rules.labels(rows, TIMES)] == [
        (True, 3, 1), (False, 1, 1), (False, 1, 2), (False, 2, 1),
    ]  # fmt: skip


def test_the_papers_hold_their_words() -> None:
    sheet = _sheet([_row(diets=("halal",), strict=True, quantity=3), _row(name="曾𠮷祥"), _row(dish="")])
    count = _text(exports.kitchen_count_pdf(sheet))
    assert "清真" in count
    assert "绝不能错" in count
    labels = _text(exports.labels_pdf(sheet))
    assert "曾𠮷祥" in labels
    assert labels.count("食用至 14:10") == 5
    assert "第 3 盒，共 3 盒" in labels
    assert "装箱单" in _text(exports.packing_pdf(sheet))


def test_a_long_packing_list_runs_over_pages_without_losing_a_trip() -> None:
    sheet = _sheet([_row(route=n, position=1) for n in range(1, 31)])
    text = _text(exports.packing_pdf(sheet))
    assert text.count("装车，") == 30


def _row(
    *,
    route: int = 1,
    position: int = 1,
    diets: tuple[str, ...] = (),
    strict: bool = False,
    quantity: int = 1,
    name: str = "李桂兰",
    dish: str = "红烧豆腐",
) -> PlannedPortion:
    return PlannedPortion(
        book_line_id=1, kitchen_code="K1", route=route, trip=1, position=position, load_at_s=37200, leave_s=37800, resident_name=name,
        dish_code="D1", dish_name=dish, diets=diets, strict=strict, size="normal", quantity=quantity,
    )  # fmt: skip


def _sheet(rows: list[PlannedPortion]) -> ProductionSheet:
    kitchen = KitchenSheet(
        kitchen_code="K1", kitchen_name="民安央厨", capacity=500, cooked_at_s=36600, ready_at_s=37200, eat_by_s=51000,
        portions=sum(row.quantity for row in rows), dishes=rules.dish_counts(rows), groups=rules.diet_groups(rows),
        departures=rules.departures(rows),
    )  # fmt: skip
    return ProductionSheet(
        day=date(2026, 3, 9), slot="lunch", version=1, portions=kitchen.portions, kitchens=(kitchen,), packing=rules.packing(rows),
        labels=rules.labels(rows, TIMES),
    )  # fmt: skip


def _text(document: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(document)).pages)
