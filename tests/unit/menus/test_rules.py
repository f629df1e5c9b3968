"""Which dish somebody gets: what is strict is never wrong."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from mealroute.core.i18n import speaking
from mealroute.core.slots import MealSlot
from mealroute.menus import rules
from mealroute.menus.records import Clash, Compartment, DishRecord, Menu, MenuEntryRecord
from mealroute.menus.timetable import diet_table
from mealroute.menus.words import clash_sentence

TABLE = diet_table()
DAY = date(2026, 3, 9)
INGREDIENTS = sorted(TABLE.foods.ingredients)
DIETS = sorted(TABLE.diets)


def _dish(code: str, suits: tuple[str, ...] = (), contains: tuple[str, ...] = ()) -> DishRecord:
    return DishRecord(
        code=code, name=f"菜{code}", name_en="", suits=frozenset(suits), contains=frozenset(contains),
        compartment=Compartment.HOT, price_fen=1600,
    )  # fmt: skip


def _entry(diet: str, choice: str, dish: DishRecord) -> MenuEntryRecord:
    return MenuEntryRecord(diet=diet, choice=choice, dish=dish, price_fen=dish.price_fen)


PORK, PEANUT, FISH = (
    _dish("1", ("normal",), ("pork",)),
    _dish("2", (), ("chicken", "peanut")),
    _dish("3", ("low-sugar",), ("fish",)),
)
BEEF = _dish("4", ("halal", "low-sugar"), ("beef",))
MENU = Menu(
    day=DAY, slot=MealSlot.LUNCH,
    entries=(_entry("normal", "A", PORK), _entry("normal", "B", PEANUT), _entry("low-sugar", "A", FISH), _entry("halal", "A", BEEF)),
)  # fmt: skip


def _code(diets: set[str], strict: set[str] | None = None, choice: str = "A") -> str | None:
    dish = rules.dish_for(MENU, diets, strict or set(), choice, TABLE)
    return dish.code if dish else None


def test_somebody_without_diets_gets_the_dish_of_their_choice() -> None:
    assert (_code(set()), _code({"normal"}, choice="B")) == ("1", "2")


def test_a_choice_that_is_not_on_the_menu_falls_back_to_the_first() -> None:
    assert _code(set(), choice="C") == "1"


def test_a_choice_never_overrules_an_allergy() -> None:
    assert _code({"no-peanut"}, choice="B") == "1"


def test_halal_is_strict_even_where_the_ledger_does_not_say_so() -> None:
    assert _code({"halal"}) == "4"


def test_two_diets_together_find_the_one_dish_that_meets_both() -> None:
    assert _code({"low-sugar", "no-seafood"}) == "4"


def test_a_wish_is_waived_where_nothing_meets_it() -> None:
    picked = rules.pick(MENU, {"soft"}, (), "A", TABLE)
    assert (picked.entry and picked.entry.dish.code, picked.waived) == ("1", {"soft"})


def test_a_strict_diet_that_nothing_meets_gives_no_dish_and_says_why() -> None:
    picked = rules.pick(MENU, {"soft"}, {"soft"}, "A", TABLE)
    assert picked.entry is None
    assert Clash("1", "soft") in picked.clashes


def test_a_diet_that_the_table_does_not_know_is_never_met_when_strict() -> None:
    assert _code({"no-garlic"}, {"no-garlic"}) is None


def test_a_clash_names_dish_ingredient_and_diet() -> None:
    (clash,) = rules.clashes(PORK, {"halal"}, TABLE)
    with speaking("zh"):
        assert clash_sentence(clash, PORK, TABLE) == "菜1含有猪肉，不适合清真。"
    with speaking("en"):
        assert "contains pork" in clash_sentence(clash, PORK, TABLE)


def test_avoided_ingredients_follow_from_diets() -> None:
    assert {"pork", "peanut"} <= rules.avoided({"halal", "no-peanut"}, TABLE)


dishes = st.builds(
    lambda suits, contains: _dish("X", tuple(suits), tuple(contains)),
    st.sets(st.sampled_from(DIETS), max_size=4),
    st.sets(st.sampled_from(INGREDIENTS), max_size=4),
)
menus = st.lists(st.tuples(st.sampled_from(DIETS), st.sampled_from("AB"), dishes), max_size=6).map(
    lambda rows: Menu(day=DAY, slot=MealSlot.LUNCH, entries=tuple(_entry(*row) for row in rows))
)


@given(menus, st.sets(st.sampled_from(DIETS), max_size=4), st.data())
def test_no_menu_ever_gives_a_dish_against_a_strict_diet(menu: Menu, diets: set[str], data: st.DataObject) -> None:
    strict = data.draw(st.sets(st.sampled_from(sorted(diets)))) if diets else set()
    picked = rules.pick(menu, diets, strict, "A", TABLE)
    never = rules.strict_of(diets, strict, TABLE)
    if picked.entry is not None:
        assert rules.clashes(picked.entry.dish, never, TABLE) == ()
    else:
        assert all(rules.clashes(entry.dish, never, TABLE) for entry in menu.entries)
