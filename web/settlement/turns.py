"""Whose turn it is: which step the reader may take on the month's page now, and why not where they may not."""

from dataclasses import dataclass

from mealroute.accounts import rules
from mealroute.core.actor import Actor
from mealroute.settlement.overview import Overview
from mealroute.settlement.records import Stage, Step, StepRecord

NEEDS = {
    Step.PREPARE: "subsidy.close",
    Step.CHECK: "settlement.check",
    Step.APPROVE: "settlement.approve",
    Step.PAY: "settlement.pay",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """``step`` is the next one where the reader's role may take it; ``taken`` is their part in another step, which forbids it.

    ``may`` are the steps that the reader's role may take at all; ``streets`` the parts that wait for their signature.
    """

    step: Step | None
    taken: StepRecord | None
    may: frozenset[Step]
    streets: tuple[str, ...]


def turn(found: Overview, by: Actor, *, current: bool = True) -> Turn:
    """What the reader may do now. Preparing again is possible as long as the month is open.

    ``current`` False: the figures on the page are not those of this moment, and nobody signs or approves what they have not seen.
    """
    may = frozenset(step for step, permission in NEEDS.items() if rules.may(by, permission))
    whole = by.scope.streets is None
    step = found.standing.step if found.standing.step in may else None
    if step is None and Step.PREPARE in may and not found.closed:
        step = Step.PREPARE
    if not whole and step in {Step.PREPARE, Step.APPROVE}:
        step = None
    if not current and step in {Step.CHECK, Step.APPROVE}:
        step = None
    waiting = (*found.standing.unsigned, *found.standing.stale) if found.standing.stage is Stage.TO_CHECK else ()
    mine = tuple(street for street in found.parts if street in waiting)
    if step is Step.CHECK and not mine:
        step = None
    taken = found.part_in(by.account_id, step) if step is not None else None
    return Turn(step=step, taken=taken, may=may, streets=mine)
