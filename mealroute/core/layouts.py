"""How the columns of a file are made from rows as they were read: each column once, not each cell of each row."""

from collections.abc import Callable, Sequence
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
    value is the cell). ``varied``: hardly two rows have the same, so that nothing is gained by remembering.
    """

    column: Column
    values: tuple[str, ...]
    cell: Make | None = None
    varied: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a file over rows whose values have these ``names``, in this order."""

    names: tuple[str, ...]
    fields: tuple[Field, ...]
    _places: tuple[tuple[int, ...], ...] = field(init=False)

    def __post_init__(self) -> None:
        place = {name: number for number, name in enumerate(self.names)}
        object.__setattr__(self, "_places", tuple(tuple(place[name] for name in each.values) for each in self.fields))

    @classmethod
    def plain(cls, columns: Sequence[Column]) -> Self:
        """Rows that are the cells already."""
        names = tuple(map(str, range(len(columns))))
        return cls(names, tuple(Field(column, (name,)) for column, name in zip(columns, names, strict=True)))

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(each.column for each in self.fields)

    def taken(self, batch: Batch) -> list[Sequence[Any]]:
        """For each column what its cells are made of. Raises ValueError where there are not as many values as names."""
        if len(batch) != len(self.names):
            raise ValueError(f"a row has {len(self.names)} values, not {len(batch)}")
        return [
            batch[places[0]] if len(places) == 1 else list(zip(*(batch[place] for place in places), strict=True))
            for places in self._places
        ]


def turned(rows: Sequence[Sequence[Any]]) -> Batch:
    """Rows → the same value of all rows, value after value. Raises ValueError for rows of unequal length."""
    return list(zip(*rows, strict=True))


def as_layout(given: Layout | Sequence[Column]) -> Layout:
    """Columns alone: rows hold their cells."""
    return given if isinstance(given, Layout) else Layout.plain(given)


class Kept(dict[Any, Any]):
    """Value → what is made of it, remembered: a month has few streets, prices and days. Emptied before it grows large."""

    def __init__(self, make: Make) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, value: Any) -> Any:
        if len(self) >= _MOST_KEPT:
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
