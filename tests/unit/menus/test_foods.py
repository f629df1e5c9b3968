"""Avoided foods, allergens and textures against dishes: inferred from words, never wrong where it harms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mealroute.core.i18n import speaking
from mealroute.menus import rules
from mealroute.menus.records import Clash, Compartment, DishRecord
from mealroute.menus.timetable import diet_table
from mealroute.menus.words import clash_sentence
from mealroute.residents.foods import food_table
from mealroute.residents.words import diet_label

TABLE, FOODS = diet_table(), food_table()


def dish(
    contains: tuple[str, ...] = (), *, suits: tuple[str, ...] = (), allergens: tuple[str, ...] = (), textures: tuple[str, ...] = ()
) -> DishRecord:  # fmt: skip
    return DishRecord(
        code="D", name="菜", name_en="Dish", suits=frozenset(suits), contains=frozenset(contains), compartment=Compartment.HOT,
        price_fen=1600, allergens=frozenset(allergens), textures=frozenset(textures),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("need", "contains", "meets"),
    [
        ("avoid:egg", ("egg",), False),
        ("avoid:egg", ("pork",), True),
        ("avoid:meat", ("beef",), False),
        ("avoid:beef", ("meat",), False),
        ("avoid:beef", ("mutton",), True),
        ("avoid:seafood", ("shrimp",), False),
        ("allergen:crustacean", ("shellfish",), False),
        ("allergen:fish", ("seafood",), False),
        ("allergen:gluten", ("wheat",), False),
        ("allergen:gluten", ("pork",), True),
        ("avoid:unheard-of", (), False),
        ("allergen:unheard-of", (), False),
    ],
)
def test_a_food_is_found_under_its_kinds_and_under_the_wider_word(
    need: str, contains: tuple[str, ...], meets: bool
) -> None:
    assert (rules.clashes(dish(contains), [need], TABLE) == ()) is meets


def test_an_allergen_that_is_only_declared_counts_as_much_as_an_ingredient() -> None:
    assert rules.clashes(dish(("chicken",), allergens=("nuts",)), ["allergen:nuts"], TABLE) == (
        Clash("D", "allergen:nuts", "nuts"),
    )


def test_the_allergens_of_a_dish_follow_from_its_ingredients() -> None:
    assert rules.allergens_of(dish(("wheat", "shrimp"), allergens=("milk",)), TABLE) == {"gluten", "crustacean", "milk"}


def test_an_allergy_is_never_waived_and_a_dislike_is() -> None:
    assert rules.strict_of({"allergen:egg", "avoid:pork"}, (), TABLE) == {"allergen:egg"}


@pytest.mark.parametrize(
    ("diet", "textures", "suits", "meets"),
    [
        ("soft", ("soft",), (), True),
        ("soft", ("puree",), (), True),
        ("soft", ("regular",), ("soft",), False),
        ("puree", ("soft",), ("puree",), False),
        ("soft", (), ("soft",), True),
        ("soft", (), (), False),
    ],
)
def test_the_stated_texture_decides_before_what_a_dish_says_it_suits(
    diet: str, textures: tuple[str, ...], suits: tuple[str, ...], meets: bool
) -> None:
    assert (rules.clashes(dish(suits=suits, textures=textures), [diet], TABLE) == ()) is meets


def test_low_sugar_forbids_sweet_dishes() -> None:
    assert Clash("D", "low-sugar", "sweet") in rules.clashes(
        dish(("sweet",), suits=("low-sugar",)), ["low-sugar"], TABLE
    )


def test_reasons_are_told_in_both_languages() -> None:
    one = dish(("egg",), textures=("regular",))
    with speaking("zh"):
        assert clash_sentence(Clash("D", "avoid:egg", "egg"), one, TABLE) == "菜含有鸡蛋，不适合忌鸡蛋。"
        assert clash_sentence(Clash("D", "soft", "texture:regular"), one, TABLE) == "菜的质地是普通，不适合软食。"
    with speaking("en"):
        assert diet_label("allergen:crustacean") == "allergic to crustaceans"


@given(st.sampled_from(sorted(FOODS.ingredients)), st.sampled_from(sorted(FOODS.ingredients)))
def test_covering_is_mutual_between_a_kind_and_its_wider_word(one: str, other: str) -> None:
    assert (other in FOODS.covered(one)) == (one in FOODS.covered(other))


def test_every_diet_gives_its_reason_and_source() -> None:
    assert all(rule.why_zh and rule.why_en and rule.source for rule in TABLE.diets.values())
