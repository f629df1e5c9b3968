"""A vendor's life: legal steps, the checklist, the negative list, and who may decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Conflict, Forbidden, MealrouteError
from mealroute.vendors import admission, editing, incidents, life, life_queries, life_rules, queries
from mealroute.vendors.life_models import VendorIncident
from mealroute.vendors.life_records import Answer, ListItemRecord, ListName
from mealroute.vendors.models import Vendor
from mealroute.vendors.records import VendorState

S = VendorState
TODAY = date(2026, 3, 9)
CLERK = Actor(account_id=1, name="王科员", role=Role.DISTRICT, scope=Scope.everything())
CHIEF = Actor(account_id=2, name="李科长", role=Role.DISTRICT, scope=Scope.everything())
OWNER = Actor(account_id=3, name="赵老板", role=Role.VENDOR, scope=Scope(streets=frozenset(), vendor="V1"))


def applied(db: Session, clock: FixedClock) -> str:
    return admission.apply(db, {"name": "安心餐饮"}, reason="递交申请", by=CLERK, clock=clock)


def answered(db: Session, code: str, clock: FixedClock, *, but: str = "") -> None:
    for item in life_queries.items(db, ListName.ADMISSION, TODAY):
        if item.code != but:
            admission.answer(db, code, item.code, Answer.YES, "现场查看", by=CLERK, clock=clock)


def working(db: Session, state: VendorState = S.ACTIVE) -> str:
    db.add(Vendor(code="V1", name="安心餐饮", state=str(state)))
    db.flush()
    return "V1"


def test_a_vendor_goes_from_application_to_work_and_every_step_is_kept(db: Session, clock: FixedClock) -> None:
    code = applied(db, clock)
    answered(db, code, clock)
    for to in (S.ADMITTED, S.PROBATION, S.ACTIVE):
        life.take_step(db, code, to, reason="合格", by=CHIEF, clock=clock)
    assert [(step.from_state, step.to_state, step.by_name) for step in queries.history(db, code)] == [
        (S.PROBATION, S.ACTIVE, "李科长"),
        (S.ADMITTED, S.PROBATION, "李科长"),
        (S.APPLIED, S.ADMITTED, "李科长"),
        (None, S.APPLIED, "王科员"),
    ]
    assert queries.may_work(db, code, TODAY) == ()


def test_admission_is_refused_while_a_required_item_is_open(db: Session, clock: FixedClock) -> None:
    code = applied(db, clock)
    answered(db, code, clock, but="filing")
    with pytest.raises(Conflict) as refused:
        life.take_step(db, code, S.ADMITTED, reason="合格", by=CHIEF, clock=clock)
    assert refused.value.facts["items"] == ("filing",)
    admission.answer(db, code, "filing", Answer.NO, "没有备案", by=CLERK, clock=clock)
    with pytest.raises(Conflict, match="checklist-open"):
        life.take_step(db, code, S.ADMITTED, reason="合格", by=CHIEF, clock=clock)


def test_an_item_that_is_not_required_does_not_hold_admission_up(db: Session, clock: FixedClock) -> None:
    code = applied(db, clock)
    answered(db, code, clock, but="menu-standard")
    life.take_step(db, code, S.ADMITTED, reason="合格", by=CHIEF, clock=clock)
    assert queries.vendor(db, code).state is S.ADMITTED


def test_a_new_wording_must_be_answered_anew(db: Session, clock: FixedClock) -> None:
    code = applied(db, clock)
    answered(db, code, clock)
    admission.write_item(
        db, ListName.ADMISSION, "filing", text="备案并公示", basis="区里决定", valid_from=TODAY, reason="加公示", by=CHIEF, clock=clock
    )  # fmt: skip
    (line,) = life_rules.still_open(life_queries.checklist(db, code, TODAY))
    assert (line.item.code, line.item.version, line.answer) == ("filing", 1, None)


def test_a_wording_counts_from_its_day_and_the_old_one_until_then(db: Session, clock: FixedClock) -> None:
    tomorrow = TODAY + timedelta(days=1)
    admission.write_item(
        db, ListName.NEGATIVE, "littering", text="乱倒垃圾", basis="区里决定", valid_from=tomorrow, reason="新增", by=CHIEF, clock=clock
    )  # fmt: skip
    admission.end_item(db, ListName.NEGATIVE, "abuse", from_day=tomorrow, reason="并入他条", by=CHIEF, clock=clock)
    today = {item.code for item in life_queries.items(db, ListName.NEGATIVE, TODAY)}
    then = {item.code for item in life_queries.items(db, ListName.NEGATIVE, tomorrow)}
    assert (today - then, then - today) == ({"abuse"}, {"littering"})


def test_no_wording_counts_from_the_past(db: Session, clock: FixedClock) -> None:
    with pytest.raises(MealrouteError, match="item-from-the-past"):
        admission.end_item(
            db, ListName.NEGATIVE, "abuse", from_day=TODAY - timedelta(days=1), reason="x", by=CHIEF, clock=clock
        )


def test_who_entered_the_application_does_not_admit_it(db: Session, clock: FixedClock) -> None:
    code = applied(db, clock)
    answered(db, code, clock)
    with pytest.raises(Forbidden, match="approver-is-applicant"):
        life.take_step(db, code, S.ADMITTED, reason="合格", by=CLERK, clock=clock)


@pytest.mark.parametrize("role", [Role.VENDOR, Role.KITCHEN, Role.DRIVER])
def test_an_account_of_a_vendor_decides_nothing(db: Session, clock: FixedClock, role: Role) -> None:
    code = working(db)
    own = replace(OWNER, role=role)
    with pytest.raises(Forbidden, match="approver-is-vendor"):
        life.take_step(db, code, S.SUSPENDED, reason="x", by=own, clock=clock)
    with pytest.raises(Forbidden, match="approver-is-vendor"):
        admission.answer(db, code, "filing", Answer.YES, "x", by=own, clock=clock)
    with pytest.raises(Forbidden, match="approver-is-vendor"):
        editing.edit(db, code, {"capacity_lunch": 900}, by=own, clock=clock)
    with pytest.raises(Forbidden, match="approver-is-vendor"):
        incidents.report(db, code, "abuse", happened_on=TODAY, account="x", by=own, clock=clock)


@given(st.sampled_from(list(S)), st.sampled_from(list(S)))
def test_every_step_is_either_legal_or_refused_and_leaves_the_state_alone(came_from: S, to: S) -> None:
    assert (to in life_rules.NEXT[came_from]) == (
        (came_from, to)
        in {
            (S.APPLIED, S.ADMITTED), (S.ADMITTED, S.PROBATION), (S.PROBATION, S.ACTIVE), (S.ADMITTED, S.SUSPENDED),
            (S.PROBATION, S.SUSPENDED), (S.ACTIVE, S.SUSPENDED), (S.SUSPENDED, S.PROBATION), (S.SUSPENDED, S.ACTIVE),
            (S.APPLIED, S.EXITED), (S.ADMITTED, S.EXITED), (S.PROBATION, S.EXITED), (S.ACTIVE, S.EXITED), (S.SUSPENDED, S.EXITED),
            (S.EXITED, S.APPLIED),
        }
    )  # fmt: skip


def test_an_illegal_step_leaves_the_state_alone(db: Session, clock: FixedClock) -> None:
    code = working(db, S.APPLIED)
    with pytest.raises(Conflict, match="step-not-legal"):
        life.take_step(db, code, S.ACTIVE, reason="x", by=CHIEF, clock=clock)
    assert queries.vendor(db, code).state is S.APPLIED
    assert queries.history(db, code) == ()


def test_a_working_vendor_does_not_leave_before_its_work_is_handed_over(db: Session, clock: FixedClock) -> None:
    code = working(db)
    with pytest.raises(Conflict, match="exit-needs-hand-over"):
        life.take_step(db, code, S.EXITED, reason="不做了", by=CHIEF, clock=clock)


def test_a_step_needs_its_reason(db: Session, clock: FixedClock) -> None:
    with pytest.raises(MealrouteError, match="reason-needed"):
        life.take_step(db, working(db), S.SUSPENDED, reason="  ", by=CHIEF, clock=clock)


def test_no_step_lies_ahead_or_before_the_step_before_it(db: Session, clock: FixedClock) -> None:
    code = working(db)
    life.take_step(db, code, S.SUSPENDED, reason="检查", by=CHIEF, clock=clock)
    for day in (TODAY + timedelta(days=1), TODAY - timedelta(days=1)):
        with pytest.raises(MealrouteError, match="step-day-wrong"):
            life.take_step(db, code, S.ACTIVE, reason="整改完", on=day, by=CHIEF, clock=clock)


def test_a_confirmed_item_suspends_at_once(db: Session, clock: FixedClock) -> None:
    code = working(db)
    number = incidents.report(
        db, code, "spoiled-food", happened_on=TODAY, account="豆腐发酸，三位老人反映", by=CLERK, clock=clock
    )
    assert queries.may_work(db, code, TODAY) == ()
    assert incidents.decide(db, number, confirmed=True, reason="现场查实", by=CHIEF, clock=clock)
    assert [reason.code for reason in queries.may_work(db, code, TODAY)] == ["vendor-suspended"]
    assert queries.may_work(db, code, TODAY - timedelta(days=1)) == ()
    (step,) = queries.history(db, code)
    assert (step.incident_id, step.by_name, step.effective_on) == (number, "李科长", TODAY)


def test_a_dismissed_report_changes_nothing_and_is_decided_once(db: Session, clock: FixedClock) -> None:
    code = working(db)
    number = incidents.report(db, code, "abuse", happened_on=TODAY, account="听说", by=CLERK, clock=clock)
    assert not incidents.decide(db, number, confirmed=False, reason="不属实", by=CHIEF, clock=clock)
    assert queries.vendor(db, code).state is S.ACTIVE
    with pytest.raises(Conflict, match="incident-decided"):
        incidents.decide(db, number, confirmed=True, reason="又属实", by=CHIEF, clock=clock)


def test_what_was_reported_is_kept_encrypted_and_out_of_the_audit(db: Session, clock: FixedClock) -> None:
    from sqlalchemy import text

    code = working(db)
    incidents.report(db, code, "abuse", happened_on=TODAY, account="王玉兰说的", by=CLERK, clock=clock)
    stored = db.execute(text("select account from vendor_incident")).scalar_one()
    assert "王玉兰" not in stored
    assert db.query(VendorIncident).one().account == "王玉兰说的"
    assert "王玉兰" not in str(audit.events(db))


def test_a_suspended_vendor_is_not_suspended_again_by_a_second_item(db: Session, clock: FixedClock) -> None:
    code = working(db)
    numbers = [
        incidents.report(db, code, item, happened_on=TODAY, account="x", by=CLERK, clock=clock)
        for item in ("abuse", "privacy")
    ]
    assert [
        incidents.decide(db, number, confirmed=True, reason="查实", by=CHIEF, clock=clock) for number in numbers
    ] == [True, False]
    assert len(queries.history(db, code)) == 1


def test_an_edit_keeps_codes_before_and_after_and_of_people_only_that_they_changed(
    db: Session, clock: FixedClock
) -> None:
    code = working(db)
    changed = editing.edit(
        db, code, {"capacity_lunch": 300, "contact_name": "钱女士", "phone": "13900001111", "diets": ["halal"]}, by=CHIEF, clock=clock
    )  # fmt: skip
    assert set(changed) == {"capacity_lunch", "contact_name", "phone", "diets"}
    (event,) = [event for event in audit.events(db) if event.action == "vendors.edited"]
    assert event.detail == {
        "capacity_lunch": [None, 300],
        "contact_name": True,
        "phone": True,
        "diets": [[], ["halal"]],
    }
    assert editing.edit(db, code, {"capacity_lunch": 300}, by=CHIEF, clock=clock) == ()


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": " "}, "name-needed"),
        ({"uscc": "91110101000000000X"}, "not-a-credit-code"),
        ({"contract_from": TODAY, "contract_to": TODAY - timedelta(days=1)}, "dates-out-of-order"),
        ({"star": 6}, "star-wrong"),
        ({"capacity_dinner": -1}, "capacity-wrong"),
        ({"phone": "123"}, "not-a-phone"),
        ({"street_codes": ["110101099"]}, "street-unknown"),
    ],
)
def test_an_edit_that_cannot_be_right_is_refused(
    db: Session, clock: FixedClock, values: dict[str, object], code: str
) -> None:
    vendor = working(db)
    with pytest.raises(MealrouteError) as refused:
        editing.edit(db, vendor, values, by=SYSTEM, clock=clock)
    assert refused.value.code == code


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(st.lists(st.tuples(st.sampled_from("abc"), DAYS, st.booleans()), max_size=8), DAYS)
def test_one_wording_an_item_is_in_force_and_it_has_begun(rows: list[tuple[str, date, bool]], day: date) -> None:
    items = [
        ListItemRecord(
            list_name=ListName.ADMISSION, code=code, version=number, text="x", text_en="", basis="b", required=True, valid_from=start, ends=ends
        )
        for number, (code, start, ends) in enumerate(rows)
    ]  # fmt: skip
    found = life_rules.in_force(items, day)
    assert len({item.code for item in found}) == len(found)
    assert all(item.valid_from <= day and not item.ends for item in found)
    for item in found:
        ending = life_rules.ends_on(item, items)
        assert ending is None or ending > day or ending >= item.valid_from
