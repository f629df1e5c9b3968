"""Cells of an XLSX whose formula ends in an error (#REF!, #DIV/0! …).

calamine reads such a cell as empty, which would hide the error; so the sheet's XML is looked through for cells of type ``e``.
"""

import re
from zipfile import ZipFile

_TAG = re.compile(rb"<(?:\w+:)?(sheet|Relationship)\s[^>]*>")
_ATTRIBUTE = re.compile(rb'([\w:]+)\s*=\s*"([^"]*)"')
_CELL = re.compile(rb'<(?:\w+:)?c\s([^>]*\bt="e"[^>]*)>(.*?)</(?:\w+:)?c>', re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)</")
_ENTITIES = ((b"&lt;", b"<"), (b"&gt;", b">"), (b"&quot;", b'"'), (b"&apos;", b"'"), (b"&amp;", b"&"))


def formula_errors(archive: ZipFile) -> dict[str, dict[tuple[int, int], str]]:
    """Sheet name → (row index, column index) → error text. Other kinds of archive (ODS, XLSB) give nothing."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return {}
    targets = {a[b"Id"]: a[b"Target"].decode() for a in _tags(archive.read("xl/_rels/workbook.xml.rels"))}
    found: dict[str, dict[tuple[int, int], str]] = {}
    for sheet in _tags(archive.read("xl/workbook.xml")):
        target = targets.get(sheet.get(b"r:id", b""), "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if path not in names:
            continue
        content = archive.read(path)
        if b't="e"' not in content:
            continue
        cells: dict[tuple[int, int], str] = {}
        for attributes, body in _CELL.findall(content):
            place = dict(_ATTRIBUTE.findall(attributes)).get(b"r", b"").decode()
            value = _VALUE.search(body)
            if match := re.fullmatch(r"([A-Z]+)(\d+)", place):
                cells[int(match[2]) - 1, _column(match[1])] = value[1].decode() if value else "#N/A"
        found[_plain(sheet.get(b"name", b""))] = cells
    return found


def _tags(content: bytes) -> list[dict[bytes, bytes]]:
    return [dict(_ATTRIBUTE.findall(match[0])) for match in _TAG.finditer(content)]


def _plain(value: bytes) -> str:
    for entity, character in _ENTITIES:
        value = value.replace(entity, character)
    return value.decode()


def _column(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
