"""Cards as PDF: two large-print cards to an A4 page, four door cards to an A4 page, with lines to cut along."""

from collections.abc import Sequence
from datetime import date

from mealroute.adapters.paper.sheet import GREY, Sheet
from mealroute.core.i18n import _
from mealroute.paper.card_records import DoorCard, Number, ResidentCard

A_PAGE = 4
"""Door cards to a page."""


def resident_cards_pdf(day: date, cards: Sequence[ResidentCard]) -> bytes:
    """Name and digits as large as the card allows: to be read at eighty, without glasses, in a dim hall."""
    paper = Sheet(title=_("Meal cards"), day=day)
    for n, card in enumerate(cards):
        if n % 2 == 0:
            paper.new_page()
        _resident(paper, 148.5 * (n % 2), card, day)
    return paper.close()


def door_cards_pdf(day: date, cards: Sequence[DoorCard]) -> bytes:
    """Blanks for the hour and what was done, and whom to call."""
    paper = Sheet(title=_("Door cards"), day=day)
    for n, card in enumerate(cards):
        if n % A_PAGE == 0:
            paper.new_page()
        column, row = n % 2, n % A_PAGE // 2
        _door(paper, 105.0 * column, 148.5 * row, card, day)
    return paper.close()


def _resident(paper: Sheet, top: float, card: ResidentCard, day: date) -> None:
    if top:
        paper.rule(top, left=0, right=210, color=GREY)
    paper.fit(14, top + 22, card.name, 110, 44, bold=True)
    paper.fit(196, top + 20, card.street, 66, 18, align="right")
    paper.rule(top + 30, width=1.2)
    paper.write(14, top + 43, _("My code for the meal"), 22, bold=True)
    for n, digit in enumerate(card.code):
        paper.box(16 + 45 * n, top + 47, 40, 40, line=1)
        paper.write(36 + 45 * n, top + 80, digit, 98, bold=True, align="center")
    text = _("Say these four digits when the meal comes. Tell them to nobody else, also not on the telephone.")
    y = top + 89
    for line in paper.wrap(text, 186, 15.5):
        y += 6.8
        paper.write(14, y, line, 15.5)
    paper.rule(y + 4, width=0.6)
    _call(paper, 14, y + 12, 182, card.numbers, _("To order, to stop, or when no meal has come:"), 16, 24)
    paper.write(196, top + 144, f"{card.resident_code}  {day.isoformat()}", 8, align="right", color=GREY)


def _door(paper: Sheet, left: float, top: float, card: DoorCard, day: date) -> None:
    width = 85.0
    x = left + 10
    if left:
        paper.pdf.set_draw_color(*GREY)
        paper.pdf.set_line_width(0.2)
        paper.pdf.line(left, top, left, top + 148.5)
    if top:
        paper.rule(top, left=left, right=left + 105, color=GREY)
    paper.write(x, top + 20, _("We were here"), 26, bold=True)
    paper.write(x, top + 33, _("Day %(day)s", day=day.isoformat()), 14)
    paper.write(x, top + 44, _("at ____ : ____ we knocked and nobody came."), 13)
    y = top + 50
    for text in (
        _("Your meal went back; please call."),
        _("Your meal is with: ______________"),
        _("We come again at ____ : ____"),
    ):
        y += 9
        paper.box(x, y - 4.4, 5, 5)
        paper.fit(x + 8, y, text, width - 8, 13)
    paper.rule(y + 6, left=x, right=x + width, width=0.6)
    y = _call(paper, x, y + 14, width, card.numbers, _("Please call, so that we know you are well:"), 12.5, 22)
    text = _("If nobody has spoken to you by then, somebody comes to look.")
    for line in paper.wrap(text, width, 12):
        y += 6
        paper.write(x, y, line, 12)
    paper.write(x, top + 142, _("Driver ________________"), 11)
    if card.place:
        paper.write(x + width, top + 142, card.place, 10, align="right", color=GREY)


def _call(
    paper: Sheet, x: float, y: float, width: float, numbers: Sequence[Number], words: str, size: float, large: float
) -> float:
    """Numbers in large type, each with its name beside it or, where that would be too small to read, below."""
    for line in paper.wrap(words, width, size, bold=True):
        paper.write(x, y, line, size, bold=True)
        y += size * 0.4
    beside = large * 0.6
    for number in numbers or (Number("", ""),):
        y += large * 0.34 + 1.5
        used = paper.write(x, y, number.phone or "________________", large, bold=True)
        if paper.measure(number.name, beside) <= width - used - 4:
            paper.write(x + used + 4, y, number.name, beside)
        else:
            y += 5
            paper.fit(x, y, number.name, width, 11)
    return y + 2
