"""One spreadsheet cell → one value. Chinese and English, full-width digits, and the ways in which Excel bends things.

A parser takes what the reader found and returns the value, or raises ``CellError`` with a sentence for the person who keeps
the sheet. An empty cell never reaches a parser. Sentences never repeat ID or phone numbers.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeVar

from mealroute.core.clock import parse_clock
from mealroute.core.i18n import _
from mealroute.core.money import parse_yuan
from mealroute.core.text import compact, half_width

CellValue = str | int | float | bool | date | datetime | time | timedelta | None
ValueT = TypeVar("ValueT")
Parser = Callable[[CellValue], ValueT]

EXCEL_EPOCH = date(1899, 12, 30)
"""Day 0 of Excel's 1900 system as it counts after its invented 29 February 1900; earlier days are not expected here."""
EARLIEST, LATEST = date(1900, 3, 1), date(2200, 1, 1)
FORMULA_ERRORS = frozenset({
    "#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#GETTING_DATA",
})  # fmt: skip
_ROUNDED_FROM = 10**15  # doubles hold 15 decimal digits; Excel writes zeros behind them
_YES = frozenset({"是", "有", "yes", "y", "true", "t", "1", "√", "✓", "对"})
_NO = frozenset({"否", "无", "没有", "no", "n", "false", "f", "0", "×", "✗", "不"})
_DAY = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ t]00:00(?::00(?:\.0+)?)?)?$", re.IGNORECASE)
_CONTROLS = (*range(9), *range(14, 28), 127)  # PostgreSQL refuses NUL, and nobody can see any of them
_BLANKS = dict.fromkeys((*map(ord, "\u200b\u200c\u200d\u2060\ufeff"), *_CONTROLS))


