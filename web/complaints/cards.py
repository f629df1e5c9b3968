"""What a resident's card shows of their voice: complaints, the last answer, and the meal to ask about by phone."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mealroute.core.actor import Scope
from mealroute.delivery import satisfaction
from mealroute.delivery.satisfaction import AnswerRecord, AskableMeal
from mealroute.oversight import complaint_queries
from mealroute.oversight.records import ComplaintRecord

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Voice:
    """Newest first."""

    complaints: tuple[ComplaintRecord, ...]
    answers: tuple[AnswerRecord, ...]
    meal: AskableMeal | None
    client_id: str


def voice_of(db: Session, resident_id: int, *, scope: Scope) -> Voice:
    """Complaints and answers of one resident, within the person's reach."""
    return Voice(
        complaint_queries.complaints(db, scope=scope, resident_id=resident_id, limit=10),
        satisfaction.of_resident(db, resident_id, limit=5),
        satisfaction.last_meal(db, resident_id),
        str(uuid.uuid4()),
    )
