from collections import defaultdict
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from mealroute.timebank import rules
from mealroute.timebank.records import Credit, Delivery, EntryId, EntryKind, EntryRecord, TimeRule

DAY = date(2026, 3, 9)
RULE = TimeRule(minutes_per_stop=15, minutes_per_further_person=5)


def delivery(line: int, *, visit: int = 1, driver: str = "V1") -> Delivery:
    return Delivery(book_line_id=line, visit_id=visit, driver_code=driver, day=DAY)


def worth(*deliveries: Delivery) -> dict[int, int]:
    return {line: credit.minutes for line, credit in rules.worth(deliveries, lambda _day: RULE).items()}


def test_the_first_person_of_a_stop_counts_for_the_stop_and_further_ones_for_less() -> None:
    assert worth(delivery(1), delivery(2), delivery(3, visit=2)) == {1: 15, 2: 5, 3: 15}


def test_hours_are_written_with_two_decimals() -> None:
    assert [rules.hours(n) for n in (0, 15, 95, -20, 60_000)] == ["0.00", "0.25", "1.58", "-0.33", "1000.00"]


class Ledger:
    """Applies what the rules ask for, as the table does."""

    def __init__(self) -> None:
        self.lines: dict[int, list[EntryRecord]] = defaultdict(list)
        self.keys: set[str] = set()

    def apply(self, due: dict[int, Credit]) -> int:
        new = rules.missing(due, {line: tuple(entries) for line, entries in self.lines.items()})
        for each in new:
            assert each.natural_key not in self.keys
            self.keys.add(each.natural_key)
            self.lines[each.book_line_id].append(
                EntryRecord(
                    id=EntryId(len(self.keys)), driver_code=each.driver_code, kind=each.kind, minutes=each.minutes, day=each.day,
                    book_line_id=each.book_line_id, reason="", by_name="", at=datetime(2026, 3, 9, tzinfo=UTC),
                )
            )  # fmt: skip
        return len(new)

    def balances(self) -> dict[str, int]:
        found: dict[str, int] = defaultdict(int)
        for entries in self.lines.values():
            for each in entries:
                found[each.driver_code] += each.minutes
        return {driver: minutes for driver, minutes in found.items() if minutes}


credit = st.builds(Credit, st.sampled_from(["V1", "V2"]), st.sampled_from([5, 15]), st.just(DAY))
due_days = st.lists(st.dictionaries(st.integers(1, 5), credit, max_size=5), min_size=1, max_size=6)


@given(due_days)
def test_whatever_happens_the_balance_is_what_is_due_now_and_asking_again_adds_nothing(
    steps: list[dict[int, Credit]],
) -> None:
    ledger = Ledger()
    for due in steps:
        ledger.apply(due)
        wanted: dict[str, int] = defaultdict(int)
        for each in due.values():
            wanted[each.driver_code] += each.minutes
        assert ledger.balances() == dict(wanted)
        assert ledger.apply(due) == 0


@given(due_days)
def test_each_delivery_has_at_most_one_credit_that_stands(steps: list[dict[int, Credit]]) -> None:
    ledger = Ledger()
    for due in steps:
        ledger.apply(due)
        for entries in ledger.lines.values():
            kinds = [each.kind for each in entries]
            assert kinds.count(EntryKind.CREDIT) - kinds.count(EntryKind.REVERSAL) in {0, 1}
