from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from mealroute.delivery.records import Outcome
from mealroute.dispatch import sheet_codes
from mealroute.paper.keying_records import FootText, KeySheet, RowText, SheetLine, SheetStand, Sums
from mealroute.paper.keying_rules import check, differences


def line(stop: int, person: int = 1, *, quantity: int = 1, cash: int = 0, station: str = "") -> SheetLine:
    return SheetLine(
        book_line_id=stop * 10 + person, run_id=7, visit_id=stop, stop=stop, person=person, name="王*兰", quantity=quantity, cash_due_fen=cash,
        station_code=station,
    )  # fmt: skip


LINES = (
    line(1),
    line(2, quantity=2, cash=1200),
    line(3, 1),
    line(3, 2, cash=800),
    line(4, 1, station="S1"),
    line(4, 2, station="S1"),
)
SHEET = KeySheet(
    version_id=19, version_number=2, number=4, code=sheet_codes.sheet_code(19, 4), day=date(2026, 3, 9), slot="lunch", driver_name="刘建国",
    stand=SheetStand.IN_FORCE, in_force=2, lines=LINES,
)  # fmt: skip
ALL = (RowText("1", "1"), RowText("2", "1", "", "12"), RowText("3", "5"), RowText("4", "1"))


def test_a_whole_sheet_adds_up_to_its_foot() -> None:
    found = check(SHEET, ALL, FootText(seen="3", left="2", back="2", cash="12.00"), {})
    assert found.faults == ()
    assert found.agrees
    assert found.sums == Sums(seen=3, left=2, back=2, cash_fen=1200)
    assert {entry.line.stop: entry.outcome for entry in found.entries}[3] is Outcome.NO_ANSWER


def test_stops_without_a_row_are_named_with_their_portions() -> None:
    found = check(SHEET, ALL[:2], FootText(), {})
    assert (found.missing, found.missing_portions) == ((3, 4), 4)


def test_a_total_that_differs_says_what_the_rows_give() -> None:
    found = check(SHEET, ALL, FootText(seen="4", left="2", back="2", cash="12"), {})
    assert [(each.field, each.written, each.keyed) for each in found.differences] == [("seen", 4, 3)]


def test_an_empty_foot_differs_but_no_cash_may_stay_empty() -> None:
    assert [each.field for each in differences(FootText(), Sums(seen=1))] == ["seen", "left", "back"]
    assert differences(FootText(seen="1", left="0", back="0"), Sums(seen=1)) == ()


def test_each_bad_row_has_its_own_sentence_and_hides_no_other() -> None:
    rows = (RowText("9", "1"), RowText("1", ""), RowText("2", "1", "5"), RowText("abc", "1"), RowText("1", "5", "1"), RowText("2", "1", "", "x"), RowText("1", "1"), RowText("1", "5"))  # fmt: skip
    found = check(SHEET, rows, FootText(), {})
    assert [(fault.row, fault.field) for fault in found.faults] == [
        (0, "stop"), (1, "digit"), (2, "portions"), (3, "stop"), (4, "portions"), (5, "cash"), (7, "stop"),
    ]  # fmt: skip
    assert len(found.entries) == 1


def test_two_people_at_a_stop_are_keyed_apart_where_they_differ() -> None:
    rows = (RowText("3.1", "1"), RowText("3.2", "1", "", "8"))
    found = check(SHEET, rows, FootText(), {})
    assert [(entry.line.person, entry.cash_fen) for entry in found.entries] == [(1, 0), (2, 800)]
    assert check(SHEET, (RowText("3", "1", "1"),), FootText(), {}).faults[0].field == "stop"


def test_cash_for_a_whole_stop_goes_to_who_owes_it() -> None:
    found = check(SHEET, (RowText("3", "1", "", "8"),), FootText(), {})
    assert [entry.cash_fen for entry in found.entries] == [0, 800]


def test_a_scanned_stop_counts_as_handed_over_and_one_of_another_sheet_is_refused() -> None:
    own, other = sheet_codes.stop_code(19, 4, 1), sheet_codes.stop_code(19, 5, 1)
    found = check(SHEET, (RowText(own), RowText(other)), FootText(), {})
    assert [(entry.line.stop, entry.outcome) for entry in found.entries] == [(1, Outcome.HANDED_OVER)]
    assert [fault.row for fault in found.faults] == [1]


def test_full_width_figures_are_figures() -> None:
    found = check(SHEET, (RowText("２", "１", "２", "１２"),), FootText(), {})
    assert [(entry.quantity, entry.cash_fen) for entry in found.entries] == [(2, 1200)]


cell = st.text(alphabet="0123456789.-x１ ", max_size=6)
row = st.builds(RowText, cell, cell, cell, cell)


@given(st.lists(row, max_size=12))
def test_whatever_is_typed_each_meal_counts_once_and_portions_add_up(rows: list[RowText]) -> None:
    found = check(SHEET, rows, FootText(), {})
    lines = [entry.line.book_line_id for entry in found.entries]
    assert len(lines) == len(set(lines))
    sums = found.sums
    assert sums.seen + sums.left + sums.back + found.missing_portions == SHEET.portions
    assert all(0 <= entry.quantity <= entry.line.quantity for entry in found.entries)
