"""Checks of the confirmation: was somebody really at that door, at that time, once?"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mealroute.checks.facts import BY_HAND, Day, Meal, World
from mealroute.checks.records import Found, Limits
from mealroute.checks.sieve import by_phone, came_twice, may_be_apart, placed
from mealroute.checks.tally import Tally
from mealroute.core.geo import LonLat, haversine_m

_AROUND = re.compile(r"[\s()（）·.]|代收|代领|代取|代签|代$|(?<=[)）])代|代(?=[)）])")


def person_in_two_places(day: Day, world: World, limits: Limits) -> Iterator[Found]:
    """13. The same person confirms at two places between which there was no time to travel."""
    twice, of = came_twice(day), defaultdict[int, list[Meal]](list)
    for meal in day.delivered if twice else ():
        if (
            meal.resident in twice
            and meal.made_s is not None
            and meal.seen
            and meal.outcome == "handed-over"
            and place_of(meal)
        ):
            of[meal.resident].append(meal)
    for meals in of.values():
        meals.sort(key=lambda meal: meal.made_s or 0)
        for before, after in pairwise(meals):
            need = leg_s(before, after, world, limits)
            if (after.made_s or 0) - (before.made_s or 0) + limits["slack_s"] < need:
                yield Found(
                    subject=f"resident/{before.resident}/{day.day}", lines=(before.line, after.line),
                    evidence=(("resident", str(before.resident)), *before.evidence, *after.evidence),
                    params={"minutes": _minutes((after.made_s or 0) - (before.made_s or 0)), "need": _minutes(need)}, day=day.day,
                    vendor=after.vendor, street=after.street,
                )  # fmt: skip


def burst(day: Day, _world: World, limits: Limits) -> Iterator[Found]:
    """14. More doors in a minute than anybody can reach: by driver; people behind one door count as one door."""
    for (driver, slot), made in by_phone(day).items():
        if not _crowded(made, limits["window_s"], limits["doors"]):
            continue
        worst: list[Meal] = []
        start = 0
        for end, meal in enumerate(made):
            while (meal.made_s or 0) - (made[start].made_s or 0) >= limits["window_s"]:
                start += 1
            here = made[start : end + 1]
            if len({doors.place for doors in here}) > len({doors.place for doors in worst}):
                worst = here
        doors = len({meal.place for meal in worst})
        if doors > limits["doors"]:
            yield of_driver(worst, f"driver/{driver}/{day.day}/{slot}", doors=doors, seconds=limits["window_s"])


def _crowded(made: Sequence[Meal], window_s: int, most: int) -> bool:
    """Whether more than ``most`` records lie within the window, whoever's door it was."""
    seconds = [meal.made_s or 0 for meal in made]
    return any(later - earlier < window_s for earlier, later in zip(seconds, seconds[most:], strict=False))


