"""The public menu of a week as files: a table for CSV and XLSX, a large-print PDF. No personal data; both languages side by side."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby

from mealroute.adapters.paper.sheet import GREY, Sheet
from mealroute.core.i18n import _, language
from mealroute.core.money import Fen, yuan
from mealroute.core.slots import MealSlot
from mealroute.core.tables import Column, Kind, Table, csv_bytes, xlsx_bytes
from mealroute.menus.records import NORMAL, DietTable, Menu, MenuEntryRecord
from mealroute.menus.rules import allergens_of
from mealroute.menus.words import dish_label, slot_label
from mealroute.residents.foods import Names, name_of
from mealroute.residents.words import diet_label

Menus = Mapping[tuple[date, MealSlot], Menu]
STEP = 22.0
"""Height of one dish in mm: two names and the allergens, none smaller than 12 pt."""
WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


def line_label(entry: MenuEntryRecord) -> str:
    """What a line of the menu is for: the main dish, another choice, or a diet."""
    if entry.diet == NORMAL:
        return _("Main dish") if entry.choice == "A" else _("Choice %(c)s", c=entry.choice)
    return diet_label(entry.diet) + (f" {entry.choice}" if entry.choice != "A" else "")


def menu_table(menus: Menus, table: DietTable, subsidy_fen: Fen) -> Table:
    """One row a dish: day, meal, line, both names, ingredients, allergens, price, and the price after the usual subsidy."""
    headings = (
        (_("Day"), Kind.DAY, 12), (_("Meal"), Kind.TEXT, 8), (_("Offered as"), Kind.TEXT, 12), (_("Dish"), Kind.TEXT, 34),
        (_("English name"), Kind.TEXT, 40), (_("Contains"), Kind.TEXT, 24), (_("Allergens"), Kind.TEXT, 24),
        (_("Price (yuan)"), Kind.MONEY, 10), (_("After the usual subsidy (yuan)"), Kind.MONEY, 14),
    )  # fmt: skip
    rows = (
        (
            day, slot_label(slot), line_label(entry), entry.dish.name, entry.dish.name_en,
            _listed(entry.dish.contains, table.foods.ingredients), _listed(allergens_of(entry.dish, table), table.foods.allergens),
            entry.price_fen, after_subsidy(entry.price_fen, subsidy_fen),
        )
        for (day, slot), menu in sorted(menus.items())
        for entry in menu.entries
    )  # fmt: skip
    return Table(_("Menu"), [Column(*heading) for heading in headings], rows)


def after_subsidy(price_fen: Fen, subsidy_fen: Fen) -> Fen:
    """The price less the subsidy; a price that is not above it gets none (京民养老发〔2022〕69号)."""
    return price_fen - subsidy_fen if price_fen > subsidy_fen else price_fen


def menu_csv(table: Table) -> bytes:
    return csv_bytes(table)


def menu_xlsx(table: Table) -> bytes:
    return xlsx_bytes([table])


def menu_pdf(monday: date, menus: Menus, table: DietTable, *, subsidy_note: str, subsidy_fen: Fen) -> bytes:
    """A4 in large print, for the notice board: a day is not torn apart where it fits on a page."""
    paper = Sheet(title=_("Menu of the week"), day=monday)
    paper.footer = _Footer(subsidy_note)
    paper.new_page()
    paper.write(12, 24, _("Menu of the week"), 28, bold=True)
    paper.write(paper.right, 24, _("from %(day)s", day=monday.isoformat()), 16, align="right")
    y = 34.0
    for day, of_day in groupby(sorted(menus.items()), key=lambda item: item[0][0]):
        meals = [(slot, menu) for (_day, slot), menu in of_day]
        height = 14 + sum(8 + STEP * len(menu.entries) for _slot, menu in meals)
        if y + min(height, paper.height - 60) > paper.height - 22:
            paper.new_page()
            y = 22
        y = _day_block(paper, y, day, meals, table, subsidy_fen)
    if not menus:
        paper.write(12, y + 6, _("No menu is published for this week yet."), 18)
    return paper.close()


def _day_block(
    paper: Sheet, y: float, day: date, meals: Iterable[tuple[MealSlot, Menu]], table: DietTable, subsidy_fen: Fen
) -> float:
    weekday = WEEKDAYS[language()][day.weekday()]
    paper.rule(y - 6, width=0.8)
    paper.write(12, y + 2, f"{'周' if language() == 'zh' else ''}{weekday}  {day.isoformat()}", 22, bold=True)
    y += 12
    for slot, menu in meals:
        paper.write(12, y, slot_label(slot), 14, bold=True, color=GREY)
        y += 8
        for entry in menu.entries:
            if y + STEP > paper.height - 20:
                paper.new_page()
                y = 24
            y = _entry(paper, y, entry, table, subsidy_fen)
    return y + 8


def _entry(paper: Sheet, y: float, entry: MenuEntryRecord, table: DietTable, subsidy_fen: Fen) -> float:
    first, second = entry.dish.name, entry.dish.name_en
    if language() == "en" and second:
        first, second = second, first
    price = _("%(price)s yuan", price=yuan(entry.price_fen))
    lower = after_subsidy(entry.price_fen, subsidy_fen)
    paper.fit(12, y + 1, line_label(entry), 30, 13)
    paper.fit(44, y + 1, first, paper.right - 44 - 34, 18, bold=True)
    paper.write(paper.right, y + 1, price, 18, bold=True, align="right")
    paper.fit(44, y + 8, second, paper.right - 44 - 40, 13)
    paper.fit(44, y + 14, _allergy_words(entry, table), paper.right - 44, 12)
    if lower != entry.price_fen:
        paper.write(paper.right, y + 8, _("with subsidy %(price)s", price=yuan(lower)), 13, align="right")
    return y + STEP


def _allergy_words(entry: MenuEntryRecord, table: DietTable) -> str:
    found = _listed(allergens_of(entry.dish, table), table.foods.allergens)
    return _("allergens: %(list)s", list=found) if found else ""


def _listed(codes: frozenset[str], names: Names) -> str:
    return _(", ").join(name_of(names, code) for code in names if code in codes)


class _Footer:
    """Who gets the subsidy and where that is written; the page."""

    def __init__(self, note: str) -> None:
        self.note = note

    def __call__(self, paper: Sheet) -> None:
        for position, line in enumerate(paper.wrap(self.note, paper.right - 40, 9, most=2)):
            paper.write(12, paper.height - 13 + 4 * position, line, 9, color=GREY)
        paper.write(paper.right, paper.height - 9, _("page %(n)d", n=paper.pdf.page), 10, align="right")


def bilingual(entry: MenuEntryRecord) -> tuple[str, str]:
    """(the name in the reader's language, the other one)."""
    mine = dish_label(entry.dish.name, entry.dish.name_en)
    return mine, entry.dish.name if mine == entry.dish.name_en else entry.dish.name_en
