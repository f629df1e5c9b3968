"""The driver's sheet as PDF: load totals first, then each stop in large type, then the end marks and a small map.

Readable at arm's length and in black alone. Each route starts on a fresh page and counts its own pages. Names are whole: a
character that no font holds is printed as its reading with a mark. Bytes are the same for the same input.
"""

from collections.abc import Mapping, Sequence

from mealroute.adapters.paper import fonts
from mealroute.adapters.paper.palette import route_color, route_ink, route_line
from mealroute.adapters.paper.sheet import GREY, Sheet
from mealroute.core.clock import clock_text
from mealroute.core.geo import LonLat
from mealroute.core.i18n import _
from mealroute.core.money import yuan
from mealroute.core.text import route_label
from mealroute.dispatch import handover_notes, sheet_foot, sheet_map
from mealroute.dispatch.records import Manifest, ManifestItem, ManifestStop, ManifestTrip
from mealroute.residents.words import diet_label

BOTTOM = 20.0  # mm kept for the footer
PAGE_ROOM = 240.0  # mm that a fresh page has for stops; only a station's list can be longer
TABLE_HEAD = 5.6  # mm of the words over the table
TRIP_LINE = 8.0  # mm of the line that announces a trip
X_SEQ, X_NAME, X_DOOR, X_TIME, X_COUNT, X_MEAL, X_HEAT = 12.0, 25.0, 62.0, 120.0, 146.0, 151.0, 173.0


def manifest_pdf(manifests: Sequence[Manifest], paths: Mapping[int, Sequence[LonLat]] | None = None) -> bytes:
    """All sheets in one document. ``paths`` gives the way along the roads by run id, for the map at the end."""
    day = manifests[0].day if manifests else None
    if day is None:
        raise ValueError("there is no manifest to print")
    paper = Sheet(title=_("Route sheet"), day=day)
    for manifest in manifests:
        draw_sheet(paper, manifest, (paths or {}).get(manifest.run_id, ()))
    return paper.close()


def draw_sheet(paper: Sheet, manifest: Manifest, path: Sequence[LonLat] = (), *, with_map: bool = True) -> None:
    """One sheet, on fresh pages of a document that may hold other papers too. ``path`` is the way along the roads, for the map."""
    _RouteSheet(paper, manifest).draw(path, with_map=with_map)


