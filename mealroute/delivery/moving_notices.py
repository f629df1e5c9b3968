"""Who is told what when a stop changes hands: both drivers, and the kitchen where it gives out a portion of its own."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.delivery.moving_facts import Standing
from mealroute.delivery.moving_records import Move, Shift
from mealroute.dispatch.models import Run
from mealroute.dispatch.notice_records import Audience, NoticeDraft, NoticeKind
from mealroute.dispatch.records import RunRecord
from mealroute.dispatch.transfer_records import FoodWay
from mealroute.orders.models import BookLine


def of_move(stands: Standing, row: dict[str, Any], chosen: Move) -> list[NoticeDraft]:
    """What both drivers are told of a move to another run."""
    other = stands.other
    gives = giver(stands, "gives", row, chosen.gives, other=other.number if other else None)
    if other is None:
        return [gives]
    takes = NoticeDraft(
        audience=Audience.DRIVER, code=other.driver_code, kind=NoticeKind.HANDS, run_id=row["to_run_id"],
        content=_content(stands, "takes", row, chosen.takes, stands.run.number) | {"route": other.number},
    )  # fmt: skip
    return [gives, takes]


def giver(
    stands: Standing, side: str, row: dict[str, Any], shifts: Sequence[Shift], *, other: int | None = None
) -> NoticeDraft:
    """What the driver is told who had the stop."""
    return NoticeDraft(
        audience=Audience.DRIVER, code=stands.run.driver_code, kind=NoticeKind.HANDS, run_id=stands.run.id,
        content=_content(stands, side, row, shifts, other) | {"route": stands.run.number},
    )  # fmt: skip


def _content(
    stands: Standing, side: str, row: dict[str, Any], shifts: Sequence[Shift], other: int | None
) -> dict[str, Any]:
    moved = {
        "kind": "added" if side == "takes" else "gone", "old": stands.asked.stop.number, "new": None if side == "gives" else stands.asked.stop.number,
        "old_s": None, "new_s": row["arrive_s"] if side == "takes" else None, "visit": row["visit_id"],
        "lines": [line.book_line_id for line in stands.visit.lines],
    }  # fmt: skip
    return {
        "side": side, "kind": row["kind"], "other": other, "stop": stands.asked.stop.number, "portions": row["portions"], "food": row["food"],
        "place": row["place"], "name": row["to_name"], "meet_s": row["meet_s"], "arrive_s": row["arrive_s"], "made_again": row["made_again"],
        "changes": [moved] + [
            {
                "kind": "retimed", "old": shift.number, "new": shift.number, "old_s": shift.before_s, "new_s": shift.after_s,
                "visit": shift.visit_id, "lines": [],
            }
            for shift in shifts
        ],
    }  # fmt: skip


def kitchen(db: Session, stands: Standing, row: dict[str, Any]) -> list[NoticeDraft]:
    """The kitchen that gives out a portion hears of it: how many of what, for whom, when, and whether they are made again."""
    if row["food"] != FoodWay.AGAIN:
        return []
    number = db.scalar(select(Run.number).where(Run.id == row["to_run_id"])) if row["to_run_id"] else None
    return [
        _to_kitchen(
            db, stands, row, number=number, food=FoodWay.AGAIN, meet_s=row["meet_s"], made_again=row["made_again"]
        )
    ]


def kitchen_off(
    db: Session, stands: Standing, row: dict[str, Any], *, number: int | None, meet_s: int | None, made_again: int
) -> NoticeDraft:
    """What the kitchen was told is off: the change was taken back."""
    return _to_kitchen(db, stands, row, number=number, food=FoodWay.STAYS, meet_s=meet_s, made_again=made_again)


def _to_kitchen(
    db: Session, stands: Standing, row: dict[str, Any], *, number: int | None, food: FoodWay, meet_s: int | None, made_again: int
) -> NoticeDraft:  # fmt: skip
    query = select(BookLine.diets, BookLine.dish_code, BookLine.size, BookLine.quantity)
    kinds: Counter[tuple[tuple[str, ...], str, str]] = Counter()
    for diets, dish, size, quantity in db.execute(
        query.where(BookLine.id.in_([line.book_line_id for line in stands.visit.lines]))
    ).tuples():
        kinds[tuple(diets), dish or "", size] += quantity
    content = {
        "side": "kitchen", "kind": row["kind"], "other": number, "route": stands.run.number, "stop": stands.asked.stop.number,
        "portions": row["portions"], "food": str(food), "place": row["place"], "name": row["to_name"], "meet_s": meet_s,
        "arrive_s": row["arrive_s"], "made_again": made_again, "changes": [],
        "loads": [[list(diets), dish, size, 0, n] for (diets, dish, size), n in sorted(kinds.items())],
    }  # fmt: skip
    return NoticeDraft(
        audience=Audience.KITCHEN, code=stands.kitchen_code, kind=NoticeKind.HANDS, run_id=None, content=content
    )


def taken_back(stands: Standing, row: dict[str, Any], had: RunRecord, took: RunRecord | None) -> list[NoticeDraft]:
    """Both drivers: it stays with the one and is off for the other."""
    number, lines = stands.asked.stop.number, [line.book_line_id for line in stands.visit.lines]
    stop = {"old_s": None, "visit": row["visit_id"], "lines": lines}
    shared = {
        "kind": row["kind"], "stop": number, "portions": row["portions"], "food": str(FoodWay.STAYS), "place": "", "name": "",
        "meet_s": None, "arrive_s": row["arrive_s"], "made_again": 0,
    }  # fmt: skip
    back = stop | {"kind": "added", "old": None, "new": number, "new_s": row["arrive_s"]}
    off = stop | {"kind": "gone", "old": number, "new": None, "new_s": None}
    sides = [("takes", had, took, back)] + ([("gives", took, had, off)] if took is not None else [])
    return [
        NoticeDraft(
            audience=Audience.DRIVER, code=run.driver_code, kind=NoticeKind.HANDS, run_id=run.id,
            content=shared | {"side": side, "other": other.number if other else None, "route": run.number, "changes": [change]},
        )
        for side, run, other, change in sides
    ]  # fmt: skip
