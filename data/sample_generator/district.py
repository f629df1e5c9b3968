"""Everybody in the ledger: 1,500 in service (a few of them paused), others pending, stopped or deceased."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from data.sample_generator import awkward
from data.sample_generator.buildings import Building
from data.sample_generator.people import Person, Registry

IN_SERVICE = 1_500
OTHER_STATES = (("待审", 30), ("停止", 30), ("去世", 20))
DATED_PAUSES, OPEN_PAUSES, WITHOUT_POINT = 24, 7, 13
PAUSE_REASONS = ("住院", "外出", "在家人处", "其他")
TOWER_SHARE = 0.52


def populate(random: Random, buildings: list[Building]) -> list[Person]:
    """People with their codes, awkward ones first."""
    registry = Registry(random)
    people = awkward.residents(registry, buildings)
    towers = [building for building in buildings if building.is_tower]
    yards = [building for building in buildings if not building.is_tower]
    total = IN_SERVICE + sum(count for _state, count in OTHER_STATES)
    while len(people) < total:
        people.extend(registry.household(random.choice(towers if random.random() < TOWER_SHARE else yards)))
    del people[total:]
    ordinary = [person for person in people if not person.every_day and person.pause is None]
    random.shuffle(ordinary)
    for state, count in OTHER_STATES:
        for _number in range(count):
            ordinary.pop().state = state
    for number in range(DATED_PAUSES):
        start = date(2026, 1, 5) + timedelta(days=14 * number)
        ordinary.pop().pause = (start, start + timedelta(days=random.randint(4, 40)), random.choice(PAUSE_REASONS))
    for _number in range(OPEN_PAUSES):
        person = ordinary.pop()
        person.state, person.pause = "暂停", (date(2026, 1, 12), None, random.choice(PAUSE_REASONS))
    for _number in range(WITHOUT_POINT):
        person = ordinary.pop()
        person.has_point, person.precision = False, "无"
    for number, person in enumerate(people, start=1):
        person.code = f"DC{number:05d}"
    return people
