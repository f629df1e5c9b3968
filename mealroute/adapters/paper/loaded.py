"""The fonts of every sheet, read from their files once in a process.

fpdf2 reads a whole font (thirty thousand characters) anew for each document, half a second for our four. What it reads is the same
each time; only what it marks as used and cuts down when it writes belongs to one document, and only that is copied here.
"""

from copy import copy
from functools import lru_cache
from typing import Any

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.fonts import SubsetMap

from mealroute.adapters.paper import fonts


class _Copied(dict[str, Any]):
    """The outlines of a font; each that is taken out is a copy, as it is changed when it is written."""

    def __getitem__(self, name: str) -> Any:
        return copy(super().__getitem__(name))


def add_fonts(pdf: Any) -> None:
    """Every font of ``fonts.FILES``, as `FPDF.add_font` would add it; the document's bytes are the same."""
    for family, style in fonts.FILES:
        read = _read(family, style)
        font = copy(read)
        font.i = len(pdf.fonts) + 1
        font.cw = copy(read.cw)
        font.missing_glyphs = []
        font.ttfont = _uncut(read.ttfont, family, style)
        font.subset = SubsetMap(font)
        pdf.fonts[font.fontkey] = font


@lru_cache(maxsize=len(fonts.FILES))
def _read(family: str, style: str) -> Any:
    pdf = FPDF()
    pdf.add_font(family, style, fonts.FOLDER / fonts.FILES[family, style])
    (font,) = pdf.fonts.values()
    for table in font.ttfont["cmap"].tables:
        table.ensureDecompiled()
    font.ttfont["glyf"].glyphs = _Copied(font.ttfont["glyf"].glyphs)
    return font


def _uncut(read: Any, family: str, style: str) -> Any:
    """The font file opened for one document, with the tables that take long to read taken from ``read``."""
    opened = TTFont(fonts.FOLDER / fonts.FILES[family, style], recalcTimestamp=False, lazy=True)
    opened.setGlyphOrder(list(read.getGlyphOrder()))
    for tag in ("hmtx", "cmap", "glyf"):
        opened[tag] = copy(read[tag])
    opened["cmap"].tables = [copy(table) for table in read["cmap"].tables]
    return opened
