"""The kitchen's papers: count, packing and labels as PDF. Bytes are the same for the same input."""

from collections.abc import Iterable

from mealroute.adapters.paper.palette import route_color, route_ink
from mealroute.adapters.paper.sheet import GREY, Sheet
from mealroute.core.clock import clock_text
from mealroute.core.i18n import _
from mealroute.core.text import route_label
from mealroute.kitchen.records import BatchSheet, DietGroup, KitchenSheet, Label, PackingTrip, ProductionSheet
from mealroute.kitchen.rules import LARGE
from mealroute.residents.words import diet_label

ROW = 8.2
LABEL_COLUMNS, LABEL_ROWS = 3, 8
LABEL_WIDTH, LABEL_HEIGHT = 70.0, 37.0  # a standard sheet of 24


def diets_text(diets: Iterable[str]) -> str:
    """``("low-sugar", "soft")`` → ``低糖、软食``; the ordinary meal has a name as well."""
    return _(", ").join(diet_label(diet) for diet in diets) or _("Ordinary meal")


def kitchen_count_pdf(sheet: ProductionSheet) -> bytes:
    """One part for each kitchen: the total, dishes by size, diet groups with the subtotal above the rows, departures."""
    paper = Sheet(title=_("Kitchen count"), day=sheet.day)
    draw_count(paper, sheet)
    return paper.close()


def draw_count(paper: Sheet, sheet: ProductionSheet) -> None:
    """The same on fresh pages of a document that holds other papers too."""
    for kitchen in sheet.kitchens:
        y = _count_head(paper, sheet, kitchen)  # ends the page before, with that page's own foot
        paper.footer = _footer(sheet, kitchen.kitchen_name)
        for number, batch in enumerate(kitchen.batches, 1):
            if len(kitchen.batches) > 1:
                y = _batch_head(paper, y if number == 1 else y + 6, number, batch)
            y = _batch(paper, y, batch)
    if not sheet.kitchens:
        paper.new_page()
        paper.write(12, 30, _("No meal is planned."), 16)


def packing_pdf(sheet: ProductionSheet) -> bytes:
    """One block for each trip in the order of loading, several to a page; a block is never torn apart."""
    paper = Sheet(title=_("Packing by route"), day=sheet.day)
    draw_packing(paper, sheet)
    return paper.close()


def draw_packing(paper: Sheet, sheet: ProductionSheet) -> None:
    """The same on fresh pages of a document that holds other papers too."""
    names = {kitchen.kitchen_code: kitchen.kitchen_name for kitchen in sheet.kitchens}
    y, kitchen_code = 999.0, ""
    for trip in sheet.packing:
        height = 27 + ROW * sum(1 + len(group.rows) for group in trip.rows)
        if trip.kitchen_code != kitchen_code or y + height > paper.height - 18:
            kitchen_code = trip.kitchen_code
            paper.new_page()
            paper.footer = _footer(sheet, names[kitchen_code])
            paper.write(12, 20, _("Packing by route"), 20, bold=True)
            paper.write(paper.right, 20, names[kitchen_code], 14, align="right")
            paper.rule(24, width=1)
            y = 30
        y = packing_block(paper, y, trip)
    if not sheet.packing:
        paper.new_page()
        paper.write(12, 30, _("No meal is planned."), 16)


def labels_pdf(sheet: ProductionSheet) -> bytes:
    """Stickers of 70 × 37 mm, 24 to an A4 sheet; each kitchen begins a fresh sheet."""
    paper = Sheet(title=_("Labels"), day=sheet.day, margin=0)
    place, kitchen_code = LABEL_COLUMNS * LABEL_ROWS, ""
    for label in sheet.labels:
        if place == LABEL_COLUMNS * LABEL_ROWS or label.kitchen_code != kitchen_code:
            paper.new_page()
            place, kitchen_code = 0, label.kitchen_code
        row, column = divmod(place, LABEL_COLUMNS)
        _label(paper, column * LABEL_WIDTH, row * LABEL_HEIGHT + 0.5, label, sheet)
        place += 1
    if not sheet.labels:
        paper.new_page()
        paper.write(12, 30, _("No meal is planned."), 16)
    return paper.close()


