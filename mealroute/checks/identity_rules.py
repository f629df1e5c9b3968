"""Checks of who somebody is: a second card of one person, and two or three invented people who share one portion a day."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations

from mealroute.checks.facts import Person, World
from mealroute.checks.records import Found, Limits
from mealroute.checks.tally import Tally

Key = tuple[str, object, str]


def second_card(tally: Tally, world: World, _limits: Limits) -> Iterator[Found]:
    """25. A card without an ID number agrees with another in two of name, birth date and telephone, and both eat in the same weeks.

    Whoever has moved has a new card as well, but then the old one's meals have ended.
    """
    fed = [person for number in tally.of_person if (person := world.people.get(number)) is not None]
    unproved = [person for person in fed if not person.identity]
    wanted = {key for person in unproved for key in _alike(person)}
    known: dict[Key, list[Person]] = defaultdict(list)
    for person in fed if wanted else ():
        for key in _alike(person):
            if key in wanted:
                known[key].append(person)
    pairs: dict[tuple[int, int], tuple[Person, Person]] = {}
    for group in known.values():
        for one, other in combinations(group, 2):
            if (
                (not one.identity or not other.identity)
                and one.address != other.address
                and _together(tally, one, other)
            ):
                pairs[min(one.id, other.id), max(one.id, other.id)] = one, other
    for _key, (one, other) in sorted(pairs.items()):
        # The card that proves less, and of two such the newer.
        _proved, _entered, _id, second = max(
            (not person.identity, person.entered, person.id, person) for person in (one, other)
        )
        first = other if second is one else one
        entries = tally.of_person[second.id]
        yield Found(
            subject=f"second-card/{second.id}", lines=tuple(line for _d, line, _v, _w in entries), vendor=entries[0][2], street=second.street,
            evidence=(("resident", str(first.id)), ("resident", str(second.id))), params={"cards": f"{first.code}, {second.code}", "n": len(entries)},
        )  # fmt: skip


def _alike(person: Person) -> Iterator[Key]:
    """What two cards of one person have alike. On the first of a month were born whose birthday nobody knows."""
    yield "name, birth date", "", person.twin
    for phone in {person.phone, *person.contact_phones} - {""}:
        if person.named:
            yield "name, telephone", person.named, phone
        if person.born.day > 1:
            yield "birth date, telephone", person.born, phone


def _together(tally: Tally, one: Person, other: Person) -> bool:
    """Whether the meals of both lie within each other's weeks."""
    days = [[entry[0] for entry in tally.of_person[person.id]] for person in (one, other)]
    return max(min(own) for own in days) < min(max(own) for own in days)


def taking_turns(tally: Tally, world: World, limits: Limits) -> Iterator[Found]:
    """25, 21. Two or three people of one driver never eat on the same day, one of them always does, and they change from day to day, bound to no weekday.

    So one portion a day stands behind several names. People with fixed weekdays, or with weeks in turn, are not meant.
    """
    bit = {day: 1 << n for n, day in enumerate(sorted(set(tally.days)))}
    weekdays = [sum(own for day, own in bit.items() if day.weekday() == weekday) for weekday in range(7)]
    served: dict[str, int] = {vendor: sum(bit[day] for day in days) for vendor, days in tally.persons.items()}
    of: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for resident, entries in tally.of_person.items():
        if len(entries) >= limits["of_three"]:
            mask = _mask(entries, bit)
            if limits["of_three"] <= mask.bit_count() <= len(bit) - limits["meals"] and _loose(mask, weekdays):
                vendor, driver = Counter([entry[2:] for entry in entries]).most_common(1)[0][0]
                of[vendor, driver].append((resident, mask))
    for (vendor, _driver), people in sorted(of.items()):
        for group in _in_turn(people, served[vendor], weekdays, limits):
            yield _group(tally, world, vendor, sorted(group))


def _mask(entries: Sequence[tuple[date, int, str, str]], bit: dict[date, int]) -> int:
    mask = 0
    for entry in entries:
        mask |= bit[entry[0]]
    return mask


def _loose(mask: int, weekdays: Sequence[int]) -> bool:
    """Whether the days are bound to no weekdays: of those that occur, at least a third was left out."""
    return mask.bit_count() * 3 <= 2 * sum(own.bit_count() for own in weekdays if own & mask)


def _in_turn(
    people: Sequence[tuple[int, int]], served: int, weekdays: Sequence[int], limits: Limits
) -> Iterator[tuple[int, ...]]:
    """Those of some people (number, days as bits) of whom exactly one eats on every day between their first and last."""
    known: set[frozenset[int]] = set()
    of: dict[int, list[int]] = defaultdict(list)
    for number, days in people:
        of[days].append(number)
    for (one, days), (other, others) in combinations(people, 2):
        if days & others:
            continue
        if min(days.bit_count(), others.bit_count()) >= limits["meals"] and _turns(
            (days, others), served, weekdays, limits
        ):
            yield one, other
            continue
        # Whoever eats on all days that are left between: of three, two have the first day and the last, or one of the two has both.
        left = _span(days | others, served) & ~(days | others)
        for third in of.get(left, ()):
            group = frozenset((one, other, third))
            if group not in known and _turns((days, others, left), served, weekdays, limits):
                known.add(group)
                yield one, other, third


def _span(mask: int, served: int) -> int:
    """The days that were served from the first to the last of ``mask``."""
    return served & ((1 << mask.bit_length()) - 1) & ~((mask & -mask) - 1)


def _turns(masks: Sequence[int], served: int, weekdays: Sequence[int], limits: Limits) -> bool:
    """Whether days that have nothing in common are all days of their span, and change from hand to hand without regard to weekdays."""
    every = 0
    for mask in masks:
        every |= mask
    shared = sum(1 for own in weekdays if sum(1 for mask in masks if own & mask) > 1)
    if every != _span(every, served) or shared < limits["weekdays"]:
        return False
    turns, before = 0, -1
    for n in range(every.bit_length()):
        now = next((who for who, mask in enumerate(masks) if mask >> n & 1), -1)
        turns += now != before and -1 not in {now, before}
        before = before if now == -1 else now
    return turns * 1000 >= (every.bit_count() - 1) * limits["share_permille"]


def _group(tally: Tally, world: World, vendor: str, group: Sequence[int]) -> Found:
    people = [world.people[number] for number in group if number in world.people]
    lines = tuple(entry[1] for number in group for entry in tally.of_person[number])
    return Found(
        subject=f"pair/{'/'.join(map(str, group))}", lines=lines, evidence=tuple(("resident", str(number)) for number in group), vendor=vendor,
        params={"cards": ", ".join(person.code for person in people), "n": len(lines)}, street=people[0].street if people else "",
    )  # fmt: skip
