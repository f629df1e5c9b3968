"""Which dish somebody gets, and why not another. Pure.

A diet that is strict (marked so in the ledger, or always strict by data/rules/diets.yaml) is never waived: where no dish meets
all strict diets the answer is no dish, and a person decides. A diet that is a wish is waived where nothing meets it.
"""

from collections.abc import Iterable
from datetime import date

from mealroute.menus.records import Clash, DayKind, DietTable, DishRecord, Menu, MenuEntryRecord, Pick, ServiceDayRecord

NORMAL = "normal"


def clashes(dish: DishRecord, diets: Iterable[str], table: DietTable) -> tuple[Clash, ...]:
    """Every reason why ``dish`` does not meet ``diets``; a diet outside the table is never met."""
    found: list[Clash] = []
    for diet in sorted(set(diets) - {NORMAL}):
        rule = table.diets.get(diet)
        if rule is None:
            found.append(Clash(dish.code, diet))
            continue
        bad = sorted(rule.avoids & dish.contains)
        found.extend(Clash(dish.code, diet, ingredient) for ingredient in bad)
        if rule.made_for and not bad and diet not in dish.suits:
            found.append(Clash(dish.code, diet))
    return tuple(found)


def strict_of(diets: Iterable[str], strict: Iterable[str], table: DietTable) -> frozenset[str]:
    """The diets that are never waived: those marked so, and those held that are always strict."""
    return (frozenset(strict) | (frozenset(diets) & table.always_strict())) - {NORMAL}


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
    """Every ingredient that follows from somebody's diets."""
    return frozenset().union(*(table.diets[diet].avoids for diet in diets if diet in table.diets))


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
