"""Sheets about sites: agreements signed with persons, dated figures, one-off applications. Each row enters once; nothing is changed."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import cells
from mealroute.core.actor import Actor
from mealroute.core.cells import CellError, CellValue
from mealroute.core.clock import Clock
from mealroute.core.i18n import _
from mealroute.core.import_batches import finish, one_at_a_time
from mealroute.core.importing import CellProblem, Field, ImportResult, ParsedRow, Sheet, parse_rows, source_of
from mealroute.core.once import insert_new
from mealroute.residents.models import Resident
from mealroute.subsidy.site_models import SiteAgreement, SiteApplication, SiteFigure
from mealroute.vendors.models import Station

_CODE = cells.at_most(40, cells.code)
_STATION = Field("station_code", ("驿站编码", "驿站编号", "助餐点编号"), _CODE, required=True)
FIGURES: Mapping[str, str] = {
    "星级": "star", "日供餐能力": "capacity", "供餐能力": "capacity", "能力（人次/日）": "capacity", "连锁年数": "chain-year",
    "农村驿站": "tag:rural", "纯配送点": "kind:delivery-point", "制餐点": "kind:cooking-point", "单位食堂": "kind:canteen",
    "养老机构": "kind:care-institution", "老年餐桌": "kind:elder-table",
}  # fmt: skip
"""What figures are called in sheets; any other code of the rules may be written as it is, marks as ``tag:rural``."""


def figure_name(cell: CellValue) -> str:
    """A figure by its Chinese name or by its code in the rules."""
    written = cells.text(cell)
    if written in FIGURES:
        return FIGURES[written]
    if not re.fullmatch(r"(?:tag:|kind:)?[a-z][a-z0-9-]{0,34}", written):
        raise CellError(
            "unknown-word", _("This is not the name of a figure."),
            _("Write one of: %(words)s.", words=", ".join(FIGURES)),
        )  # fmt: skip
    return written


KINDS: Mapping[str, str] = {
    "建设": "build", "新建": "build", "改造": "renovate", "设备": "equipment", "设备购置": "equipment",
    **{code: code for code in ("build", "renovate", "equipment")},
}  # fmt: skip
AGREEMENTS = (
    _STATION,
    Field("resident_code", ("老人编号",), _CODE, required=True),
    Field("signed_on", ("签约日期", "签订日期"), cells.day, required=True),
    Field("ended_on", ("终止日期", "解约日期"), cells.day, vital=True),
    Field("agreement_no", ("协议编号", "协议号"), cells.at_most(80), default=""),
)
SITE_FIGURES = (
    _STATION,
    Field("name", ("指标",), figure_name, required=True),
    Field("value", ("数值",), cells.integer(0, 1_000_000), required=True),
    Field("valid_from", ("生效日", "生效日期"), cells.day, required=True),
    Field("document_no", ("文号", "依据"), cells.at_most(80), default=""),
)
APPLICATIONS = (
    Field("reference", ("申请编号",), cells.at_most(60, cells.code), required=True),
    _STATION,
    Field("day", ("申请日期", "申请日"), cells.day, required=True),
    Field("kind", ("申请事项", "类别"), cells.choice(KINDS), required=True),
    Field("capacity", ("日供餐能力", "能力（人次/日）"), cells.integer(0, 100_000), vital=True),
    Field("cost", ("费用", "投入金额"), cells.money, vital=True),
    Field("document_no", ("文号", "批准文号"), cells.at_most(80), required=True),
)
Sheets = Sheet | Sequence[Sheet]


def import_agreements(db: Session, sheets: Sheets, *, by: Actor, clock: Clock) -> ImportResult:
    """Who signed with which station from which day on, and until when."""
    people = dict(db.execute(select(Resident.code, Resident.id)).tuples().all())

    def rows_of(row: ParsedRow) -> list[dict[str, Any]] | CellProblem:
        if row["resident_code"] not in people:
            sentence = _("The ledger has no resident %(code)s within your reach.", code=row["resident_code"])
            return row.problem("resident_code", "resident-unknown", sentence, _("Correct the code."), set_aside=True)
        if row["ended_on"] is not None and row["ended_on"] < row["signed_on"]:
            sentence = _("The last day lies before the first.")
            return row.problem("ended_on", "dates-reversed", sentence, _("Swap the two dates."), set_aside=True)
        common = {
            "station_code": row["station_code"], "resident_id": people[row["resident_code"]], "agreement_no": row["agreement_no"]
        }  # fmt: skip
        found = [{**common, "day": row["signed_on"], "kind": "signed"}]
        return [*found, {**common, "day": row["ended_on"], "kind": "ended"}] if row["ended_on"] is not None else found

    return _import(db, "agreements", sheets, AGREEMENTS, SiteAgreement, rows_of, by=by, clock=clock)


def import_site_figures(db: Session, sheets: Sheets, *, by: Actor, clock: Clock) -> ImportResult:
    """Stars and capacity of stations from a day on, with the paper that says so."""

    def rows_of(row: ParsedRow) -> list[dict[str, Any]]:
        return [{name: row[name] for name in ("station_code", "name", "value", "valid_from", "document_no")}]

    return _import(db, "site-figures", sheets, SITE_FIGURES, SiteFigure, rows_of, by=by, clock=clock)


def import_applications(db: Session, sheets: Sheets, *, by: Actor, clock: Clock) -> ImportResult:
    """One-off applications of stations with their document; a reference enters once."""

    def rows_of(row: ParsedRow) -> list[dict[str, Any]]:
        names = ("reference", "station_code", "day", "kind", "capacity", "document_no")
        return [{**{name: row[name] for name in names}, "cost_fen": row["cost"]}]

    return _import(db, "applications", sheets, APPLICATIONS, SiteApplication, rows_of, by=by, clock=clock)


def _import(
    db: Session, kind: str, sheets: Sheets, fields: tuple[Field, ...], model: type[Any],
    rows_of: Callable[[ParsedRow], list[dict[str, Any]] | CellProblem], *, by: Actor, clock: Clock,
) -> ImportResult:  # fmt: skip
    one_at_a_time(db)
    rows, found = parse_rows(sheets, fields)
    problems = list(found)
    streets = dict(db.execute(select(Station.code, Station.street_code)).tuples().all())
    fresh: list[dict[str, Any]] = []
    for row in rows:
        street = streets.get(row["station_code"])
        if street is None or not by.scope.sees_street(street):
            sentence = _("No station has the code %(code)s.", code=row["station_code"])
            hint = _("Import the stations first, or correct the code.")
            problems.append(row.problem("station_code", "station-unknown", sentence, hint, set_aside=True))
            continue
        made = rows_of(row)
        if isinstance(made, CellProblem):
            problems.append(made)
        else:
            fresh += [{**values, "by_name": by.name, "at": clock.now()} for values in made]
    added = len(insert_new(db, model, fresh, model.id))
    file, digest = source_of(sheets)
    return finish(
        db, ImportResult(kind, file, added, 0, len(fresh) - added, tuple(problems), digest), by=by, clock=clock
    )
