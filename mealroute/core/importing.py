"""Sheets in: fields, rows and problems. Good rows and problems come back together; one bad row never hides the others.

A feature lists its columns as ``Field``s and calls ``parse_rows``. What happens to a bad cell is one decision for all sheets:
in a needed or ``vital`` column (who, when born, what may be eaten, how to hand over) the whole row is **set aside**; in any other
column the cell is emptied and the row is kept. Both are reported with file, sheet, row and column as Excel shows them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mealroute.core.cells import FORMULA_ERRORS, CellError, CellValue, Parser, is_blank, text
from mealroute.core.i18n import _
from mealroute.core.text import compact

HEADING_SEARCH_ROWS = 10
"""A title or a note may stand above the headings; further down they are not looked for."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as read: ``rows`` maps the row number that Excel shows to its cells (from column A on)."""

    file: str
    name: str
    rows: Mapping[int, Sequence[CellValue]]
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A column that the program knows, under any of its headings.

    ``required``: the column must exist and every row must fill it. ``vital``: it may be empty, but a wrong entry sets
    the row aside.
    """

    name: str
    headings: tuple[str, ...]
    parse: Parser[Any] = text
    required: bool = False
    vital: bool = False
    default: Any = None


@dataclass(frozen=True, slots=True)
class CellProblem:
    """One bad cell (or row, or sheet: then ``column`` or ``row`` is empty), for the person who keeps the sheet."""

    file: str
    sheet: str
    row: int | None
    column: str
    code: str
    sentence: str
    hint: str = ""
    set_aside: bool = False

    def __str__(self) -> str:
        place = [self.file]
        if self.sheet:
            place.append(_("sheet %(name)s", name=self.sheet))
        if self.row is not None:
            place.append(_("row %(n)d", n=self.row))
        if self.column:
            place.append(_("column %(name)s", name=self.column))
        gap = "" if not self.hint or self.sentence.endswith("。") else " "
        return f"{_(', ').join(place)}{_(': ')}{self.sentence}{gap}{self.hint}"


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """A row that can be used: ``values`` by field name (the default where empty), ``extra`` = unknown columns as text.

    ``given`` names the fields that the sheet speaks about: their column exists and the cell could be read. An import
    changes nothing else, so a sheet without a column, or with a bad cell, never wipes out what was known.
    """

    sheet: Sheet
    number: int
    values: Mapping[str, Any]
    extra: Mapping[str, str]
    given: frozenset[str]
    columns: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def known(self) -> dict[str, Any]:
        """The values of the fields that the sheet speaks about."""
        return {name: value for name, value in self.values.items() if name in self.given}

    def problem(self, name: str, code: str, sentence: str, hint: str = "", *, set_aside: bool = False) -> CellProblem:
        """A problem of this row found later, by a rule across cells or by the database; ``name`` is a field or empty."""
        column = self.columns.get(name, "")
        return CellProblem(self.sheet.file, self.sheet.name, self.number, column, code, sentence, hint, set_aside)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What one file did to the ledger. Counts are rows; ``digest`` is the SHA-256 of the file."""

    kind: str
    file: str
    added: int
    changed: int
    unchanged: int
    problems: tuple[CellProblem, ...]
    digest: str

    @property
    def set_aside(self) -> int:
        """Rows that did not enter and wait for a person."""
        return len({(p.sheet, p.row) for p in self.problems if p.set_aside})


def parse_rows(
    sheets: Sheet | Sequence[Sheet], fields: Sequence[Field], *, key: str | None = None
) -> tuple[tuple[ParsedRow, ...], tuple[CellProblem, ...]]:
    """Rows of every sheet that has the needed columns, and what is wrong.

    Sheets without any of the needed columns (notes, lists of words) are passed over as long as another one fits. With
    ``key``, the second row of the same key is reported and set aside: the first one wins.
    """
    several = (sheets,) if isinstance(sheets, Sheet) else tuple(sheets)
    layouts = [_Layout.of(sheet, fields) for sheet in several]
    fitting = [layout for layout in layouts if not layout.problems]
    rows: list[ParsedRow] = []
    problems: list[CellProblem] = []
    for layout in layouts if not fitting else [x for x in layouts if not x.problems or x.hits]:
        problems.extend(layout.problems)
        if not layout.problems:
            rows.extend(_rows(layout, fields, problems))
    return _first_of_each(rows, key, problems), tuple(problems)


@dataclass(frozen=True, slots=True)
class Layout:
    """The headings of a sheet as written, and which of them was taken for which field."""

    headings: tuple[str, ...]
    columns: Mapping[str, str]