class CellError(ValueError):
    """A cell that cannot be read: a stable code, a sentence, and how to mend it."""

    def __init__(self, code: str, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.hint = hint


def is_blank(cell: CellValue) -> bool:
    """Nothing, or nothing but white space (the ideographic and zero-width kinds too)."""
    return cell is None or (isinstance(cell, str) and not cell.translate(_BLANKS).strip())


def text(cell: CellValue) -> str:
    """Text as written: outer white space goes, inner line breaks become one space, ``1.0`` becomes ``1``.

    Characters are kept as they are (no normal form), so that a rare character of a name survives.
    """
    if isinstance(cell, bool):
        return _("yes") if cell else _("no")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _ROUNDED_FROM:
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return " ".join(str("" if cell is None else cell).translate(_BLANKS).split())


def code(cell: CellValue) -> str:
    """A natural key such as ``R0001``: half-width, upper case, no white space."""
    return "".join(half_width(text(cell)).upper().split())


def digits_as_text(cell: CellValue) -> str:
    """A long number that is a name, not a quantity (ID number, licence, contract).

    Raises CellError where Excel has stored it as a number of more than 15 digits: its end is already lost.
    """
    lost = isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= _ROUNDED_FROM
    if lost or (isinstance(cell, str) and re.fullmatch(r"\s*\d\.\d+[eE]\+?\d+\s*", half_width(cell))):
        raise CellError(
            "number-rounded",
            _("Excel has stored this long number as a quantity and lost its last digits."),
            _("Format the column as text, then enter the number again."),
        )
    return "".join(half_width(text(cell)).upper().split())


def phone(cell: CellValue) -> str:
    """Digits of a phone number without +86: 7–12 of them, as mobile and landline numbers have."""
    digits = re.sub(r"[\s\-–—()+·.]", "", half_width(text(cell)))
    digits = re.sub(r"^(?:0086|86(?=1\d{10}$)|86(?=0?10\d{8}$))", "", digits)
    if not (digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 12):
        raise CellError(
            "not-a-phone",
            _("This is not a phone number."),
            _("Write 7 to 12 digits, one number to a cell."),
        )
    return digits


def number(cell: CellValue) -> float:
    """A finite number."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    written = half_width(text(cell)).replace(",", "")
    if isinstance(cell, bool) or not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", written):
        raise CellError("not-a-number", _("%(value)s is not a number.", value=_quote(cell)), _("Write digits only."))
    return float(written)


def integer(low: int, high: int) -> Parser[int]:
    """A whole number from ``low`` to ``high``, both included."""

    def parse(cell: CellValue) -> int:
        found = number(cell)
        if not found.is_integer() or not low <= found <= high:
            raise CellError(
                "number-out-of-range",
                _("%(value)s is not a whole number from %(low)d to %(high)d.", value=_quote(cell), low=low, high=high),
            )
        return int(found)

    return parse


def decimal(low: float, high: float) -> Parser[float]:
    """A number from ``low`` to ``high``, both included."""

    def parse(cell: CellValue) -> float:
        found = number(cell)
        if not low <= found <= high:
            raise CellError(
                "number-out-of-range",
                _("%(value)s lies outside %(low)s to %(high)s.", value=_quote(cell), low=f"{low:g}", high=f"{high:g}"),
            )
        return found

    return parse


def money(cell: CellValue) -> int:
    """Yuan with at most two decimals, not negative → fen. Floats are read as Excel shows them."""
    try:
        fen = parse_yuan(Decimal(f"{cell:.10g}") if isinstance(cell, float) else half_width(text(cell)))
    except ValueError:
        fen = -1
    if fen < 0 or isinstance(cell, bool):
        raise CellError(
            "not-an-amount",
            _("%(value)s is not an amount in yuan.", value=_quote(cell)),
            _("Write an amount such as 18 or 18.50."),
        )
    return fen


def yes_no(cell: CellValue) -> bool:
    """是/否, 有/无, yes/no, true/false, 1/0, ticks."""
    if isinstance(cell, bool):
        return cell
    written = compact(text(cell))
    if written in _YES:
        return True
    if written in _NO:
        return False
    raise CellError("not-yes-or-no", _("%(value)s is neither yes nor no.", value=_quote(cell)), _("Write 是 or 否."))


def day(cell: CellValue) -> date:
    """A date: Excel's own, its serial number, ``2026-03-09``, ``2026/3/9``, ``2026年3月9日``, ``20260309``."""
    found: date | None = None
    if isinstance(cell, datetime):
        found = cell.date()
    elif isinstance(cell, date):
        found = cell
    else:
        written = half_width(text(cell))
        if re.fullmatch(r"\d{8}", written):
            written = f"{written[:4]}-{written[4:6]}-{written[6:]}"
        match = _DAY.match(written)
        try:
            if match:
                found = date(*map(int, match.groups()))
            elif re.fullmatch(r"\d{1,6}(\.\d+)?", written):
                found = EXCEL_EPOCH + timedelta(days=int(float(written)))
        except (ValueError, OverflowError):
            found = None
    if found is None or not EARLIEST <= found <= LATEST:
        raise CellError(
            "not-a-date",
            _("%(value)s is not a date.", value=_quote(cell)),
            _("Write dates as 2026-03-09."),
        )
    return found


def time_of_day(cell: CellValue) -> int:
    """A time → seconds since midnight: Excel's own, its fraction of a day, ``10:41``."""
    if isinstance(cell, timedelta):
        cell = cell.total_seconds() / 86_400
    if isinstance(cell, datetime):
        cell = cell.time()
    if isinstance(cell, time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second
    if isinstance(cell, float) and 0 <= cell < 1:
        return round(cell * 86_400) % 86_400
    try:
        return parse_clock(half_width(text(cell)))
    except ValueError:
        raise CellError(
            "not-a-time", _("%(value)s is not a time.", value=_quote(cell)), _("Write times as 10:30.")
        ) from None


def choice(words: Mapping[str, ValueT]) -> Parser[ValueT]:
    """One of a closed list; ``words`` maps every accepted spelling to its value."""
    known = {compact(word): value for word, value in words.items()}

    def parse(cell: CellValue) -> ValueT:
        try:
            return known[compact(text(cell))]
        except KeyError:
            raise CellError(
                "unknown-word",
                _("%(value)s is not one of the words that this column knows.", value=_quote(cell)),
                _("Write one of: %(words)s.", words=", ".join(dict.fromkeys(words))),
            ) from None

    return parse


def several(parse_one: Parser[ValueT]) -> Parser[tuple[ValueT, ...]]:
    """Several values in one cell, separated by ； ; ， , 、 / | or a line break; each once, in the order written."""

    def parse(cell: CellValue) -> tuple[ValueT, ...]:
        parts = re.split(r"[;,、/|\n]", unicodedata.normalize("NFKC", cell)) if isinstance(cell, str) else [cell]
        return tuple(dict.fromkeys(parse_one(part) for part in parts if not is_blank(part)))

    return parse


def at_most(length: int, parse_text: Parser[str] = text) -> Parser[str]:
    """Text that fits its column."""

    def parse(cell: CellValue) -> str:
        found = parse_text(cell)
        if len(found) > length:
            raise CellError(
                "text-too-long",
                _("This text has %(n)d characters, at most %(most)d fit.", n=len(found), most=length),
                _("Shorten it, or move the rest to the note."),
            )
        return found

    return parse


def _quote(cell: CellValue) -> str:
    shown = text(cell)
    return f"“{shown[:20]}…”" if len(shown) > 21 else f"“{shown}”"
