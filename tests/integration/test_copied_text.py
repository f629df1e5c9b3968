"""What is written as text of COPY comes back letter by letter, whatever characters stand in it."""

import pytest
from sqlalchemy import Engine, select

from mealroute.core.bulk import copy_text, escaped, pour_text
from mealroute.subsidy.models import Period

ODD = ("王\t某", "back\\slash", "\\N", "two\nlines\r", "\\", "", "𠮷野\u3000屋", "\x0b\u2028")


@pytest.mark.parametrize("name", ODD)
def test_rare_characters_come_back(any_engine: Engine, name: str) -> None:
    if any_engine.dialect.name != "postgresql":
        return
    with any_engine.begin() as connection:
        columns = ("payer", "month", "state", "totals", "closed_by", "lines_digest")
        row = copy_text(("e", "2026-10", "open", "{}", name, None))
        other = f"{escaped('f')}\t2026-11\topen\t{{}}\t{escaped(name)}\t\\N"
        pour_text(connection, Period.__table__, columns, (f"{line}\n" for line in (row, other)))  # type: ignore[arg-type]
        kept = connection.execute(select(Period.closed_by, Period.lines_digest).order_by(Period.id)).all()
    assert kept == [(name, None), (name, None)]
