"""The area sheet: one row a street, or one row a community with its street's columns repeated."""

import re
from collections.abc import Mapping, Sequence

from mealroute.areas.records import AreaRow
from mealroute.core import cells
from mealroute.core.cells import CellError, CellValue
from mealroute.core.geo import LonLat
from mealroute.core.i18n import _
from mealroute.core.importing import CellProblem, Field, Sheet, parse_rows


def street_code(cell: CellValue) -> str:
    """A national division code: nine digits for a street (twelve are cut to nine when they end in 000)."""
    written = cells.digits_as_text(cell)
    if re.fullmatch(r"\d{9}000", written):
        written = written[:9]
    if not re.fullmatch(r"\d{9}", written):
        raise CellError(
            "not-a-street-code",
            _("This is not the nine-digit code of a street."),
            _("Write the national division code, such as 110101001."),
        )
    return written


ZONES: Mapping[str, str] = {
    "门城": "main-city", "城区": "main-city", "主城区": "main-city", "浅山": "shallow-mountain", "浅山区": "shallow-mountain", "深山": "deep-mountain",
    "深山区": "deep-mountain",
}  # fmt: skip


def zone(cell: CellValue) -> str:
    """A zone in words, or the code that a rule file has given it."""
    written = cells.text(cell)
    return ZONES.get(written) or cells.at_most(20, cells.code)(written)


FIELDS = (
    Field("street_code", ("街道编码", "街道代码"), street_code, required=True),
    Field("street", ("街道", "街道名称"), cells.at_most(80), required=True),
    Field("street_en", ("英文名", "英文名称"), cells.at_most(80), default=""),
    Field("community", ("社区", "社区名称"), cells.at_most(80), default=""),
    Field("lng", ("经度", "lon", "longitude"), cells.decimal(-180, 180)),
    Field("lat", ("纬度", "latitude"), cells.decimal(-90, 90)),
    Field("zone", ("分区", "地区类别"), zone, default=""),
    Field("source", ("来源",), cells.at_most(200), default=""),
)


def read(sheets: Sheet | Sequence[Sheet]) -> tuple[tuple[AreaRow, ...], tuple[CellProblem, ...]]:
    """Rows and problems; a second row of the same street and community is reported, the first one is taken."""
    parsed, found = parse_rows(sheets, FIELDS)
    problems = list(found)
    kept: dict[tuple[str, str], AreaRow] = {}
    names: dict[str, str] = {}
    for row in parsed:
        name = names.setdefault(row["street_code"], row["street"])
        if name != row["street"]:
            sentence = _("An earlier row calls this street %(name)s.", name=name)
            problems.append(row.problem("street", "name-differs", sentence, _("Write the same name."), set_aside=True))
            continue
        key = row["street_code"], row["community"]
        if key in kept:
            sentence = _("This street and community already stand in an earlier row.")
            hint = _("The first row was taken. Remove one of the two.")
            problems.append(row.problem("community", "row-twice", sentence, hint, set_aside=True))
            continue
        half = (row["lng"] is None) != (row["lat"] is None)
        if half:
            sentence = _("A point needs both longitude and latitude.")
            problems.append(row.problem("lng", "point-incomplete", sentence, _("Fill both or neither.")))
        kept[key] = AreaRow(
            street_code=row["street_code"], street=row["street"], street_en=row["street_en"], community=row["community"],
            point=None if half or row["lng"] is None else LonLat(row["lng"], row["lat"]), source=row["source"], zone=row["zone"],
        )  # fmt: skip
    return tuple(kept.values()), tuple(problems)
