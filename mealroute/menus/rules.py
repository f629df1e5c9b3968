"""Which dish somebody gets, and why not another. Pure.

A diet that is strict (marked so in the ledger, or always strict by data/rules/diets.yaml) is never waived: where no dish meets
all strict diets the answer is no dish, and a person decides. A diet that is a wish is waived where nothing meets it.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from mealroute.menus.records import (
    NORMAL,
    TEXTURE,
    Clash,
    DayKind,
    DietTable,
    DishRecord,
    Menu,
    MenuEntryRecord,
    Pick,
    ServiceDayRecord,
)
from mealroute.residents.foods import ALLERGEN, AVOID


def clashes(dish: DishRecord, needs: Iterable[str], table: DietTable) -> tuple[Clash, ...]:
    """Every reason why ``dish`` does not meet ``needs``: diets and avoided foods. One outside the table is never met."""
    found: list[Clash] = []
    for need in sorted(set(needs) - {NORMAL}):
        if need.startswith(AVOID):
            found.extend(_avoided(dish, need, need.removeprefix(AVOID), table))
        elif need.startswith(ALLERGEN):
            group = need.removeprefix(ALLERGEN)
            if group not in table.foods.allergens:
                found.append(Clash(dish.code, need))
            elif group in allergens_of(dish, table):
                found.append(Clash(dish.code, need, group))
        else:
            found.extend(_diet(dish, need, table))
    return tuple(found)


def allergens_of(dish: DishRecord, table: DietTable) -> frozenset[str]:
    """The allergens declared for a dish and those that follow from its ingredients."""
    return dish.allergens | table.foods.allergens_of(dish.contains)


def strict_of(needs: Iterable[str], strict: Iterable[str], table: DietTable) -> frozenset[str]:
    """The needs that are never waived: those marked so, diets that are always strict, and every allergy."""
    held = frozenset(needs)
    allergies = {need for need in held if need.startswith(ALLERGEN)}
    return (frozenset(strict) | (held & table.always_strict()) | allergies) - {NORMAL}


def pick(menu: Menu, diets: Iterable[str], strict: Iterable[str], choice: str, table: DietTable) -> Pick:
    """The entry that suits best: all strict diets, then most wishes, then the own diet group, then the choice.

    Someone without diets gets an ordinary dish as long as there is one: special meals are counted for those who need them.
    """
    held = frozenset(diets) - {NORMAL}
    never_waived = strict_of(held, strict, table)
    wanted = held | never_waived
    refused: list[Clash] = []
    suiting: list[tuple[tuple[int, ...], MenuEntryRecord, frozenset[str]]] = []
    for position, entry in enumerate(menu.entries):
        hard = clashes(entry.dish, never_waived, table)
        if hard:
            refused.extend(hard)
            continue
        unmet = frozenset(clash.diet for clash in clashes(entry.dish, wanted - never_waived, table))
        group = 0 if entry.diet in wanted else 1 if entry.diet == NORMAL else 2
        suiting.append(((len(unmet), group, int(entry.choice != choice), position), entry, unmet))
    if not suiting:
        return Pick(None, tuple(refused))
    _, entry, unmet = min(suiting, key=lambda item: item[0])
    return Pick(entry, tuple(refused), unmet)


def dish_for(
    menu: Menu, diets: Iterable[str], strict: Iterable[str], choice: str, table: DietTable
) -> DishRecord | None:
    """The dish of ``pick``."""
    entry = pick(menu, diets, strict, choice, table).entry
    return entry.dish if entry else None


def avoided(diets: Iterable[str], table: DietTable) -> frozenset[str]:
    """Every ingredient that follows from somebody's diets and avoided foods."""
    found: set[str] = set()
    for need in diets:
        if need.startswith(AVOID):
            found |= table.foods.covered(need.removeprefix(AVOID))
        elif need.startswith(ALLERGEN):
            group = need.removeprefix(ALLERGEN)
            found |= {code for code, groups in table.foods.allergens_within.items() if group in groups}
        elif need in table.diets:
            found |= table.diets[need].avoids
    return frozenset(found)


def _avoided(dish: DishRecord, need: str, ingredient: str, table: DietTable) -> Iterator[Clash]:
    if ingredient not in table.foods.ingredients:
        yield Clash(dish.code, need)
    for bad in sorted(table.foods.covered(ingredient) & dish.contains):
        yield Clash(dish.code, need, bad)


def _diet(dish: DishRecord, diet: str, table: DietTable) -> Iterator[Clash]:
    rule = table.diets.get(diet)
    if rule is None:
        yield Clash(dish.code, diet)
        return
    bad = sorted(rule.avoids & dish.contains)
    yield from (Clash(dish.code, diet, ingredient) for ingredient in bad)
    if rule.textures and dish.textures:
        if not rule.textures & dish.textures:
            yield Clash(dish.code, diet, f"{TEXTURE}{min(dish.textures)}")
    elif rule.made_for and not bad and diet not in dish.suits:
        yield Clash(dish.code, diet)


def monday_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def assumed_day(
    day: date,
    kind: DayKind,
    *,
    serves: dict[DayKind, bool],
    make_up: dict[int, int],
    note: str = "",
    source: str,
) -> ServiceDayRecord:
    """A day as the calendar alone gives it. On a make-up workday the pattern and menu of another weekday hold."""
    weekday = day.isoweekday()
    return ServiceDayRecord(
        day=day, serves=serves[kind], kind=kind, note=note, source=source,
        as_weekday=make_up.get(weekday, weekday) if kind is DayKind.MAKE_UP_WORKDAY else weekday,
    )  # fmt: skip
