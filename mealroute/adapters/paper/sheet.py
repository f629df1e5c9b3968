"""A printed sheet: millimetres, two weights, black first. All papers of the program are drawn with this one class."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, Literal

import segno
from fpdf import FPDF

from mealroute.adapters.paper import fonts, loaded

Align = Literal["left", "right", "center"]
BLACK = (0, 0, 0)
GREY = (85, 85, 85)
POINT_MM = 25.4 / 72
CLOSING = frozenset("，。；：、！？）」』”’》】〕")


class Sheet:
    """An A4 (or any size) document; positions in mm from the top left, sizes in points, byte-stable for one ``day``."""

    def __init__(self, *, title: str, day: date, size: tuple[float, float] = (210, 297), margin: float = 12) -> None:
        self.pdf = FPDF(unit="mm", format=size)
        self.pdf.set_auto_page_break(auto=False)
        self.pdf.set_margin(margin)
        self.pdf.c_margin = 0
        self.pdf.set_title(title)
        self.pdf.set_creator("mealroute")
        self.pdf.set_lang("zh-CN")
        self.pdf.set_creation_date(datetime(day.year, day.month, day.day, tzinfo=UTC))
        loaded.add_fonts(self.pdf)
        self.width, self.height = size
        self.margin = margin
        self.footer: Callable[[Sheet], None] | None = None
        self._styled: tuple[str, str, float] = ("", "", 0)

    # -- pages ---------------------------------------------------------------------------------------------------
    def new_page(self) -> None:
        if self.footer and self.pdf.page:
            self.footer(self)
        self.pdf.add_page()
        self._styled = ("", "", 0)

    def turn_to(self, page: int) -> None:
        """Go back to a page that was begun, to add what is known only later (the number of pages)."""
        self.pdf.page = page
        self.pdf.font_family = ""  # else fpdf2 leaves out a font that it set last, though on another page
        self._styled = ("", "", 0)

    def close(self) -> bytes:
        """Finish the last page and give the bytes."""
        if self.footer and self.pdf.page:
            self.footer(self)
        return bytes(self.pdf.output())

    @property
    def right(self) -> float:
        return self.width - self.margin

    # -- words ---------------------------------------------------------------------------------------------------
    def _style(self, family: str, bold: bool, size: float) -> None:
        wanted = (family, "B" if bold else "", size)
        if wanted != self._styled:
            self.pdf.set_font(family, wanted[1], size)
            self._styled = wanted

    def measure(self, text: str, size: float, *, bold: bool = False) -> float:
        """Width of one line in mm."""
        total = 0.0
        for family, piece in fonts.runs(text):
            self._style(family, bold, size)
            total += self.pdf.get_string_width(piece)
        return total

    def write(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 12,
        *,
        bold: bool = False,
        align: Align = "left",
        color: tuple[int, int, int] = BLACK,
    ) -> float:
        """One line with its **baseline** at ``y``; gives its width. ``x`` is the left, right or middle by ``align``."""
        width = self.measure(text, size, bold=bold)
        at = x - width if align == "right" else x - width / 2 if align == "center" else x
        self.pdf.set_text_color(*color)
        for family, piece in fonts.runs(text):
            self._style(family, bold, size)
            self.pdf.text(at, y, piece)
            at += self.pdf.get_string_width(piece)
        return width

    def wrap(self, text: str, width: float, size: float, *, bold: bool = False, most: int = 99) -> list[str]:
        """Lines of at most ``width`` mm. Chinese breaks anywhere, Latin words and figures stay whole where they fit.

        A mark that closes something begins no line: it hangs over the end of the one before.

        With ``most`` lines used up the rest stays on the last line and is shrunk by :meth:`fit`: nothing is cut off.
        """
        lines: list[str] = []
        line = ""
        for token in _tokens(text):
            hangs = token in CLOSING and line and line[-1] not in CLOSING
            if line and not hangs and self.measure(line + token, size, bold=bold) > width and len(lines) < most - 1:
                lines.append(line.rstrip())
                line = token.lstrip()
            else:
                line += token
        return [*lines, line] if line or not lines else lines

    def fit(
        self, x: float, y: float, text: str, width: float, size: float, *, bold: bool = False, align: Align = "left"
    ) -> None:
        """One line that is made smaller until it fits into ``width`` (not below 5 pt)."""
        actual = self.measure(text, size, bold=bold)
        self.write(x, y, text, max(5.0, size * width / actual) if actual > width else size, bold=bold, align=align)

    # -- shapes --------------------------------------------------------------------------------------------------
    def rule(
        self,
        y: float,
        *,
        width: float = 0.2,
        left: float | None = None,
        right: float | None = None,
        color: tuple[int, int, int] = BLACK,
    ) -> None:
        self.pdf.set_draw_color(*color)
        self.pdf.set_line_width(width)
        self.pdf.line(self.margin if left is None else left, y, self.right if right is None else right, y)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        line: float = 0.4,
        fill: tuple[int, int, int] | None = None,
        dashed: bool = False,
    ) -> None:
        self.pdf.set_draw_color(*BLACK)
        self.pdf.set_line_width(line)
        if fill:
            self.pdf.set_fill_color(*fill)
        if dashed:
            self.pdf.set_dash_pattern(dash=1.2, gap=1)
        self.pdf.rect(x, y, width, height, style=("DF" if line else "F") if fill else "D")
        if dashed:
            self.pdf.set_dash_pattern()

    def path(self, points: Sequence[tuple[float, float]], *, width: float, color: tuple[int, int, int]) -> None:
        self.pdf.set_draw_color(*color)
        self.pdf.set_line_width(width)
        self.pdf.polyline(list(points))

    def dot(
        self,
        x: float,
        y: float,
        radius: float,
        *,
        fill: tuple[int, int, int],
        color: tuple[int, int, int] = BLACK,
        line: float = 0.4,
    ) -> None:
        self.pdf.set_draw_color(*color)
        self.pdf.set_fill_color(*fill)
        self.pdf.set_line_width(line)
        self.pdf.ellipse(x - radius, y - radius, 2 * radius, 2 * radius, style="DF")

    def qr(self, x: float, y: float, side: float, content: str) -> None:
        """A QR code of ``content`` in a square of ``side`` mm, drawn as boxes (sharp at any size)."""
        matrix: Any = segno.make(content, error="m", micro=False).matrix
        step = side / len(matrix)
        self.pdf.set_fill_color(*BLACK)
        for row, cells in enumerate(matrix):
            start = None
            for column, cell in enumerate((*cells, 0)):
                if cell and start is None:
                    start = column
                elif not cell and start is not None:
                    self.pdf.rect(x + start * step, y + row * step, (column - start) * step, step, style="F")
                    start = None


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    for ch in text:
        word = ch.isascii() and not ch.isspace()
        if tokens and word and tokens[-1][-1].isascii() and not tokens[-1][-1].isspace():
            tokens[-1] += ch
        else:
            tokens.append(ch)
    return tokens
