"""Which steps of a vendor's life are legal, and which items of a list are in force. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from mealroute.vendors.life_records import AnswerRecord, ChecklistLine, ListItemRecord
from mealroute.vendors.records import VendorState

S = VendorState
NEXT: Mapping[VendorState, tuple[VendorState, ...]] = {
    S.APPLIED: (S.ADMITTED, S.EXITED),
    S.ADMITTED: (S.PROBATION, S.SUSPENDED, S.EXITED),
    S.PROBATION: (S.ACTIVE, S.SUSPENDED, S.EXITED),
    S.ACTIVE: (S.SUSPENDED, S.EXITED),
    S.SUSPENDED: (S.PROBATION, S.ACTIVE, S.EXITED),
    S.EXITED: (S.APPLIED,),
}
"""Legal steps. Who has left may apply again (policy D50: 能进能出); from a suspension the way back is probation or work."""


def needs_hand_over(came_from: VendorState, to: VendorState) -> bool:
    """Whether leaving must go through the exit page: only an applicant has nothing that others must take over."""
    return to is S.EXITED and came_from is not S.APPLIED


def in_force(items: Iterable[ListItemRecord], day: date) -> tuple[ListItemRecord, ...]:
    """The wordings that hold on ``day``, one a code, in the order in which codes first came; ended items are left out."""
    newest: dict[str, ListItemRecord] = {}
    for item in items:
        held = newest.get(item.code)
        if item.valid_from <= day and (
            held is None or (held.valid_from, held.version) < (item.valid_from, item.version)
        ):
            newest[item.code] = item
    return tuple(item for item in newest.values() if not item.ends)


def ends_on(item: ListItemRecord, items: Iterable[ListItemRecord]) -> date | None:
    """The first day on which a later version takes the place of ``item``; ``None`` = it goes on."""
    later = [
        other.valid_from
        for other in items
        if other.code == item.code and (other.valid_from, other.version) > (item.valid_from, item.version)
    ]
    return min(later, default=None)


def checklist(items: Sequence[ListItemRecord], answers: Iterable[AnswerRecord]) -> tuple[ChecklistLine, ...]:
    """Items in force with the newest answer to each; an answer to another wording does not count. ``answers``: oldest first."""
    newest = {(answer.item_code, answer.item_version): answer for answer in answers}
    return tuple(ChecklistLine(item=item, answer=newest.get((item.code, item.version))) for item in items)


def still_open(lines: Iterable[ChecklistLine]) -> tuple[ChecklistLine, ...]:
    """Required lines that keep a vendor from being admitted."""
    return tuple(line for line in lines if line.item.required and line.open)
