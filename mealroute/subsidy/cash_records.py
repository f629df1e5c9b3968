"""The words of cash: what a route or a station's counter took in, what was handed in, what is missing. Amounts are fen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mealroute.core.money import Fen


class CashState(StrEnum):
    """Where a purse stands. ``open`` until what was taken is handed in or its lack explained."""

    SETTLED = "settled"
    EXPLAINED = "explained"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class CashEntry:
    """One handing-in (``amount_fen`` received; negative corrects an earlier one), or words for a difference of ``amount_fen``."""

    kind: str
    amount_fen: Fen
    note: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """The cash of one route's driver, or of one station's counter on that route.

    ``expected_fen`` is what the records in force say was taken at doors or at the counter. ``difference_fen`` is what is missing
    (positive) or too much (negative).
    """

    run_id: int
    station_code: str
    route_no: int
    day: date
    slot: str
    driver_code: str
    holder: str
    vendor_code: str
    kitchen_code: str
    expected_fen: Fen
    payments: int
    streets: frozenset[str]
    entries: tuple[CashEntry, ...] = ()

    @property
    def key(self) -> str:
        return f"run/{self.run_id}" + (f"/{self.station_code}" if self.station_code else "")

    @property
    def handed_fen(self) -> Fen:
        return sum(entry.amount_fen for entry in self.entries if entry.kind == "handed")

    @property
    def difference_fen(self) -> Fen:
        return self.expected_fen - self.handed_fen

    @property
    def words(self) -> CashEntry | None:
        """What somebody said of the difference as it is now; words for another amount do not count."""
        said = [entry for entry in self.entries if entry.kind == "explained"]
        return said[-1] if said and said[-1].amount_fen == self.difference_fen else None

    @property
    def state(self) -> CashState:
        if self.difference_fen == 0:
            return CashState.SETTLED
        return CashState.EXPLAINED if self.words is not None else CashState.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class CashSums:
    """``expected = handed + explained + open`` in fen, of several purses."""

    expected_fen: Fen
    handed_fen: Fen
    explained_fen: Fen
    open_fen: Fen

    @classmethod
    def of(cls, purses: tuple[Purse, ...]) -> "CashSums":
        by_state: Mapping[CashState, Fen] = {
            state: sum(purse.difference_fen for purse in purses if purse.state is state) for state in CashState
        }
        return cls(
            expected_fen=sum(purse.expected_fen for purse in purses), handed_fen=sum(purse.handed_fen for purse in purses),
            explained_fen=by_state[CashState.EXPLAINED], open_fen=by_state[CashState.OPEN],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CashLine:
    """One amount that makes up what is expected: whose meal, which record. The name is masked."""

    proof_id: int
    order_id: int
    resident_id: int
    resident_code: str
    resident_name: str
    amount_fen: Fen
    at: datetime
    by_name: str
