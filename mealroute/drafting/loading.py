"""A draft as it stands, read from its rows. Grounds and evaluations are remembered by what they hold, not by where it is stored."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from mealroute.core.errors import Conflict, NotFound
from mealroute.core.i18n import _
from mealroute.core.memory import Memory
from mealroute.drafting import storing
from mealroute.drafting.evaluate import Evaluation, evaluate
from mealroute.drafting.models import DraftEdit, DraftGround, PlanDraft
from mealroute.drafting.records import Arrangement, DraftId, DraftState, EditKind, EditRecord, Ground

_grounds: Memory[Ground] = Memory(6)
_evaluations: Memory[Evaluation] = Memory(24)
_newest: Memory[Evaluation] = Memory(6)


@dataclass(frozen=True, slots=True)
class Standing:
    """A draft at one revision."""

    draft: PlanDraft
    edit: DraftEdit
    ground: Ground
    now: Evaluation

    @property
    def id(self) -> DraftId:
        return DraftId(self.draft.id)

    @property
    def arrangement(self) -> Arrangement:
        return self.now.arrangement


def draft_row(db: Session, draft_id: DraftId, *, lock: bool = False) -> PlanDraft:
    """The draft's own row. Raises NotFound."""
    row = db.get(PlanDraft, draft_id, with_for_update=lock, populate_existing=lock)
    if row is None:
        raise NotFound("draft-not-found", _("There is no such draft."))
    return row


def open_row(db: Session, draft_id: DraftId) -> PlanDraft:
    """The same for somebody who wants to change it: locked until the commit. Raises Conflict where it has ended."""
    row = draft_row(db, draft_id, lock=True)
    if row.state != DraftState.OPEN:
        raise Conflict(
            "draft-ended", _("This draft has ended: %(by)s saved or dropped it.", by=row.closed_by), _("Open the plan again.")
        )  # fmt: skip
    return row


def standing(db: Session, draft: PlanDraft, *, at: int | None = None) -> Standing:
    """The draft with its ground and what follows, now or at an earlier revision. Raises NotFound for one that never was."""
    revision = draft.revision if at is None else at
    edit = db.scalar(select(DraftEdit).where(DraftEdit.draft_id == draft.id, DraftEdit.revision == revision))
    if edit is None:
        raise NotFound("revision-not-found", _("This draft has no step %(n)d.", n=revision))
    ground = ground_of(db, edit.ground_id)
    return Standing(draft, edit, ground, evaluation(ground, edit.arrangement))


def ground_of(db: Session, ground_id: int) -> Ground:
    """A stored ground; unpacked once."""
    digest = db.scalar(select(DraftGround.digest).where(DraftGround.id == ground_id))

    def unpack() -> Ground:
        row = db.scalars(
            select(DraftGround)
            .where(DraftGround.id == ground_id)
            .options(undefer(DraftGround.content), undefer(DraftGround.matrices))
        ).one()
        if not row.content:
            raise Conflict(
                "draft-emptied", _("This draft ended long ago; its travel times are no longer kept."), _("Its trail and its plan version are.")
            )  # fmt: skip
        return storing.unpack_ground(row.content, row.matrices)

    return _grounds.get(digest, unpack)


def remember(digest: str, ground: Ground) -> None:
    """A ground that has just been stored need not be unpacked."""
    _grounds.get(digest, lambda: ground)


def worked_out(found: Evaluation) -> None:
    """What has just been worked out on a ground: the next one on it takes over the routes that stay."""
    _newest.put(id(found.ground), found)


def evaluation(ground: Ground, packed: bytes) -> Evaluation:
    """What follows from a stored arrangement; worked out once, and of the routes that changed since the last one on this ground."""

    def work_out() -> Evaluation:
        return evaluate(ground, storing.unpack_arrangement(packed), _newest.peek(id(ground)))

    found = _evaluations.get((id(ground), hashlib.sha256(packed).hexdigest()), work_out)
    if found.ground is not ground:  # an id may be given again after a ground was forgotten
        found = work_out()
    _newest.put(id(ground), found)
    return found


def edit_record(row: DraftEdit) -> EditRecord:
    """A row of the trail as a record."""
    return EditRecord(
        revision=row.revision, kind=EditKind(row.kind), detail=row.detail, by=row.by_name, at=row.at,
        stops=frozenset(row.stops), vehicles=frozenset(row.vehicles),
    )  # fmt: skip
