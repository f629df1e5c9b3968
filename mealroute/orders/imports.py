"""The standing-orders sheet: a weekly pattern a row, with portions by weekday or the same on several days."""

from collections.abc import Mapping, Sequence

from mealroute.core import cells
from mealroute.core.i18n import _
from mealroute.core.importing import CellProblem, Field, ParsedRow, Sheet, parse_rows
from mealroute.core.slots import SLOT_WORDS, MealSlot
from mealroute.orders.records import Channel, Delivery, PayMeans, Size
from mealroute.orders.rules import LARGEST_QUANTITY
from mealroute.vendors.imports import weekdays

SIZES: Mapping[str, Size] = {
    "常规": Size.NORMAL, "普通": Size.NORMAL, "标准": Size.NORMAL, "大份": Size.LARGE, "大": Size.LARGE,
    **{str(value): value for value in Size},
}  # fmt: skip
DELIVERIES: Mapping[str, Delivery] = {
    "送到家": Delivery.HOME, "送餐到家": Delivery.HOME, "上门": Delivery.HOME, "驿站自取": Delivery.STATION, "自取": Delivery.STATION,
    "驿站": Delivery.STATION, **{str(value): value for value in Delivery},
}  # fmt: skip
CHANNELS: Mapping[str, Channel] = {
    "网上": Channel.WEB, "线上": Channel.WEB, "网络": Channel.WEB, "电话": Channel.PHONE, "热线": Channel.PHONE,
    "柜台": Channel.COUNTER, "驿站柜台": Channel.COUNTER, "纸单": Channel.PAPER, "纸质": Channel.PAPER,
    **{str(value): value for value in Channel},
}  # fmt: skip
MEANS: Mapping[str, PayMeans] = {
    "刷卡": PayMeans.CARD, "手机": PayMeans.MOBILE, "手机支付": PayMeans.MOBILE, "到付现金": PayMeans.CASH_AT_DOOR,
    "到付": PayMeans.CASH_AT_DOOR, "月结": PayMeans.MONTHLY, "柜台现金": PayMeans.COUNTER_CASH,
    **{str(value): value for value in PayMeans},
}  # fmt: skip
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PORTIONS = cells.integer(0, LARGEST_QUANTITY)

FIELDS = (
    Field("order_code", ("编号", "订单编号"), cells.at_most(40, cells.code), required=True),
    Field("resident_code", ("老人编号",), cells.at_most(40, cells.code), required=True),
    Field("slot", ("餐次",), cells.choice(SLOT_WORDS), default=MealSlot.LUNCH, vital=True),
    *(
        Field(name, (f"周{zh}", f"星期{zh}"), _PORTIONS, vital=True)
        for name, zh in zip(DAYS, "一二三四五六日", strict=True)
    ),
    Field("weekdays", ("星期", "送餐日"), weekdays, vital=True),
    Field("quantity", ("份数",), cells.integer(1, LARGEST_QUANTITY), vital=True, default=1),
    Field("size", ("规格",), cells.choice(SIZES), default=Size.NORMAL),
    Field("choice", ("选择", "套餐"), cells.at_most(4, cells.code), default="A"),
    Field("delivery", ("送餐方式",), cells.choice(DELIVERIES), default=Delivery.HOME, vital=True),
    Field("station_code", ("驿站编码", "驿站编号"), cells.at_most(40, cells.code)),
    Field("channel", ("渠道",), cells.choice(CHANNELS), default=Channel.PAPER),
    Field("pay_means", ("付款方式",), cells.choice(MEANS), default=PayMeans.CASH_AT_DOOR, vital=True),
    Field("window_from", ("时段起",), cells.time_of_day),
    Field("window_to", ("时段止",), cells.time_of_day),
    Field("valid_from", ("生效日", "生效日期"), cells.day, required=True),
    Field("valid_to", ("失效日", "失效日期"), cells.day, vital=True),
    Field("note", ("备注",), default=""),
)


def read(sheets: Sheet | Sequence[Sheet]) -> tuple[tuple[ParsedRow, ...], list[CellProblem]]:
    """Rows whose cells agree with each other, and every problem."""
    rows, found = parse_rows(sheets, FIELDS, key="order_code")
    problems = list(found)
    kept = []
    for row in rows:
        problem = _fault(row)
        if problem is None or not problem.set_aside:
            kept.append(row)
        if problem is not None:
            problems.append(problem)
    return tuple(kept), problems


def portions(row: ParsedRow) -> list[int]:
    """Seven numbers, Monday first: those of the weekday columns where any is filled, else the quantity on each named day."""
    by_day = [row[name] for name in DAYS]
    if any(number is not None for number in by_day):
        return [number or 0 for number in by_day]
    mask = row["weekdays"] or 0
    return [row["quantity"] if mask >> n & 1 else 0 for n in range(7)]


def window(row: ParsedRow) -> tuple[int | None, int | None]:
    """The row's window; a reversed one was reported and counts as none."""
    begins, ends = row["window_from"], row["window_to"]
    return (None, None) if begins is not None and ends is not None and begins >= ends else (begins, ends)


def _fault(row: ParsedRow) -> CellProblem | None:
    if not any(portions(row)):
        sentence = _("This standing order has no portion on any day.")
        hint = _("Fill the portions by weekday, or the days and the number of portions.")
        return row.problem("weekdays", "no-portions", sentence, hint, set_aside=True)
    if row["valid_to"] is not None and row["valid_to"] < row["valid_from"]:
        sentence = _("The last day lies before the first.")
        return row.problem("valid_to", "dates-reversed", sentence, _("Swap the two dates."), set_aside=True)
    if row["delivery"] is Delivery.STATION and row["station_code"] is None:
        sentence = _("An order that is collected needs its station.")
        return row.problem("station_code", "station-missing", sentence, _("Fill the station's code."), set_aside=True)
    if window(row) == (None, None) and row["window_from"] is not None:
        sentence = _("The time window ends before it begins.")
        return row.problem("window_to", "window-reversed", sentence, _("Swap the two times."))
    return None
