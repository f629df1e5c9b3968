"""What a file says about itself: number, person, purpose, digest. On the last sheet of a workbook, beside a CSV as a text file."""

from mealroute.core.clock import Clock
from mealroute.core.tables import Column, Kind, Table
from mealroute.core.workbook_parts import About
from mealroute.exporting.records import ExportRecord, FileRecord, Format
from mealroute.exporting.words import ROLES, STATES, TITLES

HOW = (
    "数据行 SHA-256：数据行（不含表头）写成规范 CSV 后的摘要。规范 CSV 为 UTF-8 无 BOM、每行以换行符（LF）结尾、"
    "含逗号或引号的单元格加引号、列和行的顺序与文件相同、金额两位小数、日期 2026-02-03。"
)
HOW_CSV = (
    "用 CSV 文件验证：tail -n +2 文件.csv | tr -d '\\r' | sha256sum；或 python -m mealroute check-settlement 文件.csv"
)

Pairs = tuple[tuple[str, str], ...]


def pairs(export: ExportRecord, *, state: str, payer_name: str, rows: int, rows_sha256: str, clock: Clock) -> Pairs:
    """The lines of the note. ``state`` is the period's when the file was made."""
    wanted = export.wanted
    reach = "全区" if export.streets is None and export.scope_vendor is None else "、".join(
        (*(export.streets or ()), *([export.scope_vendor] if export.scope_vendor else ()))
    )  # fmt: skip
    narrowed = "".join(f"；{word} {code}" for word, code in (("街道", wanted.street), ("商户", wanted.vendor)) if code)
    found = [
        ("导出号", export.number),
        ("内容", TITLES[wanted.what]),
        ("期间", f"{wanted.month}（{STATES.get(state, state)}）"),
        ("付款方", payer_name),
        ("范围", (reach or "无") + narrowed),
        ("姓名和证号", "掩码" if wanted.masked else "完整（已登记每一次查看）"),
        ("导出人", f"{export.by_name}（{ROLES.get(export.role, export.role)}）"),
        ("用途", wanted.purpose),
        *((("完整显示的理由", wanted.reason),) if not wanted.masked else ()),
        ("导出时间", clock.local(export.asked_at).strftime("%Y-%m-%d %H:%M")),
        ("数据行数", str(rows)),
        ("数据行 SHA-256", rows_sha256),
        ("验证", HOW),
        *((("怎样验证", HOW_CSV),) if wanted.format is Format.CSV else ()),
    ]
    return tuple(found)


def sheet(said: Pairs) -> Table:
    """The note as the last sheet of a workbook."""
    return Table("导出信息", (Column("项目", Kind.TEXT, 18), Column("内容", Kind.TEXT, 90)), said)


def text(said: Pairs, file: FileRecord) -> bytes:
    """The note as a text file beside the data; it knows the file's own digest too."""
    lines = [f"{name}：{value}" for name, value in said]
    lines += [f"文件：{file.name}", f"文件 SHA-256：{file.sha256}", f"文件大小：{file.size} 字节"]
    return ("\r\n".join(lines) + "\r\n").encode("utf-8-sig")


def about(export: ExportRecord, rows: int, rows_sha256: str) -> About:
    """The document's properties."""
    wanted = export.wanted
    return About(
        title=f"{TITLES[wanted.what]} {wanted.month}", subject=export.number, person=export.by_name,
        comment=f"用途：{wanted.purpose}；数据行 SHA-256：{rows_sha256}", created=export.asked_at,
        properties={
            "导出号": export.number, "导出人": export.by_name, "用途": wanted.purpose, "数据行数": str(rows), "数据行SHA-256": rows_sha256,
        },
    )  # fmt: skip
