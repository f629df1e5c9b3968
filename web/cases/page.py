"""What the pages of cases show beside the record: who can be asked, with numbers only once somebody has looked on record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mealroute.core.clock import seconds_of_day
from mealroute.core.i18n import language
from mealroute.core.text import mask_name
from mealroute.delivery import duty, ladder_rules, street_rules
from mealroute.delivery.ladder_records import CaseRecord, Rung
from mealroute.menus import queries as menus
from mealroute.residents import queries as residents
from mealroute.residents.loading import category_table
from mealroute.residents.records import ResidentId
from web import here

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

TAPS = {
    Rung.DRIVER: ("knock/no-answer", "phone/no-answer", "visit/seen"),
    Rung.DESK: ("phone/no-answer", "message/left-word", "phone/spoke"),
    Rung.STATION: ("visit/going", "knock/no-answer", "phone/spoke", "visit/seen"),
    Rung.FAMILY: ("phone/no-answer", "message/left-word", "phone/going", "phone/spoke"),
    Rung.COMMUNITY: ("phone/going", "visit/no-answer", "phone/spoke", "visit/seen"),
    Rung.RESCUE: ("phone/going", "visit/no-answer", "visit/seen"),
}
"""What is recorded with one tap on each rung: means and result. Nothing here closes a case."""
FOUND = frozenset({"phone/spoke", "visit/seen"})
"""After these the page asks at once who says so and how they know."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to ask, on the rung on which they are asked; the number is empty until it is looked at on record."""

    rung: Rung
    name: str
    relation: str
    phone: str


def taps(case: CaseRecord) -> tuple[str, ...]:
    """The buttons of a case."""
    return TAPS[case.rung] if case.rung is not None else TAPS[Rung.DESK]


def marks(codes: Iterable[str]) -> tuple[str, ...]:
    """What makes a person fragile, in the reader's language."""
    words = {rule.code: rule.name_zh if language() == "zh" else rule.name_en for rule in category_table().rules}
    return tuple(words.get(code, code) for code in codes)


def contacts(db: Session, case: CaseRecord, *, shown: bool) -> tuple[Contact, ...]:
    """The person and everybody on the ladder, in its order."""
    person = residents.by_ids(db, {ResidentId(case.resident_id)}, day=here.clock().today())[
        ResidentId(case.resident_id)
    ]
    found = [
        Contact(Rung.DESK, person.name if shown else mask_name(person.name), "", (person.phone or "") if shown else "")
    ]
    rules = street_rules.ladders(db, here.clock().today()).of(case.street_code)
    serves = menus.service_day(db, here.clock().today()).serves
    covers = ladder_rules.cover_order(rules, seconds_of_day(here.clock().now(), here.clock().zone), serves=serves)
    about = duty.whom(db, case.resident_id)
    for state in case.ladder:
        if state.rung in {Rung.DRIVER, Rung.DESK}:
            continue
        people = duty.asked(db, about, state.rung, covers, here.clock().today(), family_most=9)
        found += [
            Contact(
                state.rung, each.name if shown else mask_name(each.name), each.relation, each.phone if shown else ""
            )
            for each in people
        ]
    return tuple(found)
