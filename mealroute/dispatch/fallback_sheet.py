"""The callers' sheet: names and numbers in the order of fragility, with room for what came of each call. In memory, byte-stable."""

from collections.abc import Mapping, Sequence
from datetime import date

from mealroute.adapters.paper.sheet import Sheet
from mealroute.core.i18n import _
from mealroute.dispatch.fallback_records import CallRecord
from mealroute.planning.words import reason
from mealroute.residents.records import CategoryTable, ResidentRecord

ROW = 25.0


def callers_pdf(
    day: date, calls: Sequence[CallRecord], people: Mapping[int, ResidentRecord], table: CategoryTable, *, zh: bool
) -> bytes:
    """Open calls, the most fragile first; large type, one block a person."""
    sheet = Sheet(title=_("Calls in the place of a meal"), day=day)
    names = {rule.code: rule.name_zh if zh else rule.name_en for rule in table.rules}
    y = 1000.0
    page = 0
    for number, call in enumerate(calls, 1):
        person = people.get(call.resident_id)
        if person is None:
            continue
        if y + ROW > sheet.height - 14:
            page += 1
            y = _page(sheet, day, len(calls), page)
        _block(sheet, y, number, call, person, [names.get(mark, mark) for mark in call.marks])
        y += ROW
    if not page:
        sheet.new_page()
        sheet.write(12, 20, _("Nobody has to be called."), 14, bold=True)
    return sheet.close()


def _page(sheet: Sheet, day: date, count: int, page: int) -> float:
    sheet.new_page()
    sheet.write(12, 18, _("Calls in the place of a meal"), 18, bold=True)
    sheet.write(sheet.right, 18, f"{day.isoformat()} · {count} · {page}", 11, align="right")
    sheet.write(
        12, 25, _("Confidential. Ring from the top. Ask: how are you, have you eaten, what do you need? Nobody answers: somebody goes there now."), 10
    )  # fmt: skip
    sheet.rule(28, width=0.6)
    return 30.0


def _block(sheet: Sheet, y: float, number: int, call: CallRecord, person: ResidentRecord, marks: Sequence[str]) -> None:
    sheet.write(12, y + 8, str(number), 20, bold=True)
    sheet.fit(24, y + 8, person.name, 40, 18, bold=True)
    sheet.write(66, y + 8, person.phone or _("no phone"), 16, bold=True)
    sheet.fit(118, y + 8, _(", ").join(marks), 80, 11)
    sheet.fit(24, y + 14, f"{person.address} {person.building} {person.unit}".strip(), 92, 11)
    first = person.contacts[0] if person.contacts else None
    if first is not None:
        sheet.fit(118, y + 14, f"{_('contact')} {first.name} {first.relation} {first.phone}".strip(), 80, 11)
    sheet.fit(24, y + 19.5, reason(call.reason_code), 92, 9.5)
    sheet.fit(118, y + 19.5, _("well □  meal arranged □  away □  not reached □   by ________ at ____"), 80, 10)
    sheet.rule(y + 22.5)
