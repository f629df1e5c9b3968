"""``data/rules/platform-upload.yaml`` → the file that the platform wants, or an error with line, key, reason and how to mend it."""

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from mealroute.core.i18n import _
from mealroute.core.rulebook import RULES, Node, RulebookError, read
from mealroute.core.tables import Kind
from mealroute.exporting.records import PlatformColumn, PlatformShape

FILE = RULES / "platform-upload.yaml"
ENCODINGS = frozenset({"utf-8-sig", "utf-8", "gb18030"})
SUITS: Mapping[str, frozenset[str]] = {
    "text": frozenset({Kind.TEXT, Kind.COUNT}), "digits": frozenset({Kind.TEXT, Kind.COUNT}), "whole": frozenset({Kind.COUNT}),
    "yuan": frozenset({Kind.MONEY}), "fen": frozenset({Kind.MONEY}), "day": frozenset({Kind.DAY}), "day-compact": frozenset({Kind.DAY}),
    "month": frozenset({Kind.DAY}), "clock": frozenset({Kind.TEXT}),
}  # fmt: skip
"""How a value is written, and which kinds of fields can be: ``digits`` an ID or contract number as it is, ``day`` 2026-02-03,
``day-compact`` 20260203. Money and days as ``text`` would be written in a form that nobody has chosen."""
Held = frozenset[tuple[str, str]]
"""Every field that exists with the kind of what it holds."""


def platform_on(day: date, held: Held, *, path: Path = FILE) -> PlatformShape:
    """The platform's file as it is wanted on ``day``: the version that began last. Raises RulebookError."""
    shapes = platform_shapes(held, path)
    in_force = [shape for shape in shapes if shape.valid_from <= day]
    return in_force[-1] if in_force else shapes[0]


@lru_cache(maxsize=4)
def platform_shapes(held: Held, path: Path = FILE) -> tuple[PlatformShape, ...]:
    """Every version, the oldest first.

    Raises
    ------
    RulebookError
        With file, line, key and reason: a field or format that does not exist, or a format that does not suit its field.
    """
    try:
        return _shapes(read(path, kind="platform-upload"), dict(held))
    except RulebookError as error:
        hint = _(
            "Mend data/rules/platform-upload.yaml there and export again; docs/exports.md lists fields and formats."
        )
        raise RulebookError(error.code, error.sentence, hint, **error.facts) from None


def _shapes(root: Node, held: Mapping[str, str]) -> tuple[PlatformShape, ...]:
    root.only("kind", "schema", "versions")
    found: list[PlatformShape] = []
    for node in root.nodes("versions"):
        shape = _shape(node, held)
        if found and shape.valid_from <= found[-1].valid_from:
            node.fail("from", _("must be later than the version before it"))
        found.append(shape)
    return tuple(found)


def _shape(node: Node, held: Mapping[str, str]) -> PlatformShape:
    node.only("from", "name", "source", "encoding", "columns")
    columns: list[PlatformColumn] = []
    for entry in node.nodes("columns"):
        entry.only("title", "field", "format")
        title = entry.text("title")
        if title in {column.title for column in columns}:
            entry.fail("title", _("this title stands twice"))
        field = _known(entry, "field", held)
        format_ = _known(entry, "format", SUITS)
        if held[field] not in SUITS[format_]:
            able = ", ".join(name for name, kinds in SUITS.items() if held[field] in kinds)
            entry.fail("format", _("the format %(format)s does not suit the field %(field)s, which can be %(able)s", format=format_, field=field, able=able))  # fmt: skip
        columns.append(PlatformColumn(title=title, field=field, format=format_))
    return PlatformShape(
        name=node.text("name"), valid_from=node.day("from"), source=node.text("source"),
        encoding=node.choice("encoding", ENCODINGS), columns=tuple(columns),
    )  # fmt: skip


def _known(entry: Node, key: str, names: Mapping[str, object]) -> str:
    """A word of a closed list; a word that resembles one is answered with it."""
    found = entry.text(key)
    if found not in names:
        close = get_close_matches(found, names, n=3, cutoff=0.5)
        if close:
            entry.fail(key, _("%(found)s is not known; %(close)s is", found=found, close=" / ".join(close)))
        entry.choice(key, frozenset(names))
    return found
