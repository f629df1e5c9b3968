"""Checks of what passes through people's hands beside the meal: cash that stays in a pocket, calls that reach nobody."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from mealroute.checks.call_back_rules import wilson
from mealroute.checks.facts import World
from mealroute.checks.hands_facts import HandedIn, Purse
from mealroute.checks.records import Found, Limits
from mealroute.checks.tally import Tally
from mealroute.core.money import Fen


def call_back_unreachable(tally: Tally, world: World, limits: Limits) -> Iterator[Found]:
    """25. Of a vendor's call-back sample far more people could not be reached than of everybody else's: are there such people?

    Telephones ring in vain everywhere. So the share must be high in itself, and its lower bound (Wilson at ``z_permille``) above the
    share of all other vendors; where too few of those were asked, above ``usual_permille``.
    """
    for vendor, called in sorted(world.hands.called.items()):
        if called.asked < limits["asked"] or called.missed * 1000 < called.asked * limits["share_permille"]:
            continue
        known = called.others_asked >= limits["asked"]
        usual = called.others_missed * 1000 // called.others_asked if known else limits["usual_permille"]
        if wilson(called.missed, called.asked, limits["z_permille"])[0] > usual:
            yield Found(
                subject=f"vendor/{vendor}", lines=called.lines, evidence=(("vendor", vendor), ("call-back", f"{called.draw}/{vendor}")),
                params={"vendor": vendor, "n": called.missed, "of": called.asked, "others": usual // 10}, vendor=vendor,
                street=tally.street(vendor),
            )  # fmt: skip


def call_back_denied(tally: Tally, world: World, limits: Limits) -> Iterator[Found]:
    """25, 33. Several of a vendor's residents say in the call-back that the meal did not come, far more than of everybody else's.

    One who does not remember is everywhere. So it takes ``least`` of them, and the share's lower bound (Wilson) above that of all others.
    """
    for vendor, called in sorted(world.hands.called.items()):
        known = called.others_heard >= limits["known"]
        usual = called.others_denied * 1000 // called.others_heard if known else limits["usual_permille"]
        if (
            len(called.denied) >= limits["least"]
            and wilson(len(called.denied), called.heard, limits["z_permille"])[0] > usual
        ):
            yield Found(
                subject=f"vendor/{vendor}", lines=called.denied, evidence=(("vendor", vendor), ("call-back", f"{called.draw}/{vendor}")),
                params={"vendor": vendor, "n": len(called.denied), "of": called.heard, "others": usual // 10}, vendor=vendor,
                street=tally.street(vendor),
            )  # fmt: skip


def cash_missing(tally: Tally, world: World, limits: Limits) -> Iterator[Found]:
    """Cash that a driver or counter took on a day has not been received by anybody else in time, and nobody has said why.

    What whoever took it entered as received by themselves is still in the same hands, so it counts as missing.
    """
    for holder, purses in tally.taken.by_holder().items():
        by_day: dict[date, list[tuple[Purse, Fen]]] = defaultdict(list)
        for purse in purses:
            missing = missing_of(purse, _entries(world, purse))
            if missing and world.hands.today > deadline(purse, limits):
                by_day[purse.day].append((purse, missing))
        for day, found in by_day.items():
            missing = sum(fen for _purse, fen in found)
            if missing >= limits["least_fen"]:
                taken = sum(purse.fen for purse, _fen in found)
                yield _of_purses(
                    [purse for purse, _fen in found], f"{holder}/{day}", day=day, taken=taken, missing=missing
                )


def cash_late(tally: Tally, world: World, limits: Limits) -> Iterator[Found]:
    """Cash of one driver or counter comes again and again long after its day: today's money pays for last week's."""
    for holder, purses in tally.taken.by_holder().items():
        late = [(purse, days) for purse in purses if (days := _days_late(purse, _entries(world, purse), limits))]
        if len(late) >= limits["times"]:
            yield _of_purses(
                [purse for purse, _days in late], holder, n=len(late), of=len(purses), days=max(days for _purse, days in late)
            )  # fmt: skip


def deadline(purse: Purse, limits: Limits) -> date:
    """The last day on which it is in time."""
    return purse.day + timedelta(days=limits["days"])


def missing_of(purse: Purse, entries: Sequence[HandedIn]) -> Fen:
    """What is in nobody else's hands. Words count for the difference as it is now, as they do for the cashier."""
    difference = purse.fen - _handed(entries)
    said = [one.fen for one in entries if one.kind == "explained"]
    lacking = 0 if said and said[-1] == difference else max(difference, 0)
    return lacking + max(sum(one.fen for one in entries if one.kind == "handed" and one.own), 0)


def _days_late(purse: Purse, entries: Sequence[HandedIn], limits: Limits) -> int:
    """Days from the meal to the entry that completed the purse; 0 = in time, or not complete."""
    handed = 0
    for one in entries:
        handed += one.fen if one.kind == "handed" else 0
        if one.kind == "handed" and handed >= purse.fen:
            return (one.day - purse.day).days if one.day > deadline(purse, limits) else 0
    return 0


def _handed(entries: Sequence[HandedIn]) -> Fen:
    return sum(one.fen for one in entries if one.kind == "handed")


def _entries(world: World, purse: Purse) -> Sequence[HandedIn]:
    return world.hands.handed.get((purse.run, purse.station), ())


def _of_purses(purses: Sequence[Purse], subject: str, *, day: date | None = None, **params: object) -> Found:
    """Only the resident's subsidy hangs on the resident's payment; the operator's part is not touched."""
    first, streets = purses[0], set().union(*(purse.streets for purse in purses))
    kind, _slash, who = first.holder.partition("/")
    return Found(
        subject=subject, lines=tuple(line for purse in purses for line in purse.lines),
        evidence=((kind, who), *(("purse", purse.key) for purse in purses)), day=day, params={"who": who, **params}, vendor=first.vendor,
        street=min(streets) if len(streets) == 1 else "", beneficiary="resident",
    )  # fmt: skip
