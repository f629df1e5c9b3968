"""The fonts of every printed sheet, and what to do with a character that they lack.

Noto Sans SC holds nearly every character; Noto Sans JP lends the 653 that SC lacks (𠮷 among them). A character in neither is
printed as its reading in brackets with a mark, and the sheet's maker can list such characters before printing: no part of a
name is ever lost silently (fpdf2 itself would drop it).
"""

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).with_name("fonts")
MAIN, SPARE = "sc", "jp"
FILES = {
    (MAIN, ""): "NotoSansSC-Regular.ttf",
    (MAIN, "B"): "NotoSansSC-Bold.ttf",
    (SPARE, ""): "NotoSansJP-Regular.ttf",
    (SPARE, "B"): "NotoSansJP-Bold.ttf",
}
MARK = "※"


@lru_cache(maxsize=2)
def covered(family: str) -> frozenset[int]:
    """Code points that ``family`` can print, read from the font's own table."""
    from fontTools.ttLib import TTFont

    with TTFont(FOLDER / FILES[family, ""], lazy=True) as font:
        return frozenset(font.getBestCmap())


def missing(texts: Iterable[str]) -> tuple[str, ...]:
    """The characters in ``texts`` that neither font can print, each once, in order."""
    found = {ch: None for text in texts for ch in text if not _printable(ch)}
    return tuple(found)


def runs(text: str) -> Iterator[tuple[str, str]]:
    """``text`` as (family, piece) runs, ready to print one after the other."""
    family, piece = MAIN, ""
    for ch in text:
        shown, wanted = _shown(ch)
        if wanted != family and piece:
            yield family, piece
            piece = ""
        family = wanted
        piece += shown
    if piece:
        yield family, piece


@lru_cache(maxsize=8192)
def _shown(ch: str) -> tuple[str, str]:
    code = ord(ch)
    if code in covered(MAIN):
        return ch, MAIN
    if code in covered(SPARE):
        return ch, SPARE
    if _blank(ch):
        return " ", MAIN
    from pypinyin import lazy_pinyin

    reading = "".join(lazy_pinyin(ch, errors=lambda _text: ""))
    return f"[{reading or f'U+{code:X}'}{MARK}]", MAIN


def _printable(ch: str) -> bool:
    return ord(ch) in covered(MAIN) or ord(ch) in covered(SPARE) or _blank(ch)


def _blank(ch: str) -> bool:
    """Spaces and control or format characters; an unassigned or private code point may still be part of a name."""
    return ch.isspace() or unicodedata.category(ch) in {"Cc", "Cf"}
