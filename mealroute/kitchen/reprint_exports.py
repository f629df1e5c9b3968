"""The kitchen's papers with only what changed, each marked with the version that it replaces."""

from collections.abc import Mapping, Sequence
from datetime import date

from mealroute.adapters.paper.sheet import GREY, Sheet
from mealroute.core.clock import clock_text
from mealroute.core.i18n import _
from mealroute.core.text import route_label
from mealroute.kitchen.exports import ROW, diets_text, packing_block
from mealroute.kitchen.reprint import KitchenCountChange, TripChange
from mealroute.kitchen.rules import LARGE

BOTTOM = 18.0


def count_changes_pdf(
    changes: Sequence[KitchenCountChange], names: Mapping[str, str], *, day: date, old: int, new: int
) -> bytes:
    """One part for each kitchen that cooks something else: before, after and the difference."""
    paper = Sheet(title=_("Kitchen count: changes"), day=day)
    for kitchen in changes:
        y = _head(paper, _("Kitchen count: changes"), names.get(kitchen.kitchen_code, kitchen.kitchen_code), old, new)
        y = _line(paper, y, _("total"), "", kitchen.old, kitchen.new, size=17)
        for row in kitchen.rows:
            if y + ROW > paper.height - BOTTOM:
                paper.new_page()
                y = 16
            dish = (row.dish_name or _("Written by hand")) + (f"  {_('Large')}" if row.size == LARGE else "")
            y = _line(paper, y, diets_text(row.diets), dish, row.old, row.new)
    if not changes:
        _nothing(paper, old, new)
    return paper.close()


def packing_changes_pdf(
    changes: Sequence[TripChange], names: Mapping[str, str], *, day: date, old: int, new: int
) -> bytes:
    """The trips that are packed otherwise, whole, with what was before; then the trips that are off."""
    paper = Sheet(title=_("Packing: changes"), day=day)
    y, kitchen = 999.0, ""
    for change in sorted(changes, key=lambda one: one.trip.kitchen_code):
        trip = change.trip
        height = 30 + (ROW * sum(1 + len(group.rows) for group in trip.rows) if change.new else 0)
        if trip.kitchen_code != kitchen or y + height > paper.height - BOTTOM:
            kitchen = trip.kitchen_code
            y = _head(paper, _("Packing: changes"), names.get(kitchen, kitchen), old, new)
        y = _trip(paper, y, change)
    if not changes:
        _nothing(paper, old, new)
    return paper.close()


def _head(paper: Sheet, title: str, name: str, old: int, new: int) -> float:
    paper.new_page()
    paper.write(12, 20, title, 20, bold=True)
    paper.write(paper.right, 20, name, 14, align="right")
    paper.write(
        12, 27, _("Version %(new)d replaces version %(old)d: only what is other than before.", new=new, old=old), 12
    )
    paper.rule(30, width=1)
    return 34


def _line(paper: Sheet, y: float, name: str, note: str, old: int, new: int, *, size: float = 13) -> float:
    paper.fit(12, y + 6, name, 58, size, bold=True)
    paper.fit(72, y + 6, note, 66, 11)
    paper.write(153, y + 6, str(old), size, align="right", color=GREY)
    paper.write(157, y + 6, "→", 11)
    paper.write(176, y + 6, str(new), size + 2, bold=True, align="right")
    paper.write(paper.right, y + 6, f"{new - old:+d}", size + 2, bold=True, align="right")
    paper.rule(y + ROW, color=GREY)
    return y + ROW


def _trip(paper: Sheet, y: float, change: TripChange) -> float:
    old, new = change.old, change.new
    if new is None:
        assert old is not None
        text = _("Route %(n)s, trip %(trip)d", n=route_label(old.route), trip=old.trip)
        paper.write(12, y + 6, _("%(route)s is off.", route=text), 14, bold=True)
        paper.write(12, y + 12, _("%(n)d portions stay here or go with other trips of this list.", n=old.portions), 11)
        paper.rule(y + 15, width=0.5)
        return y + 20
    if old is None:
        text = _("New trip.")
    else:
        text = _(
            "Before: %(n)d portions, load %(at)s, %(driver)s.", n=old.portions, at=clock_text(old.load_at_s), driver=old.driver_name
        )  # fmt: skip
    paper.write(12, y + 5, text, 11)
    return packing_block(paper, y + 8, new)


def _nothing(paper: Sheet, old: int, new: int) -> None:
    paper.new_page()
    paper.write(12, 30, _("Version %(new)d asks for nothing else here than version %(old)d.", new=new, old=old), 14)
