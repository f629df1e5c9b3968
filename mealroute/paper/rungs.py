"""Who is called in which order in a street: the ladder in force with the people on duty; what is not on file is a line to write on."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.i18n import _, _l, language
from mealroute.delivery import duty, street_rules
from mealroute.delivery.case_words import RUNGS
from mealroute.delivery.ladder_records import Cover, Rung, RungRule
from mealroute.paper.records import LadderContact, LadderRung
from mealroute.vendors import queries as vendors

KIND = "no-answer"
"""The ladder that paper carries: the one for a door where nobody answers."""
COVERS: Mapping[Cover, str] = {
    Cover.DAY: _l("by day"),
    Cover.NIGHT: _l("at night"),
    Cover.HOLIDAY: _l("on days without service"),
}
NOBODY = LadderContact(name="", what="", phone="")


def of_street(db: Session, street: str, day: date) -> tuple[LadderRung, ...]:
    """The street's rungs on ``day`` with their minutes, from the door upwards; numbers are full. The desk stands among them always."""
    ladder = street_rules.ladders(db, day).of(street)
    minutes = ladder.minutes(KIND)
    wanted = [rung for rung in Rung if rung in minutes or rung is Rung.DESK]
    return tuple(_rung(db, ladder.rungs[rung], rung, minutes.get(rung), street, day) for rung in wanted)


def _rung(db: Session, rule: RungRule, rung: Rung, minutes: int | None, street: str, day: date) -> LadderRung:
    step = rule.step_zh if language() == "zh" else rule.step_en
    return LadderRung(name=_(RUNGS[rung]), step=step, minutes=minutes, contacts=_contacts(db, rung, street, day))


def _contacts(db: Session, rung: Rung, street: str, day: date) -> tuple[LadderContact, ...]:
    if rung in {Rung.DRIVER, Rung.FAMILY}:
        return ()  # the driver is there; families stand with each person
    people = [
        LadderContact(name=each.name, what=" ".join(filter(None, (community, _(COVERS[cover])))), phone=each.phone)
        for (_street, community, at, cover), each in sorted(duty.on_duty(db, day, street_code=street).items())
        if at is rung and each.name
    ]  # fmt: skip
    if rung is Rung.STATION:
        stations = vendors.stations(db, scope=Scope(streets=frozenset({street})))
        people += [LadderContact(name=each.name, what="", phone=each.phone or "") for each in stations]
    found = tuple(people) or (NOBODY,)
    if rung is Rung.RESCUE:
        lines = ((_("police"), "110"), (_("ambulance"), "120"), (_("fire brigade"), "119"))
        found += tuple(LadderContact(name=name, what="", phone=phone) for name, phone in lines)
    return found
