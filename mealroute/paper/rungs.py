"""Who is called in which order in a street, as far as it is on file; what is not on file is left as a line to write on."""

from datetime import date

from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.i18n import _
from mealroute.paper.records import LadderContact, LadderRung
from mealroute.vendors import queries as vendors


def of_street(db: Session, street: str, _day: date) -> tuple[LadderRung, ...]:
    """The rungs from the door upwards (M31: 家庭、社区、志愿者、驿站、救援机构)."""
    stations = tuple(
        LadderContact(name=each.name, what=_("station"), phone=each.phone or "")
        for each in vendors.stations(db, scope=Scope(streets=frozenset({street})))
    )
    nobody = LadderContact(name="", what="", phone="")
    return (
        LadderRung(name=_("Driver"), step=_("knock three times, ring twice, ask a neighbour, call the desk"), minutes=None),
        LadderRung(name=_("Station"), step=_("somebody goes there and knocks"), minutes=None, contacts=stations or (nobody,)),
        LadderRung(name=_("Family"), step=_("call the contacts of the person in their order; ask who has a key"), minutes=None),
        LadderRung(name=_("Community worker"), step=_("goes there, asks neighbours and the caretaker"), minutes=None, contacts=(nobody,)),
        LadderRung(
            name=_("Rescue"), step=_("somebody by name stays at the door"), minutes=None,
            contacts=(LadderContact(name=_("police"), what="", phone="110"), LadderContact(name=_("ambulance"), what="", phone="120"),
                      LadderContact(name=_("fire brigade"), what="", phone="119")),
        ),
    )  # fmt: skip
