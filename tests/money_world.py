"""The small district two months on: March driven, looked at, closed, partly paid and called back; April prepared with what came late.

A rule pays residents by the month and a document sets awards, so that every page of the money has something on it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.accounts import queries as accounts
from mealroute.accounts import service as desk
from mealroute.checks import call_back, call_back_queries
from mealroute.checks import service as checks
from mealroute.checks.call_back_records import Heard
from mealroute.checks.models import CheckFinding
from mealroute.checks.queries import open_findings
from mealroute.core import db as database
from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.rulebook import RULES
from mealroute.delivery import service as delivery
from mealroute.delivery import simulate
from mealroute.delivery.models import Proof
from mealroute.delivery.records import Outcome, ProofInput
from mealroute.kitchen import boxes, returns
from mealroute.kitchen.box_records import BoxInput, BoxKind, BoxWay
from mealroute.kitchen.return_records import ReturnInput
from mealroute.oversight import checking
from mealroute.oversight.queries import vendor_ids
from mealroute.residents.models import StateChange
from mealroute.settlement import award_rulebook, awards, queries, service
from mealroute.settlement.simulate import Four, close_month
from mealroute.subsidy import queries as money
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.rulebook import load_rulebook
from mealroute.subsidy.simulate import explain_open
from mealroute.vendors import scores
from mealroute.vendors.score_records import ScoreInput, Side
from tests import web_world
from tests.integration.planning_world import DAY
from tests.integration.test_close_awards import RULES as AWARDS
from tests.unit.subsidy.books import _HEAD, rule

PAYER, MARCH, APRIL, LUNCH = "dongcheng", "2026-03", "2026-04", "lunch"
EVENING = datetime(2026, 3, 9, 10, 0, tzinfo=UTC)
OVER = datetime(2026, 4, 2, 2, 0, tzinfo=UTC)
NOW = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)
"""When the pages are looked at."""
LOGINS = {"cashier": Role.FINANCE, "whole-checker": Role.STREET_CHECKER}
"""Accounts beside one a role: who pays, and who checks every street."""


@contextmanager
def own_rules(folder: Path) -> Iterator[None]:
    """The district's rules with a monthly allowance and amounts for awards, for as long as this lasts."""
    rules = folder / "rules"
    shutil.copytree(RULES, rules)
    allowance = rule("allowance", "resident", "month", '{fixed: "100.00"}', "when: {age: {from: 80}}")
    (rules / "rulebook" / "allowance.yaml").write_text(_HEAD + allowance, "utf-8")
    (rules / award_rulebook.FILE.name).write_text(AWARDS, "utf-8")
    reader, file = load_rulebook.__wrapped__, award_rulebook.FILE
    before = reader.__defaults__
    reader.__defaults__, award_rulebook.FILE = (rules,), rules / file.name
    load_rulebook.cache_clear()
    try:
        yield
    finally:
        reader.__defaults__, award_rulebook.FILE = before, file
        load_rulebook.cache_clear()


def build(folder: Path) -> None:
    """Write the database. Within ``own_rules``."""
    web_world.build(folder)
    engine = database.configure(web_world.settings_for(folder).database_url)
    with database.unit_of_work() as db:
        _drive(db)
    with database.unit_of_work() as db:
        hands = _people(db)
        _close(db, hands)
    with database.unit_of_work() as db:
        _call_back(db)
    with database.unit_of_work() as db:
        _next_month(db, hands)
    engine.dispose()


def _drive(db: Session) -> None:
    clock = FixedClock(EVENING)
    simulate.simulate_day(db, DAY, LUNCH, seed=1, by=SYSTEM, clock=clock)
    delivery.close_day(db, DAY, LUNCH, by=SYSTEM, clock=clock)
    for way, count in ((BoxWay.OUT, 4), (BoxWay.BACK, 2)):
        entry = BoxInput(
            client_id=f"box-{way}", day=DAY, slot=LUNCH, kitchen_code="K1", vehicle_code="E11", route=1, trip=1, kind=BoxKind.HOT, way=way,
            count=count,
        )  # fmt: skip
        boxes.count_boxes(db, entry, by=SYSTEM, clock=clock)
    back = ReturnInput(client_id="back", day=DAY, slot=LUNCH, kitchen_code="K1", vehicle_code="E11", trip=1, portions=1)
    returns.count_returned(db, back, by=SYSTEM, clock=clock)
    for number in (1, 2):
        db.add(
            StateChange(
                resident_id=number,
                state="deceased",
                since=DAY.replace(day=1),
                reason="",
                by_name="名单",
                at=clock.now(),
            )
        )


def _people(db: Session) -> Four:
    for login, role in LOGINS.items():
        desk.create_account(
            db, login=login, display_name="赵敏", role=role, password=web_world.PASSWORD, by=SYSTEM, clock=FixedClock(OVER)
        )  # fmt: skip
    known = {one.login: accounts.actor(db, one.id) for one in accounts.accounts(db)}

    def actor(login: str) -> Actor:
        found = known[login]
        assert found is not None
        return found

    return Four(
        preparer=actor("finance"), checker=actor("whole-checker"), approver=actor("district-approver"), cashier=actor("cashier")
    )  # fmt: skip


