"""Nobody clears or reopens a finding about what they recorded, what they were paid or whom they work for, in whatever role."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mealroute.accounts import queries as accounts
from mealroute.accounts.models import Account
from mealroute.accounts.rules import PERMISSIONS
from mealroute.checks import own_work, queries, service
from mealroute.checks.models import CheckFinding, CheckFindingLine
from mealroute.checks.records import FindingState
from mealroute.core import audit
from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.errors import Forbidden
from mealroute.core.i18n import speaking
from mealroute.delivery import service as delivery
from mealroute.delivery.models import Proof
from mealroute.delivery.records import Outcome, ProofInput
from mealroute.delivery.reopening import ReopenInput, reopen
from mealroute.delivery.station_models import StationClosing
from mealroute.dispatch.models import Run
from mealroute.dispatch.sheet_codes import sheet_code
from mealroute.kitchen.return_models import ReturnedMeals
from mealroute.orders import paying
from mealroute.orders.models import BookLine
from mealroute.orders.records import OrderId, PayMeans
from mealroute.subsidy import cash
from mealroute.vendors.models import Driver, Kitchen, Vendor
from tests.integration.close_world import FEBRUARY, MONDAY, Close, make_close, person
from tests.integration.settlement_world import STREET

WHY = "电话核对，本人收到"
EXAMINERS = tuple(role for role in Role if "checks.clear" in PERMISSIONS.get(role, ()) and role is not Role.SYSTEM)


@dataclass
class Case:
    """Two runs of which only the first has a finding, about its first two meals."""

    close: Close
    finding: int
    who: Actor

    @property
    def db(self) -> Session:
        return self.close.db

    def proof(self, number: int) -> Proof:
        return self.db.scalars(select(Proof).where(Proof.book_line_id == self.close.lines[number])).one()

    def run(self, number: int) -> Run:
        return self.db.get_one(Run, self.close.runs[number])

    def wrote(self, action: str, subject: str) -> None:
        audit.record(self.db, by=self.who, clock=self.close.clock, action=action, subject=subject)

    def has(self, **codes: str) -> None:
        self.db.execute(update(Account).where(Account.id == self.who.account_id).values(**codes))

    def evidence(self, kind: str, value: str) -> None:
        self.db.get_one(CheckFinding, self.finding).evidence = [[kind, value]]
        self.db.flush()


def _finding(close: Close, lines: list[int]) -> int:
    row = CheckFinding(
        natural_key=f"{FEBRUARY}/burst/x", month=FEBRUARY, code="burst", severity="block", state="open", subject="run/x",
        vendor_code="V01", street_code=STREET, digest="d", first_found_at=close.clock.now(), last_found_at=close.clock.now(),
    )  # fmt: skip
    close.db.add(row)
    close.db.flush()
    close.db.add_all(CheckFindingLine(finding_id=row.id, book_line_id=line) for line in lines)
    close.db.flush()
    return row.id


@pytest.fixture
def case(db: Session) -> Case:
    close = make_close(db)
    close.doors()
    db.add(Vendor(code="V02", name="别家央厨"))
    db.flush()
    for n, vendor in (("1", "V01"), ("2", "V02")):
        db.add(Kitchen(code=f"K0{n}", vendor_code=vendor, name="厨房", lon=116.4, lat=39.9, daily_capacity=100))
        db.flush()
        db.add(
            Driver(
                code=f"D0{n}", name="刘建国", vendor_code=vendor, kitchen_code=f"K0{n}", shift_start_s=0, shift_end_s=9
            )
        )
    return Case(close, _finding(close, close.lines[:2]), person(db, close.clock, "allround", Role.DISPATCHER))


def _again(case: Case, number: int) -> ProofInput:
    run = case.close.runs[0] if number < len(case.close.lines) - 1 else case.close.runs[1]
    return ProofInput(
        client_id=str(uuid4()),
        run_id=run,
        book_line_id=case.close.lines[number],
        outcome=Outcome.HANDED_OVER,
        by_name="刘建国",
    )


def _record(case: Case) -> None:
    delivery.record_proof(case.db, _again(case, 0), by=case.who, clock=case.close.clock)


def _record_many(case: Case) -> None:
    entries = [_again(case, number) for number in (2, len(case.close.lines) - 1)]
    delivery.record_proofs(case.db, entries, by=case.who, clock=case.close.clock)
    subject = case.db.scalars(select(audit.AuditEvent.subject).order_by(audit.AuditEvent.id.desc())).first()
    assert subject == f"runs/{case.close.runs[0]}-{case.close.runs[1]}"


def _take_back(case: Case) -> None:
    entry = ReopenInput(client_id="back", proof=case.proof(1).client_id, reason="记错了")
    reopen(case.db, entry, run_ids=case.close.runs, by=case.who, clock=case.close.clock)


def _order(case: Case, number: int) -> OrderId:
    return OrderId(case.db.get_one(BookLine, case.close.lines[number]).order_id)


def _refund(case: Case, number: int = 1) -> None:
    paying.refund(case.db, _order(case, number), amount_fen=100, reason="退款", by=case.who, clock=case.close.clock)


def _pay(case: Case) -> None:
    paying.refund(case.db, _order(case, 1), amount_fen=100, reason="退款", by=SYSTEM, clock=case.close.clock)
    paying.record_payment(
        case.db, _order(case, 1), amount_fen=100, means=PayMeans.CASH_AT_DOOR, by=case.who, clock=case.close.clock
    )


def _hand_in(case: Case, request: str = "a") -> None:
    entry = _again(case, 0)
    entry = ProofInput(
        client_id=entry.client_id, run_id=entry.run_id, book_line_id=entry.book_line_id, outcome=Outcome.HANDED_OVER,
        cash_collected_fen=100, by_name="刘建国",
    )  # fmt: skip
    delivery.record_proof(case.db, entry, by=SYSTEM, clock=case.close.clock)
    cash.hand_in(
        case.db,
        case.close.runs[0],
        "",
        amount_fen=50,
        note="",
        request_id=request,
        by=case.who,
        clock=case.close.clock,
    )


def _explain_cash(case: Case) -> None:
    who, case.who = case.who, SYSTEM
    _hand_in(case)
    case.who = who
    cash.explain(case.db, case.close.runs[0], "", sentence="司机垫付", request_id="b", by=who, clock=case.close.clock)


def _counted_back(case: Case) -> None:
    row = ReturnedMeals(
        client_id="r", day=MONDAY, slot="lunch", kitchen_code="K01", vehicle_code="E01", trip=1, portions=3, by_name="x",
        at=case.close.clock.now(),
    )  # fmt: skip
    case.db.add(row)
    case.db.flush()
    case.evidence("returned", f"{MONDAY}/lunch")
    case.wrote("kitchen.returned-counted", f"returned/{row.id}")


def _closed_counter(case: Case) -> None:
    row = StationClosing(
        day=MONDAY, slot="lunch", station_code="S01", number=1, expected=1, missing=0, received=1, handed_out=1, not_fetched=0, short=0,
        by_name="x", at=case.close.clock.now(),
    )  # fmt: skip
    case.db.add(row)
    case.db.flush()
    case.evidence("closing", str(row.id))
    case.wrote("delivery.counter-closed", f"station/S01/{MONDAY}/lunch")


Do = Callable[[Case], object]
TIES: dict[str, tuple[own_work.Tie, Do]] = {
    "recorded a door": (own_work.Tie.RECORDED, _record),
    "recorded doors of several runs at once": (own_work.Tie.RECORDED, _record_many),
    "took a record back": (own_work.Tie.RECORDED, _take_back),
    "gave a stop away": (own_work.Tie.RECORDED, lambda case: case.wrote("delivery.stop-given", f"visit/{case.proof(0).visit_id}")),
    "added a photo": (own_work.Tie.RECORDED, lambda case: case.wrote("delivery.evidence-added", f"proof/{case.proof(0).id}")),
    "counted at loading": (own_work.Tie.RECORDED, lambda case: case.wrote("delivery.loading-checked", f"run/{case.close.runs[0]}")),
    "signed at a station": (own_work.Tie.RECORDED, lambda case: case.wrote("delivery.station-signed", f"visit/{case.proof(0).visit_id}")),
    "keyed the sheet": (
        own_work.Tie.RECORDED,
        lambda case: case.wrote("papers.sheet-keyed", f"sheet/{sheet_code(case.run(0).version_id, case.run(0).number)}"),
    ),
    "counted what came back": (own_work.Tie.RECORDED, _counted_back),
    "closed the counter": (own_work.Tie.RECORDED, _closed_counter),
    "entered a payment": (own_work.Tie.PAID, _pay),
    "gave money back": (own_work.Tie.PAID, _refund),
    "received the cash": (own_work.Tie.PAID, _hand_in),
    "explained the cash": (own_work.Tie.PAID, _explain_cash),
    "works for the vendor": (own_work.Tie.HOUSE, lambda case: case.has(vendor_code="V01")),
    "works in its kitchen": (own_work.Tie.HOUSE, lambda case: case.has(kitchen_code="K01")),
    "drives for it": (own_work.Tie.HOUSE, lambda case: case.has(driver_code="D01")),
    "worked for it on the run": (
        own_work.Tie.HOUSE,
        lambda case: audit.record(
            case.db, by=Actor(account_id=case.who.account_id, name="x", role=Role.VENDOR, scope=Scope(vendor="V01")), clock=case.close.clock,
            action="dispatch.offer-accepted", subject=f"run/{case.close.runs[0]}",
        ),
    ),
}  # fmt: skip
NOTHING: dict[str, Do] = {
    "recorded another run": lambda case: delivery.record_proof(
        case.db, _again(case, len(case.close.lines) - 1), by=case.who, clock=case.close.clock
    ),
    "gave money back for another meal": lambda case: _refund(case, 2),
    "works for another vendor": lambda case: case.has(vendor_code="V02"),
    "drives for another vendor": lambda case: case.has(driver_code="D02"),
    "printed the run's sheet": lambda case: case.wrote("papers.pack-printed", f"run/{case.close.runs[0]}"),
}


def _becomes(case: Case, role: Role) -> Actor:
    """The same account under another role, login and name."""
    street = STREET if role is Role.STREET_CHECKER else None
    values = {"role": str(role), "login": f"now-{role}", "display_name": "另一个名字", "street_code": street}
    case.db.execute(update(Account).where(Account.id == case.who.account_id).values(**values))
    case.db.expire_all()
    found = accounts.actor(case.db, case.who.account_id or 0)
    assert found is not None
    return found


def _clear(case: Case, by: Actor) -> None:
    service.clear(case.db, case.finding, reason=WHY, by=by, clock=case.close.clock)


def _reopen(case: Case, by: Actor) -> None:
    service.reopen(case.db, case.finding, reason=WHY, by=by, clock=case.close.clock)


def _state(case: Case) -> FindingState:
    return queries.finding(case.db, case.finding, scope=Scope.everything()).state


@pytest.mark.parametrize("what", TIES)
def test_whoever_had_a_hand_in_it_neither_clears_nor_reopens_in_any_role(case: Case, what: str) -> None:
    tie, do = TIES[what]
    do(case)
    for role in EXAMINERS:
        became = _becomes(case, role)
        with pytest.raises(Forbidden, match="finding-own-work"):
            _clear(case, became)
        assert own_work.tie(case.db, case.finding, by=became) is tie
    assert _state(case) is FindingState.OPEN
    _clear(case, case.close.four.approver)
    for role in EXAMINERS:
        with pytest.raises(Forbidden, match="finding-own-work"):
            _reopen(case, _becomes(case, role))
    assert _state(case) is FindingState.CLEARED
    _reopen(case, case.close.four.checker)


@pytest.mark.parametrize("what", NOTHING)
def test_whoever_had_no_part_in_these_very_records_clears_them(case: Case, what: str) -> None:
    NOTHING[what](case)
    _clear(case, _becomes(case, Role.DISTRICT_APPROVER))
    assert _state(case) is FindingState.CLEARED


def test_who_prepared_the_month_and_recorded_its_meals_does_not_clear_its_blocks(case: Case) -> None:
    own = case.close.four.preparer
    _clear(case, own)
    _reopen(case, own)
    delivery.record_proof(case.db, _again(case, 0), by=own, clock=case.close.clock)
    with pytest.raises(Forbidden, match="finding-own-work"):
        _clear(case, own)


def test_a_record_that_no_longer_stands_still_ties_who_made_it(case: Case) -> None:
    _record(case)
    delivery.record_proof(case.db, _again(case, 0), by=SYSTEM, clock=case.close.clock)
    with pytest.raises(Forbidden, match="finding-own-work"):
        _clear(case, _becomes(case, Role.DISTRICT))


def test_a_driver_without_an_account_is_known_by_the_code(case: Case) -> None:
    for scope, tied in ((Scope(driver="D01"), True), (Scope(driver="D02"), False), (Scope(station="S01"), False)):
        by = Actor(account_id=None, name="刘建国", role=Role.DISTRICT, scope=scope)
        assert (own_work.tie(case.db, case.finding, by=by) is own_work.Tie.HOUSE) is tied


def test_the_refusal_says_what_why_and_who_can(case: Case) -> None:
    _record(case)
    by = _becomes(case, Role.DISTRICT)
    for language, why, who in (("zh", "记录人不能核自己的记录", "区级审批员"), ("en", "nobody judges their own records", "district's approver")):  # fmt: skip
        with speaking(language):
            found = own_work.objection(case.db, case.finding, by=by)
        assert found is not None
        assert why in found.sentence
        assert who in found.hint


def test_a_page_does_not_ask_about_records_for_many_runs_or_about_very_many_meals(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    _record_many(case)
    assert own_work.tie(case.db, case.finding, by=case.who, quick=True) is None
    _record(case)
    assert own_work.tie(case.db, case.finding, by=case.who, quick=True) is own_work.Tie.RECORDED
    monkeypatch.setattr(own_work, "_FEW", 1)
    assert own_work.tie(case.db, case.finding, by=case.who, quick=True) is None
    assert own_work.tie(case.db, case.finding, by=case.who) is own_work.Tie.RECORDED
