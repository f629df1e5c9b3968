"""Words for cases: what each kind is called, and the sentences that go out."""

from collections.abc import Mapping

from mealroute.core.i18n import _, _l
from mealroute.delivery.ladder_records import StepKind, StepRecord

KINDS: Mapping[str, str] = {
    "no-answer": _l("No answer at the door"), "not-reached": _l("Nobody got there"), "left-not-seen": _l("Meal left, person not seen"),
    "not-fetched": _l("Meal not fetched at the station"), "short": _l("No meal arrived"), "refused": _l("Meal refused"),
    "away": _l("Said to be away"), "slow-door": _l("Opened much later than usual"), "not-eaten": _l("Meals not eaten"),
    "mood": _l("Seems changed"), "needs-help": _l("Needs help"), "silent": _l("Not seen for too long"),
}  # fmt: skip


RUNGS: Mapping[str, str] = {
    "driver": _l("Driver"), "desk": _l("Street desk"), "station": _l("Station"), "family": _l("Family"),
    "community": _l("Community worker"), "rescue": _l("Rescue"),
}  # fmt: skip
TAPS: Mapping[str, str] = {
    "phone/no-answer": _l("Rang, nobody answers"), "phone/spoke": _l("Spoke to somebody"), "knock/no-answer": _l("Knocked, nobody opens"),
    "visit/going": _l("Somebody is on the way"), "visit/seen": _l("Saw the person"), "message/left-word": _l("Left a message"),
    "phone/going": _l("Asked, on the way"), "visit/no-answer": _l("Went there, not found"),
}  # fmt: skip
"""By what means and with what result."""
STEPS: Mapping[str, str] = {
    "opened": _l("Opened"), "climbed": _l("Asked next"), "tried": _l("Tried"), "taken": _l("Taken on"), "recorded": _l("New record from the door"),
    "revealed": _l("Numbers looked at"), "closed": _l("Closed"), "reopened": _l("Opened again"),
}  # fmt: skip


def step_words(step: StepRecord) -> str:
    """One line of a case's history in the reader's language."""
    if step.kind is StepKind.TRIED and step.result:
        found = TAPS.get(f"{step.means}/{step.result}")
        return _(found) if found else _(STEPS["tried"])
    if step.kind is StepKind.CLIMBED and step.rung is not None:
        return _("%(rung)s asked", rung=_(RUNGS[step.rung]))
    return _(STEPS[step.kind])


def kind_words(kind: str) -> str:
    """The kind in the reader's language; an unknown one as it is."""
    found = KINDS.get(kind)
    return _(found) if found else kind


def alarm(*, name: str, street: str, kind: str, since: str, step: str, case_id: int) -> str:
    """What goes out when a rung is reached. Names are masked before they come here."""
    return _(
        "Meal service, %(street)s: %(name)s, %(kind)s since %(since)s. Please: %(step)s. Tell the street desk what you find (case %(n)d).",
        street=street, name=name, kind=kind_words(kind), since=since, step=step, n=case_id,
    )  # fmt: skip


def all_clear(*, name: str, street: str, person: str, case_id: int) -> str:
    """What goes out when a case is closed to everybody who was told."""
    return _(
        "Meal service, %(street)s: %(name)s is looked after, %(person)s knows how. Nothing more is needed. Thank you (case %(n)d).",
        street=street, name=name, person=person, n=case_id,
    )  # fmt: skip
