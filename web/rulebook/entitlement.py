"""What would this person get on this day, and why not more: a resident of the ledger, or somebody made up."""

from collections.abc import Mapping
from datetime import date, timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from mealroute.areas import queries as areas
from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.money import Fen, parse_yuan
from mealroute.residents import queries as residents
from mealroute.residents.records import ResidentRecord
from mealroute.residents.rules import age_on
from mealroute.rulebook import words
from mealroute.rulebook.explain import Explained, explain
from mealroute.rulebook.facts import Earlier, Meal, Person
from mealroute.rulebook.records import Beneficiary, Name, Rulebook
from mealroute.rulebook.vocabulary import WORDS, known
from mealroute.rulebook.vocabulary import word as code_word
from mealroute.rulebook.words import line_sentence, refusal_sentence
from web import here
from web.permissions import requires
from web.rulebook import shelf
from web.rulebook.views import bp


@bp.get("/rulebook/entitlement")
@requires("subsidy.view")
def ask() -> ResponseReturnValue:
    """The form, and the answer where it was filled in. Nothing is kept."""
    found, day = shelf.chosen(), shelf.day_asked()
    code = request.args.get("resident", "").strip()
    answer: Explained | None = None
    person: Person | None = None
    trouble = ""
    if request.args.get("ask"):
        try:
            person = _of_ledger(code, day) if code else _made_up(day)
            answer = explain(found.book, [_meal(person, day)], _before(found.book, person, day))
        except MealrouteError as error:
            trouble = f"{error.sentence} {error.hint}".strip()
    names = found.book.names
    return render_template(
        "rulebook/entitlement.html", shelf=found, day=day, examples=shelf.examples(), answer=answer, person=person, trouble=trouble,
        asked=request.args, options={family: _options(family, names) for family in _FAMILIES}, title_of=words.title,
        line_sentence=line_sentence, refusal_sentence=lambda one: refusal_sentence(one, names, found.book.calendar), resident_part=Beneficiary.RESIDENT,
        chosen=request.args.getlist, code_word=lambda family, code: code_word(family, code, names),
    )  # fmt: skip


MOST_TIMES = 366
"""Days before that a form may speak of."""
_FAMILIES = (
    "diet",
    "category",
    "living",
    "slot",
    "way",
    "channel",
    "outcome",
    "site-kind",
    "meal-kind",
    "zone",
    "confirmation",
    "deliverer-kind",
)


def _options(family: str, names: Mapping[str, Name]) -> list[tuple[str, str]]:
    codes = known(family, names)
    order = {code: place for place, code in enumerate(WORDS.get(family, {}))}
    return [(code, code_word(family, code, names)) for code in sorted(codes, key=lambda one: (order.get(one, 99), one))]


def _of_ledger(code: str, day: date) -> Person:
    with unit_of_work(read_only=True) as db:
        found = residents.by_code(db, code, scope=here.actor().scope, day=day)
        zones = areas.street_zones(db)
    if found is None:
        raise MealrouteError(
            "resident-not-found",
            _("No resident with the number %(code)s.", code=code),
            _("Only those of your streets are found."),
        )
    return person_of(found, day, zones.get(found.street_code, ""))


def person_of(found: ResidentRecord, day: date, zone: str = "") -> Person:
    """A resident of the ledger as the rules see one that day."""
    basic = found.basic_service and (found.basic_service_from is None or found.basic_service_from <= day)
    valid = found.assessment_valid_until is None or day <= found.assessment_valid_until
    return Person(
        person_id=int(found.id), code=found.code, state=str(found.state), age=found.age_on(day), living=str(found.living), basic_service=basic,
        categories=frozenset(found.categories), ability_level=found.ability_level, assessed=found.ability_level is not None and valid,
        residence=found.street_code, registration=found.registration, zone=zone, diets=frozenset(str(diet) for diet in found.diets),
        born=found.birth_date, enrolled=found.enrolled,
    )  # fmt: skip


def _made_up(day: date) -> Person:
    asked = request.args
    born, age = _day("born"), _number("age")
    return Person(
        person_id=1, code=_("somebody"), age=age_on(born, day) if born is not None and age is None else age, born=born, enrolled=_day("enrolled"),
        diets=frozenset(asked.getlist("diet")), living=asked.get("living", "unknown"), basic_service=asked.get("basic") == "yes",
        categories=frozenset(asked.getlist("category")), ability_level=_number("ability"), residence=asked.get("residence", "").strip(),
        registration=asked.get("registration", "").strip(), zone=asked.get("zone", ""),
    )  # fmt: skip


def _meal(person: Person, day: date) -> Meal:
    asked = request.args
    price = _yuan("price")
    return Meal(
        meal_id=1, person=person, day=day, slot=asked.get("slot", "lunch"), price_fen=price,
        paid_fen=_yuan("paid") if asked.get("paid") else price, minute=_minute(asked.get("at", "")),
        outcome=asked.get("outcome", "handed-over"), way=asked.get("way", "home"), channel=asked.get("channel", ""),
        confirmed_by=frozenset(asked.getlist("confirmation")), meal_kind=asked.get("meal-kind", ""), operator=_("the operator"), site=_("the meal point"),
        site_kind=asked.get("site-kind", ""), place=asked.get("place", "").strip() or person.residence, deliverer=_("the courier"),
        deliverer_kind=asked.get("deliverer-kind", ""),
    )  # fmt: skip


def _before(book: Rulebook, person: Person, day: date) -> list[Earlier]:
    """Lines of the days before that caps and tables count, as far as the form says that there are any."""
    times, together = _number("times") or 0, _yuan("together") if request.args.get("together") else 0
    found = []
    for rule in book.on(day):
        for n in range(min(times, MOST_TIMES)):
            amount = together // times + (n < together % times)
            found.append(
                Earlier(
                    rule_id=rule.rule_id,
                    day=day - timedelta(days=n + 1),
                    slot="lunch",
                    amount_fen=amount,
                    person_id=person.person_id,
                )
            )
    return found


def _day(key: str) -> date | None:
    text = request.args.get(key, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise MealrouteError("date-invalid", _("“%(text)s” is not a date.", text=text)) from None


def _number(key: str) -> int | None:
    text = request.args.get(key, "").strip()
    if not text:
        return None
    if not text.isdecimal() or len(text) > 3:
        raise MealrouteError("number-invalid", _("“%(text)s” is not a whole number.", text=text))
    return int(text)


def _yuan(key: str) -> Fen:
    try:
        amount = parse_yuan(request.args.get(key, ""))
    except ValueError:
        amount = -1
    if amount < 0:
        raise MealrouteError(
            "amount-invalid", _("“%(text)s” is not an amount in yuan.", text=request.args.get(key, ""))
        )
    return amount


def _minute(text: str) -> int | None:
    hour, _colon, minute = text.partition(":")
    return int(hour) * 60 + int(minute) if hour.isdecimal() and minute.isdecimal() else None
