"""How a case climbs: which rung is next, until when each has time, which duty it is, and what is reddest. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from mealroute.delivery.ladder_records import Cover, LadderRules, Rung, RungState
from mealroute.delivery.records import CaseState

RED_STEP = timedelta(minutes=5)
"""A case that is due so soon is nearly red; somebody can still do something about it in time."""


def first_rung(ladder: Mapping[Rung, int], owner: str, *, at_the_door: bool) -> Rung:
    """Where a case begins: with the driver who still stands at the door, else with the desk that the follow-up rules name."""
    if at_the_door and Rung.DRIVER in ladder:
        return Rung.DRIVER
    wanted = Rung.STATION if owner == "station" else Rung.DESK
    return wanted if wanted in ladder else at_least(ladder, Rung.DESK)


def at_least(ladder: Mapping[Rung, int], rung: Rung) -> Rung:
    """The rung itself, else the next higher one of the ladder, else its highest."""
    ordered = sorted(ladder, key=lambda each: each.height)
    return next((each for each in ordered if each.height >= rung.height), ordered[-1])


def higher(ladder: Mapping[Rung, int], present: Rung, asked: Rung) -> Rung:
    """Where a case goes on when its kind changes: the higher of the two on the new ladder, and never below where it stands."""
    there = at_least(ladder, max(present, asked, key=lambda each: each.height))
    return max(there, present, key=lambda each: each.height)


def after(ladder: Mapping[Rung, int], rung: Rung) -> Rung | None:
    """The next rung up; None at the top."""
    higher = sorted((each for each in ladder if each.height > rung.height), key=lambda each: each.height)
    return higher[0] if higher else None


def knock_minutes(rules: LadderRules, slowest_s: int | None) -> int:
    """How long the driver waits after knocking again: as long as this door's slow openings take, within the rule's bounds."""
    own = -(-(slowest_s or 0) // 60) + 1 if slowest_s is not None else 0
    return max(rules.knock_least_minutes, min(own, rules.knock_most_minutes))


def climb(
    ladder: Mapping[Rung, int], rung: Rung, due_at: datetime, now: datetime
) -> tuple[tuple[Rung, datetime, datetime], ...]:
    """The rungs that a case has reached by ``now``: each with the time at which it was due to be asked and the time that it has.

    Each rung's time begins where the one before ended, not when somebody looked: hours during which the program stood
    still are not given to the case. So after a day without the program all rungs are asked at once, each of them once.
    """
    reached = []
    following = after(ladder, rung)
    while following is not None and due_at <= now:
        began, due_at = due_at, due_at + timedelta(minutes=ladder[following])
        reached.append((following, began, due_at))
        following = after(ladder, following)
    return tuple(reached)


def cover_order(rules: LadderRules, second_of_day: int, *, serves: bool) -> tuple[Cover, ...]:
    """Whose duty is asked for, first choice first: at night the night's, on a day without service the holiday's, else the day's."""
    begins, ends = rules.night_from_s, rules.night_to_s
    inside = begins <= second_of_day or second_of_day < ends if begins > ends else begins <= second_of_day < ends
    found = [Cover.NIGHT] if inside else []
    if not serves:
        found.append(Cover.HOLIDAY)
    return (*found, Cover.DAY)


def states(ladder: Mapping[Rung, int], rung: Rung | None, *, open_: bool) -> tuple[RungState, ...]:
    """The ladder as it is drawn. Rungs below the present one are done, whether or not the case began with them.

    A case whose kind has changed may stand on a rung that the new kind's ladder has not: it is drawn all the same.
    """
    ladder = ladder if rung is None or rung in ladder else {**ladder, rung: 0}
    height = rung.height if rung is not None else 0

    def state(each: Rung) -> str:
        if each.height < height or (each.height == height and not open_):
            return "done"
        return "now" if each.height == height else "next"

    return tuple(
        RungState(rung=each, state=state(each), minutes=ladder[each])
        for each in sorted(ladder, key=lambda one: one.height)
    )


class Looked(Protocol):
    """A case as every list of cases holds it."""

    @property
    def id(self) -> int: ...
    @property
    def state(self) -> CaseState: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def must_serve(self) -> bool: ...
    @property
    def weights(self) -> tuple[int, ...]: ...


L = TypeVar("L", bound=Looked)


def reddest(cases: Iterable[L], now: datetime) -> tuple[L, ...]:
    """Open before closed; those beyond their time, then those due within five minutes, then the others; of each the more fragile first."""

    def order(case: Looked) -> tuple[bool, int, bool, tuple[int, ...], datetime, int]:
        red = 0 if now > case.due_at else 1 if case.due_at - now <= RED_STEP else 2
        weights = tuple(-weight for weight in (*case.weights, 0))
        return case.state is not CaseState.OPEN, red, not case.must_serve, weights, case.due_at, case.id

    return tuple(sorted(cases, key=order))
