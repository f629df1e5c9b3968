"""How the columns of a file are made from rows as they were read: each column once, not each cell of each row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from mealroute.core.tables import Column

Make = Callable[[Any], Any]
Batch = Sequence[Sequence[Any]]
"""Some rows, turned: for each value its sequence, row after row."""
_MOST_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Field:
    """A column and what its cells are made of.

    ``values``: the values of a row that they come from; ``cell`` makes a cell of the one value, or of a tuple of several (None: the one
    value is the cell). ``varied``: hardly two rows have the same, so that nothing is gained by remembering. ``part``: fields of one part
    come from values that go together (a person's, a price's), so that few combinations of them occur; "" where a field stands alone.
    """

    column: Column
    values: tuple[str, ...]
    cell: Make | None = None
    varied: bool = False
    part: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Several values of a row that arrive as one text; ``unpack`` takes it apart into the ``values``, in this order."""

    values: tuple[str, ...]
    unpack: Callable[[str], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a file over rows whose values have these ``names``, in this order; a name in ``parts`` is that part's text."""

    names: tuple[str, ...]
    fields: tuple[Field, ...]
    parts: Mapping[str, Part] = field(default_factory=dict)

    @classmethod
    def over(
        cls, fields: Sequence[Field], unpack: Callable[[Sequence[str]], Callable[[str], Sequence[Any]]] | None = None
    ) -> Self:
        """Rows of exactly the values that the fields are made of. ``unpack``: fields of one part read its text; it is given the part's values."""
        parts: dict[str, dict[str, None]] = {}
        names: dict[str, None] = {}
        for each in fields:
            if unpack is not None and each.part:
                names[each.part] = None
                parts.setdefault(each.part, {}).update(dict.fromkeys(each.values))
            else:
                names.update(dict.fromkeys(each.values))
        found = (
            {name: Part(tuple(values), unpack(tuple(values))) for name, values in parts.items()}
            if unpack is not None
            else {}
        )
        return cls(tuple(names), tuple(fields), found)

    @classmethod
    def plain(cls, columns: Sequence[Column]) -> Self:
        """Rows that are the cells already."""
        names = tuple(map(str, range(len(columns))))
        return cls(names, tuple(Field(column, (name,)) for column, name in zip(columns, names, strict=True)))

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(each.column for each in self.fields)

    def named(self, batch: Batch) -> dict[str, Sequence[Any]]:
        """Value → its sequence. Raises ValueError where there are not as many values as names."""
        if len(batch) != len(self.names):
            raise ValueError(f"a row has {len(self.names)} values, not {len(batch)}")
        return dict(zip(self.names, batch, strict=True))

    def taken(self, batch: Batch) -> list[Sequence[Any]]:
        """For each column what its cells are made of, where nothing is in parts. Raises as ``named``."""
        held = self.named(batch)
        return [column_of(each, held) for each in self.fields]


def column_of(each: Field, held: Mapping[str, Sequence[Any]]) -> Sequence[Any]:
    """What the cells of one column are made of: the sequence of its value, or tuples of several."""
    if len(each.values) == 1:
        return held[each.values[0]]
    return list(zip(*(held[name] for name in each.values), strict=True))


def turned(rows: Sequence[Sequence[Any]]) -> Batch:
    """Rows → the same value of all rows, value after value. Raises ValueError for rows of unequal length."""
    return list(zip(*rows, strict=True))


def as_layout(given: Layout | Sequence[Column]) -> Layout:
    """Columns alone: rows hold their cells."""
    return given if isinstance(given, Layout) else Layout.plain(given)


class Kept(dict[Any, Any]):
    """Value → what is made of it, remembered: a month has few streets, prices and days. Emptied before it grows large."""

    def __init__(self, make: Make, most: int = _MOST_KEPT) -> None:
        super().__init__()
        self._make, self._most = make, most

    def __missing__(self, value: Any) -> Any:
        if len(self) >= self._most:
            self.clear()
        made = self[value] = self._make(value)
        return made


def written(each: Field, write: Make, nothing: str = "") -> Make:
    """From what a field's cell is made of to how it is written; ``nothing`` for an empty cell."""
    cell = each.cell

    def made(value: Any) -> Any:
        found = value if cell is None else cell(value)
        return nothing if found is None else write(found)

    return made