class _RouteSheet:
    """Draws one manifest; knows where the pen is and how many pages this route has used."""

    def __init__(self, paper: Sheet, manifest: Manifest) -> None:
        self.paper = paper
        self.manifest = manifest
        self.y = 0.0
        self.pages: list[int] = []

    def draw(self, path: Sequence[LonLat], *, with_map: bool) -> None:
        self.paper.footer = None
        self._page()
        self._head()
        self._load()
        self._meetings()
        several = len(self.manifest.trips) > 1
        self._room(TABLE_HEAD + (TRIP_LINE if several else 0) + self._first_height(), table=False)
        self._table_head()
        for trip in self.manifest.trips:
            if several:
                self._trip_line(trip)
            for stop in trip.stops:
                self._stop(stop)
        self._end()
        if with_map:
            self._map(path)
        self._footers()

    # -- pages -------------------------------------------------------------------------------------------------
    def _page(self) -> None:
        self.paper.new_page()
        self.pages.append(self.paper.pdf.page)
        self.y = 13.0

    def _room(self, height: float, *, table: bool = True) -> None:
        if self.y + height > self.paper.height - BOTTOM:
            self._page()
            if table:
                self._table_head()

    def _footers(self) -> None:
        """Written at the end, when the number of pages of this route is known."""
        paper, at = self.paper, self.paper.height - 10
        last = paper.pdf.page
        middle = "  ".join(filter(None, (self._title(), self._day(), self.manifest.sheet_code)))
        for n, page in enumerate(self.pages, 1):
            paper.turn_to(page)
            paper.write(12, at, _("Confidential; hand back after work"), 9)
            paper.write(paper.width / 2, at, middle, 9, align="center")
            text = _("page %(n)d of %(all)d", n=n, all=len(self.pages))
            paper.write(paper.right, at, text, 11, bold=True, align="right")
        paper.turn_to(last)

    # -- head --------------------------------------------------------------------------------------------------
    def _title(self) -> str:
        return _("Route sheet %(n)s", n=route_label(self.manifest.number))

    def _day(self) -> str:
        slot = _("Lunch") if self.manifest.slot == "lunch" else _("Dinner")
        return f"{self.manifest.day.isoformat()} {slot}"

    def _head(self) -> None:
        paper, m = self.paper, self.manifest
        if m.banner:
            lines = paper.wrap(m.banner, paper.right - 20, 17, bold=True)
            paper.box(12, self.y - 3, paper.right - 12, 4 + 7.6 * len(lines), line=1.2)
            for n, line in enumerate(lines):
                paper.write(16, self.y + 4 + 7.6 * n, line, 17, bold=True)
            self.y += 5 + 7.6 * len(lines)
        top = self.y
        paper.box(12, top, 20, 20, line=0, fill=route_color(m.number))
        self._badge(top)
        width = paper.write(37, top + 10, self._title(), 24, bold=True)
        paper.fit(40 + width, top + 10, m.kitchen_name, 185 - 43 - width, 14)
        driver = _("driver %(name)s", name=m.driver_name) if m.driver_name else _("no driver yet")
        vehicle = _("e-bike") if m.vehicle_kind == "e-bike" else _("van")
        line = "  ".join(
            (self._day(), driver, f"{vehicle} {m.plate or m.vehicle_code}", _("version %(n)d", n=m.version_number))
        )
        paper.fit(37, top + 17.5, line, 130, 12)
        if m.link_url:
            paper.qr(paper.right - 19, top - 1, 19, m.link_url)
            paper.write(paper.right - 9.5, top + 21.4, _("Scan for the phone page"), 8, align="center")
        paper.rule(top + 23.5, width=1.2, color=route_line(m.number))
        self.y = top + 28

    def _badge(self, top: float) -> None:
        label = route_label(self.manifest.number)
        size = 40 if len(label) < 3 else 30
        self.paper.write(22, top + 15, label, size, bold=True, align="center", color=route_ink(self.manifest.number))

    def _load(self) -> None:
        """Totals by kind, to be counted before leaving; they are sums over the same items that follow below."""
        paper, m, top = self.paper, self.manifest, self.y
        for n, (count, word) in enumerate(((m.portions, _("portions")), (m.stops, _("stops")))):
            width = paper.write(12, top + 16 + n * 16, str(count), 38, bold=True)
            paper.write(14 + width, top + 16 + n * 16, word, 13)
        for n, (word, at) in enumerate(
            (
                (_("packed"), m.packed_at_s),
                (_("leave"), m.depart_s),
                (_("last stop"), m.last_stop_s),
                (_("eat by"), m.eat_by_s),
            )
        ):
            paper.write(163, top + 8 + n * 8.5, word, 10)
            paper.write(paper.right, top + 8.4 + n * 8.5, clock_text(at), 15, bold=True, align="right")
        y = top + 3
        paper.write(47, y, _("Count first, then leave"), 11, bold=True)
        y += 5
        for x, word in ((48, _("meal")), (125, _("put in")), (143, _("checked"))):
            paper.write(x, y, word, 9)
        paper.write(121, y, _("portions"), 9, align="right")
        for total in m.load_totals:
            large = f" {_('Large')}" if total.size == "large" else ""
            place = _("sealed box") if total.sealed else _("hot box")
            y = self._load_row(y, total.label, total.dish_name + large, total.portions, place)
        paper.rule(y + 1.6, left=47, right=155, width=0.5)
        y = self._load_row(y, _("total"), "", m.portions, "", bold=True)
        self.y = max(y + 6, top + 43)

    def _load_row(self, y: float, label: str, dish: str, portions: int, place: str, *, bold: bool = False) -> float:
        paper = self.paper
        paper.rule(y + 1.6, left=47, right=155, color=GREY)
        y += 6.8
        paper.fit(48, y, label, 22, 12.5, bold=bold or not dish)
        paper.fit(71, y, dish, 38, 9.5)
        paper.write(121, y, str(portions), 15, bold=True, align="right")
        paper.write(125, y, place, 11)
        paper.box(145, y - 4.6, 5.5, 5.5)
        return y

    def _meetings(self) -> None:
        m, paper = self.manifest, self.paper
        new = [
            _("stop %(n)d %(name)s", n=stop.position, name=item.name)
            for trip in m.trips for stop in trip.stops for item in stop.items if item.new_face
        ]  # fmt: skip
        total = m.stops and sum(len(stop.items) for trip in m.trips for stop in trip.stops)
        notes: list[str] = []
        if new and len(new) <= max(6, total // 3):
            notes.append(
                _("First meeting with %(n)d: %(list)s. Say your name first.", n=len(new), list=_(", ").join(new))
            )
        if m.cash_total_fen:
            notes.append(_("Cash to collect on this route: %(yuan)s yuan.", yuan=yuan(m.cash_total_fen)))
        if m.note:
            notes.insert(0, m.note)
        names = [item.name for trip in m.trips for stop in trip.stops for item in stop.items]
        if fonts.missing(names):
            notes.append(_("Characters not in the fonts are printed as their reading with %(mark)s.", mark=fonts.MARK))
        for note in notes:
            lines = paper.wrap(note, paper.right - 12 - 6, 12)
            height = 3 + 5.6 * len(lines)
            paper.box(12, self.y, paper.right - 12, height, dashed=True)
            for n, line in enumerate(lines):
                paper.write(15, self.y + 5.6 + 5.6 * n, line, 12, bold=n == 0)
            self.y += height + 2.5

    # -- stops -------------------------------------------------------------------------------------------------
    def _table_head(self) -> None:
        y = self.y + 4
        heads = (
            (X_SEQ, _("stop")),
            (X_NAME, _("name")),
            (X_DOOR, _("door and way in")),
            (X_TIME, _("at")),
            (X_MEAL, _("meal")),
            (X_HEAT, _("heat left")),
        )
        for x, word in heads:
            self.paper.write(x, y, word, 9)
        self.paper.write(X_COUNT, y, _("no."), 9, align="center")
        self.paper.write(self.paper.right, y, _("seen"), 9, align="right")
        self.paper.rule(y + 1.6, width=0.6)
        self.y = y + 1.6

    def _trip_line(self, trip: ManifestTrip) -> None:
        self._room(TRIP_LINE + (self._stop_height(trip.stops[0]) if trip.stops else 0))
        text = _(
            "Start of trip %(n)d: load %(at)s, leave %(leave)s, %(portions)d portions",
            n=trip.number, at=clock_text(trip.load_at_s), leave=clock_text(trip.leave_s), portions=trip.portions,
        )  # fmt: skip
        self.paper.box(12, self.y, self.paper.right - 12, TRIP_LINE, line=0, fill=(226, 231, 232))
        self.paper.write(14, self.y + 5.8, text, 13, bold=True)
        self.y += TRIP_LINE

    def _first_height(self) -> float:
        """Of the first stop, without which the table's head should not stand at the foot of a page."""
        stops = [stop for trip in self.manifest.trips for stop in trip.stops]
        return self._stop_height(stops[0]) if stops else 0

    def _stop_height(self, stop: ManifestStop) -> float:
        """What a stop needs on one page: all of it, or its head and first person where it is longer than a page."""
        address = self.paper.wrap(stop.address, X_TIME - X_DOOR - 2, 13)
        first = 2.2 + 5.6 * len(address) + (12 if stop.station_bulk else 0)
        heights = [_item_height(self._item_lines(stop, item)) for item in stop.items]
        whole = first + sum(heights)
        return whole if whole <= PAGE_ROOM - TRIP_LINE else first + heights[0]

    def _stop(self, stop: ManifestStop) -> None:
        paper = self.paper
        address = paper.wrap(stop.address, X_TIME - X_DOOR - 2, 13)
        blocks = [self._item_lines(stop, item) for item in stop.items]
        self._room(self._stop_height(stop))
        top = self.y
        paper.write(X_SEQ, top + 8, str(stop.position), 22, bold=True)
        if mark := self.manifest.marks.get(stop.visit_id):
            paper.box(X_SEQ - 3.4, top + 1, 1.6, 12, line=0, fill=(0, 0, 0))
            for n, word in enumerate(mark.splitlines()):
                paper.fit(X_SEQ, top + 11.4 + n * 3.4, word, X_NAME - X_SEQ - 1, 8, bold=True)
        paper.write(X_TIME, top + 7, clock_text(stop.arrival_s), 17, bold=True)
        if stop.window_from_s is not None and stop.window_to_s is not None:
            paper.write(X_TIME, top + 11.6, f"{clock_text(stop.window_from_s)}–{clock_text(stop.window_to_s)}", 9.5)
        if stop.margin_s is not None:
            paper.fit(X_HEAT, top + 6.6, _("%(n)d min", n=max(0, stop.margin_s // 60)), 10, 11)
        sheet_foot.stop_mark(paper, self.manifest, stop, right=paper.right - 7.6, top=top)
        y = top + 6
        for line in address:
            paper.write(X_DOOR, y, line, 13)
            y += 5.6
        if stop.station_bulk:
            paper.fit(X_DOOR, y, _("Bulk drop: the station counts and signs here"), X_TIME - X_DOOR - 2, 12, bold=True)
            paper.rule(y + 8, left=X_DOOR, right=X_HEAT, width=0.4)
            y += 12
        last = y
        for item, lines in zip(stop.items, blocks, strict=True):
            if last + _item_height(lines) > paper.height - BOTTOM + 6:  # a station's long list goes on overleaf
                self._page()
                self._table_head()
                last, top = self.y + 6, self.y
            last = self._item(last, stop, item, lines, top=top)
        self.y = max(last - 4, top + 13)
        paper.rule(self.y, width=0.8 if stop.position % 5 == 0 else 0.25, color=GREY)

    def _item_lines(self, stop: ManifestStop, item: ManifestItem) -> list[tuple[str, bool]]:
        """Door, then what to know there, as (text, bold) lines that fit the column."""
        width, paper = X_TIME - X_DOOR - 2, self.paper
        lines = [(line, True) for line in paper.wrap(item.door, width, 13, bold=True)] if item.door else []
        notes = [item.door_note] if item.door_note else []
        if item.handover == "in-person-only":
            notes.insert(0, _("hand over in person"))
        if item.contact_name:
            notes.append(f"{_('contact')} {item.contact_name} {item.contact_phone}".strip())
        if item.brief is not None and (told := handover_notes.text(item.brief)):
            notes.append(told)
        if item.cash_due_fen:
            notes.append(_("collect %(yuan)s yuan", yuan=yuan(item.cash_due_fen)))
        if stop.station_bulk:
            notes = notes[-1:] if item.cash_due_fen else []
        for note in notes:
            lines += [(line, False) for line in paper.wrap(note, width, 11)]
        return lines

    def _item(
        self, y: float, stop: ManifestStop, item: ManifestItem, lines: list[tuple[str, bool]], *, top: float
    ) -> float:
        paper, first = self.paper, item is stop.items[0]
        # The first name stands level with the stop's number; further ones below each other.
        name_y = top + 8 if first else y + 0.6
        paper.fit(X_NAME, name_y, item.name, X_DOOR - X_NAME - (9 if item.new_face else 2), 19, bold=True)
        if number := sheet_foot.person_number(self.manifest, stop, item):
            paper.write(X_NAME - 0.8, name_y, number, 9, align="right")
        if item.new_face:
            paper.dot(X_DOOR - 4.6, name_y - 2.2, 2.9, fill=(255, 255, 255), line=0.3)
            paper.fit(X_DOOR - 4.6, name_y - 1, _("new"), 5, 8.5, align="center")
        if item.phone:
            paper.write(X_NAME, name_y + 4.8, _grouped(item.phone), 10.5)
        paper.write(X_COUNT, name_y - 0.6, str(item.quantity), 19, bold=True, align="center")
        labels = _(", ").join(diet_label(diet) for diet in item.diets if diet != "normal")
        paper.fit(X_MEAL, name_y - 1.4, labels or diet_label("normal"), X_HEAT - X_MEAL - 2, 12.5, bold=True)
        dish = item.dish_name + (f" {_('Large')}" if item.size == "large" else "")
        for n, line in enumerate(paper.wrap(dish, X_HEAT - X_MEAL + 4, 8, most=3)):
            paper.fit(X_MEAL, name_y + 3 + n * 3.3, line, X_HEAT - X_MEAL + 12, 8)
        paper.box(paper.right - 6, name_y - 5.4, 5.8, 5.8)
        for text, bold in lines:
            paper.write(X_DOOR, y, text, 13 if bold else 11, bold=bold)
            y += 5.4
        return max(y + 1.2, name_y + 11.8)

    # -- end ---------------------------------------------------------------------------------------------------
    def _end(self) -> None:
        self._room(sheet_foot.HEIGHT, table=False)
        self.y = sheet_foot.draw(self.paper, self.manifest, self.y + 5)

    def _map(self, path: Sequence[LonLat]) -> None:
        m, paper = self.manifest, self.paper
        left = paper.height - BOTTOM - self.y - 10
        height = max(62.0, min(92.0, left)) if left >= 62 else 92.0  # rather a smaller map than a page for it alone
        if not any(stop.lon is not None for trip in m.trips for stop in trip.stops):
            return
        self._room(height + 10, table=False)
        sheet_map.draw(paper, m, path, top=self.y, height=height)
        text = _(
            "From %(kitchen)s, %(n)d stops. The figure in the circle is the stop.", kitchen=m.kitchen_name, n=m.stops
        )
        paper.write(12, self.y + height + 5, text, 10.5)
        self.y += height + 8


def _item_height(lines: list[tuple[str, bool]]) -> float:
    """Of one person's part of a stop: the name with the phone below it, or the lines beside them."""
    return max(13.0, len(lines) * 5.4 + 1.2)


def _grouped(phone: str) -> str:
    return f"{phone[:3]}-{phone[3:7]}-{phone[7:]}" if len(phone) == 11 else phone
