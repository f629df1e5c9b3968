"""Cases that an official can read, as facts and as tests: people, meals, what is paid, what is not and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from mealroute.core.i18n import speaking
from mealroute.core.money import parse_yuan
from mealroute.residents.rules import age_on
from mealroute.rulebook.evaluate import Outcome, evaluate
from mealroute.rulebook.facts import Earlier, Figures, Meal, Person
from mealroute.rulebook.records import Rulebook
from mealroute.rulebook.words import line_sentence, refusal_sentence

SETS = ("categories", "diets", "confirmed_by", "tags")
KNOWN = {
    "person": {
        "age", "state", "paused", "living", "basic", "categories", "ability", "assessed", "residence", "registration", "zone", "household",
        "diets", "born", "enrolled", "changes",
    },
    "meal": {
        "who", "day", "slot", "price", "pays", "portions", "at", "outcome", "way", "channel", "confirmed_by", "proxy", "kind", "operator", "site",
        "site_kind", "place", "deliverer", "deliverer_kind",
    },
    "case": {"case", "people", "meals", "figures", "earlier", "lines", "refused", "says", "pays", "copay"},
}  # fmt: skip


def _person(number: int, name: str, told: dict[str, Any]) -> Person:
    assert set(told) <= KNOWN["person"], set(told) - KNOWN["person"]
    return Person(
        person_id=number, code=name, state=told.get("state", "active"), pause_reason=told.get("paused"), age=told.get("age"),
        living=told.get("living", "alone"), basic_service=told.get("basic", False), categories=frozenset(told.get("categories", [])),
        ability_level=told.get("ability"), assessed=told.get("assessed", True), residence=str(told.get("residence", "")),
        registration=str(told.get("registration", "")), zone=told.get("zone", ""), household=told.get("household", ""),
        diets=frozenset(told.get("diets", [])),
        born=told.get("born"), enrolled=told.get("enrolled"),
    )  # fmt: skip


def _on(person: Person, told: dict[str, Any], day: date) -> Person:
    """The person as of a day: the age by the day of birth, and what has changed since (``changes``: day → facts)."""
    facts: dict[str, Any] = {}
    for since, news in sorted(told.get("changes", {}).items()):
        if since <= day:
            facts |= news
    changed = _person(person.person_id, person.code, {**told, **facts, "changes": {}}) if facts else person
    return replace(changed, age=age_on(changed.born, day)) if changed.born and changed.age is None else changed


def _minute(text: str | None) -> int | None:
    if text is None:
        return None
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _meals(case: dict[str, Any], people: dict[str, Person]) -> list[Meal]:
    found = []
    kept: dict[Person, Person] = {}
    for number, told in enumerate(case.get("meals", []), 1):
        assert set(told) <= KNOWN["meal"], set(told) - KNOWN["meal"]
        who = told.get("who", next(iter(people)))
        person = _on(people[who], case["people"][who] or {}, told["day"])
        person = kept.setdefault(person, person)
        price = parse_yuan(str(told["price"]))
        found.append(
            Meal(
                meal_id=number, order_id=10 + number, proof_id=20 + number, person=person, day=told["day"], slot=told.get("slot", "lunch"),
                price_fen=price, paid_fen=parse_yuan(str(told["pays"])) if "pays" in told else price, portions=told.get("portions", 1),
                minute=_minute(told.get("at")), outcome=told.get("outcome", "handed-over"), way=told.get("way", "dine-in"),
                channel=told.get("channel", ""), confirmed_by=frozenset(told.get("confirmed_by", [])), proxy=told.get("proxy", False),
                meal_kind=told.get("kind", ""), operator=told.get("operator", "运营方"), site=told.get("site", "助餐点"),
                site_kind=told.get("site_kind", ""), place=str(told.get("place", "")), deliverer=told.get("deliverer", ""),
                deliverer_kind=told.get("deliverer_kind", ""),
            )
        )  # fmt: skip
    return found


def _figures(case: dict[str, Any], people: dict[str, Person]) -> list[Figures]:
    found = []
    for told in case.get("figures", []):
        unit = next(key for key in ("month", "quarter", "year", "application") if key in told)
        when = str(told[unit])
        day = date.fromisoformat(
            {
                "month": f"{when}-01",
                "quarter": f"{when[:4]}-{3 * int(when[-1]) - 2:02d}-01",
                "year": f"{when}-01-01",
            }.get(unit, when)
        )
        kind = next(key for key in ("site", "operator", "deliverer", "resident") if key in told)
        found.append(
            Figures(
                subject=told[kind], kind=kind, unit="one-off" if unit == "application" else unit, day=day, counts=told.get("counts", {}),
                sums={name: parse_yuan(str(value)) for name, value in told.get("sums", {}).items()}, site_kind=told.get("site_kind", ""),
                place=str(told.get("place", "")), zone=told.get("zone", ""), tags=frozenset(told.get("tags", [])),
                person=people.get(told[kind]),
            )
        )  # fmt: skip
    return found


def done(book: Rulebook, case: dict[str, Any]) -> Outcome:
    """What the rules make of the case."""
    assert set(case) <= KNOWN["case"], set(case) - KNOWN["case"]
    people = {who: _person(number, who, told) for number, (who, told) in enumerate(case.get("people", {}).items(), 1)}
    earlier = [
        Earlier(
            rule_id=told["rule"], day=told["day"], slot=told.get("slot", "lunch"), amount_fen=parse_yuan(str(told["amount"])),
            person_id=people[told["who"]].person_id, household=people[told["who"]].household,
        )
        for told in case.get("earlier", [])
    ]  # fmt: skip
    return evaluate(book, _meals(case, people), _figures(case, people), earlier=earlier)


def hold(book: Rulebook, case: dict[str, Any]) -> None:
    """Assert that the case comes to what is written."""
    found_all = done(book, case)
    found = [(line.rule.rule_id, line.day.isoformat(), line.amount_fen) for line in found_all.lines]
    wanted = [(one["rule"], _day(one), parse_yuan(str(one["amount"]))) for one in case["lines"]]
    assert found == wanted
    for line, one in zip(found_all.lines, case["lines"], strict=True):
        assert sum(part for _payer, part in line.parts) == line.amount_fen
        assert {payer: part for payer, part in line.parts if payer in one.get("parts", {})} == {
            payer: parse_yuan(str(part)) for payer, part in one.get("parts", {}).items()
        }
        if "to" in one:
            assert line.payee == one["to"]
        if "slot" in one:
            assert line.item.slot == one["slot"]  # type: ignore[union-attr]
        if "because" in one:
            with speaking("zh"):
                assert one["because"] in line_sentence(line)
    reasons = {refusal.rule.rule_id: refusal for refusal in found_all.refusals}
    assert {rule: reasons[rule].code for rule in case.get("refused", {})} == case.get("refused", {})
    with speaking("zh"):
        said = {rule: refusal_sentence(reasons[rule], book.names, book.calendar) for rule in case.get("says", {})}
    assert said == case.get("says", {})
    if "copay" in case:
        assert sum(line.copay_fen for line in found_all.lines) == parse_yuan(str(case["copay"]))


def _day(one: dict[str, Any]) -> str:
    day = one["day"]
    return day.isoformat() if isinstance(day, date) else {4: f"{day}-01-01", 7: f"{day}-01"}[len(str(day))]
