"""What follows from an outcome at the door: who was seen, how many portions stayed, who must find out what happened."""

import re
from collections.abc import Mapping
from datetime import datetime
from math import isfinite

from mealroute.core.i18n import _
from mealroute.core.money import Fen
from mealroute.delivery.records import FollowUpPlan, LoadedLine, Outcome, ProofInput, ProofProblem

CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{7,63}")
LARGEST_CASH: Fen = 1_000_00
"""More cash than this for one line is a slip of the finger, not a lunch."""
OPEN_RUNS = frozenset({"published", "done"})


def seen(outcome: Outcome) -> bool:
    """Only a meal handed over in person counts as having seen the resident; "left with a neighbour" does not."""
    return outcome is Outcome.HANDED_OVER


def portions(entry: ProofInput, loaded: int) -> int:
    """Portions that stayed at the door."""
    if not entry.outcome.delivered:
        return 0
    return loaded if entry.quantity is None else entry.quantity


def outcome_words(outcome: Outcome) -> str:
    """The outcome in the reader's language."""
    match outcome:
        case Outcome.HANDED_OVER:
            return _("Handed over in person")
        case Outcome.LEFT_WITH_CONTACT:
            return _("Left with a contact")
        case Outcome.LEFT_AT_DOOR:
            return _("Left at the door")
        case Outcome.REFUSED:
            return _("Refused")
        case Outcome.NO_ANSWER:
            return _("No answer")
        case Outcome.MOVED:
            return _("Moved away")
        case Outcome.IN_HOSPITAL:
            return _("In hospital")
        case Outcome.CANCELLED_AT_DOOR:
            return _("Cancelled at the door")
        case Outcome.NOT_REACHED:
            return _("Not reached")
        case Outcome.VOLUNTEER_ABSENT:
            return _("The volunteer did not come")
        case Outcome.SHORT:
            return _("No meal had arrived for this person")


def reason_of(entry: ProofInput) -> str:
    """The reason as given, else the outcome's own words: nothing undelivered stands without a reason."""
    given = entry.reason.strip()
    if given or entry.outcome is Outcome.HANDED_OVER:
        return given
    return outcome_words(entry.outcome)


def fault(entry: ProofInput, line: LoadedLine | None) -> ProofProblem | None:
    """Why this record cannot be taken, if so. What happened at a door is never refused because it should not have."""
    if not CLIENT_ID.fullmatch(entry.client_id):
        return _problem(entry, "proof-id-invalid", _("The record carries no usable id of its own."))
    if line is None:
        return _problem(
            entry, "line-not-on-run", _("This meal is not on this run."), _("Open the run again from the newest link.")
        )
    if line.run_state not in OPEN_RUNS and not line.replaced:
        return _problem(
            entry,
            "run-withdrawn",
            _("This run was withdrawn; nothing can be recorded on it."),
            _("Tell the dispatcher what happened at the door."),
        )
    if entry.quantity is not None and entry.outcome.delivered and not 1 <= entry.quantity <= line.quantity:
        return _problem(
            entry, "quantity-out-of-range", _("Between 1 and %(n)d portions can be handed over here.", n=line.quantity)
        )
    if not 0 <= entry.cash_collected_fen <= LARGEST_CASH:
        return _problem(entry, "cash-out-of-range", _("The cash amount cannot be right."), _("Enter it again in yuan."))
    if any(value is not None and not isfinite(value) for value in (entry.lon, entry.lat)):
        return _problem(entry, "position-invalid", _("The position is not a number."))
    return None


def _problem(entry: ProofInput, code: str, sentence: str, hint: str = "") -> ProofProblem:
    return ProofProblem(entry.client_id, entry.book_line_id, code, sentence, hint)


def follow_up(outcome: Outcome, table: Mapping[Outcome, FollowUpPlan]) -> FollowUpPlan | None:
    """Who has to find out after this outcome; None only where the resident was seen."""
    return None if seen(outcome) else table[outcome]


def met(outcome: Outcome) -> bool:
    """Outcomes after which the resident stood in the door and could be asked something."""
    return outcome in {Outcome.HANDED_OVER, Outcome.REFUSED, Outcome.CANCELLED_AT_DOOR}


def is_asked(resident_id: int, meetings: int, every_nth: int) -> bool:
    """Whether the meeting after ``meetings`` earlier ones is one with the question; the resident's number spreads the turns."""
    return (meetings + 1 + resident_id) % every_nth == 0


def earlier(first: datetime, second: datetime) -> datetime:
    """A second record never gives more time than the first one did."""
    return min(first, second)
