"""Checks of who takes the meals in other people's stead."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from mealroute.checks.door_rules import bare, unnamed
from mealroute.checks.facts import Person, World
from mealroute.checks.records import Found, Limits
from mealroute.checks.tally import Tally


def one_hand_for_several(tally: Tally, world: World, limits: Limits) -> Iterator[Found]:
    """22, 23. One and the same person, registered as a contact or not, takes most meals of several people who do not live together.

    A contact is known by the telephone, whether the record gives a name or says "neighbour"; somebody who helps out for some days is not meant.
    """
    of: dict[tuple[str, str], list[tuple[Person, list[int]]]] = defaultdict(list)
    for resident, entries in tally.left.items():
        person, got = world.people.get(resident), len(tally.of_person[resident])
        if person is None or len(entries) < limits["least"] or len(entries) * 1000 < got * limits["share_permille"]:
            continue
        hands = Counter((vendor, hand) for _line, who, vendor in entries if (hand := _hand(person, who)))
        for key, n in hands.items():
            if n >= limits["least"] and n * 1000 >= got * limits["share_permille"]:
                own = [line for line, who, vendor in entries if (vendor, _hand(person, who)) == key]
                of[key].append((person, own))
    for (vendor, _who), taken in sorted(of.items()):
        if len({person.address for person, _lines in taken}) >= limits["residents"]:
            people = sorted((person for person, _lines in taken), key=lambda person: person.id)
            lines = tuple(line for _person, taken_lines in taken for line in taken_lines)
            yield Found(
                subject=f"hand/{vendor}/{people[0].id}", lines=lines, evidence=tuple(("resident", str(person.id)) for person in people),
                params={"n": len(people), "meals": len(lines)}, vendor=vendor,
                street=people[0].street if len({person.street for person in people}) == 1 else "",
            )  # fmt: skip


def _hand(person: Person, who: str) -> str:
    """Whose hand it was: a contact's telephone or name, else the name as written; empty where nobody is named."""
    for name, relation, phone in person.contacts:
        if any(known and known in who for known in (name, relation)):
            return phone or bare(name)
    name = bare(who)
    return name if len(name) > 1 and not unnamed(who) else ""
