"""A claim line with everything that it carries about its meal: what the detail and the platform's file are made of."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.clock import Clock, clock_text
from mealroute.core.layouts import Field
from mealroute.core.tables import Column, Kind
from mealroute.exporting.words import CHANNELS, DELIVERIES, MEANS, SOURCES
from mealroute.subsidy.exports import UNMASKED
from mealroute.subsidy.file_fields import PLAIN, Made, field_of, makers, word_of
from mealroute.vendors.models import Vendor

Papers = Mapping[str, tuple[str, str]]
"""Vendor → its licence and agreement."""
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
    "key": Column("补贴键", _TEXT, 34), "corrects": Column("原属月份", _TEXT, 9), "reason": Column("调整事由", _TEXT, 30),
}  # fmt: skip
"""Every field, with its heading, kind and width in the detail."""


def detail_fields(clock: Clock, papers: Papers, plain: PLAIN | None = None) -> Mapping[str, Field]:
    """Every field with what its cells are made of. The two that name a person are called otherwise where they are not masked."""
    made = {**makers(clock, plain), **_further(papers)}
    return {
        name: field_of(name, _called(column, masked=plain is None), made[name]) for name, column in FIELDS.items()
    }  # fmt: skip


def papers_of(db: Session) -> Papers:
    """Licence and agreement of every vendor."""
    query = select(Vendor.code, Vendor.licence_no, Vendor.contract_no)
    return {code: (licence, contract) for code, licence, contract in db.execute(query)}


def _called(column: Column, *, masked: bool) -> Column:
    return column if masked else Column(UNMASKED.get(column.heading, column.heading), column.kind, column.width)


def _further(papers: Papers) -> Mapping[str, Made]:
    def paper(place: int) -> Made:
        return ("vendor_code",), lambda code: papers.get(code, ("", ""))[place]

    return {
        "licence": paper(0), "agreement": paper(1), "age": (("age",), None), "ability": (("ability_level",), None),
        "means": (("pay_means",), word_of(MEANS)),
        "channel": (("channel",), word_of(CHANNELS)),
        "delivery": (("delivery",), word_of(DELIVERIES)), "stop": (("stop_no",), None),
        "planned": (("planned_s",), lambda seconds: "" if seconds is None else clock_text(seconds)),
        "recorded-by": (("source",), word_of(SOURCES)),
    }  # fmt: skip