def layout_of(sheet: Sheet, fields: Sequence[Field]) -> Layout:
    """What a sheet's headings are taken for, before any row is read: for a person to look at and to correct."""
    found = _Layout.of(sheet, fields)
    cells = sheet.rows.get(found.heading_row, ())
    return Layout(
        headings=tuple(text(cell) for cell in cells if not is_blank(cell)),
        columns={name: text(cells[index]) for name, index in found.known.items()},
    )


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the headings of a sheet are: field name → column index; other headings → column index."""

    sheet: Sheet
    heading_row: int
    known: Mapping[str, int]
    other: Mapping[int, str]
    labels: Mapping[int, str]
    problems: tuple[CellProblem, ...]
    hits: int

    @classmethod
    def of(cls, sheet: Sheet, fields: Sequence[Field]) -> "_Layout":
        names = {_heading(heading): item.name for item in fields for heading in (item.name, *item.headings)}
        needed = [item for item in fields if item.required]
        best_row, best = 0, -1
        for number in sorted(sheet.rows)[:HEADING_SEARCH_ROWS]:
            score = len({names[h] for cell in sheet.rows[number] if (h := _heading(cell)) in names})
            if score > best:
                best_row, best = number, score
        cells = sheet.rows.get(best_row, ())
        labels = {i: f"{column_letter(i)} ({text(cell)})" for i, cell in enumerate(cells) if not is_blank(cell)}
        known: dict[str, int] = {}
        other: dict[int, str] = {}
        twice: list[tuple[str, str]] = []
        for index, label in labels.items():
            name = names.get(_heading(cells[index]))
            if name is None:
                other[index] = text(cells[index])
            elif name in known:
                twice.append((labels[known[name]], label))
            else:
                known[name] = index
        missing = [item for item in needed if item.name not in known]
        problems = (
            *(_heading_twice(sheet, best_row, *pair) for pair in twice),
            *(_missing(sheet, best_row, x) for x in missing),
        )
        return cls(sheet, best_row, known, other, labels, problems, hits=best if best >= 2 else 0)


def _heading_twice(sheet: Sheet, row: int, first: str, second: str) -> CellProblem:
    sentence = _("Two columns have the same heading: %(first)s and %(second)s.", first=first, second=second)
    return CellProblem(sheet.file, sheet.name, row, second, "heading-twice", sentence, _("Keep one of them."), True)


def _missing(sheet: Sheet, row: int, item: Field) -> CellProblem:
    headings = (*item.headings, item.name)
    sentence = _("The column %(name)s is missing.", name=headings[0])
    hint = _("Add it under one of these headings: %(list)s.", list=", ".join(dict.fromkeys(headings)))
    return CellProblem(sheet.file, sheet.name, row or None, "", "column-missing", sentence, hint, True)


def _rows(layout: _Layout, fields: Sequence[Field], problems: list[CellProblem]) -> Iterator[ParsedRow]:
    sheet = layout.sheet
    columns = {name: layout.labels[index] for name, index in layout.known.items()}
    given = frozenset(layout.known)
    for number in sorted(n for n in sheet.rows if n > layout.heading_row):
        cells = sheet.rows[number]
        if all(is_blank(cell) for cell in cells):
            continue
        values: dict[str, Any] = {}
        usable = True
        unread: set[str] = set()
        for item in fields:
            index = layout.known.get(item.name)
            cell = cells[index] if index is not None and index < len(cells) else None
            values[item.name] = item.default
            try:
                values[item.name] = _value(cell, item)
            except CellError as error:
                unread.add(item.name)
                aside = item.required or item.vital
                usable = usable and not aside
                where = columns.get(item.name, item.headings[0])
                problems.append(
                    CellProblem(sheet.file, sheet.name, number, where, error.code, error.sentence, error.hint, aside)
                )
        if usable:
            extra = {
                heading: text(cells[index])
                for index, heading in layout.other.items()
                if index < len(cells) and not is_blank(cells[index])
            }
            yield ParsedRow(sheet, number, values, extra, given - unread, columns)


def _value(cell: CellValue, item: Field) -> Any:
    if is_blank(cell):
        if item.required:
            raise CellError("cell-empty", _("This cell must be filled."))
        return item.default
    if isinstance(cell, str) and cell.strip().upper() in FORMULA_ERRORS:
        raise CellError(
            "formula-error",
            _("The formula in this cell gives %(error)s.", error=cell.strip()),
            _("Mend the formula or write the value."),
        )
    return item.parse(cell)


def _first_of_each(rows: Iterable[ParsedRow], key: str | None, problems: list[CellProblem]) -> tuple[ParsedRow, ...]:
    if key is None:
        return tuple(rows)
    first: dict[Any, ParsedRow] = {}
    for row in rows:
        earlier = first.setdefault(row[key], row)
        if earlier is not row:
            sentence = _("This code already stands in row %(n)d.", n=earlier.number)
            hint = _("The first row was taken. Remove one of the two.")
            problems.append(row.problem(key, "row-twice", sentence, hint, set_aside=True))
    return tuple(first.values())


def source_of(sheets: Sheet | Sequence[Sheet]) -> tuple[str, str]:
    """The file's name and digest."""
    first = sheets if isinstance(sheets, Sheet) else next(iter(sheets), None)
    return (first.file, first.digest) if first else ("", "")


def column_letter(index: int) -> str:
    """``0`` → ``A``, ``27`` → ``AB``."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _heading(cell: CellValue) -> str:
    """The form in which headings are compared: ``编号 *（必填）`` = ``编号``."""
    written = compact(text(cell))
    for opening in ("(", "（", "["):
        head = written.split(opening)[0]
        written = head or written
    return written.strip("*:：")
