"""Who is on duty in the demo's streets: invented people, so that a ladder that climbs asks somebody by name."""

from mealroute.areas import queries as areas
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import Clock
from mealroute.core.db import unit_of_work
from mealroute.delivery import duty
from mealroute.delivery.ladder_records import Cover, Rung

SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何"
GIVEN = ("静", "伟", "丽", "强", "敏", "洋", "艳", "勇", "娟", "涛", "霞", "军", "玲", "斌", "燕", "杰", "慧")
PLACES = (
    (Rung.DESK, Cover.DAY), (Rung.DESK, Cover.NIGHT), (Rung.STATION, Cover.DAY), (Rung.COMMUNITY, Cover.DAY), (Rung.COMMUNITY, Cover.NIGHT),
    (Rung.RESCUE, Cover.DAY), (Rung.RESCUE, Cover.NIGHT), (Rung.RESCUE, Cover.HOLIDAY),
)  # fmt: skip
"""What each street of the demo has named: everything but the driver and the family, who are known without."""


def demo(*, clock: Clock) -> int:
    """Name them where nobody is named yet; how many are new. What somebody has entered since stays."""
    new = 0
    with unit_of_work() as db:
        for row, street in enumerate(areas.streets(db)):
            held = duty.on_duty(db, clock.today(), street_code=street.code)
            for column, (rung, cover) in enumerate(PLACES):
                if (street.code, "", rung, cover) in held:
                    continue
                number = row * len(PLACES) + column
                name = f"{SURNAMES[number % len(SURNAMES)]}{GIVEN[(number * 5 + row) % len(GIVEN)]}（示例）"
                new += duty.name_person(
                    db, street.code, rung, cover, name=name, phone=f"010-0000{number:04d}", from_day=clock.today(), by=SYSTEM, clock=clock,
                )  # fmt: skip
    return new
