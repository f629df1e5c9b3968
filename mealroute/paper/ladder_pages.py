"""The ladder of a pack: what is done in which order when nobody answers, and for each person whom to call."""

from mealroute.adapters.paper.sheet import GREY, Sheet
from mealroute.core.i18n import _
from mealroute.paper.records import LadderContact, LadderPerson, PackContent

CASES = 7
"""Rows to write cases on, below the rungs."""


def draw_rungs(paper: Sheet, content: PackContent) -> None:
    """The street's rungs with numbers to call, then empty rows for the cases of the day."""
    paper.new_page()
    y = _head(paper, _("Who is called in which order"), content)
    rule = _(
        "A case is closed only by a named person who says how they know: seen, spoken to, told by whom. Left with a neighbour is not seen."
    )
    for line in paper.wrap(rule, paper.right - 12, 12, bold=True):
        paper.write(12, y + 5, line, 12, bold=True)
        y += 6
    y += 3
    for n, rung in enumerate(content.rungs, 1):
        height = 9.0 + 6.4 * max(1, len(rung.contacts))
        if y + height > paper.height - 20:
            paper.new_page()
            y = _head(paper, _("Who is called in which order"), content)
        paper.write(12, y + 8, str(n), 19, bold=True)
        paper.fit(22, y + 7, rung.name, 40, 15, bold=True)
        paper.fit(64, y + 7, rung.step, paper.right - 64 - 24, 11.5)
        if rung.minutes is not None:
            paper.write(paper.right, y + 7, _("%(n)d min", n=rung.minutes), 13, bold=True, align="right")
        for m, contact in enumerate(rung.contacts):
            _contact(paper, 64, y + 13 + 6.4 * m, contact, paper.right - 64)
        y += height + 1
        paper.rule(y, width=0.4)
    y = max(y + 12, 60)
    if y + 24 > paper.height - 20:
        paper.new_page()
        y = _head(paper, _("Who is called in which order"), content) + 8
    paper.write(12, y - 2, _("Cases of the day"), 13, bold=True)
    for x, word in ((60, _("stop, name")), (100, _("rung, who, when")), (150, _("how it is known, by whom"))):
        paper.write(x, y - 2, word, 9)
    paper.rule(y, width=0.8)
    for _row in range(CASES):
        if y + 17 > paper.height - 16:
            break
        y += 17
        paper.rule(y)


def draw_people(paper: Sheet, content: PackContent) -> None:
    """One block a person, by the reading of the name; who is handed over to in person alone is marked."""
    y = paper.height
    for person in content.people:
        height = _height(paper, person)
        if y + height > paper.height - 16:
            paper.new_page()
            y = _head(paper, _("People and their contacts"), content)
        _person(paper, y, person)
        y += height
        paper.rule(y - 0.6, color=GREY)
    if not content.people:
        paper.new_page()
        paper.write(
            12, _head(paper, _("People and their contacts"), content) + 8, _("Nobody has ordered for this day."), 14
        )


def _height(paper: Sheet, person: LadderPerson) -> float:
    notes = len(paper.wrap(person.door_note, 88, 9.5)) if person.door_note else 0
    return max(12.4 + 4.4 * notes, 2.6 + 5.6 * max(1, len(person.contacts)))


def _person(paper: Sheet, y: float, person: LadderPerson) -> None:
    width = paper.write(12, y + 6, person.name, 15, bold=True)
    about = [_("aged %(n)d", n=person.age), *person.marks[:2]]
    if person.in_person:
        about.append(_("hand over in person"))
    paper.fit(14 + width, y + 6, _(", ").join(about), 78 - width, 9.5)
    paper.write(104, y + 6, person.stop, 10.5, bold=True, align="right")
    paper.fit(
        12, y + 10.8, " ".join(filter(None, (person.phone or _("no phone"), person.community, person.address))), 92, 10
    )
    for n, line in enumerate(paper.wrap(person.door_note, 88, 9.5) if person.door_note else ()):
        paper.write(12, y + 15.2 + 4.4 * n, line, 9.5)
    for n, contact in enumerate(person.contacts):
        paper.write(107, y + 5.6 + 5.6 * n, f"{n + 1}.", 10.5)
        _contact(paper, 112, y + 5.6 + 5.6 * n, contact, paper.right - 112, size=11)
    if not person.contacts:
        paper.write(107, y + 5.6, _("no contact on file: ____________________"), 10.5)


def _contact(paper: Sheet, x: float, y: float, contact: LadderContact, width: float, *, size: float = 12.5) -> None:
    name = " ".join(filter(None, (contact.name, contact.what)))
    paper.fit(x, y, name or "______________________", width - 44, size)
    paper.write(x + width, y, contact.phone or "__________________", size, bold=bool(contact.phone), align="right")


def _head(paper: Sheet, title: str, content: PackContent) -> float:
    paper.write(12, 20, title, 18, bold=True)
    paper.write(12, 26.5, f"{content.day.isoformat()}  {content.street_name}  {_('Confidential')}", 11)
    paper.rule(29, width=0.8)
    return 31.0
