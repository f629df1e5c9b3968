"""A form that is printed and signed: title, facts, tables, signature lines. A4, black first, Chinese fonts embedded."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from mealroute.adapters.paper.sheet import GREY, Align, Sheet
from mealroute.core.money import yuan

ROW, HEAD, BOTTOM = 6.4, 7.0, 26.0
SIGNERS = ("经办人（制表）", "街道审核", "区级审批", "财务支付")
Cells = Sequence[object]


@dataclass(frozen=True, slots=True)
class Grid:
    """A printed table: headings, widths in mm, rows, and the row of sums. Numbers stand on the right."""

    title: str
    heads: tuple[str, ...]
    widths: tuple[float, ...]
    rows: Sequence[Cells]
    total: Cells | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A whole document. ``facts`` stand under the title, ``grids`` follow, ``signers`` end it."""

    title: str
    facts: tuple[tuple[str, str], ...]
    grids: tuple[Grid, ...]
    signers: tuple[str, ...] = SIGNERS
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    foot: str = ""
    day: date = field(default=date(2020, 1, 1))
    apart: bool = False


def draw(form: Form) -> bytes:
    """The document as PDF; equal forms give equal bytes."""
    paper = _Paper(form)
    paper.page()
    paper.opening()
    for number, grid in enumerate(form.grids):
        if form.apart and number:
            paper.signatures()
            paper.page()
        paper.grid(grid)
    for text in form.after:
        paper.words(text, 11)
    paper.signatures()
    return paper.finish()


def money(fen: int | None) -> str:
    """1234567 → 12,345.67; a negative amount keeps its sign."""
    if fen is None:
        return ""
    whole, rest = yuan(abs(fen)).split(".")
    return f"{'-' if fen < 0 else ''}{int(whole):,}.{rest}"


class _Paper:
    """A form on its way to paper: where the next line goes, and what every page repeats."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.sheet = Sheet(title=form.title, day=form.day)
        self.y = 0.0
        self.pages = 0

    def page(self) -> None:
        self.sheet.new_page()
        self.pages += 1
        self.y = 16.0

    def opening(self) -> None:
        sheet = self.sheet
        for line in sheet.wrap(self.form.title, sheet.right - sheet.margin, 19, bold=True):
            sheet.write(sheet.width / 2, self.y + 4, line, 19, bold=True, align="center")
            self.y += 9
        self.y += 2
        for name, value in self.form.facts:
            lines = sheet.wrap(value, sheet.right - sheet.margin - 30, 10) or [""]
            sheet.write(sheet.margin, self.y + 4, name, 10, color=GREY)
            for line in lines:
                sheet.write(sheet.margin + 30, self.y + 4, line, 10)
                self.y += 5.4
        self.y += 3
        for text in self.form.before:
            self.words(text, 11.5)

    def words(self, text: str, size: float) -> None:
        for line in self.sheet.wrap(text, self.sheet.right - self.sheet.margin, size):
            self.room(7)
            self.sheet.write(self.sheet.margin, self.y + 4.5, line, size)
            self.y += 6.6
        self.y += 2

    def room(self, height: float) -> bool:
        """Make sure that ``height`` mm are left; True where that took a new page."""
        if self.y + height <= self.sheet.height - BOTTOM:
            return False
        self.page()
        return True

    def grid(self, grid: Grid) -> None:
        self.room(HEAD + 3 * ROW + 8)
        if grid.title:
            self.sheet.write(self.sheet.margin, self.y + 5, grid.title, 12.5, bold=True)
            self.y += 8
        self._heads(grid)
        for row in grid.rows:
            if self.room(ROW):
                self._heads(grid)
            self._row(grid, row)
        if grid.total is not None:
            if self.room(ROW):
                self._heads(grid)
            self.sheet.rule(self.y, width=0.5)
            self._row(grid, grid.total, bold=True)
        if not grid.rows:
            self.sheet.write(self.sheet.margin, self.y + 4.6, "（本期没有）", 10, color=GREY)
            self.y += ROW
        self.y += 5

    def _heads(self, grid: Grid) -> None:
        self._cells(grid, grid.heads, bold=True, size=9, heads=True)
        self.sheet.rule(self.y + HEAD, width=0.5)
        self.y += HEAD + 0.6

    def _row(self, grid: Grid, row: Cells, *, bold: bool = False) -> None:
        self._cells(grid, row, bold=bold, size=9.5)
        self.y += ROW
        self.sheet.rule(self.y, width=0.1, color=GREY)

    def _cells(self, grid: Grid, row: Cells, *, bold: bool, size: float, heads: bool = False) -> None:
        x = self.sheet.margin
        for number, (cell, width) in enumerate(zip(row, grid.widths, strict=True)):
            right = _is_number(grid, number) if heads else isinstance(cell, Amount | int)
            align: Align = "right" if right else "left"
            text = "" if cell is None else f"{cell:,}" if isinstance(cell, int) else str(cell)
            at = x + width - 1 if right else x
            self.sheet.fit(at, self.y + 4.6, text, width - 2, size, bold=bold, align=align)
            x += width

    def signatures(self) -> None:
        signers = self.form.signers
        if not signers:
            return
        self.room(34)
        width = (self.sheet.right - self.sheet.margin) / len(signers)
        self.y += 3
        for number, signer in enumerate(signers):
            x = self.sheet.margin + number * width
            self.sheet.write(x, self.y + 4, signer, 10, bold=True)
            for row, word in enumerate(("签名", "日期")):
                y = self.y + 13 + row * 9
                self.sheet.write(x, y, word, 9, color=GREY)
                self.sheet.rule(y + 0.8, left=x + 9, right=x + width - 4, width=0.2)
        self.y += 28

    def finish(self) -> bytes:
        for number in range(1, self.pages + 1):
            self.sheet.turn_to(number)
            y = self.sheet.height - 12
            self.sheet.rule(y - 5, width=0.2, color=GREY)
            self.sheet.fit(self.sheet.margin, y, self.form.foot, self.sheet.right - self.sheet.margin - 24, 8)
            self.sheet.write(self.sheet.right, y, f"第 {number} / {self.pages} 页", 8, align="right")
        return self.sheet.close()


class Amount(str):
    """An amount as text, to stand on the right."""

    __slots__ = ()


def _is_number(grid: Grid, column: int) -> bool:
    return any(isinstance(row[column], Amount | int) for row in [*grid.rows[:1], *([grid.total] if grid.total else [])])
