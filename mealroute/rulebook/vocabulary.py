"""The codes that rule files may use, by family, and what people call them. A file declares further ones under ``names``.

Families in ``CLOSED`` are what the program itself records and cannot be extended by a file.
"""

from collections.abc import Mapping
from functools import lru_cache

from mealroute.core.i18n import _, _l, language
from mealroute.core.rulebook import RULES, read
from mealroute.residents.words import diet_label
from mealroute.rulebook.records import Name

SLOTS = ("breakfast", "lunch", "dinner")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOME = "home"
"""The way of a meal that was brought home; the unit ``delivery`` counts these alone."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "slot": {"breakfast": _l("breakfast"), "lunch": _l("lunch"), "dinner": _l("dinner")},
    "weekday": {
        "mon": _l("Monday"), "tue": _l("Tuesday"), "wed": _l("Wednesday"), "thu": _l("Thursday"), "fri": _l("Friday"),
        "sat": _l("Saturday"), "sun": _l("Sunday"),
    },
    "day-kind": {"workday": _l("workdays"), "weekend": _l("weekends"), "holiday": _l("public holidays")},
    "way": {HOME: _l("brought home"), "dine-in": _l("eaten at the meal point"), "pick-up": _l("fetched at the meal point")},
    "channel": {
        "web": _l("ordered on the web"), "phone": _l("ordered by phone"), "counter": _l("ordered at the counter"),
        "paper": _l("ordered on paper"), "swipe": _l("card swiped on the spot"),
    },
    "outcome": {
        "handed-over": _l("into the person's hands"), "left-with-contact": _l("left with a contact"), "left-at-door": _l("left at the door"),
    },
    "confirmation": {
        "seen": _l("seen in person"), "signature": _l("signature"), "photo": _l("photo"), "code": _l("spoken code"), "card": _l("card"),
        "qr": _l("QR code"), "face": _l("face"), "place": _l("place of the phone"), "paper": _l("signed on paper"), "note": _l("note"), "counter": _l("handed out at a counter"), "contact": _l("taken by a contact"), "unseen": _l("nobody met"),
    },
    "deliverer-kind": {"volunteer": _l("volunteer"), "staff": _l("vendor's own staff"), "courier": _l("hired courier")},
    "living": {
        "alone": _l("living alone"), "couple-both-80": _l("couple both over 80"), "couple": _l("living as a couple"),
        "with-family": _l("living with family"), "institution": _l("in an institution"), "unknown": _l("living situation not known"),
    },
    "site-kind": {
        "care-institution": _l("care institution"), "canteen": _l("canteen of an organisation"), "elder-table": _l("elders' table"),
        "restaurant": _l("restaurant"), "hub": _l("street care hub"), "station": _l("community station"),
        "distribution-centre": _l("distribution centre"), "central-kitchen": _l("central kitchen"),
        "delivery-point": _l("pure delivery point"), "cooking-point": _l("cooking point"),
    },
    "zone": {"main-city": _l("main town"), "shallow-mountain": _l("shallow mountains"), "deep-mountain": _l("deep mountains")},
    "payer": {
        "city": _l("city"), "district": _l("district"), "street": _l("street or town"), "village": _l("village or community"),
        "charity": _l("charity fund"),
    },
    "count": {
        "signed-persons": _l("signed persons"), "star": _l("stars"), "capacity": _l("person-times a day"), "meals": _l("meals"),
        "person-days": _l("person-days"), "persons": _l("persons"), "deliveries": _l("deliveries"), "days": _l("days with a meal"), "meals-a-day": _l("meals a day"), "cost": _l("cost"),
        "nth-of-day": _l("paid times of the day"), "nth-of-week": _l("paid times of the week"),
        "nth-of-month": _l("paid times of the month"), "nth-of-year": _l("paid times of the year"),
    },
    "meal-kind": {"basic": _l("basic meal"), "set": _l("set meal")},
    "tag": {},
}  # fmt: skip
CLOSED = frozenset(
    {"slot", "weekday", "day-kind", "way", "channel", "outcome", "confirmation", "deliverer-kind", "living"}
)


@lru_cache(maxsize=1)
def categories() -> Mapping[str, Name]:
    """The categories of residents as ``data/rules/categories.yaml`` has them."""
    root = read(RULES / "categories.yaml", kind="resident-categories")
    found = {}
    for code, node in root.node("categories").entries():
        name = node.node("name")
        found[code] = Name(name.text("zh"), name.text("en"))
    return found


@lru_cache(maxsize=1)
def diets() -> frozenset[str]:
    """The diets that the program knows."""
    return frozenset(code for code, _node in read(RULES / "diets.yaml", kind="diets").node("diets").entries())


def known(family: str, names: Mapping[str, Name]) -> frozenset[str]:
    """The codes that a file may use in this family."""
    own = {code.partition(":")[2] for code in names if code.startswith(f"{family}:")}
    match family:
        case "category":
            built_in = frozenset(categories())
        case "diet":
            built_in = diets()
        case _:
            built_in = frozenset(WORDS.get(family, {}))
    return built_in | own


def word(family: str, code: str, names: Mapping[str, Name]) -> str:
    """What people call the code, in the current language; the code itself where nobody has said."""
    own = names.get(f"{family}:{code}")
    if own is None and family == "category":
        own = categories().get(code)
    if own is None and family == "diet":
        return diet_label(code)
    if own is not None:
        return own.zh if language() == "zh" else own.en
    found = WORDS.get(family, {}).get(code)
    return _(found) if found else code
