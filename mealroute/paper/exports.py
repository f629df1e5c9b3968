"""The paper pack as one PDF: an index, what differs, the kitchens' count, sheets, blank lines, the ladder with its people.

Readable in black alone and without any screen. The index is written last, when the pages are known.
"""

from collections.abc import Callable
from functools import partial

from mealroute.adapters.paper.sheet import Sheet
from mealroute.core.i18n import _
from mealroute.core.text import route_label
from mealroute.dispatch.exports import draw_sheet
from mealroute.kitchen.exports import draw_count, draw_packing
from mealroute.paper import ladder_pages, list_pages
from mealroute.paper.records import DrawnPack, PackBasis, PackContent

Entry = tuple[str, int, int]
"""What a part is called, its first and its last page."""


def pack_pdf(content: PackContent) -> DrawnPack:
    """The whole pack. The same content gives the same bytes."""
    paper = Sheet(title=f"{_('Paper pack')} {content.street_name}", day=content.day)
    paper.new_page()
    entries: list[Entry] = []

    def part(title: str, draw: Callable[[], object]) -> None:
        _end_part(paper)
        first = paper.pdf.page + 1
        draw()
        entries.append((title, first, paper.pdf.page))

    if content.add or content.strike:
        part(_("What these sheets lack or have too much"), lambda: list_pages.draw_differences(paper, content))
    if content.parts:
        part(_("Routes that come through here"), lambda: list_pages.draw_routes(paper, content))
    production = content.production
    if production is not None and production.kitchens:
        title = _("Kitchen count") if content.whole_district else _("Kitchen count, this street's portions only")
        part(title, lambda: draw_count(paper, production))
        if content.whole_district:
            part(_("Packing by route"), lambda: draw_packing(paper, production))
    for sheet in content.sheets:
        way = content.paths.get(sheet.number, ())
        part(_("Route sheet %(n)s", n=route_label(sheet.number)), partial(draw_sheet, paper, sheet, way))
    for sheet in content.parts:
        title = _("Route sheet %(n)s, this street's stops (for the desk)", n=route_label(sheet.number))
        part(title, partial(draw_sheet, paper, sheet, with_map=False))
    part(_("Blank lines for late orders"), lambda: list_pages.draw_blank(paper, content))
    if content.rungs:
        part(_("Who is called in which order"), lambda: ladder_pages.draw_rungs(paper, content))
        part(_("People and their contacts"), lambda: ladder_pages.draw_people(paper, content))
    _end_part(paper)
    pages = paper.pdf.page
    _page_numbers(paper, content, pages)
    paper.turn_to(1)
    _index(paper, content, entries)
    paper.turn_to(pages)
    return DrawnPack(paper.close(), pages)


def basis_told(content: PackContent) -> str:
    """What the pack rests on, in one sentence."""
    day = content.basis_day.isoformat() if content.basis_day else ""
    match content.basis:
        case PackBasis.PUBLISHED:
            return _("After the published plan, version %(n)d.", n=content.version_number or 0)
        case PackBasis.DRAFT:
            return _(
                "There is no published plan yet: after the draft, version %(n)d. Drivers, vehicles and times may still change.",
                n=content.version_number or 0,
            )
        case PackBasis.WEEKDAY:
            return _(
                "There is no plan for this day yet: after the plan of %(day)s. Add and strike out by the page of changes first.",
                day=day,
            )
        case PackBasis.NONE:
            return _("There is no plan to go by: only the people, their orders and their contacts are in here.")


def _end_part(paper: Sheet) -> None:
    """Each part begins on a fresh page and owns the feet of its pages."""
    if paper.footer:
        paper.footer(paper)
    paper.footer = None


def _page_numbers(paper: Sheet, content: PackContent, pages: int) -> None:
    for page in range(2, pages + 1):
        paper.turn_to(page)
        text = _("Pack %(street)s %(n)d/%(all)d", street=content.street_name, n=page, all=pages)
        paper.write(paper.right, 7.5, text, 8.5, align="right")


