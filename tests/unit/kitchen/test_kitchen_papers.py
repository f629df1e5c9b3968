from datetime import date
from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from mealroute.kitchen import exports, rules
from mealroute.kitchen.records import KitchenSheet, Pace, PlannedPortion, ProductionSheet

BATCHES = ((32400, 36900, 46800), (36600, 37200, 51000))

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
    vehicle_code=st.sampled_from(["E1", "E2"]),
    cold=st.booleans(),
    cooked_at_s=st.sampled_from([32400, 36600]),
    ready_at_s=st.just(36900),
    eat_by_s=st.just(51000),
)


@given(st.lists(portions, max_size=40))
def test_every_count_is_the_same_total(rows: list[PlannedPortion]) -> None:
    total = sum(row.quantity for row in rows)
    assert sum(dish.portions for dish in rules.dish_counts(rows)) == total
    assert sum(group.subtotal for group in rules.diet_groups(rows)) == total
    assert all(group.subtotal == sum(row.portions for row in group.rows) for group in rules.diet_groups(rows))
    assert sum(leaving.portions for leaving in rules.departures(rows)) == total
    assert sum(trip.portions for trip in rules.packing(rows)) == total
    assert len(rules.labels(rows)) == total
    batches = rules.batches(rows)
    assert sum(batch.portions for batch in batches) == total
    assert all(sum(leaving.portions for leaving in batch.departures) == batch.portions for batch in batches)
    assert all(trip.hot + trip.cold == trip.portions for trip in rules.packing(rows))


def test_special_meals_come_first_and_the_ordinary_meal_last() -> None:
    rows = [_row(diets=("normal",)), _row(diets=("low-salt",)), _row(diets=("halal",), strict=True)]
    assert [group.diets for group in rules.diet_groups(rows)] == [("halal",), ("low-salt",), ()]


def test_labels_begin_with_specials_then_route_then_stop() -> None:
    rows = [_row(route=2), _row(route=1, position=2), _row(route=3, diets=("puree",)), _row(route=1, position=1)]
    assert [(label.special, label.route, label.position) for label in rules.labels(rows)] == [
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


def test_a_label_carries_the_times_of_the_batch_that_its_trip_loads() -> None:
    rows = [_row(batch=0, load_at_s=36900), _row(trip=2, batch=1, load_at_s=40200, name="马玉清")]
    times = {label.resident_name: (label.made_at_s, label.eat_by_s) for label in rules.labels(rows)}
    assert times == {"李桂兰": (32400, 46800), "马玉清": (36600, 51000)}


def test_a_kitchen_that_cooks_twice_counts_each_batch_apart() -> None:
    rows = [_row(batch=0, quantity=3), _row(trip=2, batch=1)]
    text = _text(exports.kitchen_count_pdf(_sheet(rows)))
    assert "第 1 锅" in text
    assert "第 2 锅" in text
    assert [batch.portions for batch in rules.batches(rows)] == [3, 1]


def test_packing_begins_so_early_that_it_ends_when_loading_begins() -> None:
    (trip,) = rules.packing([_row(quantity=4)], Pace(300, 15))
    assert trip.pack_from_s == 37200 - 300 - 4 * 15
    assert not trip.too_tight
    assert "10:14 开始装箱，10:20 前装好" in _text(exports.packing_pdf(_sheet([_row(quantity=4)], Pace(300, 15))))


def test_packing_that_would_begin_before_the_food_is_cooked_is_too_tight() -> None:
    (trip,) = rules.packing([_row(load_at_s=36900)], Pace(300, 15))
    assert trip.too_tight


def test_the_content_of_a_trip_is_the_same_whatever_carries_it() -> None:
    one, other = rules.packing([_row(route=1)]), rules.packing([_row(route=7, load_at_s=37500)])
    assert one[0].content == other[0].content
    assert one[0].content != rules.packing([_row(route=1, quantity=2)])[0].content


def _row(
    *,
    route: int = 1,
    position: int = 1,
    diets: tuple[str, ...] = (),
    strict: bool = False,
    quantity: int = 1,
    name: str = "李桂兰",
    dish: str = "红烧豆腐",
    trip: int = 1,
    load_at_s: int = 37200,
    batch: int = 1,
) -> PlannedPortion:
    cooked, ready, eat_by = BATCHES[batch]
    return PlannedPortion(
        book_line_id=1, kitchen_code="K1", route=route, trip=trip, position=position, load_at_s=load_at_s,
        leave_s=load_at_s + 600, resident_name=name, dish_code="D1", dish_name=dish, diets=diets, strict=strict,
        size="normal", quantity=quantity, vehicle_code="E1", cooked_at_s=cooked, ready_at_s=ready, eat_by_s=eat_by,
    )  # fmt: skip


def _sheet(rows: list[PlannedPortion], pace: Pace = Pace()) -> ProductionSheet:  # noqa: B008 -- frozen
    kitchen = KitchenSheet(
        kitchen_code="K1", kitchen_name="民安央厨", capacity=500, cooked_at_s=36600, ready_at_s=37200, eat_by_s=51000,
        portions=sum(row.quantity for row in rows), dishes=rules.dish_counts(rows), groups=rules.diet_groups(rows),
        departures=rules.departures(rows), batches=rules.batches(rows),
    )  # fmt: skip
    return ProductionSheet(
        day=date(2026, 3, 9), slot="lunch", version=1, portions=kitchen.portions, kitchens=(kitchen,), packing=rules.packing(rows, pace),
        labels=rules.labels(rows),
    )  # fmt: skip


def _text(document: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(document)).pages)
