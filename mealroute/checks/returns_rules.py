"""Checks of what comes back: portions that are counted at the kitchen's door and claimed, and failed doors whose meal never returns."""

from collections.abc import Iterator

from mealroute.checks.facts import Day, World
from mealroute.checks.hands_facts import rounds_of
from mealroute.checks.records import Found, Limits
from mealroute.checks.tally import Tally


def returned_and_claimed(day: Day, _world: World, limits: Limits) -> Iterator[Found]:
    """19. More portions came back with a run than its records leave: some that are claimed as handed over were still in the boxes.

    Where nobody counted at loading there may have been spare ones aboard: then it takes ``uncounted`` of them.
    """
    if not day.returned:
        return
    for one in rounds_of(day):
        more = one.returned.portions - one.can_come_back
        if more >= (limits["uncounted"] if one.aboard is None else limits["least"]):
            yield Found(
                subject=f"run/{one.run}", lines=one.lines, evidence=(("run", str(one.run)), ("driver", one.driver), one.returned.reference),
                params={"driver": one.driver, "returned": one.returned.portions, "expected": one.can_come_back, "given": one.given},
                day=day.day, vendor=one.vendor, street=one.street,
            )  # fmt: skip


def nothing_comes_back(tally: Tally, _world: World, limits: Limits) -> Iterator[Found]:
    """19. Doors where nobody answered, meals refused, and none of it comes back, though the kitchen counts what does.

    Either the meals went elsewhere, or they never were aboard.
    """
    for driver, rounds in sorted(tally.taken.rounds.items()):
        failed = sum(one.must_come_back for one in rounds)
        returned = sum(min(one.returned.portions, one.must_come_back) for one in rounds)
        if failed >= limits["portions"] and returned * 1000 <= failed * limits["share_permille"]:
            streets = {one.street for one in rounds}
            yield Found(
                subject=f"driver/{driver}", lines=tuple(line for one in rounds for line in one.failed_lines),
                evidence=(("driver", driver), *dict.fromkeys(one.returned.reference for one in rounds)),
                params={"driver": driver, "n": failed, "returned": returned, "rounds": len(rounds)}, vendor=rounds[0].vendor,
                street=min(streets) if len(streets) == 1 else "",
            )  # fmt: skip
