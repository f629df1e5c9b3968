"""Who is called in which order in a street: the street's own ladder and duty list; what is not on file is left as a line to write on."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.i18n import _
from mealroute.delivery import duty, street_rules
from mealroute.delivery.case_words import RUNGS
from mealroute.delivery.ladder_records import Cover, DutyRecord, Rung
from mealroute.delivery.rulebook import step_text
from mealroute.paper.records import LadderContact, LadderRung
from mealroute.vendors import queries as vendors

KIND = "no-answer"
"""The sheet shows the ladder of a door that nobody opens: the one that has every rung."""
NOBODY = LadderContact(name="", what="", phone="")


def of_street(db: Session, street: str, day: date) -> tuple[LadderRung, ...]:
    """The rungs from the door upwards (M31: 家庭、社区、志愿者、驿站、救援机构), with the street's minutes and whoever is on duty."""
    rules = street_rules.ladders(db, day).of(street)
    named = duty.on_duty(db, day, street_code=street)
    stations = tuple(
        LadderContact(name=each.name, what=_("station"), phone=each.phone or "")
        for each in vendors.stations(db, scope=Scope(streets=frozenset({street})))
    )
    return tuple(
        LadderRung(
            name=_(RUNGS[rung]), step=step_text(rules.rungs[rung].step_zh), minutes=minutes, contacts=_contacts(rung, named, stations)
        )
        for rung, minutes in sorted(rules.minutes(KIND).items(), key=lambda each: each[0].height)
    )  # fmt: skip


def _contacts(
    rung: Rung, named: Mapping[duty.Place, DutyRecord], stations: tuple[LadderContact, ...]
) -> tuple[LadderContact, ...]:
    if rung in {Rung.DRIVER, Rung.FAMILY}:
        return ()
    covers = {Cover.DAY: "", Cover.NIGHT: _("at night"), Cover.HOLIDAY: _("without service")}
    found = tuple(
        LadderContact(
            name=each.name, what=" ".join(filter(None, (each.community, covers[each.cover]))), phone=each.phone
        )
        for each in named.values()
        if each.rung is rung and each.name
    )
    if rung is Rung.STATION:
        return found + stations or (NOBODY,)
    if rung is Rung.RESCUE:
        called = ((_("police"), "110"), (_("ambulance"), "120"), (_("fire brigade"), "119"))
        return (*found, *(LadderContact(name=name, what="", phone=phone) for name, phone in called))
    return found or (NOBODY,)
