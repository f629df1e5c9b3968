"""What some residents avoid beside their diets, and who agreed that it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from data.sample_generator.people import Person

OWN_POT = frozenset({"糊状", "清真", "素食"})
"""Diets with one dish a day: whoever avoids what is in it has to be asked, a few of each week."""
OWN_WISHES, OWN_ALLERGIES = ("牛肉", "羊肉", "鸡肉"), ("乳类",)
WISHES = ("鸡蛋", "羊肉", "牛肉", "辣椒", "海带", "香菜", "内脏", "葱蒜", "猪肉")
NEVER = ("内脏", "带刺带骨", "酒")
ALLERGIES = ("鱼类", "甲壳类", "蛋类", "坚果", "乳类", "花生")


def assign(random: Random, people: Sequence[Person]) -> None:
    """About one in twenty avoids something; six in ten were asked and agreed, one in twelve did not."""
    for person in people:
        asked = random.random()
        person.health_consent = "是" if asked < 0.6 else "否" if asked < 0.68 else ""
        kind, wish, never, allergy = (
            random.random(),
            random.choice(WISHES),
            random.choice(NEVER),
            random.choice(ALLERGIES),
        )
        if person.health_consent != "是" or person.note:
            continue
        if OWN_POT & set(person.diets):
            if kind < 0.45:
                person.avoids = (OWN_WISHES[int(kind * 6.6)],)
            elif kind < 0.55 and "糊状" in person.diets:
                person.allergies = OWN_ALLERGIES
        elif kind < 0.05:
            person.avoids = (wish,)
        elif kind < 0.06:
            person.strict_avoids = (never,)
        elif kind < 0.09:
            person.allergies = (allergy,)
