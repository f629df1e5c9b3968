import re
from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from mealroute.core.i18n import speaking
from mealroute.dispatch.exports import manifest_pdf
from tests.unit.dispatch.sheets import NAMES, item, manifest


def _pages(document: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(document)).pages]


def test_every_name_and_phone_of_the_route_stands_on_the_sheet() -> None:
    sheet = manifest(stops=22)
    text = "\n".join(_pages(manifest_pdf([sheet])))
    for stop in sheet.trips[0].stops:
        for person in stop.items:
            assert person.name in text
            assert f"{person.phone[:3]}-{person.phone[3:7]}-{person.phone[7:]}" in text


def test_a_rare_character_is_printed_and_can_be_copied_out() -> None:
    assert "曾𠮷祥" in "\n".join(_pages(manifest_pdf([manifest(stops=8)])))


def test_a_character_in_no_font_becomes_its_reading_with_a_mark_and_is_announced() -> None:
    sheet = manifest(stops=1)
    odd = item(1, name="王\U0002b820兰")
    stop = sheet.trips[0].stops[0]
    stops = (type(stop)(**{**_fields(stop), "items": (odd,)}),)
    trips = (type(sheet.trips[0])(**{**_fields(sheet.trips[0]), "stops": stops}),)
    text = "\n".join(_pages(manifest_pdf([type(sheet)(**{**_fields(sheet), "trips": trips})])))
    assert "※" in text
    assert "U+2B820" in text
    assert "读音" in text


def test_each_route_counts_its_own_pages_on_fresh_sheets() -> None:
    pages = _pages(manifest_pdf([manifest(6, 22), manifest(2, 8)]))
    counts = [re.search(r"第 (\d+) 页，共 (\d+) 页", page) for page in pages]
    assert [(m[1], m[2]) for m in counts if m] == [("1", "3"), ("2", "3"), ("3", "3"), ("1", "2"), ("2", "2")]


def test_cash_to_collect_stands_at_the_door_and_in_the_head() -> None:
    text = "\n".join(_pages(manifest_pdf([manifest()])))
    assert "本线应收现金 13.00 元" in text
    assert "收现金 13.00 元" in text


def test_the_same_input_gives_the_same_bytes() -> None:
    assert manifest_pdf([manifest(stops=5)]) == manifest_pdf([manifest(stops=5)])


def test_an_english_reader_gets_english_words() -> None:
    with speaking("en"):
        text = "\n".join(_pages(manifest_pdf([manifest(stops=3)])))
    assert "Route sheet 6" in text
    assert "Count first, then leave" in text


def test_the_second_trip_announces_its_loading() -> None:
    text = "\n".join(_pages(manifest_pdf([manifest(stops=8, trips=2)])))
    assert "第 2 趟开始" in text
    assert NAMES[0] in text


def _fields(record: object) -> dict[str, object]:
    return {name: getattr(record, name) for name in type(record).__dataclass_fields__}


@pytest.mark.parametrize("stops", range(6, 31, 2))
def test_a_trips_heading_is_never_parted_from_its_first_stop(stops: int) -> None:
    sheet = manifest(stops=stops, trips=2)
    before, after = sheet.trips
    people = tuple(item(900 + n) for n in range(4))  # a tall stop: four doors in one building
    tall = replace(after, stops=(replace(after.stops[0], items=people), *after.stops[1:]))
    page = next(page for page in _pages(manifest_pdf([replace(sheet, trips=(before, tall))])) if "第 2 趟开始" in page)
    assert "139-0000-0900" in page.split("第 2 趟开始")[1]


@pytest.mark.parametrize("people", range(1, 15))
def test_the_tables_head_never_stands_alone_on_a_page(people: int) -> None:
    sheet = manifest(stops=8, trips=2)
    before, after = sheet.trips
    tall = replace(before.stops[0], items=tuple(item(900 + n) for n in range(people)))
    trips = (replace(before, stops=(tall, *before.stops[1:])), after)
    for page in _pages(manifest_pdf([replace(sheet, trips=trips)])):
        assert "门牌与进门" not in page or "139-" in page.split("门牌与进门")[1]
