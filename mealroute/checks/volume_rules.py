"""Checks of the volume: more claimed than cooked, loaded or possible, and counts that no kitchen has by chance."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from mealroute.checks.facts import Day, Meal, World
from mealroute.checks.records import Found, Limits
from mealroute.checks.tally import Tally


def more_than_loaded(day: Day, _world: World, _limits: Limits) -> Iterator[Found]:
    """19. A trip handed over more portions than the kitchen packed or the driver counted aboard."""
    of: dict[tuple[int, int], list[Meal]] = defaultdict(list)
    for meal in day.delivered:
        if not meal.station:
            of[meal.run, meal.trip].append(meal)
    at_stations: Counter[tuple[int, int]] = Counter()
    for meal in day.delivered:
        if meal.station:
            at_stations[meal.run, meal.trip] += meal.quantity
    for key, meals in of.items():
        packed = day.packed.get(key)
        if packed is None:
            continue
        counted = [count for count in (packed.by_kitchen, packed.by_driver) if count is not None]
        given = sum(meal.quantity for meal in meals) + at_stations[key]
        if counted and given > min(counted):
            yield _group(meals, f"run/{key[0]}/{key[1]}", given=given, counted=min(counted), kind=("run", str(key[0])))


def more_than_received(day: Day, _world: World, _limits: Limits) -> Iterator[Found]:
    """19. A station handed out more portions than it signed for."""
    of: dict[tuple[str, str], list[Meal]] = defaultdict(list)
    for meal in day.delivered:
        if meal.station:
            of[meal.station, meal.slot].append(meal)
    for key, meals in of.items():
        signed = day.received.get(key)
        given = sum(meal.quantity for meal in meals)
        if signed is not None and given > signed:
            yield _group(
                meals, f"station/{key[0]}/{day.day}/{key[1]}", given=given, counted=signed, kind=("station", key[0])
            )


def no_kitchen_log(day: Day, _world: World, limits: Limits) -> Iterator[Found]:
    """19. Meals are claimed from a kitchen that kept its log all month and wrote nothing on this day: no sample, no temperature."""
    of: dict[str, list[Meal]] = defaultdict(list)
    for meal in day.delivered:
        of[meal.kitchen].append(meal)
    for kitchen, meals in of.items():
        if kitchen in day.logs_kept and kitchen not in day.logged and len(meals) >= limits["least"]:
            yield _group(
                meals,
                f"kitchen/{kitchen}/{day.day}",
                given=sum(meal.quantity for meal in meals),
                kitchen=kitchen,
                kind=("kitchen", kitchen),
            )


def over_capacity(day: Day, world: World, _limits: Limits) -> Iterator[Found]:
    """20. More portions in a day than the vendor says it can cook."""
    of: dict[tuple[str, str], list[Meal]] = defaultdict(list)
    for meal in day.delivered:
        of[meal.vendor, meal.slot].append(meal)
    for (code, slot), meals in of.items():
        vendor = world.vendors.get(code)
        most = vendor.capacity.get(slot) if vendor else None
        given = sum(meal.quantity for meal in meals)
        if most and given > most:
            yield _group(meals, f"vendor/{code}/{day.day}/{slot}", given=given, most=most, kind=("vendor", code))


def jump(tally: Tally, world: World, limits: Limits) -> Iterator[Found]:
    """20. A day far above the vendor's median of the same weekday in the four weeks before."""
    for (vendor, day), portions in sorted(tally.served.items()):
        past = [_served(tally, world, vendor, day - timedelta(weeks=n)) for n in range(1, 5)]
        known = sorted(count for count in past if count)
        if len(known) < limits["weeks"]:
            continue
        usual = known[len(known) // 2]
        if portions * 1000 > usual * limits["over_permille"] and portions - usual >= limits["least"]:
            yield Found(
                subject=f"vendor/{vendor}/{day}", lines=_lines(tally, vendor, day), evidence=(("vendor", vendor),), day=day, vendor=vendor,
                params={"vendor": vendor, "portions": portions, "usual": usual}, street=tally.street(vendor),
            )  # fmt: skip


def _served(tally: Tally, world: World, vendor: str, day: date) -> int:
    return tally.served.get((vendor, day), 0) or world.earlier.get(vendor, {}).get(day, 0)


def never_varies(tally: Tally, _world: World, limits: Limits) -> Iterator[Found]:
    """21. The same head count on every day although other people eat each time: a number, not a list of guests.

    A small vendor whose same clients eat every day has constant counts as well and is not meant.
    """
    for vendor, days in tally.persons.items():
        if len(days) < limits["days"]:
            continue
        counts = Counter(len(people) for people in days.values())
        count, times = counts.most_common(1)[0]
        people = set().union(*days.values())
        if (
            count >= limits["least"]
            and times * 1000 >= len(days) * limits["share_permille"]
            and len(people) - count >= limits["others"]
        ):
            yield _vendor(tally, vendor, count=count, days=times, of=len(days), people=len(people))


def never_fails(tally: Tally, _world: World, limits: Limits) -> Iterator[Found]:
    """21. A whole month without one refusal, absence or closed door, where so many records usually have some."""
    for vendor, records in tally.records.items():
        if records >= limits["records"] and not tally.failed[vendor]:
            yield _vendor(tally, vendor, records=records)


def round_numbers(tally: Tally, _world: World, limits: Limits) -> Iterator[Found]:
    """32. Daily counts end in 0 or 5 far more often than counts do. A hint only."""
    of: dict[str, list[int]] = defaultdict(list)
    for (vendor, _day), portions in tally.served.items():
        of[vendor].append(portions)
    for vendor, counts in of.items():
        if (
            len(counts) < limits["days"]
            or sorted(counts)[len(counts) // 2] < limits["least"]
            or len(set(counts)) < limits["distinct"]
        ):
            continue
        if sum(count % 5 == 0 for count in counts) * 1000 >= len(counts) * limits["share_permille"]:
            yield _vendor(tally, vendor, days=sum(count % 5 == 0 for count in counts), of=len(counts))


def closed_day(day: Day, _world: World, _limits: Limits) -> Iterator[Found]:
    """21. Meals on a day on which nothing is served by the calendar."""
    of: dict[str, list[Meal]] = defaultdict(list)
    for meal in day.delivered:
        of[meal.vendor].append(meal)
    if not day.serves:
        for vendor, meals in of.items():
            yield _group(meals, f"vendor/{vendor}/{day.day}", given=len(meals), kind=("vendor", vendor))


def counts_differ(day: Day, _world: World, _limits: Limits) -> Iterator[Found]:
    """30. Two counts of the same thing differ: the foot of a keyed sheet, a counter's closing, a vendor's file, card swipes."""
    for count in day.counts:
        if count.differs or count.ours != count.theirs:
            yield Found(
                subject=f"{count.kind}/{count.subject}", lines=count.lines, evidence=count.evidence, day=day.day, vendor=count.vendor,
                params={"what": count.kind, "ours": count.ours, "theirs": count.theirs, "which": count.subject},
            )  # fmt: skip


def _lines(tally: Tally, vendor: str, day: date) -> tuple[int, ...]:
    return tuple(
        line
        for entries in (tally.of_person[resident] for resident in sorted(tally.persons[vendor][day]))
        for on, line, by, _driver in entries
        if on == day and by == vendor
    )


def _vendor(tally: Tally, vendor: str, **params: object) -> Found:
    return Found(
        subject=f"vendor/{vendor}", evidence=(("vendor", vendor),), params={"vendor": vendor, **params}, vendor=vendor,
        street=tally.street(vendor),
    )  # fmt: skip


def _group(meals: Sequence[Meal], subject: str, *, kind: tuple[str, str], **params: object) -> Found:
    first = meals[0]
    return Found(
        subject=subject, lines=tuple(meal.line for meal in meals), evidence=(kind, ("run", str(first.run))), day=first.day,
        params={"vendor": first.vendor, "driver": first.driver, "station": first.station, **params}, vendor=first.vendor,
        street=first.street,
    )  # fmt: skip
