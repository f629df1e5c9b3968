"""What a phone asks to have stored, and how the answer is told: the same for the pages and for the porch in front of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.i18n import DEFAULT_LANGUAGE, _
from mealroute.delivery.door_links import Key
from mealroute.delivery.letters import Answer, Letter
from mealroute.delivery.records import Duplicate, ProofProblem
from web.driver import letters
from web.driver.forms import wrong

Told = tuple[dict[str, Any], int]
"""The answer as JSON, and its status."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A letter that can be read, and what to say once each of its items has its answer."""

    letter: Letter
    tell: Callable[[Sequence[Answer]], Told]


def language_of(body: Any, otherwise: str = DEFAULT_LANGUAGE) -> str:
    """The language in which the phone's page stands (``lang`` of the letter), so that what is refused can be read there."""
    told = body.get("lang") if isinstance(body, dict) else None
    return str(told)[:2] if isinstance(told, str) else otherwise


def records(body: Any, key: Key, now: datetime) -> Asked:
    """Records in their driver's order; an answer for each. Raises a MealrouteError for a body that is no letter."""
    found = letters.opened(body, key, now)
    return Asked(
        found.letter, lambda answers: ({"answers": letters.answered(found, answers), "now": now.isoformat()}, 200)
    )


def proof(body: Any, key: Key, now: datetime) -> Asked:
    """One record of a door. Raises a MealrouteError for what cannot be read; ``tell`` raises it for what is refused."""
    if not isinstance(body, dict):
        raise MealrouteError("not-an-object", _("The body must be one JSON object."))
    item = letters.proof_of(body, letters.Phone("", timedelta(), now))
    return Asked(Letter(key, (item,)), _told)


def _told(answers: Sequence[Answer]) -> Told:
    (answer,) = answers
    if isinstance(answer, ProofProblem):
        if answer.code == "line-not-on-run":
            raise wrong("book_line_id")
        raise Conflict(answer.code, answer.sentence, answer.hint)
    again = isinstance(answer, Duplicate)
    told = {"state": "duplicate" if again else "recorded", "proof_id": getattr(answer, "proof_id", None)}
    return told, 200 if again else 201
