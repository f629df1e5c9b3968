"""The demo's duty lists: every street names somebody on every rung, and what a person has entered stays."""

from __future__ import annotations

from sqlalchemy.orm import Session

from mealroute.areas.models import District, Street
from mealroute.commands import duty as demo
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock
from mealroute.delivery import duty
from mealroute.delivery.ladder_records import Cover, Rung

STREETS = ("110101001", "110101002")


def test_every_street_has_people_on_every_rung_and_what_was_entered_stays(db: Session, clock: FixedClock) -> None:
    db.add(District(code="110101", name="东城区"))
    db.flush()
    db.add_all(Street(code=code, district_code="110101", name=code, name_en=code) for code in STREETS)
    db.flush()
    own = {"name": "真实的人", "phone": "01064001234", "from_day": clock.today(), "by": SYSTEM, "clock": clock}
    duty.name_person(db, STREETS[0], Rung.RESCUE, Cover.NIGHT, **own)  # type: ignore[arg-type]
    db.commit()
    assert demo.demo(clock=clock) == len(STREETS) * len(demo.PLACES) - 1
    assert demo.demo(clock=clock) == 0
    db.expire_all()
    for code in STREETS:
        held = duty.on_duty(db, clock.today(), street_code=code)
        assert {(rung, cover) for _street, _community, rung, cover in held} == set(demo.PLACES)
        assert {rung for rung, _cover in demo.PLACES} == set(duty.NAMED)
        assert all("示例" in one.name or one.name == "真实的人" for one in held.values())
    assert duty.on_duty(db, clock.today())[STREETS[0], "", Rung.RESCUE, Cover.NIGHT].name == "真实的人"