def _close(db: Session, hands: Four) -> None:
    clock = FixedClock(OVER)
    checking.check_month(db, MARCH, by=SYSTEM, clock=clock)
    explain_open(db, PAYER, MARCH, clock=clock)
    close_month(db, PAYER, MARCH, hands, clock=clock)
    given = [
        ScoreInput(vendor_code=code, side=Side.DELIVERED, period=MARCH, score=93, digest="a" * 64)
        for code in vendor_ids(db)
    ]
    scores.keep(db, given, clock=clock)
    awards.fix(db, PAYER, MARCH, by=hands.approver, clock=clock)
    period = money.period(db, PAYER, MARCH)
    assert period is not None
    payee = min(due.payee for due in queries.dues(db, period) if due.left_fen)
    amounts = {due.fund: due.left_fen // 2 for due in queries.dues(db, period) if due.payee == payee}
    service.pay(db, PAYER, MARCH, payee, amounts, voucher="P-1", paid_on=clock.today(), by=hands.cashier, clock=clock)


def _call_back(db: Session) -> None:
    clock = FixedClock(OVER)
    seed = call_back.publish_seed(
        db, MARCH, seed="03 11 19 24 27 33 + 08", origin="双色球 2026131 期", by=SYSTEM, clock=clock
    )
    call_back.draw(db, seed, by=SYSTEM, clock=clock)
    first = call_back_queries.picks(db, seed, scope=Scope.everything())[0]
    call_back.answer(db, first.id, Heard.RECEIVED, by=SYSTEM, clock=clock)


def _next_month(db: Session, hands: Four) -> None:
    clock = FixedClock(NOW)
    wrong = next(one for one in open_findings(db, MARCH, scope=Scope.everything()) if one.code == "deceased")
    checks.clear(db, wrong.id, reason="同名误报，已电话核实", by=hands.approver, clock=clock)
    claimed = select(ClaimLine.proof_id).where(ClaimLine.proof_id.is_not(None)).order_by(ClaimLine.id.desc())
    proof = db.get_one(Proof, db.scalars(claimed).first())
    late = ProofInput(
        client_id=str(UUID(int=1)), run_id=proof.run_id, book_line_id=proof.book_line_id, outcome=Outcome.REFUSED, by_name="刘建国"
    )  # fmt: skip
    delivery.record_proof(db, late, by=SYSTEM, clock=clock)
    service.prepare(db, PAYER, APRIL, by=hands.preparer, clock=clock)


def pages() -> dict[str, tuple[str, str]]:
    """Page → who opens it, and where, in the configured database."""
    with database.unit_of_work(read_only=True) as db:
        claim = db.scalars(select(ClaimLine).where(ClaimLine.book_line_id.is_not(None)).order_by(ClaimLine.id)).first()
        assert claim is not None
        state = dict(db.execute(select(CheckFinding.state, CheckFinding.id).order_by(CheckFinding.id)).tuples().all())
        vendor = vendor_ids(db)["V1"]
        run = db.scalar(select(Proof.run_id).where(Proof.cash_collected_fen > 0))
        number, line, resident = claim.id, claim.book_line_id, claim.resident_id
    return {
        "the closed month": ("finance", f"/settlement/{MARCH}"), "what the next month corrects": ("whole-checker", f"/settlement/{APRIL}"),
        "the month for its approver": ("district-approver", f"/settlement/{APRIL}"), "the month for finance": ("finance", f"/settlement/{APRIL}"),
        "awards": ("district-approver", f"/settlement/{MARCH}/awards"), "payments": ("cashier", f"/settlement/{MARCH}/payments"),
        "chain": ("finance", f"/settlement/{MARCH}/chain"), "chain of the open month": ("finance", f"/settlement/{APRIL}/chain"),
        "lines of the chain": ("finance", f"/settlement/{MARCH}/chain/lines?figure=delivered"),
        "one meal": ("finance", f"/settlement/{MARCH}/lines/{line}"), "budget": ("finance", "/budget/2026"),
        "call-back": ("district", f"/call-back/{MARCH}"), "calls": ("district", "/call-back/draws/1"),
        "findings": ("district", f"/checks/{MARCH}"), "an open finding": ("district", f"/checks/findings/{state['open']}"),
        "a cleared finding": ("district", f"/checks/findings/{state['cleared']}"), "lists from outside": ("district", "/checks/lists"),
        "returned boxes": ("kitchen", f"/days/{DAY}/{LUNCH}/kitchen/boxes"),
        "a resident's statement": ("finance", f"/statements/residents/{resident}/{MARCH}"),
        "a station's statement": ("finance", f"/statements/stations/{MARCH}"), "a vendor's statement": ("vendor", f"/my-work/statement/{MARCH}"),
        "cash of the day": ("finance", f"/cash/{DAY}"), "cash of a round": ("finance", f"/cash/runs/{run}"),
        "claim lines": ("finance", f"/claims/{MARCH}"), "one claim line": ("finance", f"/claims/lines/{number}"),
        "swipes": ("finance", f"/swipes/{MARCH}"), "exports": ("finance", f"/exports/{MARCH}"), "register": ("finance", "/exports/register"),
        "scorecards": ("finance", f"/scorecards/{MARCH}"), "a scorecard": ("finance", f"/vendors/{vendor}/scorecard/{MARCH}"),
        "rulebook": ("finance", "/rulebook"), "entitlement": ("finance", "/rulebook/entitlement"), "a draft of rules": ("finance", "/rulebook/draft"),
    }  # fmt: skip
