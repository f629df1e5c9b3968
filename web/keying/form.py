"""The rows of the keying form: read from what was sent, filled up with empty ones to be shown."""

from werkzeug.datastructures import MultiDict

from mealroute.paper.keying_records import FootText, KeySheet, RowText

SPARE = 2
LONGEST = 400
"""More rows than any sheet has: a form of a stranger's making is cut off."""


def rows_of(form: "MultiDict[str, str]") -> tuple[RowText, ...]:
    """Every row in its place, the empty ones too: faults name their row by it."""
    columns = [form.getlist(name)[:LONGEST] for name in ("stop", "digit", "portions", "cash")]
    count = max(map(len, columns), default=0)
    full = [[text.strip()[:40] for text in column] + [""] * (count - len(column)) for column in columns]
    return tuple(RowText(*each) for each in zip(*full, strict=True))


def foot_of(form: "MultiDict[str, str]") -> FootText:
    """The totals from the sheet's foot."""
    names = ("seen", "left", "back", "cash")
    return FootText(**{name: form.get(f"foot_{name}", "").strip()[:12] for name in names})


def rows_to_show(sheet: KeySheet, rows: tuple[RowText, ...]) -> tuple[RowText, ...]:
    """What was typed and enough empty rows: one a person, one a station's box, and a few more."""
    boxes = {line.visit_id for line in sheet.own if line.station_code}
    wanted = len([line for line in sheet.own if not line.station_code]) + len(boxes) + SPARE
    return rows + (RowText(),) * max(SPARE, wanted - len(rows))
