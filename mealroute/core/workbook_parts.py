"""The fixed parts of a workbook's archive: types, relations, styles, properties, the beginning of a sheet."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from mealroute.core.rowfiles import cell_text
from mealroute.core.tables import Column, Kind

STYLES: Mapping[Kind, int] = {Kind.TEXT: 2, Kind.CODE: 2, Kind.COUNT: 3, Kind.NUMBER: 4, Kind.MONEY: 5, Kind.DAY: 6}
"""Kind → place in the style sheet below; 1 is the heading."""
SHEET_END = (
    b'<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>'
    b'<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
    b"<headerFooter><oddFooter>&amp;C&amp;P / &amp;N</oddFooter></headerFooter>"
)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True)
class About:
    """What the document says about itself."""

    title: str = ""
    subject: str = ""
    person: str = ""
    comment: str = ""
    created: datetime | None = None
    properties: Mapping[str, str] = field(default_factory=dict)


def filters(columns: int, rows: int) -> bytes:
    """The heading row as a filter of ``rows`` rows under it."""
    return f'<autoFilter ref="A1:{letters(columns - 1)}{rows + 1}"/>'.encode()


def letters(index: int) -> str:
    """0 → ``A``, 26 → ``AA``."""
    found = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def sheet_name(name: str, taken: Sequence[str]) -> str:
    r"""Excel allows 31 characters without []:*?/\\ and no name twice."""
    wanted = re.sub(r"[\[\]:*?/\\]", " ", name)[:31].strip("'") or "1"
    found, number = wanted, 2
    while found.lower() in {each.lower() for each in taken}:
        found = f"{wanted[:27]} {number}"
        number += 1
    return found


def sheet_begin(columns: Sequence[Column]) -> bytes:
    """Everything before the first data row: frozen headings, widths, the heading row."""
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{column.width}" customWidth="1"/>' for n, column in enumerate(columns, 1)
    )
    headings = "".join(
        f'<c r="{letters(index)}1" s="1" t="inlineStr"><is><t>{escape(cell_text(column.heading))}</t></is></c>'
        for index, column in enumerate(columns)
    )
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{widths}</cols><sheetData><row r="1">{headings}</row>'
    ).encode()


def frame(sheets: Sequence[str], about: About) -> dict[str, bytes]:
    """Every part of the archive but the sheets."""
    found = {
        "xl/workbook.xml": _workbook(sheets),
        "xl/_rels/workbook.xml.rels": _relations(
            [(f"{_OFFICE}/relationships/worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)]
            + [(f"{_OFFICE}/relationships/styles", "styles.xml")]
        ),
        "xl/styles.xml": _STYLES,
        "docProps/core.xml": _core(about),
        "docProps/app.xml": f'<Properties xmlns="{_OFFICE}/extended-properties"><Application>mealroute</Application></Properties>',
        "docProps/custom.xml": _custom(about.properties),
        "_rels/.rels": _relations([
            (f"{_OFFICE}/relationships/officeDocument", "xl/workbook.xml"),
            (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            (f"{_OFFICE}/relationships/extended-properties", "docProps/app.xml"),
            (f"{_OFFICE}/relationships/custom-properties", "docProps/custom.xml"),
        ]),
        "[Content_Types].xml": _content_types(len(sheets)),
    }  # fmt: skip
    return {name: (_HEAD + content).encode() for name, content in found.items()}


def _workbook(sheets: Sequence[str]) -> str:
    listed = "".join(f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(sheets, 1))
    titles = "".join(
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{n}">{escape(_quoted(name))}!$1:$1</definedName>'
        for n, name in enumerate(sheets)
    )
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}/relationships"><bookViews><workbookView/></bookViews>'
        f"<sheets>{listed}</sheets><definedNames>{titles}</definedNames></workbook>"
    )


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{n}" Type="{kind}" Target="{to}"/>' for n, (kind, to) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _core(about: About) -> str:
    created = (about.created or datetime(2020, 1, 1, tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    said = "".join(
        f"<{tag}>{escape(cell_text(value))}</{tag}>"
        for tag, value in (
            ("dc:title", about.title), ("dc:subject", about.subject), ("dc:creator", about.person), ("dc:description", about.comment),
            ("cp:lastModifiedBy", about.person),
        )
        if value
    )  # fmt: skip
    return (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'{said}<dcterms:created xsi:type="dcterms:W3CDTF">{created}</dcterms:created></cp:coreProperties>'
    )


def _custom(properties: Mapping[str, str]) -> str:
    listed = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{n}" name={quoteattr(name)}>'
        f"<vt:lpwstr>{escape(cell_text(value))}</vt:lpwstr></property>"
        for n, (name, value) in enumerate(properties.items(), 2)
    )
    return f'<Properties xmlns="{_OFFICE}/custom-properties" xmlns:vt="{_OFFICE}/docPropsVTypes">{listed}</Properties>'


def _content_types(sheets: int) -> str:
    overrides = [
        ("/xl/workbook.xml", f"{_TYPES}.spreadsheetml.sheet.main+xml"),
        ("/xl/styles.xml", f"{_TYPES}.spreadsheetml.styles+xml"),
        ("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
        ("/docProps/app.xml", f"{_TYPES}.extended-properties+xml"),
        ("/docProps/custom.xml", f"{_TYPES}.custom-properties+xml"),
        *(
            (f"/xl/worksheets/sheet{n}.xml", f"{_TYPES}.spreadsheetml.worksheet+xml") for n in range(1, sheets + 1)
        ),
    ]  # fmt: skip
    listed = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in overrides)
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{listed}</Types>'
    )


_XF = '<xf numFmtId="{}" fontId="{}" fillId="0" borderId="{}" xfId="0"{}/>'
_APPLIED = ' applyNumberFormat="1"'
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
    '<border><left/><right/><top/><bottom style="thin"/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="7">'
    + _XF.format(0, 0, 0, "")
    + '<xf numFmtId="0" fontId="1" fillId="0" borderId="1" xfId="0" applyFont="1" applyBorder="1" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf>'
    + _XF.format(49, 0, 0, _APPLIED)  # text
    + _XF.format(1, 0, 0, _APPLIED)  # 0
    + _XF.format(0, 0, 0, "")  # General
    + _XF.format(2, 0, 0, _APPLIED)  # 0.00
    + _XF.format(164, 0, 0, _APPLIED)  # a day
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
