"""A claim line with everything that it carries about its meal: what the detail and the platform's file are made of."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, select, type_coerce
from sqlalchemy.orm import Session

from mealroute.core.clock import Clock, clock_text
from mealroute.core.rowfiles import Kept
from mealroute.core.tables import Column, Kind
from mealroute.core.text import route_label
from mealroute.exporting.words import CHANNELS, DELIVERIES, MEANS, SOURCES
from mealroute.subsidy.exports import BENEFICIARIES, CONFIRMATIONS, OUTCOMES, SLOTS, UNITS
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.streaming import PLAIN, category_name, day_of, in_parts, moment_of
from mealroute.vendors.models import Vendor

_MONEY, _COUNT, _TEXT, _DAY = Kind.MONEY, Kind.COUNT, Kind.TEXT, Kind.DAY
FIELDS: Mapping[str, Column] = {
    "line": Column("序号", _COUNT, 7), "day": Column("餐日", _DAY, 11), "slot": Column("餐次", _TEXT, 6),
    "street-code": Column("街道编码", _TEXT, 11), "street": Column("街道", _TEXT, 12), "vendor-code": Column("商户编号", _TEXT, 9),
    "vendor": Column("商户", _TEXT, 18), "licence": Column("许可证号", _TEXT, 18), "agreement": Column("协议号", _TEXT, 16),
    "resident-code": Column("老人编号", _TEXT, 9), "name": Column("姓名（掩码）", _TEXT, 9), "id-number": Column("身份证号（掩码）", _TEXT, 20),
    "category": Column("人群类别", _TEXT, 14), "age": Column("餐日年龄", _COUNT, 7), "ability": Column("能力等级", _COUNT, 7),
    "rule": Column("规则编号", _TEXT, 18), "rule-version": Column("规则版本", _COUNT, 5), "document": Column("文号", _TEXT, 24),
    "beneficiary": Column("补贴对象", _TEXT, 20), "unit": Column("计补单位", _TEXT, 9), "payee": Column("收款方", _TEXT, 10),
    "price": Column("单价（元）", _MONEY, 9), "copay": Column("本人应付（元）", _MONEY, 9), "paid": Column("本单实付（元）", _MONEY, 9),
    "means": Column("支付方式", _TEXT, 9), "subsidy": Column("补贴（元）", _MONEY, 9), "city": Column("市级（元）", _MONEY, 9),
    "district": Column("区级（元）", _MONEY, 9), "street-share": Column("街道（元）", _MONEY, 9), "village": Column("村居（元）", _MONEY, 9),
    "charity": Column("慈善（元）", _MONEY, 9), "channel": Column("订餐渠道", _TEXT, 8), "delivery": Column("供餐方式", _TEXT, 9),
    "route": Column("线路", _TEXT, 6), "stop": Column("站序", _COUNT, 6), "driver": Column("送餐员编号", _TEXT, 10),
    "station": Column("站点编号", _TEXT, 9), "planned": Column("计划送达", _TEXT, 8), "outcome": Column("送达方式", _TEXT, 10),
    "confirmation": Column("确认依据", _TEXT, 10), "confirmed": Column("确认时间", _TEXT, 17), "recorded-by": Column("确认来源", _TEXT, 9),
    "order": Column("订单号", _COUNT, 9), "book-line": Column("餐单行号", _COUNT, 9), "proof": Column("送达凭证号", _COUNT, 9),
    "key": Column("补贴键", _TEXT, 34),
}  # fmt: skip
"""Every field, with its heading, kind and width in the detail."""
_PLACE = {name: number for number, name in enumerate(FIELDS)}
_COLUMNS: tuple[Any, ...] = (
    ClaimLine.line_no, type_coerce(ClaimLine.day, Text), ClaimLine.slot, ClaimLine.street_code, ClaimLine.vendor_code, ClaimLine.resident_code,
    ClaimLine.resident_id, ClaimLine.category, ClaimLine.age, ClaimLine.ability_level, ClaimLine.rule_id, ClaimLine.rule_version,
    ClaimLine.document_no, ClaimLine.beneficiary, ClaimLine.unit, ClaimLine.payee, ClaimLine.unit_price_fen, ClaimLine.copay_fen,
    ClaimLine.resident_paid_fen, ClaimLine.amount_fen, cast(ClaimLine.shares, Text), *(ClaimLine.basis[word].as_string() for word in ("name", "id_number", "street", "vendor", "pay_means", "channel")),
    *(ClaimLine.basis[word].as_integer() for word in ("stop_no", "planned_s")), ClaimLine.delivery,
    ClaimLine.route_no, ClaimLine.driver_code, ClaimLine.station_code, ClaimLine.outcome, ClaimLine.confirmation, type_coerce(ClaimLine.confirmed_at, Text),
    ClaimLine.source, ClaimLine.order_id, ClaimLine.book_line_id, ClaimLine.proof_id, ClaimLine.natural_key,
)  # fmt: skip


def fact_batches(
    db: Session, where: tuple[ColumnElement[bool], ...], *, clock: Clock, plain: PLAIN | None = None
) -> Iterator[list[tuple[Any, ...]]]:
    """The values of ``FIELDS`` for each line, in the order of the line numbers, in batches."""
    papers = {code: (licence, contract) for code, licence, contract in db.execute(
        select(Vendor.code, Vendor.licence_no, Vendor.contract_no)
    )}  # fmt: skip
    shape = _Shape(clock, plain, papers)
    query: Select[Any] = select(*_COLUMNS).where(*where).order_by(ClaimLine.line_no)
    for part in in_parts(db, query):
        yield [shape.facts(row) for row in part]


def chosen(names: tuple[str, ...]) -> tuple[int, ...]:
    """Where the named fields stand in a row of ``fact_batches``."""
    return tuple(_PLACE[name] for name in names)


class _Shape:
    """Turns a claim line as read into the values of ``FIELDS``."""

    def __init__(self, clock: Clock, plain: PLAIN | None, papers: Mapping[str, tuple[str, str]]) -> None:
        self._plain, self._papers = plain, papers
        self._shares: dict[str, Mapping[str, int]] = {}
        self._moments = Kept(lambda at: clock.local(moment_of(at)).strftime("%Y-%m-%d %H:%M"))
        self._times, self._days = Kept(clock_text), Kept(day_of)
        self._categories, self._routes = Kept(category_name), Kept(route_label)

    def facts(self, row: Sequence[Any]) -> tuple[Any, ...]:
        (
            line, day, slot, street_code, vendor_code, resident, resident_id, category, age, ability, rule, version, document, beneficiary,
            unit, payee, price, copay, paid, amount, shares_text, name, id_number, street, vendor, means, channel, stop, planned_s, delivery, route, driver, station, outcome, confirmation, at,
            source, order, book_line, proof, key,
        ) = row  # fmt: skip
        shares = self._shares.get(shares_text)
        if shares is None:
            shares = self._shares[shares_text] = json.loads(shares_text)
        licence, agreement = self._papers.get(vendor_code, ("", ""))
        if self._plain is not None:
            name, id_number = self._plain.get(resident_id, ("", ""))
        return (
            line, self._days[day], SLOTS.get(slot, slot), street_code, street, vendor_code, vendor, licence, agreement,
            resident, name, id_number, self._categories[category] if category else "", age, ability, rule, version, document,
            BENEFICIARIES.get(beneficiary, beneficiary), UNITS.get(unit, unit), payee, price, copay if beneficiary == "resident" else None,
            paid, MEANS.get(means, means), amount, shares.get("city", 0), shares.get("district", 0), shares.get("street", 0),
            shares.get("village", 0), shares.get("charity", 0), CHANNELS.get(channel, channel), DELIVERIES.get(delivery, delivery),
            self._routes[route], stop, driver, station, self._times[planned_s],
            OUTCOMES.get(outcome, outcome), CONFIRMATIONS.get(confirmation, confirmation),
            self._moments[at], SOURCES.get(source, source), order, book_line, proof, key,
        )  # fmt: skip
