"""The sheets of dishes and of the weekly menu: their columns and words."""

from collections.abc import Mapping

from mealroute.core import cells
from mealroute.core.cells import CellValue, Parser
from mealroute.core.importing import Field
from mealroute.core.slots import SLOT_WORDS
from mealroute.menus.records import Compartment, DietTable
from mealroute.residents.imports import DIETS

WEEKDAYS: Mapping[str, int] = {
    **{str(n): n for n in range(1, 8)},
    **{f"{head}{name}": n for head in ("", "周", "星期", "礼拜") for n, name in enumerate("一二三四五六日", 1)},
    "周天": 7, "星期天": 7,
    **{name: n for n, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), 1)},
    **{name: n for n, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), 1)},
}  # fmt: skip
COMPARTMENTS: Mapping[str, Compartment] = {
    "热": Compartment.HOT, "热餐": Compartment.HOT, "热箱": Compartment.HOT, "hot": Compartment.HOT, "冷": Compartment.COLD,
    "冷餐": Compartment.COLD, "冷箱": Compartment.COLD, "cold": Compartment.COLD,
}  # fmt: skip
KINDS: Mapping[str, str] = {"基本餐": "basic", "普通餐": "basic", "套餐": "set", "基本套餐": "set"}
NOTHING = frozenset({"无", "没有", "none", "-", "—"})


def dishes(table: DietTable) -> tuple[Field, ...]:
    """The columns of a dish. What it suits and contains is vital: a word that nobody knows sets the row aside."""
    return (
        Field("dish_code", ("编号", "菜品编号"), cells.at_most(40, cells.code), required=True),
        Field("name", ("菜名", "名称"), cells.at_most(120), required=True),
        Field("name_en", ("英文名", "英文名称"), cells.at_most(160), default=""),
        Field("suits", ("适合", "适合饮食"), _words(cells.choice(DIETS)), vital=True, default=()),
        Field(
            "contains",
            ("含有", "食材", "配料"),
            _words(cells.choice(table.foods.ingredient_words)),
            vital=True,
            default=(),
        ),
        Field(
            "allergens",
            ("过敏原", "致敏物质"),
            _words(cells.choice(table.foods.allergen_words)),
            vital=True,
            default=(),
        ),
        Field("textures", ("质地",), _words(cells.choice(table.foods.texture_words)), vital=True, default=()),
        Field("price", ("单价", "价格"), cells.money, required=True),
        Field("price_from", ("单价起", "价格起"), cells.day),
        Field("compartment", ("冷热",), cells.choice(COMPARTMENTS), default=Compartment.HOT),
        Field("kind", ("餐品类别", "餐类"), _kind, default=""),
        Field("size_large", ("大份", "有大份"), cells.yes_no, default=False),
    )


MENU = (
    Field("weekday", ("星期", "周几"), cells.choice(WEEKDAYS), required=True),
    Field("slot", ("餐次",), cells.choice(SLOT_WORDS), required=True),
    Field("diet", ("饮食", "饮食类别"), cells.choice(DIETS), required=True),
    Field("choice", ("选择", "套餐"), cells.at_most(4, cells.code), default="A"),
    Field("dish_code", ("菜品编号",), cells.at_most(40, cells.code), required=True),
    Field("price", ("价格", "单价"), cells.money),
    Field("valid_from", ("生效日", "生效日期"), cells.day, required=True),
    Field("valid_to", ("失效日", "失效日期"), cells.day, vital=True),
)


def _kind(cell: CellValue) -> str:
    """The kind of meal that rules may ask for, in words or as its code."""
    written = cells.text(cell)
    return KINDS.get(written) or cells.at_most(20, cells.code)(written)


def _words(one: Parser[str]) -> Parser[tuple[str, ...]]:
    """Several words in one cell; ``无`` means that there are none."""
    several = cells.several(one)

    def parse(cell: CellValue) -> tuple[str, ...]:
        if cells.text(cell).lower() in NOTHING:
            return ()
        return tuple(sorted(map(str, several(cell))))

    return parse
