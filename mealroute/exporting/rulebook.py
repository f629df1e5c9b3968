"""``data/rules/exports.yaml`` and ``platform-upload.yaml`` → how files are kept, and what the platform wants; or an error naming file and key."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from mealroute.core.i18n import _
from mealroute.core.rulebook import RULES, Node, read
from mealroute.exporting.records import PlatformColumn, PlatformShape, Policy

FILE = RULES / "exports.yaml"
PLATFORM = RULES / "platform-upload.yaml"
ENCODINGS = frozenset({"utf-8-sig", "utf-8", "gb18030"})
FORMATS = frozenset({"text", "digits", "whole", "yuan", "fen", "day", "day-compact", "month", "clock"})
"""How a value is written: ``digits`` an ID or contract number as it is, ``day`` 2026-02-03, ``day-compact`` 20260203."""


def policy_on(day: date, *, path: Path = FILE) -> Policy:
    """What is in force on ``day``. Raises RulebookError."""
    found = {}
    for name, begun in _values(path).items():
        in_force = [value for start, value in begun if start <= day]
        found[name] = in_force[-1] if in_force else begun[0][1]
    return Policy(**found)


def platform_on(day: date, fields: frozenset[str], *, path: Path = PLATFORM) -> PlatformShape:
    """The platform's file as it is wanted on ``day``: the version that began last. ``fields`` are those that exist."""
    shapes = platform_shapes(fields, path)
    in_force = [shape for shape in shapes if shape.valid_from <= day]
    return in_force[-1] if in_force else shapes[0]


@lru_cache(maxsize=4)
def platform_shapes(fields: frozenset[str], path: Path = PLATFORM) -> tuple[PlatformShape, ...]:
    """Every version, the oldest first. Raises RulebookError with file and key for a field or format that does not exist."""
    root = read(path, kind="platform-upload").only("kind", "schema", "versions")
    found: list[PlatformShape] = []
    for node in root.nodes("versions"):
        shape = _shape(node, fields)
        if found and shape.valid_from <= found[-1].valid_from:
            node.fail("from", _("must be later than the version before it"))
        found.append(shape)
    return tuple(found)


def _shape(node: Node, fields: frozenset[str]) -> PlatformShape:
    node.only("from", "name", "source", "encoding", "columns")
    columns: list[PlatformColumn] = []
    for entry in node.nodes("columns"):
        entry.only("title", "field", "format")
        title = entry.text("title")
        if title in {column.title for column in columns}:
            entry.fail("title", _("this title stands twice"))
        columns.append(
            PlatformColumn(title=title, field=entry.choice("field", fields), format=entry.choice("format", FORMATS))
        )
    return PlatformShape(
        name=node.text("name"), valid_from=node.day("from"), source=node.text("source"),
        encoding=node.choice("encoding", ENCODINGS), columns=tuple(columns),
    )  # fmt: skip


@lru_cache(maxsize=4)
def _values(path: Path) -> dict[str, list[tuple[date, int]]]:
    values = read(path, kind="exports").only("kind", "schema", "values").node("values")
    keys = {name: name.replace("_", "-") for name in Policy.__slots__}
    values.only(*keys.values())
    return {name: _begun(values.node(key)) for name, key in keys.items()}


def _begun(node: Node) -> list[tuple[date, int]]:
    node.only("description", "unit", "values").text("description")
    found = []
    for entry in node.nodes("values"):
        entry.only("from", "value", "source").text("source")
        found.append((entry.day("from"), entry.integer("value", least=1)))
    return sorted(found)
