"""A sheet that goes to two streets, keyed by two clerks: each their own stops, nobody another's names, the totals those of the sheet."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.delivery.models import Proof, StationReceipt
from mealroute.dispatch.sheet_codes import SheetCode
from mealroute.paper import keying
from mealroute.paper.keying_records import FootText, KeySheet, RowText
from mealroute.planning.records import PlanVersionId
from tests.integration.paper_world import published
from tests.integration.planning_world import OTHER_STREET, STREET


def clerk(*streets: str) -> Actor:
    scope = Scope(streets=frozenset(streets)) if streets else Scope.everything()
    return Actor(account_id=3, name="李敏" if STREET in streets else "王磊", role=Role.DISPATCHER, scope=scope)


ONE, OTHER, WHOLE = clerk(STREET), clerk(OTHER_STREET), clerk()


@pytest.fixture
def code(db: Session, clock: FixedClock) -> SheetCode:
    """A sheet with stops in both streets."""
    version = published(db, clock)
    for number in range(1, 9):
        found = SheetCode(int(PlanVersionId(version)), number)
        try:
            if keying.sheet(db, found, scope=ONE.scope).foreign:
                return found
        except NotFound:
            continue
    raise AssertionError("no sheet of the small district goes to both streets")


def ticked(found: KeySheet) -> tuple[RowText, ...]:
    """Every own stop ticked, everybody paid what was due."""
    rows = []
    for stop in dict.fromkeys(line.stop for line in found.own):
        due = sum(line.cash_due_fen for line in found.own if line.stop == stop)
        rows.append(RowText(str(stop), "1", "", f"{due / 100:.2f}" if due else ""))
    return tuple(rows)


def foot_of(found: KeySheet) -> FootText:
    """What the driver writes below the whole sheet when every door opened."""
    left = sum(line.quantity for line in found.lines if line.station_code)
    cash = sum(line.cash_due_fen for line in found.lines)
    return FootText(seen=str(found.portions - left), left=str(left), back="0", cash=f"{cash / 100:.2f}")


def save(db: Session, code: SheetCode, by: Actor, clock: FixedClock, foot: FootText | None = None, **more: str) -> None:
    found = keying.sheet(db, code, scope=by.scope)
    keying.save(db, found, ticked(found), foot or foot_of(found), by=by, clock=clock, **more)  # type: ignore[arg-type]


def recorded(db: Session) -> int:
    """Portions that have a record or lie in a signed box."""
    boxes = db.scalar(select(func.coalesce(func.sum(StationReceipt.portions), 0))) or 0
    return (db.scalar(select(func.coalesce(func.sum(Proof.quantity), 0))) or 0) + boxes


def test_each_clerk_sees_names_of_their_own_street_alone(db: Session, code: SheetCode) -> None:
    one, other = (keying.sheet(db, code, scope=by.scope) for by in (ONE, OTHER))
    assert one.portions == other.portions
    assert set(one.foreign) == {line.stop for line in other.own}
    assert {bool(line.name) for line in one.own} == {True}
    assert {line.name for line in one.lines if not line.mine} == {""}
    with pytest.raises(NotFound, match="sheet-not-found"):
        keying.sheet(db, code, scope=clerk("110101001").scope)


def test_two_clerks_key_one_sheet_and_together_it_is_whole(db: Session, code: SheetCode, clock: FixedClock) -> None:
    save(db, code, ONE, clock)
    one = keying.sheet(db, code, scope=ONE.scope)
    half = keying.keyed(db, one)
    assert half is not None
    assert (half.missing, half.waiting) == (0, len(one.foreign))
    assert recorded(db) == sum(line.quantity for line in one.own)

    save(db, code, OTHER, clock)
    whole = keying.sheet(db, code, scope=WHOLE.scope)
    done = keying.keyed(db, whole)
    assert done is not None
    assert (done.waiting, done.by_name) == (0, "王磊")
    assert done.sums.seen + done.sums.left + done.sums.back == whole.portions == recorded(db)
    rows, _foot = keying.typed(db, whole)
    assert keying.check(db, whole, rows, foot_of(whole)).agrees


def test_a_stop_of_another_street_is_refused_with_its_row(db: Session, code: SheetCode, clock: FixedClock) -> None:
    found = keying.sheet(db, code, scope=ONE.scope)
    rows = (*ticked(found), RowText(str(found.foreign[0]), "1"))
    with pytest.raises(MealrouteError, match="sheet-faulty"):
        keying.save(db, found, rows, foot_of(found), by=ONE, clock=clock)
    (fault,) = keying.check(db, found, rows, foot_of(found)).faults
    assert (fault.row, fault.field) == (len(rows) - 1, "stop")
    assert recorded(db) == 0


def test_the_others_rows_stay_when_one_clerk_corrects_theirs(db: Session, code: SheetCode, clock: FixedClock) -> None:
    save(db, code, ONE, clock)
    save(db, code, OTHER, clock)
    found = keying.sheet(db, code, scope=ONE.scope)
    rows, foot = keying.typed(db, found)
    assert rows == ticked(found)
    line = next(line for line in found.own if not line.station_code and line.cash_due_fen == 0)
    alone = sum(each.quantity for each in found.own if each.stop == line.stop)
    refused = tuple(RowText(row.stop, "4") if row.stop == str(line.stop) else row for row in rows)
    corrected = replace(foot, seen=str(int(foot.seen) - alone), back=str(alone))
    with pytest.raises(MealrouteError, match="sheet-clashes"):
        keying.save(db, found, refused, corrected, by=ONE, clock=clock)
    keying.save(db, found, refused, corrected, replaces=True, by=ONE, clock=clock)
    whole = keying.sheet(db, code, scope=WHOLE.scope)
    assert {row.stop for row in keying.typed(db, whole)[0]} == {str(stop) for stop in whole.stops}


@pytest.mark.parametrize("wrong", [{"seen": "0"}, {"seen": "99"}, {"back": ""}, {"cash": "0"}])
def test_the_foot_is_checked_while_the_rest_is_open(
    db: Session, code: SheetCode, clock: FixedClock, wrong: dict[str, str]
) -> None:
    found = keying.sheet(db, code, scope=ONE.scope)
    if "cash" in wrong and not any(line.cash_due_fen for line in found.own):
        pytest.skip("nobody of this street pays in cash")
    with pytest.raises(MealrouteError, match="sheet-differs"):
        save(db, code, ONE, clock, replace(foot_of(found), **wrong))
    save(db, code, ONE, clock, replace(foot_of(found), **wrong), reason="司机写错")


def test_the_last_clerk_has_every_total_checked(db: Session, code: SheetCode, clock: FixedClock) -> None:
    foot = foot_of(keying.sheet(db, code, scope=WHOLE.scope))
    moved = replace(foot, seen=str(int(foot.seen) - 1), back="1")  # agrees as long as the other street is open
    save(db, code, ONE, clock, moved)
    with pytest.raises(MealrouteError, match="sheet-differs"):
        save(db, code, OTHER, clock, moved)
    save(db, code, OTHER, clock, foot)


def test_the_same_part_twice_changes_nothing(db: Session, code: SheetCode, clock: FixedClock) -> None:
    save(db, code, ONE, clock)
    before = db.scalar(select(func.count(Proof.id)))
    save(db, code, ONE, clock)
    assert db.scalar(select(func.count(Proof.id))) == before
