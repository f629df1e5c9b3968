"""The words for what is in a dish (data/rules/foods.yaml), and what somebody avoids as one code.

Beside diets a person may avoid single ingredients or whole groups of allergens. Each is a code of the same kind as a diet, so that it
goes through every rule and list like one: ``avoid:egg`` (an ingredient), ``allergen:egg`` (a group, never waived).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from mealroute.core.i18n import _, language
from mealroute.core.rulebook import RULES, Node, read
from mealroute.core.text import compact

AVOID, ALLERGEN = "avoid:", "allergen:"
Names = Mapping[str, tuple[str, str]]
"""Code → its Chinese and English name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoodTable:
    """Ingredients, allergens and textures; the ``*_words`` map every spelling to its code."""

    ingredients: Names
    ingredient_words: Mapping[str, str]
    wider: Mapping[str, str]
    allergens: Names
    allergen_words: Mapping[str, str]
    allergens_within: Mapping[str, frozenset[str]]
    textures: Names
    texture_words: Mapping[str, str]
    allergens_source: str

    def covered(self, ingredient: str) -> frozenset[str]:
        """What somebody who avoids ``ingredient`` cannot eat: it, its kinds, and the wider words under which it may hide."""
        found, word = {ingredient}, self.wider.get(ingredient)
        while word is not None:
            found.add(word)
            word = self.wider.get(word)
        return frozenset(found | self._kinds(ingredient))

    def allergens_of(self, contains: Iterable[str]) -> frozenset[str]:
        """The groups that follow from ingredients by themselves."""
        return frozenset[str]().union(*(self.allergens_within.get(code, frozenset()) for code in contains))

    def _kinds(self, ingredient: str) -> set[str]:
        below = {code for code, wider in self.wider.items() if wider == ingredient}
        return below.union(*(self._kinds(code) for code in below))


@lru_cache(maxsize=4)
def food_table(path: Path = RULES / "foods.yaml") -> FoodTable:
    """The words of the file, or an error that names file and key."""
    root = read(path, kind="foods").only(
        "kind", "schema", "allergens_source", "allergens", "textures", "ingredients"
    )  # fmt: skip
    allergens, allergen_words = _words(root.node("allergens"), "zh", "en", "also")
    textures, texture_words = _words(root.node("textures"), "zh", "en", "also")
    ingredients, ingredient_words = _words(root.node("ingredients"), "zh", "en", "also", "within", "allergens")
    wider: dict[str, str] = {}
    within: dict[str, frozenset[str]] = {}
    for code, node in root.node("ingredients").entries():
        if node.has("within"):
            wider[code] = node.choice("within", frozenset(ingredients) - {code})
        if node.has("allergens"):
            within[code] = node.choices("allergens", frozenset(allergens))
    return FoodTable(
        ingredients=ingredients, ingredient_words=ingredient_words, wider=wider, allergens=allergens,
        allergen_words=allergen_words, allergens_within=within, textures=textures, texture_words=texture_words,
        allergens_source=root.text("allergens_source"),
    )  # fmt: skip


def name_of(names: Names, code: str) -> str:
    """The name in the reader's language; a code outside the table is shown as it is."""
    found = names.get(code)
    return code if found is None else found[0] if language() == "zh" else found[1]


def avoid_label(need: str) -> str:
    """``avoid:egg`` → ``忌鸡蛋``; ``allergen:egg`` → ``蛋类过敏``."""
    table = food_table()
    if need.startswith(AVOID):
        return _("no %(food)s", food=name_of(table.ingredients, need.removeprefix(AVOID)))
    return _("allergic to %(food)s", food=name_of(table.allergens, need.removeprefix(ALLERGEN)))


def is_food(need: str) -> bool:
    """Whether a code is an avoided ingredient or allergen rather than a diet."""
    return need.startswith((AVOID, ALLERGEN))


def _words(block: Node, *keys: str) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """Names by code, and the code of every spelling; one spelling cannot mean two things."""
    names: dict[str, tuple[str, str]] = {}
    words: dict[str, str] = {}
    for code, node in block.entries():
        node.only(*keys)
        names[code] = (node.text("zh"), node.text("en", code.replace("-", " ")))
        also = node.value.get("also") or []
        if not isinstance(also, list):
            node.fail("also", _("expected a list of words"))
        for word in (code, *names[code], *map(str, also)):
            if words.setdefault(compact(word), code) != code:
                node.fail("also", _("%(word)s already means something else", word=word))
    return names, words