def _index(paper: Sheet, content: PackContent, entries: list[Entry]) -> None:
    slot = _("Lunch") if content.slot == "lunch" else _("Dinner")
    paper.write(12, 22, f"{_('Paper pack')}  {content.street_name}", 26, bold=True)
    paper.write(12, 32, f"{content.day.isoformat()} {slot}", 20, bold=True)
    made = _("Made %(at)s by %(name)s", at=content.made_at, name=content.made_by)
    paper.write(paper.right, 32, made, 10.5, align="right")
    paper.rule(36, width=1.2)
    loud = content.basis is not PackBasis.PUBLISHED
    size, y = (20.0, 45.0) if loud else (13.0, 43.0)
    lines = paper.wrap(basis_told(content), paper.right - 20, size, bold=loud)
    if loud:
        paper.box(12, 38.5, paper.right - 12, 9 * len(lines) + 4, line=1.2)
    for line in lines:
        paper.write(16 if loud else 12, y, line, size, bold=loud)
        y += 9 if loud else 6
    y = _sums(paper, content, y + 5)
    y = _contents(paper, entries, y + 4)
    _how_to(paper, content, y + 4)


def _sums(paper: Sheet, content: PackContent, y: float) -> float:
    own, parts = (sum(sheet.portions for sheet in group) for group in (content.sheets, content.parts))
    if content.whole_district:
        text = _(
            "%(n)d portions on %(sheets)d sheets of routes that cross streets; other sheets are in the packs of their streets.",
            n=own,
            sheets=len(content.sheets),
        )
    else:
        text = _(
            "%(all)d portions = %(own)d on sheets of this pack + %(parts)d on sheets of the district's part",
            all=own + parts,
            own=own,
            parts=parts,
        )
    for line in paper.wrap(text, paper.right - 12, 14, bold=True):
        paper.write(12, y, line, 14, bold=True)
        y += 7
    if content.add or content.strike:
        more = _(
            "To add by hand: %(add)d portions; to strike out: %(strike)d.", add=sum(row.portions for row in content.add),
            strike=sum(row.portions for row in content.strike),
        )  # fmt: skip
        paper.write(12, y, more, 14, bold=True)
        y += 7
    return y


def _contents(paper: Sheet, entries: list[Entry], y: float) -> float:
    """One line a part; where there are too many for the page, in smaller type."""
    step = min(7.4, (paper.height - y - 88) / max(1, len(entries)))
    size = min(12.5, step * 1.75)
    for title, first, last in entries:
        y += step
        where = _("page %(n)d", n=first) if first == last else _("pages %(a)d–%(b)d", a=first, b=last)
        paper.fit(14, y, title, 140, size)
        paper.write(paper.right, y, where, size, bold=True, align="right")
        paper.rule(y + step * 0.24, width=0.1, left=14)
    return y


def _how_to(paper: Sheet, content: PackContent, y: float) -> None:
    y = max(y + 4, paper.height - 82)
    paper.rule(y, width=1.2)
    paper.write(12, y + 7, _("If the server is down"), 15, bold=True)
    y += 7
    for n, text in enumerate(
        (
            _("Add and strike out by hand on the sheets what the page of changes says; late orders go on the blank lines."),
            _("Kitchens cook and pack by the count; each driver gets one sheet, each sheet goes to one driver."),
            _("At the door: a tick where the person was seen, otherwise the digit from the sheet's foot."),
            _("Nobody answers: go up the ladder page by page, and write who, when, what came of it."),
            _("Keep every sheet. When the server is back, key each one in by the code at its foot."),
        ), 1,
    ):  # fmt: skip
        for m, line in enumerate(paper.wrap(text, paper.right - 22, 12)):
            y += 6.6
            if m == 0:
                paper.write(14, y, f"{n}.", 12, bold=True)
            paper.write(21, y, line, 12)
    note = _(
        "Confidential: names, addresses and telephone numbers. Burn or shred it within %(n)d days; the file is deleted by then.",
        n=content.keep_days,
    )
    paper.fit(12, paper.height - 10, note, paper.right - 12, 10.5, bold=True)
