"""The call list: who still has to be asked about a clashing meal, by street, in large print, with boxes to tick on the phone."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

from sqlalchemy.orm import Session

from mealroute.accounts.records import Permission
from mealroute.accounts.rules import may
from mealroute.adapters.paper.sheet import GREY, Sheet
from mealroute.areas.queries import street_names
from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Forbidden
from mealroute.core.i18n import _
from mealroute.menus.timetable import diet_table
from mealroute.menus.words import clash_sentence, dish_label, slot_label
from mealroute.orders.ahead import open_cases, week_clashes
from mealroute.orders.clashes import ClashCase
from mealroute.orders.paying import needed_reason
from mealroute.residents.records import ExportedFile

BOX = 5.0
LINE = 7.5


def call_list(
    db: Session, monday: date, *, street: str | None = None, reason: str, by: Actor, clock: Clock
) -> ExportedFile:
    """The open cases of a week as a PDF with names and telephone numbers; who took it, why and how many is in the audit."""
    if not may(by, Permission.RESIDENTS_REVEAL):
        raise Forbidden("not-permitted", _("Your role does not see telephone numbers."))
    reason = needed_reason(reason)
    cases = [
        case for case in open_cases(week_clashes(db, monday, scope=by.scope)) if case.day >= clock.today()
        and street in {None, case.person.street_code}
    ]  # fmt: skip
    content = call_list_pdf(monday, cases, street_names(db))
    digest = hashlib.sha256(content).hexdigest()
    people = len({case.person.id for case in cases})
    audit.record(
        db, by=by, clock=clock, action="orders.call-list-printed", subject=f"menu/{monday}", reason=reason,
        detail={"street": street or "all"}, rows=people, digest=digest,
    )  # fmt: skip
    return ExportedFile(f"calls-{monday.isoformat()}-{street or 'all'}.pdf", content, people, digest)


def call_list_pdf(monday: date, cases: Sequence[ClashCase], streets: dict[str, str]) -> bytes:
    """Each street begins a fresh sheet; a person is never torn apart. Bytes are the same for the same input."""
    paper = Sheet(title=_("Calls about next meals"), day=monday)
    for street, of_street in groupby(cases, key=lambda case: case.person.street_code):
        name = streets.get(street, street)
        paper.footer = None if not paper.pdf.page else paper.footer
        y = _head(paper, name, monday)
        for _person, several in groupby(of_street, key=lambda case: case.person.id):
            y = _entry(paper, y, name, monday, list(several))
    if not cases:
        paper.new_page()
        paper.write(12, 30, _("Nobody has to be called."), 18)
    return paper.close()


def _head(paper: Sheet, street: str, monday: date) -> float:
    paper.new_page()
    paper.footer = _Footer(street, monday)
    paper.write(12, 21, street, 24, bold=True)
    paper.write(paper.right, 21, _("Calls, week of %(day)s", day=monday.isoformat()), 14, align="right")
    paper.rule(25, width=1)
    return 34


def _entry(paper: Sheet, y: float, street: str, monday: date, cases: Sequence[ClashCase]) -> float:
    """Name and number large; each meal with what clashes, what is proposed, and boxes for the answer."""
    lines = [_meal_lines(paper, case) for case in cases]
    height = 16 + sum(LINE * (len(words) + 1) + 3 for words in lines)
    if y + height > paper.height - 18:
        y = _head(paper, street, monday)
    person = cases[0].person
    paper.write(12, y + 3, person.name, 22, bold=True)
    phone = person.phone or next((f"{c.relation} {c.name} {c.phone}" for c in person.contacts), _("no telephone"))
    paper.fit(paper.right, y + 3, phone, 115, 20, bold=True, align="right")
    paper.write(12, y + 9, f"{person.code}  {person.address} {person.building}".rstrip(), 11, color=GREY)
    y += 17
    for words in lines:
        for line in words:
            paper.write(16, y, line, 14)
            y += LINE
        at = 16.0
        for answer in (_("yes"), _("another dish:"), _("no meal")):
            paper.box(at, y - 4.2, BOX, BOX)
            at += BOX + 2 + paper.write(at + BOX + 2, y, answer, 14) + (45 if answer == _("another dish:") else 12)
        y += LINE + 3
    paper.rule(y - 5)
    return y + 5


def _meal_lines(paper: Sheet, case: ClashCase) -> list[str]:
    when = f"{case.day.isoformat()} {slot_label(case.slot)}"
    table = diet_table()
    why = " ".join(clash_sentence(one, case.main.dish, table) for one in case.reasons[:2])
    if case.proposed is None:
        then = _("Nothing on the menu is safe: cooked by hand?")
    elif case.proposed.dish.code == case.main.dish.code:
        then = _("No other dish suits better: take it all the same?")
    else:
        dish = case.proposed.dish
        then = _("Instead: %(dish)s?", dish=dish_label(dish.name, dish.name_en))
    return [*paper.wrap(f"{when}：{why}", paper.right - 16, 14), *paper.wrap(f"→ {then}", paper.right - 16, 14)]


class _Footer:
    """Street and week at the left, the word that it is confidential, the page at the right."""

    def __init__(self, street: str, monday: date) -> None:
        self.text = f"{street}  {monday.isoformat()}  {_('confidential')}"

    def __call__(self, paper: Sheet) -> None:
        paper.write(12, paper.height - 9, self.text, 9, color=GREY)
        paper.write(paper.right, paper.height - 9, _("page %(n)d", n=paper.pdf.page), 10, align="right")


def streets_of(cases: Iterable[ClashCase]) -> dict[str, int]:
    """How many people are still to be called in each street."""
    found: dict[str, set[int]] = {}
    for case in cases:
        found.setdefault(case.person.street_code, set()).add(int(case.person.id))
    return {street: len(people) for street, people in sorted(found.items())}
