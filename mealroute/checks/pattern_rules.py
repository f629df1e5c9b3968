"""Checks of patterns that no single record shows: copied days, shifted places, prices by who pays, staff who sign, late keying."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mealroute.checks.door_rules import bare, of_driver, spread_m
from mealroute.checks.facts import BY_HAND, Day, Meal, World
from mealroute.checks.records import Found, Limits
from mealroute.checks.sieve import came_twice
from mealroute.checks.tally import Tally

METRES_NORTH, METRES_EAST = 111_000, 85_000
"""Metres of a degree at the latitude of Beijing; good enough to compare displacements."""


def two_meals_at_once(day: Day, _world: World, limits: Limits) -> Iterator[Found]:
    """9. Lunch and dinner of one person are recorded within minutes: one meal claimed as two."""
    twice, of = came_twice(day), defaultdict[int, list[Meal]](list)
    for meal in day.delivered if twice else ():
        if meal.resident in twice and meal.made_s is not None and meal.source not in BY_HAND:
            of[meal.resident].append(meal)
    for resident, meals in of.items():
        meals.sort(key=lambda meal: meal.made_s or 0)
        for before, after in pairwise(meals):
            apart = (after.made_s or 0) - (before.made_s or 0)
            if before.slot != after.slot and apart < limits["within_s"]:
                yield Found(
                    subject=f"resident/{resident}/{day.day}", lines=(before.line, after.line),
                    evidence=(("resident", str(resident)), *before.evidence, *after.evidence), params={"minutes": -(-apart // 60)},
                    day=day.day, vendor=after.vendor, street=after.street,
                )  # fmt: skip


def bulk_at_once(day: Day, _world: World, limits: Limits) -> Iterator[Found]:
    """14. Nearly all of a counter's meals were tapped faster than a queue of people moves: a pile of cards.

    ``least`` people within ``window_s`` are as fast as a queue may be; more may take as much longer, up to ``longest_s``: a canteen's noon lasts.
    """
    of: dict[tuple[str, str], list[Meal]] = defaultdict(list)
    for meal in day.delivered:
        if meal.station and meal.made_s is not None and meal.source not in BY_HAND:
            of[meal.station, meal.slot].append(meal)
    for (station, slot), meals in of.items():
        if len(meals) < limits["least"]:
            continue
        meals.sort(key=lambda meal: meal.made_s or 0)
        best = _pile(meals, -(-len(meals) * limits["share_permille"] // 1000), limits)
        if best:
            minutes = -(-((best[-1].made_s or 0) - (best[0].made_s or 0) + 1) // 60)
            subject = f"station/{station}/{day.day}/{slot}/bulk"
            yield of_driver(best, subject, kind=("station", station), n=len(best), of=len(meals), minutes=minutes)


def _pile(meals: Sequence[Meal], share: int, limits: Limits) -> Sequence[Meal]:
    """The most records in a row, at least ``share`` of them, that came as fast as a pile of cards does; nothing where none did."""
    enough = max(limits["least"], share)
    for many in range(len(meals), enough - 1, -1):
        longest = min(limits["window_s"] * many // limits["least"], limits["longest_s"])
        for first in range(len(meals) - many + 1):
            if (meals[first + many - 1].made_s or 0) - (meals[first].made_s or 0) < longest:
                return meals[first : first + many]
    return ()


def places_again(tally: Tally, _world: World, limits: Limits) -> Iterator[Found]:
    """16. The phone stood at most doors of a round exactly, to the last digit, where it had stood the time before: positions were copied."""
    for one in tally.patterns.stood:
        if len(one.lines) >= limits["doors"] and len(one.lines) * 1000 >= one.of * limits["share_permille"]:
            yield Found(
                subject=f"driver/{one.driver}/{one.day}/{one.slot}", lines=one.lines, evidence=(("driver", one.driver),), day=one.day,
                params={"driver": one.driver, "doors": len(one.lines), "of": one.of}, vendor=one.vendor, street=one.street,
            )  # fmt: skip


def no_place(tally: Tally, _world: World, limits: Limits) -> Iterator[Found]:
    """16. A driver's phone hardly ever says where it is, though those of others in the street do: no check of places can look at the round."""
    patterns = tally.patterns
    of_street: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for driver, records in patterns.records.items():
        for n, more in enumerate((records, len(patterns.unplaced.get(driver, ())))):
            of_street[patterns.brought[driver][1]][n] += more
    for driver, lines in sorted(patterns.unplaced.items()):
        records = patterns.records[driver]
        every, bare = of_street[patterns.brought[driver][1]]
        others = every - records
        usual = others >= limits["least"] and (others - bare + len(lines)) * 1000 >= others * limits["others_permille"]
        if usual and records >= limits["least"] and len(lines) * 1000 >= records * limits["share_permille"]:
            vendor, street = patterns.brought[driver]
            yield Found(
                subject=f"driver/{driver}", lines=tuple(lines), evidence=(("driver", driver),), vendor=vendor, street=street,
                params={"driver": driver, "n": len(lines), "of": records},
            )  # fmt: skip