# -- parts -------------------------------------------------------------------------------------------------------
def _count_head(paper: Sheet, sheet: ProductionSheet, kitchen: KitchenSheet) -> float:
    paper.new_page()
    paper.write(12, 21, _("Kitchen count"), 24, bold=True)
    paper.write(paper.right, 21, kitchen.kitchen_name, 16, align="right")
    slot = _("Lunch") if sheet.slot == "lunch" else _("Dinner")
    paper.write(
        12, 28, _("%(day)s %(slot)s, plan version %(n)d", day=sheet.day.isoformat(), slot=slot, n=sheet.version), 12
    )
    paper.rule(31, width=1)
    paper.write(12, 48, str(kitchen.portions), 40, bold=True)
    paper.write(14 + paper.measure(str(kitchen.portions), 40, bold=True), 48, _("portions"), 14)
    paper.write(12, 54, _("of %(n)d that this kitchen may cook", n=kitchen.capacity), 10, color=GREY)
    for n, (word, at) in enumerate(
        ((_("cooked"), kitchen.cooked_at_s), (_("load from"), kitchen.ready_at_s), (_("eat by"), kitchen.eat_by_s))
    ):
        x = 105 + n * 34
        paper.write(x, 41, word, 11)
        paper.write(x, 49, clock_text(at), 18, bold=True)
    return 62


def _batch_head(paper: Sheet, y: float, number: int, batch: BatchSheet) -> float:
    """Which cooking the following counts belong to: a kitchen that cooks twice must not mix them."""
    y = _room(paper, y, 4)
    paper.write(12, y + 7, _("Batch %(n)d", n=number), 17, bold=True)
    times = _("cooked %(c)s, load from %(r)s, eat by %(e)s", **_times(batch))
    paper.write(52, y + 7, times, 12)
    paper.write(paper.right - 14, y + 7, str(batch.portions), 17, bold=True, align="right")
    paper.rule(y + 9.5, width=1)
    return y + 11


def _times(batch: BatchSheet) -> dict[str, str]:
    return {
        "c": clock_text(batch.cooked_at_s), "r": clock_text(batch.ready_at_s), "e": clock_text(batch.eat_by_s),
    }  # fmt: skip


def _batch(paper: Sheet, y: float, batch: BatchSheet) -> float:
    y = _section(paper, y, _("By dish and size"))
    for dish in batch.dishes:
        y = _row(paper, y, dish.dish_name or _("Written by hand"), _size(dish.size), dish.portions)
    y = _section(paper, y + 4, _("By diet: the subtotal stands above its rows"))
    for group in batch.groups:
        y = _group(paper, y, group)
    y = _section(paper, y + 4, _("Ready to load"))
    for leaving in batch.departures:
        routes = _("routes %(list)s", list=" ".join(map(route_label, leaving.routes)))
        y = _row(paper, y, clock_text(leaving.load_at_s), routes, leaving.portions)
    return y


def _section(paper: Sheet, y: float, title: str) -> float:
    y = _room(paper, y, 2)
    paper.write(12, y + 5, title, 12, bold=True)
    paper.rule(y + 7, width=0.5)
    return y + 7


def _row(paper: Sheet, y: float, name: str, note: str, portions: int, *, indent: float = 0) -> float:
    y = _room(paper, y, 1)
    paper.fit(12 + indent, y + 6, name, 100 - indent, 13)
    paper.fit(118, y + 6, note, 48, 11)
    paper.write(paper.right - 14, y + 6.2, str(portions), 15, bold=True, align="right")
    paper.box(paper.right - 6, y + 1.4, 5.5, 5.5)
    paper.rule(y + ROW, color=GREY)
    return y + ROW


def _group(paper: Sheet, y: float, group: DietGroup) -> float:
    y = _room(paper, y, 2)
    paper.box(12, y + 0.6, paper.right - 12, ROW - 0.8, line=0, fill=(232, 236, 235))
    title = diets_text(group.diets)
    width = paper.write(14, y + 6, title, 13, bold=True)
    if group.strict:
        paper.box(18 + width, y + 1.6, paper.measure(_("must never be wrong"), 9.5, bold=True) + 3, 5.4)
        paper.write(19.5 + width, y + 5.6, _("must never be wrong"), 9.5, bold=True)
    paper.write(paper.right - 14, y + 6.2, str(group.subtotal), 17, bold=True, align="right")
    y += ROW
    for dish in group.rows:
        y = _row(paper, y, dish.dish_name or _("Written by hand"), _size(dish.size), dish.portions, indent=8)
    return y


