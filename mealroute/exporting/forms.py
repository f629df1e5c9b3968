"""The forms of a month: the settlement, the vendors' day by day, the public notice. Each is sums; the lines are in the other files."""

from datetime import date

from sqlalchemy.orm import Session

from mealroute.exporting import sums
from mealroute.exporting.papers import Amount, Form, Grid, money
from mealroute.exporting.reach import Lines, whole
from mealroute.exporting.records import ExportRecord, What
from mealroute.exporting.words import PAYERS, ROLES, STATES, TITLES
from mealroute.subsidy import queries
from mealroute.subsidy.exports import SLOTS
from mealroute.subsidy.models import Period
from mealroute.subsidy.rulebook import load_rulebook


def form_of(db: Session, export: ExportRecord, lines: Lines, rows: int, rows_sha256: str) -> Form:
    """The form of an export over its ``lines``, whose rows have that digest."""
    match export.wanted.what:
        case What.SETTLEMENT:
            return _settlement(db, export, lines, rows, rows_sha256)
        case What.VENDOR_DAYS:
            return _vendor_days(db, export, lines, rows_sha256)
        case What.NOTICE:
            return _notice(db, export, lines, rows_sha256)
        case What.DETAIL | What.PLATFORM:
            raise ValueError(f"{export.wanted.what} has no form")


def _settlement(db: Session, export: ExportRecord, lines: Lines, rows: int, rows_sha256: str) -> Form:
    found = sums.groups(db, lines.where, lines.corrections, apart=("vendor", "street", "rule", "document"))
    total, titles = sums.whole(found), sums.rule_titles()
    vendors, streets = _names(db, lines)
    meals = sums.meals(db, lines.where)
    by_rule = sums.by(found, lambda one: (one.rule, one.document))
    grids = [
        _grid("按补贴项目", ("补贴项目", "文号"), (44, 38), [((titles.get(rule, rule), document), each) for (rule, document), each in by_rule.items()], total),
        _grid("按助餐点", ("助餐点", "编号"), (56, 26), [((vendors.get(code, code), code), each) for code, each in sums.by(found, lambda one: one.vendor).items()], total),
        _grid("按街道", ("街道", "编码"), (56, 26), [((streets.get(code, code), code), each) for code, each in sums.by(found, lambda one: one.street).items()], total),
    ]  # fmt: skip
    facts = [
        *_facts(export, lines.period),
        (
            "补贴",
            f"{meals:,} 份餐，{rows:,} 笔，{money(total.amount_fen)} 元；老人本人应付 {money(total.copay_fen)} 元",
        ),
        ("明细 SHA-256", rows_sha256),
    ]
    facts[-1:-1] = _corrected(lines)
    if whole(export):
        facts.insert(-1, ("从订到补", _chain(lines.period)))
    after = ("本表各数均由明细逐行相加；明细文件的数据行摘要与上列一致者，即为本表所依据的明细。",)
    return Form(
        title=f"{load_rulebook().payer_name}{TITLES[What.SETTLEMENT]}", facts=tuple(facts), grids=tuple(grids), after=after, foot=_foot(export), day=_day(export),
    )  # fmt: skip


def _grid(
    title: str, heads: tuple[str, ...], widths: tuple[float, ...], rows: list[tuple[tuple[str, ...], sums.Total]], total: sums.Total,
    count: str = "笔数",
) -> Grid:  # fmt: skip
    payers, heads_only = sums.payers(total), count == "人次"
    share = (186 - sum(widths) - 16 - 30) / len(payers)
    return Grid(
        title, (*heads, count, "补贴（元）", *(PAYERS.get(payer, payer) for payer in payers)), (*widths, 16, 30, *[share] * len(payers)),
        [(*words, each.heads if heads_only else each.lines, Amount(money(each.amount_fen)), *(Amount(money(each.shares.get(payer, 0))) for payer in payers)) for words, each in rows],
        ("合计", *[""] * (len(heads) - 1), total.heads if heads_only else total.lines, Amount(money(total.amount_fen)), *(Amount(money(total.shares.get(payer, 0))) for payer in payers)),
    )  # fmt: skip


def _vendor_days(db: Session, export: ExportRecord, lines: Lines, rows_sha256: str) -> Form:
    found = sums.groups(db, lines.where, lines.corrections, apart=("vendor", "day", "slot", "rule", "document"))
    vendors, _streets = _names(db, lines)
    titles = sums.rule_titles()
    grids = []
    for code, name in sorted(vendors.items(), key=lambda one: (not one[0], one)):
        own = [one for one in found if one.vendor == code]
        days = sums.by(own, lambda one: (one.day, one.slot, one.rule, one.document))
        grids.append(
            _grid(
                f"{name}（{code}）" if code else name, ("餐日", "餐次", "补贴项目", "文号"), (20, 12, 28, 34),
                [((day.isoformat(), SLOTS.get(slot, slot), titles.get(rule, rule), document), each) for (day, slot, rule, document), each in days.items()],
                sums.whole(own), "人次",
            )
        )  # fmt: skip
    return Form(
        title=TITLES[What.VENDOR_DAYS], facts=(*_facts(export, lines.period), *_corrected(lines), ("数据行 SHA-256", rows_sha256)), grids=tuple(grids), apart=True,
        signers=("助餐点（盖章）", "街道审核", "区级审批"), foot=_foot(export), day=_day(export),
    )  # fmt: skip


