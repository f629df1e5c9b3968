"""A moment comes back as it went in, in UTC, whatever zone the server is set to."""

from datetime import UTC, datetime, timedelta, timezone

from sqlalchemy import Engine, insert, select, text
from sqlalchemy.orm import Session

from mealroute.core.bulk import rows
from mealroute.core.db import make_engine
from mealroute.subsidy.models import Period

WRITTEN = datetime(2026, 11, 3, 9, 30, 15, 250, tzinfo=timezone(timedelta(hours=8)))
MEANT = datetime(2026, 11, 3, 1, 30, 15, 250, tzinfo=UTC)


def test_a_moment_comes_back_in_utc(any_engine: Engine) -> None:
    url = any_engine.url.render_as_string(hide_password=False)
    if any_engine.dialect.name == "postgresql":
        with any_engine.begin() as connection:
            connection.execute(text(f"alter database \"{any_engine.url.database}\" set timezone to 'Asia/Shanghai'"))
    engine = make_engine(url)
    try:
        with Session(engine) as db:
            db.execute(insert(Period).values(payer="d", month="2026-10", state="open", totals={}, closed_at=WRITTEN))
            (read,) = db.scalars(select(Period.closed_at))
            ((quick,),) = rows(db, select(Period.closed_at))
            db.rollback()
    finally:
        engine.dispose()
    assert read == quick == MEANT
    assert read is not None
    assert read.tzinfo is quick.tzinfo is UTC
