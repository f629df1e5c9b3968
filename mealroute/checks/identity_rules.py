"""Checks of who somebody is: a second card of one person, and two invented people who share one portion a day."""

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
    """25, 21. Two people of one driver never eat on the same day, one of them always does, and they change from day to day, bound to no weekday.

    So one portion a day stands behind two names. People with fixed weekdays, or with weeks in turn, are not meant.
    """
    bit = {day: 1 << n for n, day in enumerate(sorted(set(tally.days)))}
    weekdays = [sum(own for day, own in bit.items() if day.weekday() == weekday) for weekday in range(7)]
    served: dict[str, int] = {vendor: sum(bit[day] for day in days) for vendor, days in tally.persons.items()}
    of: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for resident, entries in tally.of_person.items():
        if len(entries) >= limits["meals"]:
            mask = _mask(entries, bit)
            if limits["meals"] <= mask.bit_count() <= len(bit) - limits["meals"] and _loose(mask, weekdays):
                vendor, driver = Counter([entry[2:] for entry in entries]).most_common(1)[0][0]
                of[vendor, driver].append((resident, mask))
    for (vendor, _driver), people in sorted(of.items()):
        for (one, days), (other, others) in combinations(people, 2):
            if not days & others and _in_turn(days, others, served[vendor], weekdays, limits):
                yield _pair(tally, world, vendor, sorted((one, other)))


def _mask(entries: Sequence[tuple[date, int, str, str]], bit: dict[date, int]) -> int:
    mask = 0
    for entry in entries:
        mask |= bit[entry[0]]
    return mask


def _loose(mask: int, weekdays: Sequence[int]) -> bool:
    """Whether the days are bound to no weekdays: of those that occur, at least a third was left out."""
    return mask.bit_count() * 3 <= 2 * sum(own.bit_count() for own in weekdays if own & mask)


def _in_turn(days: int, others: int, served: int, weekdays: Sequence[int], limits: Limits) -> bool:
    both = days | others
    span = served & ((1 << both.bit_length()) - 1) & ~((both & -both) - 1)
    if both != span or sum(1 for own in weekdays if own & days and own & others) < limits["weekdays"]:
        return False
    turns, before = 0, None
    for n in range(both.bit_length()):
        if both >> n & 1:
            now = days >> n & 1
            turns += before is not None and now != before
            before = now
    return turns * 1000 >= (both.bit_count() - 1) * limits["share_permille"]


def _pair(tally: Tally, world: World, vendor: str, pair: Sequence[int]) -> Found:
    people = [world.people[number] for number in pair if number in world.people]
    lines = tuple(entry[1] for number in pair for entry in tally.of_person[number])
    return Found(
        subject=f"pair/{pair[0]}/{pair[1]}", lines=lines, evidence=tuple(("resident", str(number)) for number in pair), vendor=vendor,
        params={"cards": ", ".join(person.code for person in people), "n": len(lines)}, street=people[0].street if people else "",
    )  # fmt: skip