def sent_at_once(tally: Tally, _world: World, limits: Limits) -> Iterator[Found]:
    """27. Day after day all records of a driver's round come in together, an hour or more after its last door, though others' in the street do not.

    A phone without network, once or twice, does that as well; one that never has any can be asked for.
    """
    patterns = tally.patterns
    of_street: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for driver, rounds in patterns.rounds.items():
        street = patterns.brought[driver][1]
        of_street[street][0] += rounds
        of_street[street][1] += len(patterns.hoarded.get(driver, ()))
    for driver, late in sorted(patterns.hoarded.items()):
        rounds, (vendor, street) = patterns.rounds[driver], patterns.brought[driver]
        others, late_too = of_street[street][0] - rounds, of_street[street][1] - len(late)
        usual = others < limits["rounds"] or late_too * 1000 > others * limits["others_permille"]
        if not usual and len(late) >= limits["rounds"] and len(late) * 1000 >= rounds * limits["share_permille"]:
            yield Found(
                subject=f"driver/{driver}", lines=tuple(line for _day, lines in late for line in lines), evidence=(("driver", driver),), vendor=vendor,
                params={"driver": driver, "n": len(late), "of": rounds}, street=street,
            )  # fmt: skip


def place_shifted(day: Day, _world: World, limits: Limits) -> Iterator[Found]:
    """16. Every place of a round lies off its door by the same way: a made-up track, or the ledger's points in another datum."""
    for (driver, slot), meals in day.by_driver().items():
        moved = [
            (((meal.lon or 0) - meal.door_lon) * METRES_EAST, ((meal.lat or 0) - meal.door_lat) * METRES_NORTH, meal)
            for meal in meals
            if meal.lon is not None and meal.door_lon is not None and meal.door_lat is not None
        ]
        if len(moved) < limits["least"]:
            continue
        east = sorted(dx for dx, _dy, _meal in moved)[len(moved) // 2]
        north = sorted(dy for _dx, dy, _meal in moved)[len(moved) // 2]
        alike = [meal for dx, dy, meal in moved if math.hypot(dx - east, dy - north) <= limits["within_m"]]
        far = math.hypot(east, north) >= limits["off_m"] and spread_m(alike) > limits["spread_m"]
        if far and len(alike) * 1000 >= len(moved) * limits["share_permille"]:
            metres = round(math.hypot(east, north))
            yield of_driver(alike, f"driver/{driver}/{day.day}/{slot}", doors=len(alike), of=len(moved), metres=metres)


def dish_not_sampled(day: Day, _world: World, limits: Limits) -> Iterator[Found]:
    """19. A dish is handed out for which the kitchen kept no sample that day, although it kept samples of others: was it cooked?"""
    of: dict[tuple[str, str], list[Meal]] = defaultdict(list)
    for meal in day.delivered:
        kept = day.sampled.get(meal.kitchen)
        if meal.dish and kept and meal.dish not in kept:
            of[meal.kitchen, meal.dish].append(meal)
    for (kitchen, dish), meals in of.items():
        portions = sum(meal.quantity for meal in meals)
        if portions >= limits["least"]:
            yield Found(
                subject=f"kitchen/{kitchen}/{day.day}/{dish}", lines=tuple(meal.line for meal in meals), evidence=(("kitchen", kitchen),),
                params={"kitchen": kitchen, "dish": dish, "given": portions}, day=day.day, vendor=meals[0].vendor, street=meals[0].street,
            )  # fmt: skip


def copied_day(tally: Tally, _world: World, limits: Limits) -> Iterator[Found]:
    """14, 21. A driver's records of two days agree to the second at many doors, or but for one shift of all: a day was copied.

    So are the day's other meal, and the last days of whoever brought to these doors before.
    """
    for one in tally.patterns.copied:
        if len(one.lines) >= limits["doors"]:
            yield Found(
                subject=f"driver/{one.driver}/{one.day}/{one.slot}", lines=one.lines, evidence=(("driver", one.driver),),
                params={"driver": one.driver, "doors": len(one.lines), "earlier": one.earlier.isoformat(), "shift": one.shift_s}, day=one.day, vendor=one.vendor,
                street=one.street,
            )  # fmt: skip


def dearer_if_subsidised(tally: Tally, _world: World, limits: Limits) -> Iterator[Found]:
    """11. One dish, two prices: who gets a subsidy pays more for it than everybody else."""
    patterns = tally.patterns
    for vendor, dish in sorted({(vendor, dish) for vendor, dish, _subsidised in patterns.prices}):
        with_it, without = patterns.prices.get((vendor, dish, True)), patterns.prices.get((vendor, dish, False))
        if not with_it or not without or min(with_it.total(), without.total()) < limits["least"]:
            continue
        usual = without.most_common(1)[0][0]
        dear = Counter({price: n for price, n in with_it.items() if price >= usual + limits["above_fen"]})
        if dear.total() * 1000 >= with_it.total() * limits["share_permille"]:
            lines = tuple(sorted(line for price in dear for line in patterns.dear[vendor, dish, price]))
            price = dear.most_common(1)[0][0]
            yield Found(
                subject=f"vendor/{vendor}/{dish}".rstrip("/"), lines=lines, evidence=(("vendor", vendor),),
                params={"vendor": vendor, "price": price, "list": usual, "n": dear.total(), "of": with_it.total()}, vendor=vendor,
                street=tally.street(vendor),
            )  # fmt: skip


def left_with_staff(tally: Tally, world: World, limits: Limits) -> Iterator[Found]:
    """22, 24. Meals were taken by somebody who bears the name of a driver of the vendor: its own people sign for its guests."""
    of: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for resident, entries in tally.left.items():
        for line, who, vendor in entries:
            if bare(who) in world.staff.get(vendor, ()):
                of[vendor].append((resident, line))
    for vendor, taken in sorted(of.items()):
        if len(taken) >= limits["least"]:
            yield Found(
                subject=f"staff/{vendor}", lines=tuple(line for _resident, line in taken), vendor=vendor,
                evidence=(("vendor", vendor), *(("line", str(line)) for _resident, line in taken[:40])),
                params={"vendor": vendor, "n": len(taken), "people": len({resident for resident, _line in taken})}, street=tally.street(vendor),
            )  # fmt: skip


def keyed_late(tally: Tally, _world: World, limits: Limits) -> Iterator[Found]:
    """27. Paper records were keyed many days after their day, when what is missing for a claim is known."""
    for vendor, entries in sorted(tally.patterns.keyed.items()):
        late = [line for days, line in entries if days > limits["days"]]
        if len(late) >= limits["least"]:
            yield Found(
                subject=f"vendor/{vendor}", lines=tuple(late), evidence=(("vendor", vendor),), vendor=vendor, street=tally.street(vendor),
                params={"vendor": vendor, "n": len(late), "days": max(days for days, _line in entries)},
            )  # fmt: skip
