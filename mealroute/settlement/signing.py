"""A street signs its part of the month: for exactly the figures that its checker has seen."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict

from sqlalchemy.orm import Session

from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, NotFound
from mealroute.core.i18n import _, ngettext
from mealroute.settlement import approving, history, preparing
from mealroute.settlement.month import MonthNow, month_now
from mealroute.settlement.records import Act, Standing, Step, StepRecord, StreetPart
from mealroute.subsidy import queries
from mealroute.subsidy.payers import Payer, Who


def sign(
    db: Session, payer: Who, month: str, streets: Collection[str], *, by: Actor, clock: Clock, now: MonthNow | None = None,
    seen: Mapping[str, str] | None = None, turn: int | None = None,
) -> Standing:  # fmt: skip
    """Sign the parts of the streets, each for exactly what stands there now (``now``: as it was read shortly before). Signing again what is signed changes nothing.

    ``seen``: the digests of the parts that the checker has seen, by street; ``turn``: as ``turn_of`` gave it when they asked.

    Raises
    ------
    MealrouteError
        ``not-prepared``, ``street-not-yours``, ``street-open-differences``, ``part-changed``, ``month-moved-on``, ``period-closed``,
        ``step-same-person``, ``step-needs-account``, ``step-counted-itself``.
    """
    period = history.locked(db, payer, month)
    history.refuse_closed(period)
    account = history.other_hands(db, period, Step.CHECK, by=by)
    now = now or month_now(db, payer, month)
    found = approving.prepared_standing(db, period, now)
    if turn is not None and turn_of(history.steps(db, period.id)) != turn:
        raise Conflict(
            "month-moved-on",
            _("The month has been prepared anew or sent back since; nothing is signed."),
            _("Look at it as it stands now, then sign."),
        )
    for street, part in parts_of(now.parts, streets, by=by, seen=seen or {}).items():
        if street in found.signed and street not in found.stale:
            continue
        history.add(
            db, period, Step.CHECK, Act.SIGNED, street=street, account_id=account, by=by, clock=clock, digest=part.digest,
            figures=asdict(part),
        )  # fmt: skip
    return preparing.standing(db, period, now)


def parts_of(parts: Mapping[str, StreetPart], streets: Collection[str], *, by: Actor, seen: Mapping[str, str]) -> dict[str, StreetPart]:  # fmt: skip
    """The parts of these streets, where the actor may sign each of them as it is.

    Raises
    ------
    MealrouteError
        ``street-not-yours``, ``street-open-differences``, ``part-changed``.
    """
    found = {}
    for street in sorted(set(streets)):
        part = parts.get(street)
        if part is None or not by.scope.sees_street(street):
            raise NotFound("street-not-yours", _("This street has no part of the month, or is not yours to sign."))
        if part.open:
            raise Conflict(
                "street-open-differences",
                ngettext("%(n)d meal of the street is not explained.", "%(n)d meals of the street are not explained.", part.open),
                _("Send it back to whoever prepares the month, and say what is missing."),
            )  # fmt: skip
        if seen.get(street, part.digest) != part.digest:
            raise Conflict(
                "part-changed",
                _("The part of the street has changed since you saw it; nothing is signed."),
                _("Look at it as it stands now, then sign."),
                street=street,
            )
        found[street] = part
    return found


def may_sign(db: Session, who: Payer, month: str, *, by: Actor) -> int:
    """Whether the actor may sign now, as far as the month's history says; gives its ``turn_of``.

    Raises
    ------
    MealrouteError
        ``month-invalid``, ``period-closed``, ``not-prepared``, ``step-same-person``, ``step-needs-account``, ``step-counted-itself``.
    """
    queries.month_days(month)
    period = queries.period(db, who.code, month)
    if period is not None:
        history.refuse_closed(period)
    history.may_act(db, period, Step.CHECK, by=by)
    approving.prepared_once(history.prepared(db, period.id) if period else False)
    return turn_of(history.steps(db, period.id)) if period else 0


def turn_of(entries: Iterable[StepRecord]) -> int:
    """The number of the entry that asked for signatures last: a preparation, or what sent the month back; 0 where there is none."""
    return max((entry.number for entry in entries if entry.act in {Act.PREPARED, Act.SENT_BACK}), default=0)
