"""The lists of a pack: what differs from the orders, routes that come through a street, blank lines for late orders."""

from collections.abc import Sequence

from mealroute.adapters.paper.sheet import GREY, Sheet
from mealroute.core.clock import clock_text
from mealroute.core.i18n import _
from mealroute.core.text import route_label
from mealroute.paper.records import Missing, PackContent

ROW = 11.0
BLANK = 15.5


def draw_differences(paper: Sheet, content: PackContent) -> None:
    """Whom to add to the sheets and whom to strike out, with a box to tick when it is done."""
    y = _page(paper, _("What these sheets lack or have too much"), content)
    y = _group(paper, y, _("Add by hand"), content.add, content)
    _group(paper, y + 6, _("Strike out"), content.strike, content)


def _group(paper: Sheet, y: float, title: str, rows: Sequence[Missing], content: PackContent) -> float:
    if not rows:
        return y
    if y + 12 + ROW > paper.height - 18:
        y = _page(paper, title, content)
    paper.write(12, y + 6, title, 15, bold=True)
    total = _("%(n)d portions", n=sum(row.portions for row in rows))
    paper.write(paper.right, y + 6, total, 13, bold=True, align="right")
    y += 9
    paper.rule(y, width=0.8)
    for row in rows:
        if y + ROW > paper.height - 18:
            y = _page(paper, title, content)
        paper.fit(12, y + 7, row.name, 26, 14, bold=True)
        paper.fit(40, y + 4.8, row.address, 80, 11)
        paper.fit(40, y + 9.4, " ".join(filter(None, (row.phone, row.diets))), 80, 9.5)
        paper.write(128, y + 7, str(row.portions), 16, bold=True, align="center")
        paper.fit(136, y + 7, row.why, 44, 10.5)
        paper.box(paper.right - 6, y + 2.4, 5.8, 5.8)
        y += ROW
        paper.rule(y, color=GREY)
    return y


def draw_routes(paper: Sheet, content: PackContent) -> None:
    """Routes whose driver's sheet is in the district's part: what of them comes into this street."""
    y = _page(paper, _("Routes that come through here"), content)
    for sheet in content.parts:
        stops = [stop for trip in sheet.trips for stop in trip.stops]
        if y + ROW > paper.height - 18:
            y = _page(paper, _("Routes that come through here"), content)
        paper.write(12, y + 7.4, route_label(sheet.number), 17, bold=True)
        paper.fit(30, y + 5, sheet.driver_name or _("no driver yet"), 38, 12, bold=True)
        paper.fit(30, y + 9.4, f"{sheet.kitchen_name} {sheet.plate or sheet.vehicle_code}", 60, 9.5)
        paper.write(108, y + 7.2, str(sheet.portions), 16, bold=True, align="right")
        paper.write(110, y + 7.2, _("portions"), 10)
        times = f"{clock_text(stops[0].arrival_s)}–{clock_text(stops[-1].arrival_s)}"
        paper.write(126, y + 7.2, times, 12, bold=True)
        paper.fit(
            153,
            y + 7.2,
            _("stop %(list)s", list=" ".join(str(stop.position) for stop in stops)),
            paper.right - 153,
            10.5,
        )
        y += ROW
        paper.rule(y, color=GREY)


def draw_blank(paper: Sheet, content: PackContent) -> None:
    """Lines to be written by hand: who, where, what, and what came of it at the door."""
    left = content.blank_lines
    number = 0
    while left > 0:
        y = _page(paper, _("Blank lines for late orders"), content)
        for x, word in (
            (20, _("name")), (52, _("door and way in")), (108, _("phone")), (136, _("no.")), (146, _("meal")), (166, _("cash")), (178, _("digit")), (190, _("by")),
        ):  # fmt: skip
            paper.write(x, y + 3, word, 9)
        y += 5
        paper.rule(y, width=0.6)
        paper.pdf.set_line_width(0.2)
        while left > 0 and y + BLANK < paper.height - 18:
            number, left = number + 1, left - 1
            paper.write(12, y + 10, str(number), 12)
            for x in (18, 50, 106, 134, 144, 164, 176, 188):
                paper.pdf.line(x, y, x, y + BLANK)
            y += BLANK
            paper.rule(y)
    paper.write(
        12,
        paper.height - 12,
        _("Digit: as at the foot of the route sheets. Key these orders in first when the server is back."),
        10,
    )


def _page(paper: Sheet, title: str, content: PackContent) -> float:
    paper.new_page()
    paper.write(12, 20, title, 18, bold=True)
    paper.write(12, 26.5, f"{content.day.isoformat()}  {content.street_name}", 11)
    paper.rule(29, width=0.8)
    return 32.0