def _notice(db: Session, export: ExportRecord, lines: Lines, rows_sha256: str) -> Form:
    found = sums.groups(db, lines.where, lines.corrections, apart=("street", "vendor", "rule", "document"))
    vendors, streets = _names(db, lines)
    titles = sums.rule_titles()
    total = sums.whole(found)
    documents = sorted({one.document for one in found})
    by_place = sums.by(found, lambda one: (one.street, one.vendor, one.rule))
    grid = _grid(
        "", ("街道", "助餐点", "补贴项目"), (28, 40, 26),
        [((streets.get(street, street), vendors.get(vendor, vendor), titles.get(rule, rule)), each) for (street, vendor, rule), each in by_place.items()], total, "人次",
    )  # fmt: skip
    year, month = export.wanted.month.split("-")
    earlier = "".join(f"（{label}：{words}）" for label, words in _corrected(lines))
    draft = () if lines.period.closed_by else ("本月尚未结账，此稿仅供核对，不得张贴。",)
    before = (
        *draft,
        (
            f"根据{'、'.join(documents) or '有关文件'}，现将{load_rulebook().payer_name} {year} 年 {int(month)} 月养老助餐补贴情况公示如下。"
            f"本月共补贴 {total.heads:,} 人次，{money(total.amount_fen)} 元{earlier}。本公示不含个人姓名。"
        ),
    )
    after = (
        "公示期：　　　　年　　月　　日至　　　　年　　月　　日。如有异议，请在公示期内书面或来电反映。",
        "受理单位：　　　　　　　　　　　　　　　　　　联系电话：",
        "　　　　　　　　　　　　　　　　　　　　　（盖章）　　　　　　年　　月　　日",
    )
    return Form(
        title=f"{load_rulebook().payer_name} {year} 年 {int(month)} 月{TITLES[What.NOTICE]}", facts=(("状态", STATES.get(lines.period.state, lines.period.state)), ("数据行 SHA-256", rows_sha256)),
        before=before, grids=(grid,), after=after, signers=(), foot=_foot(export, public=True), day=_day(export),
    )  # fmt: skip


def _names(db: Session, lines: Lines) -> tuple[dict[str, str], dict[str, str]]:
    """Code → name of vendors and streets; what goes to residents themselves belongs to no vendor and says so."""
    vendors, streets = sums.names(db, lines.where, lines.corrections)
    return {code: name or "付给老人本人" for code, name in vendors.items()}, {
        code: name or "不分街道" for code, name in streets.items()
    }


def _corrected(lines: Lines) -> list[tuple[str, str]]:
    """What of the sums belongs to earlier months; nothing where there are no corrections."""
    count, amount = len(lines.corrections), sum(one.line["amount_fen"] for one in lines.corrections)
    return [("其中更正以前月份", f"{count:,} 笔，{money(amount)} 元")] if count else []


def _facts(export: ExportRecord, period: Period) -> list[tuple[str, str]]:
    closed = f"，{period.closed_by} 结账" if period.closed_by else ""
    wanted = export.wanted
    reach = [
        *(export.streets or ()),
        *([export.scope_vendor] if export.scope_vendor else []),
        wanted.street,
        wanted.vendor,
    ]
    limited = [("范围", "、".join(filter(None, reach)))] if any(reach) else []
    return [
        ("期间", f"{wanted.month}（{STATES.get(period.state, period.state)}{closed}）"), *limited,
        ("导出", f"{export.number}，{export.by_name}（{ROLES.get(export.role, export.role)}），用途：{wanted.purpose}"),
    ]  # fmt: skip


def _chain(period: Period) -> str:
    figures = period.totals["figures"]
    return (
        f"已订 {figures['ordered']:,} = 已排 {figures['planned']:,} + 未排 {figures['unassigned']:,}；装车 {figures['portions_loaded']:,} = "
        f"送达 {figures['delivered']:,} + 未送达 {figures['not_delivered']:,}；送达 = 补贴 {figures['subsidised']:,} + 自费 "
        f"{figures['self_paid']:,} + 有说明 {figures['explained']:,}"
    )


def _foot(export: ExportRecord, *, public: bool = False) -> str:
    return export.number if public else f"{export.number}　{export.by_name}　用途：{export.wanted.purpose}"


def _day(export: ExportRecord) -> date:
    return queries.month_days(export.wanted.month)[1]
