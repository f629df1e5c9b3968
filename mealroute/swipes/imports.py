"""Files of swipes: columns under the headings that machines and platforms use, or under those that a person points at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from mealroute.core import cells
from mealroute.core.cells import CellError, CellValue
from mealroute.core.clock import parse_clock
from mealroute.core.i18n import _
from mealroute.core.importing import CellProblem, Field, ParsedRow, Sheet, parse_rows
from mealroute.core.money import parse_yuan
from mealroute.core.slots import SLOT_WORDS, MealSlot
from mealroute.core.text import half_width
from mealroute.swipes.records import Columns, Means, SwipeKind
from mealroute.swipes.rulebook import SwipeRules

KINDS: Mapping[str, SwipeKind] = {
    "消费": SwipeKind.MEAL, "就餐": SwipeKind.MEAL, "刷卡": SwipeKind.MEAL, "支付": SwipeKind.MEAL, "正常": SwipeKind.MEAL,
    "撤销": SwipeKind.VOID, "退款": SwipeKind.VOID, "退餐": SwipeKind.VOID, "冲正": SwipeKind.VOID, "退货": SwipeKind.VOID,
    **{str(value): value for value in SwipeKind},
}  # fmt: skip
MEANS: Mapping[str, Means] = {
    "刷卡": Means.CARD, "卡": Means.CARD, "养老助残卡": Means.CARD, "民生卡": Means.CARD, "扫码": Means.QR, "二维码": Means.QR,
    "刷脸": Means.FACE, "人脸": Means.FACE, **{str(value): value for value in Means},
}  # fmt: skip


def moment(cell: CellValue) -> datetime | int:
    """A date with its time (naive, local), or a time alone (seconds since midnight) where the day stands in a column of its own."""
    if isinstance(cell, datetime):
        return cell
    written = half_width(cells.text(cell)).replace("T", " ")
    head, _space, tail = written.partition(" ")
    if tail:
        day, second = cells.day(head), _second(tail, cell)
        return datetime(day.year, day.month, day.day, second // 3600, second % 3600 // 60, second % 60)  # noqa: DTZ001 -- local
    if len(written) == 14 and written.isdecimal():
        return moment(f"{written[:8]} {written[8:10]}:{written[10:12]}:{written[12:]}")
    return cells.time_of_day(cell)


def _second(written: str, cell: CellValue) -> int:
    try:
        return parse_clock(written.split(".", maxsplit=1)[0])
    except ValueError:
        return cells.time_of_day(cell)


def yuan_signed(cell: CellValue) -> int:
    """Yuan, negative where money went back → fen."""
    try:
        return parse_yuan(f"{cell:.10g}" if isinstance(cell, float) else half_width(cells.text(cell)))
    except ValueError:
        raise CellError(
            "not-an-amount", _("This is not an amount in yuan."), _("Write an amount such as 18 or 18.50.")
        ) from None


def fen_signed(cell: CellValue) -> int:
    """A whole number of fen, negative where money went back."""
    try:
        return int(half_width(cells.text(cell)).replace(",", ""))
    except ValueError:
        raise CellError("not-fen", _("This is not a whole number of fen."), _("Say whether the file's amounts are yuan or fen.")) from None  # fmt: skip


FIELDS = (
    Field("serial", ("流水号", "交易流水号", "交易号", "订单流水号"), cells.at_most(60, cells.code)),
    Field("kind", ("交易类型", "类型"), cells.choice(KINDS), vital=True, default=SwipeKind.MEAL),
    Field("voids", ("原流水号", "原交易流水号", "被撤销流水号"), cells.at_most(60, cells.code), vital=True),
    Field("day", ("交易日期", "刷卡日期", "消费日期", "日期"), cells.day, vital=True),
    Field("time", ("交易时间", "刷卡时间", "消费时间", "时间"), moment, required=True),
    Field("slot", ("餐次",), cells.choice(SLOT_WORDS), vital=True),
    Field("card_no", ("卡号", "养老助残卡号", "民生卡号", "北京通卡号"), cells.at_most(40, cells.digits_as_text), vital=True),
    Field("id_number", ("证件号码", "身份证号", "证件号"), cells.at_most(40, cells.digits_as_text), vital=True),
    Field("resident_code", ("老人编号",), cells.at_most(40, cells.code), vital=True),
    Field("site_code", ("网点编号", "助餐点编号", "驿站编码", "驿站编号", "站点编号"), cells.at_most(40, cells.code), vital=True),
    Field("terminal", ("终端号", "设备号", "POS编号"), cells.at_most(40, cells.code)),
    Field("quantity", ("份数", "数量"), cells.integer(1, 50), vital=True, default=1),
    Field("price", ("交易金额", "餐费", "消费金额", "金额"), yuan_signed, vital=True),
    Field("paid", ("个人支付", "实付金额", "本人支付", "自付金额"), yuan_signed, vital=True),
    Field("subsidy", ("补贴金额", "补贴抵扣", "抵扣金额"), yuan_signed, vital=True),
    Field("means", ("验证方式", "确认方式", "支付方式"), cells.choice(MEANS), default=Means.CARD),
)  # fmt: skip
AMOUNTS = frozenset({"price", "paid", "subsidy"})


@dataclass(frozen=True, slots=True)
class SwipeLine:
    """One row that can be used, before anybody knows whose it is. Amounts are without sign; ``second`` counts from midnight."""

    row: ParsedRow
    kind: SwipeKind
    day: date
    second: int
    slot: MealSlot
    price_fen: int | None
    paid_fen: int | None
    subsidy_fen: int | None

    @property
    def identities(self) -> dict[str, str]:
        """What the file knows the person by: kind → number."""
        found = {"card": self.row["card_no"], "id-number": self.row["id_number"], "code": self.row["resident_code"]}
        return {kind: number for kind, number in found.items() if number}


def fields_of(columns: Columns) -> tuple[Field, ...]:
    """The fields under the headings that were pointed at; all of their own headings where nothing was."""
    found = []
    for known in FIELDS:
        field = replace(known, parse=fen_signed) if columns.in_fen and known.name in AMOUNTS else known
        if not columns.chosen:
            found.append(field)
        elif heading := columns.chosen.get(field.name):
            found.append(replace(field, headings=(heading,)))
    return tuple(found)


def read(
    sheets: Sheet | Sequence[Sheet], columns: Columns, rules: SwipeRules
) -> tuple[tuple[SwipeLine, ...], list[CellProblem]]:
    """Rows that say who, when and which meal, and every problem. Good rows stand beside bad ones."""
    fields = fields_of(columns)
    rows, found = parse_rows(sheets, fields)
    problems = list(found)
    absent = {field.name: field.default for field in FIELDS if field not in fields}
    kept = []
    for row in rows:
        whole = replace(row, values={**absent, **row.values})
        line = _line(whole, rules)
        if isinstance(line, CellProblem):
            problems.append(line)
        else:
            kept.append(line)
    return tuple(kept), problems


def _line(row: ParsedRow, rules: SwipeRules) -> SwipeLine | CellProblem:
    if not (row["card_no"] or row["id_number"] or row["resident_code"]):
        return row.problem(
            "card_no", "person-missing", _("The row does not say whose swipe it is."),
            _("Fill the card number, the ID number or the resident's code."), set_aside=True,
        )  # fmt: skip
    when = row["time"]
    day, second = row["day"], when if isinstance(when, int) else when.hour * 3600 + when.minute * 60 + when.second
    if isinstance(when, datetime):
        if day is not None and day != when.date():
            sentence = _("The day and the time name two different days.")
            return row.problem("day", "days-differ", sentence, _("Correct one of the two columns."), set_aside=True)
        day = when.date()
    if day is None:
        sentence = _("The row has a time but no day.")
        return row.problem("day", "day-missing", sentence, _("Point at the column with the day."), set_aside=True)
    slot = row["slot"] or rules.slot_at(day, second)
    if slot is None:
        sentence = _("At this time no meal is eaten, and the row does not name one.")
        hint = _("Fill the meal, or have the windows in data/rules/swipes.yaml corrected.")
        return row.problem("slot", "between-meals", sentence, hint, set_aside=True)
    amounts = [row["price"], row["paid"], row["subsidy"]]
    negative = any(amount is not None and amount < 0 for amount in amounts)
    kind = SwipeKind.VOID if negative else row["kind"]
    price, paid, subsidy = (None if amount is None else abs(amount) for amount in amounts)
    return SwipeLine(row, kind, day, second, slot, price, paid, subsidy)