def packing_block(paper: Sheet, y: float, trip: PackingTrip) -> float:
    """One trip: who loads it when, and what goes into its boxes. Gives back where the next one may begin."""
    paper.box(12, y, 13, 13, line=0, fill=route_color(trip.route))
    paper.write(
        18.5,
        y + 9.5,
        route_label(trip.route),
        22 if len(route_label(trip.route)) < 3 else 17,
        bold=True,
        align="center",
        color=route_ink(trip.route),
    )
    paper.write(
        29,
        y + 5.5,
        _("Load %(at)s, leave %(leave)s", at=clock_text(trip.load_at_s), leave=clock_text(trip.leave_s)),
        14,
        bold=True,
    )
    trip_text = _("trip %(n)d", n=trip.trip)
    paper.write(29, y + 11.5, f"{trip.driver_name}  {trip.vehicle}  {trip_text}", 11)
    paper.write(
        paper.right,
        y + 8,
        _("%(portions)d portions, %(stops)d stops", portions=trip.portions, stops=trip.stops),
        15,
        bold=True,
        align="right",
    )
    pack = _(
        "Pack from %(start)s, packed by %(end)s", start=clock_text(trip.pack_from_s), end=clock_text(trip.load_at_s)
    )
    width = paper.write(12, y + 18.5, pack, 12, bold=True)
    boxes = _("hot boxes %(n)d", n=trip.hot) + (_(", cold boxes %(n)d", n=trip.cold) if trip.cold else "")
    batch = _("batch of %(at)s, eat by %(by)s", at=clock_text(trip.cooked_at_s), by=clock_text(trip.eat_by_s))
    paper.write(16 + width, y + 18.5, f"{boxes}  {batch}", 11)
    paper.box(paper.right - 6, y + 14.2, 5.5, 5.5)
    paper.write(paper.right - 8, y + 18.5, _("packed by (name, time) ________"), 9, align="right", color=GREY)
    paper.rule(y + 20.5, width=0.5)
    y += 20.5
    for group in trip.rows:
        y = _group(paper, y, group)
    return y + 6


def _label(paper: Sheet, x: float, y: float, label: Label, sheet: ProductionSheet) -> None:
    left, right = x + 5, x + LABEL_WIDTH - 5
    paper.fit(left, y + 9.5, label.resident_name, 36, 17, bold=True)
    stop = f"{route_label(label.route)}-{label.position}"
    paper.write(right, y + 9.5, stop, 17, bold=True, align="right")
    if label.dish_name:
        paper.fit(left, y + 15.5, label.dish_name, LABEL_WIDTH - 10, 11)
    else:
        paper.rule(y + 15.8, left=left, right=right, width=0.3)
    notes = [diet_label(diet) for diet in label.diets]
    if label.size == LARGE:
        notes.append(_("Large"))
    if label.parts > 1:
        notes.append(_("box %(n)d of %(all)d", n=label.part, all=label.parts))
    if notes:
        text = "  ".join(notes)
        paper.fit(left + (1.5 if label.strict else 0), y + 22.4, text, LABEL_WIDTH - 14, 12, bold=True)
        if label.strict:
            width = min(paper.measure(text, 12, bold=True), LABEL_WIDTH - 14)
            paper.box(left, y + 17.6, width + 3, 6.4, line=0.5)
    times = _("Made %(made)s  Eat by %(by)s", made=clock_text(label.made_at_s), by=clock_text(label.eat_by_s))
    paper.write(left, y + 29.6, times, 11, bold=True)
    paper.write(left, y + 34, f"{sheet.day.isoformat()}  {label.kitchen_code}", 8, color=GREY)


def _size(size: str) -> str:
    return _("Large") if size == LARGE else _("Regular")


def _room(paper: Sheet, y: float, rows: int) -> float:
    if y + rows * ROW <= paper.height - 18:
        return y
    paper.new_page()
    return 16


class _footer:  # noqa: N801 -- a function with state
    """Name of the sheet at the left, page number at the right."""

    def __init__(self, sheet: ProductionSheet, name: str) -> None:
        self.text = f"{name}  {sheet.day.isoformat()}"

    def __call__(self, paper: Sheet) -> None:
        paper.write(12, paper.height - 9, self.text, 9, color=GREY)
        paper.write(paper.right, paper.height - 9, _("page %(n)d", n=paper.pdf.page), 10, align="right")