def burst_at_counter(day: Day, _world: World, limits: Limits) -> Iterator[Found]:
    """14. More people at a counter in one second or minute than a counter can serve."""
    of: dict[tuple[str, str], list[Meal]] = defaultdict(list)
    for meal in day.delivered:
        if meal.station and meal.made_s is not None and meal.source not in BY_HAND:
            of[meal.station, meal.slot].append(meal)
    for (station, slot), meals in of.items():
        second, n = Counter(meal.made_s for meal in meals).most_common(1)[0]
        minute, many = Counter((meal.made_s or 0) // 60 for meal in meals).most_common(1)[0]
        if n > limits["at_once"] or many > limits["in_a_minute"]:
            same = [meal for meal in meals if meal.made_s == second] if n > limits["at_once"] else []
            same = same or [meal for meal in meals if (meal.made_s or 0) // 60 == minute]
            yield of_driver(same, f"station/{station}/{day.day}/{slot}", kind=("station", station), doors=len(same))


def outside_window(day: Day, _world: World, limits: Limits) -> Iterator[Found]:
    """15. Confirmed outside the meal's time, the margin for late doors included."""
    for meal in day.delivered:
        if meal.made_s is None or not (meal.claims or meal.at_door):
            continue
        early = meal.made_s < limits[f"{meal.slot}_from_s"] if f"{meal.slot}_from_s" in limits else False
        late = meal.made_s > limits[f"{meal.slot}_to_s"] if f"{meal.slot}_to_s" in limits else False
        if early or late:
            yield _run(meal, "hours", at=_clock(meal.made_s))


def before_loading(day: Day, _world: World, limits: Limits) -> Iterator[Found]:
    """15. Confirmed before the meal was cooked, or before its trip had left: no route can hand over what is not aboard."""
    of: dict[tuple[int, int], tuple[int | None, int]] = {}
    for meal in day.delivered:
        if meal.made_s is None or meal.source in BY_HAND or meal.station:
            continue
        trip = of.get((meal.run, meal.trip))
        if trip is None:
            gone = day.packed.get((meal.run, meal.trip))
            ready = day.ready_s.get((meal.kitchen, meal.slot))
            begins = max(filter(None, (gone.left_s if gone else None, ready)), default=None)
            floor = (
                begins - limits["clock_slack_s"] if begins is not None else meal.route_from_s - limits["plan_slack_s"]
            )
            trip = of[meal.run, meal.trip] = begins, floor
        begins, floor = trip
        if meal.made_s < floor:
            yield _run(
                meal,
                "loading",
                at=_clock(meal.made_s),
                earliest=_clock(begins if begins is not None else meal.route_from_s),
            )


def far_from_door(day: Day, _world: World, limits: Limits) -> Iterator[Found]:
    """16. Many of a driver's records of one meal were made far from their doors; single ones are the weather of GPS."""
    for (driver, slot), meals in placed(day).items():
        far = [meal for meal in meals if may_be_apart(meal, limits["far_m"]) and away_m(meal) > limits["far_m"]]
        if len(far) >= limits["least"] and len(far) * 1000 >= limits["share_permille"] * len(meals):
            metres = sorted(round(away_m(meal)) for meal in far)[len(far) // 2]
            yield of_driver(far, f"driver/{driver}/{day.day}/{slot}", doors=len(far), of=len(meals), metres=metres)


def from_one_place(day: Day, _world: World, limits: Limits) -> Iterator[Found]:
    """16. Records of doors that lie far apart were all made at one place: somebody sat and tapped."""
    for (driver, slot), meals in placed(day).items():
        # Two grids, half a cell apart: what lies on the edge of one lies inside the other.
        for shift in (0.0, 0.5):
            places = [(int((meal.lon or 0) * 1800 + shift), int((meal.lat or 0) * 2200 + shift)) for meal in meals]
            if max(Counter(places).values(), default=0) < limits["doors"]:
                continue
            cells: dict[tuple[int, int], list[Meal]] = defaultdict(list)
            for place, meal in zip(places, meals, strict=True):
                cells[place].append(meal)
            sat = [
                group
                for group in cells.values()
                if _doors(group) >= limits["doors"] and spread_m(group) > limits["spread_m"]
            ]
            if sat:
                group = max(sat, key=_doors)
                yield of_driver(
                    group, f"driver/{driver}/{day.day}/{slot}", doors=_doors(group), metres=round(spread_m(group))
                )
                break


def _doors(meals: Sequence[Meal]) -> int:
    return len({meal.place for meal in meals})


def same_digits(day: Day, _world: World, limits: Limits) -> Iterator[Found]:
    """Positions that no phone gives: the same to the last digit at different doors, or exactly the plan's point each time."""
    for (driver, slot), meals in placed(day).items():
        times = Counter((meal.lon, meal.lat) for meal in meals)
        groups: dict[tuple[float | None, float | None], list[Meal]] = defaultdict(list)
        for meal in meals if max(times.values(), default=0) >= limits["doors"] else ():
            groups[meal.lon, meal.lat].append(meal)
        same = max(groups.values(), key=lambda group: len({meal.place for meal in group}), default=[])
        exact = [meal for meal in meals if meal.lon == meal.door_lon and meal.lat == meal.door_lat]
        doors = len({meal.place for meal in same})
        if doors >= limits["doors"] and spread_m(same) > limits["spread_m"]:
            yield of_driver(same, f"driver/{driver}/{day.day}/{slot}", doors=doors)
        elif len(exact) >= limits["exact"] and len(exact) * 10 >= len(meals) * 9:
            yield of_driver(exact, f"driver/{driver}/{day.day}/{slot}", doors=len(exact))


def even_intervals(day: Day, _world: World, limits: Limits) -> Iterator[Found]:
    """Doors at even intervals (a few seconds of jitter do not hide it), or each exactly at its planned second."""
    for (driver, slot), made in by_phone(day).items():
        first: dict[int, Meal] = {}
        for meal in made:
            first.setdefault(meal.visit, meal)
        stops = list(first.values())
        if len(stops) < limits["stops"]:
            continue
        gaps = [(after.made_s or 0) - (before.made_s or 0) for before, after in pairwise(stops)]
        usual = sorted(gaps)[len(gaps) // 2]
        even = sum(abs(gap - usual) <= limits["within_s"] for gap in gaps)
        offset = sorted((meal.made_s or 0) - meal.planned_s for meal in stops)[len(stops) // 2]
        ordered = sorted(gaps)
        inner = ordered[-1 - len(ordered) // 10] - ordered[len(ordered) // 10]
        smooth = usual >= limits["least_s"] and inner * 1000 <= limits["spread_permille"] * usual
        by_plan = sum(abs((meal.made_s or 0) - meal.planned_s - offset) <= limits["within_s"] for meal in stops)
        if (
            smooth
            or even * 1000 >= limits["share_permille"] * len(gaps)
            or by_plan * 1000 >= limits["share_permille"] * len(stops)
        ):
            yield of_driver(stops, f"driver/{driver}/{day.day}/{slot}", doors=len(stops), seconds=usual)


def same_photo(tally: Tally, _world: World, _limits: Limits) -> Iterator[Found]:
    """22. One photo, to the last bit, proves several meals of different doors or days."""
    for digest, photos in tally.photos.items():
        places = {(photo.place, photo.day) for photo in photos}
        if digest and len(places) > 1:
            yield Found(
                subject=f"photo/{digest[:16]}", lines=tuple(sorted({photo.line for photo in photos})),
                evidence=tuple(("proof", str(photo.proof)) for photo in photos), params={"n": len(photos), "doors": len(places)},
                day=photos[0].day, vendor=photos[0].vendor,
            )  # fmt: skip


def phone_of_many(tally: Tally, world: World, limits: Limits) -> Iterator[Found]:
    """22. One telephone number stands for several residents who do not live together."""
    of: dict[str, list[int]] = defaultdict(list)
    for resident in tally.of_person:
        person = world.people.get(resident)
        if person is not None and person.phone:
            of[person.phone].append(resident)
    for residents in of.values():
        if len({world.people[resident].address for resident in residents}) >= limits["addresses"]:
            first = world.people[min(residents)]
            yield Found(
                subject=f"phone-of/{first.id}", lines=tuple(line for each in sorted(residents) for _day, line, _v, _d in tally.of_person[each]),
                evidence=tuple(("resident", str(resident)) for resident in sorted(residents)), params={"n": len(residents)},
                street=first.street,
            )  # fmt: skip


def taken_by_one(tally: Tally, world: World, limits: Limits) -> Iterator[Found]:
    """22. One named person takes the meals of many residents who do not live together (代领)."""
    of: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for resident, entries in tally.left.items():
        for line, who, vendor in entries:
            if len(bare(who)) >= 2 and not unnamed(who):
                of[bare(who), vendor].append((resident, line))
    for (_who, vendor), taken in of.items():
        residents = {resident for resident, _line in taken}
        addresses = {world.people[resident].address for resident in residents if resident in world.people}
        if len(addresses) >= limits["residents"]:
            yield Found(
                subject=f"taken/{vendor}/{min(residents)}", lines=tuple(line for _resident, line in taken),
                evidence=tuple(("line", str(line)) for _resident, line in taken[:40]), params={"n": len(residents), "meals": len(taken)},
                vendor=vendor,
            )  # fmt: skip


def proxy_unregistered(tally: Tally, world: World, limits: Limits) -> Iterator[Found]:
    """23. Somebody who is not among the resident's contacts takes the meal again and again."""
    for resident, entries in tally.left.items():
        person = world.people.get(resident)
        if person is None:
            continue
        strange = [
            entry
            for entry in entries
            if not any(
                known and known in entry[1] for name, relation, _phone in person.contacts for known in (name, relation)
            )
        ]
        got = len(tally.of_person[resident])
        if len(strange) >= limits["least"] and len(strange) * 1000 >= limits["share_permille"] * got:
            yield Found(
                subject=f"resident/{resident}", lines=tuple(line for line, _who, _vendor in strange), vendor=strange[0][2],
                evidence=(("resident", str(resident)), *(("line", str(line)) for line, _who, _vendor in strange[:40])),
                params={"resident": person.code, "n": len(strange), "of": got}, street=person.street,
            )  # fmt: skip


def bare(who: str) -> str:
    """A name without what is written around it: ``赵大伟（代）``, ``赵大伟 代收`` and ``赵大伟`` are one."""
    return _AROUND.sub("", who)


def unnamed(who: str) -> bool:
    """Words for a relation or a neighbour that name nobody in particular."""
    return any(word in who for word in ("邻居", "家属", "女儿", "儿子", "老伴", "保姆", "护工", "子女", "亲属", "门卫", "物业", "neighbour", "daughter", "son", "family"))  # fmt: skip


def place_of(meal: Meal) -> LonLat | None:
    """Where the record was made: the phone's place, else the door's."""
    lon, lat = (meal.lon, meal.lat) if meal.lon is not None else (meal.door_lon, meal.door_lat)
    return None if lon is None or lat is None else LonLat(lon, lat)


def away_m(meal: Meal) -> float:
    """Metres between the phone and the door; 0 where one of them is not known."""
    if meal.lon is None or meal.lat is None or meal.door_lon is None or meal.door_lat is None:
        return 0.0
    return haversine_m(LonLat(meal.lon, meal.lat), LonLat(meal.door_lon, meal.door_lat))


def spread_m(meals: Sequence[Meal]) -> float:
    """The diagonal of the box around the doors of some meals."""
    doors = [
        (meal.door_lon, meal.door_lat) for meal in meals if meal.door_lon is not None and meal.door_lat is not None
    ]
    if len(doors) < 2:
        return 0.0
    lons, lats = [lon for lon, _lat in doors if lon is not None], [lat for _lon, lat in doors if lat is not None]
    return haversine_m(LonLat(min(lons), min(lats)), LonLat(max(lons), max(lats)))


def leg_s(before: Meal, after: Meal, world: World, limits: Limits) -> int:
    """The least seconds between two places: by the roads where they were asked, else as the crow flies at the highest speed."""
    a, b = place_of(before), place_of(after)
    if a is None or b is None:
        return 0
    known = world.legs.get((a.lon, a.lat, b.lon, b.lat))
    return known if known is not None else int(haversine_m(a, b) * 3.6 / limits["fastest_kmh"])


def of_driver(meals: Sequence[Meal], subject: str, *, kind: tuple[str, str] | None = None, **params: object) -> Found:
    """A finding about a driver's (or counter's) records of one meal."""
    first = meals[0]
    return Found(
        subject=subject, lines=tuple(meal.line for meal in meals), day=first.day, vendor=first.brought or first.vendor, street=first.street,
        evidence=(kind or ("driver", first.driver), ("run", str(first.run)), *(("proof", str(meal.proof)) for meal in meals)),
        params={"driver": first.driver, "station": first.station, **params},
    )  # fmt: skip


def _run(meal: Meal, what: str, **params: object) -> Found:
    return Found(
        subject=f"{what}/run/{meal.run}", lines=(meal.line,), evidence=(("run", str(meal.run)), ("proof", str(meal.proof))),
        params={"driver": meal.driver, **params}, day=meal.day, vendor=meal.brought or meal.vendor, street=meal.street,
    )  # fmt: skip


def _minutes(seconds: int) -> int:
    return -(-seconds // 60)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
