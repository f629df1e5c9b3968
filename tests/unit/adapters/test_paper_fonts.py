"""Fonts read once in a process give the documents that fonts read anew for each would give."""

from __future__ import annotations

from datetime import date

import pytest
from fpdf import FPDF

from mealroute.adapters.paper import fonts, loaded
from mealroute.adapters.paper.sheet import Sheet

TEXTS = ("北新桥街道 12 号", "曾𠮷祥 (王\U0002b820兰) – Ä é Ω", "Route 6: 38 portions")


def document(*texts: str) -> bytes:
    sheet = Sheet(title="送餐单", day=date(2026, 3, 9))
    sheet.new_page()
    for number, text in enumerate(texts):
        sheet.write(20, 20 + 10 * number, text, bold=number % 2 == 1)
    return sheet.close()


def read_anew(pdf: FPDF) -> None:
    for (family, style), file in fonts.FILES.items():
        pdf.add_font(family, style, fonts.FOLDER / file)


def test_each_document_is_as_if_its_fonts_were_read_for_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    several = [TEXTS[:1], TEXTS, (), TEXTS[2:], TEXTS]
    made = [document(*texts) for texts in several]

    monkeypatch.setattr(loaded, "add_fonts", read_anew)

    assert made == [document(*texts) for texts in several]
    assert made[0] != made[1]


def test_two_documents_drawn_at_the_same_time_do_not_mix() -> None:
    one, other = Sheet(title="甲", day=date(2026, 3, 9)), Sheet(title="乙", day=date(2026, 3, 9))
    for sheet, text in ((one, TEXTS[0]), (other, TEXTS[1])):
        sheet.new_page()
        sheet.write(20, 20, text)
    apart = Sheet(title="乙", day=date(2026, 3, 9))
    apart.new_page()
    apart.write(20, 20, TEXTS[1])

    one.close()

    assert other.close() == apart.close()


def test_a_mark_that_closes_begins_no_line_and_hangs_over_the_one_before() -> None:
    sheet = Sheet(title="评分卡", day=date(2026, 3, 9))
    sheet.new_page()
    for width in range(20, 60):
        lines = sheet.wrap("每千份 5 及以上得 0 分，中间按比例；权重 15；满 200 例才算。（没有的不算）", width, 11)
        assert [line for line in lines if line[0] in "，；。）"] == []
        assert all(sheet.measure(line.rstrip("，；。）"), 11) <= width for line in lines)
