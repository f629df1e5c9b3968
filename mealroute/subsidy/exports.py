"""The settlement as a table: one heading row, one row a claim line, every figure a value.

Amounts stand twice: in yuan with two decimals for people, in whole fen so that the month can be computed again exactly.
"""

from collections.abc import Mapping

from mealroute.core.tables import Column, Kind

SLOTS: Mapping[str, str] = {"breakfast": "早餐", "lunch": "午餐", "dinner": "晚餐"}
BENEFICIARIES: Mapping[str, str] = {
    "resident": "老人（就餐补贴）", "operator": "运营主体（运营补贴）", "deliverer": "送餐员（送餐补贴）", "site": "站点（站点补贴）",
}  # fmt: skip
OUTCOMES: Mapping[str, str] = {"handed-over": "本人签收", "left-with-contact": "交联系人", "left-at-door": "放门口"}
UNITS: Mapping[str, str] = {
    "meal": "每餐", "person-day": "每人每天", "delivery": "每次送餐", "month": "每月", "quarter": "每季度", "year": "每年", "one-off": "一次性",
}  # fmt: skip
CONFIRMATIONS: Mapping[str, str] = {
    "card": "刷卡", "qr": "扫码", "face": "刷脸", "code": "口令", "signature": "签名", "photo": "照片", "counter": "站点发放", "seen": "当面见到",
    "contact": "联系人代收", "unseen": "未见到人",
}  # fmt: skip

COLUMNS = (
    Column("序号", Kind.COUNT, 7),
    Column("餐日", Kind.DAY, 11),
    Column("餐次", Kind.TEXT, 6),
    Column("街道编码", Kind.TEXT, 11),
    Column("街道", Kind.TEXT, 12),
    Column("商户编号", Kind.TEXT, 9),
    Column("商户", Kind.TEXT, 18),
    Column("老人编号", Kind.TEXT, 9),
    Column("姓名（掩码）", Kind.TEXT, 9),
    Column("身份证号（掩码）", Kind.TEXT, 20),
    Column("规则编号", Kind.TEXT, 18),
    Column("规则版本", Kind.COUNT, 5),
    Column("文号", Kind.TEXT, 24),
    Column("补贴对象", Kind.TEXT, 20),
    Column("单价（元）", Kind.MONEY, 9),
    Column("本人应付（元）", Kind.MONEY, 9),
    Column("本单实付（元）", Kind.MONEY, 9),
    Column("补贴（元）", Kind.MONEY, 9),
    Column("市级（元）", Kind.MONEY, 9),
    Column("区级（元）", Kind.MONEY, 9),
    Column("单价（分）", Kind.COUNT, 8),
    Column("本人应付（分）", Kind.COUNT, 8),
    Column("补贴（分）", Kind.COUNT, 8),
    Column("市级（分）", Kind.COUNT, 8),
    Column("区级（分）", Kind.COUNT, 8),
    Column("订单号", Kind.COUNT, 9),
    Column("餐单行号", Kind.COUNT, 9),
    Column("送达凭证号", Kind.COUNT, 9),
    Column("送达方式", Kind.TEXT, 10),
    Column("补贴键", Kind.TEXT, 34),
    Column("计补单位", Kind.TEXT, 9),
    Column("收款方", Kind.TEXT, 10),
    Column("街道（分）", Kind.COUNT, 8),
    Column("村居（分）", Kind.COUNT, 8),
    Column("慈善（分）", Kind.COUNT, 8),
    Column("人群类别", Kind.TEXT, 12),
    Column("线路", Kind.TEXT, 6),
    Column("送餐员编号", Kind.TEXT, 10),
    Column("站点编号", Kind.TEXT, 9),
    Column("确认依据", Kind.TEXT, 9),
    Column("确认时间", Kind.TEXT, 17),
    Column("原属月份", Kind.TEXT, 9),
    Column("调整事由", Kind.TEXT, 30),
)
"""Columns are only ever added, at the end: programs that read the file find the old ones where they were."""
UNMASKED: Mapping[str, str] = {"姓名（掩码）": "姓名", "身份证号（掩码）": "身份证号"}
"""What the two masked columns are called where they are not."""


def columns(*, masked: bool = True) -> tuple[Column, ...]:
    """The columns of a settlement's file."""
    if masked:
        return COLUMNS
    return tuple(Column(UNMASKED.get(each.heading, each.heading), each.kind, each.width) for each in COLUMNS)
