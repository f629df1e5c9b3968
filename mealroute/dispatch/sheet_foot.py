"""The end of a driver's sheet: what to do when nobody answers, the digits to write, the totals by which it is keyed back in."""

from mealroute.adapters.paper.palette import route_line
from mealroute.adapters.paper.sheet import Sheet
from mealroute.core.i18n import _
from mealroute.dispatch.records import Manifest, ManifestItem, ManifestStop
from mealroute.dispatch.sheet_codes import DIGITS, read, stop_code

HEIGHT = 60.0
CODE_MM = 7.2
"""A QR code of 21 × 21 modules of a third of a millimetre: what a hand scanner of the plain sort still reads."""


def draw(paper: Sheet, m: Manifest, y: float) -> float:
    """Draw it from ``y`` mm down; gives where it ends. Needs HEIGHT mm."""
    paper.rule(y, width=1.2, color=route_line(m.number))
    right = paper.right - (20 if m.sheet_code else 0)
    if m.sheet_code:
        paper.qr(paper.right - 17, y + 3, 17, m.sheet_code)
        paper.write(paper.right - 8.5, y + 23.4, m.sheet_code, 10, bold=True, align="center")
    width = paper.write(12, y + 7, _("End of route."), 13, bold=True)
    text = _("Loaded %(n)d = seen ____ + left, not seen ____ + brought back ____ (write why)", n=m.portions)
    paper.fit(14 + width, y + 7, text, right - 14 - width, 12.5)
    paper.write(12, y + 15, _("Cash collected: ________ yuan"), 12.5)
    y += 15
    legend = _(", ").join(f"{digit} {_(words)}" for digit, _outcome, words in DIGITS)
    text = _(
        "In the box at the right edge: a tick where the person was seen, otherwise the digit: %(list)s.", list=legend
    )
    for line in paper.wrap(text, right - 12, 11):
        y += 5.8
        paper.write(12, y, line, 11)
    rule = _(
        "Nobody answers: knock three times, ring twice, ask a neighbour, then call the dispatch desk. "
        "Bring the meal back; never leave it at a closed door."
    )
    y += 1
    for line in paper.wrap(rule, paper.right - 12, 12.5):
        y += 6.4
        paper.write(12, y, line, 12.5)
    y += 11
    for n, word in enumerate((_("loaded by"), _("driver"), _("sheet returned to"))):
        x = 12 + n * 64
        width = paper.write(x, y, word, 12)
        paper.rule(y + 1, left=x + width + 2, right=x + 58, width=0.3)
    return y + 6


def stop_mark(paper: Sheet, m: Manifest, stop: ManifestStop, *, right: float, top: float) -> None:
    """The stop's own code, for a scanner at the desk."""
    code = read(m.sheet_code)
    if code is not None:
        paper.qr(right - CODE_MM, top + 1.4, CODE_MM, stop_code(code.version_id, code.number, stop.position))


def person_number(m: Manifest, stop: ManifestStop, item: ManifestItem) -> str:
    """``.2`` for the second person at a stop: the desk keys ``12.2``. Empty where there is only one, at a station, and without a code."""
    return "" if not m.sheet_code or stop.station_bulk or len(stop.items) < 2 else f".{stop.items.index(item) + 1}"
