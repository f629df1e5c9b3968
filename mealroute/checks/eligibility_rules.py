"""Checks of the person: may this resident get a subsidised meal on this day at all? One finding a resident and month."""

from collections.abc import Callable, Iterator

from mealroute.checks.facts import Day, Meal, Person, World
from mealroute.checks.records import Found, Limits
from mealroute.checks.sieve import of_people


def deceased(day: Day, world: World, _limits: Limits) -> Iterator[Found]:
    """1. A meal was handed over on or after the day of death: by the ledger, or by a list from outside."""
    for meal, person in of_people(day, world, "deceased", _ever("deceased", "deceased")):
        notice = person.notice_on(meal.day, "deceased")
        if person.state_on(meal.day) == "deceased" or notice:
            yield _person(meal, person, notice.reference if notice else None)


def moved_away(day: Day, world: World, _limits: Limits) -> Iterator[Found]:
    """2. The person has moved out, or service had ended, before the meal."""
    for meal, person in of_people(day, world, "moved-away", _ever("moved-out", "stopped", "pending")):
        notice = person.notice_on(meal.day, "moved-out")
        if meal.claims and (person.state_on(meal.day) in {"stopped", "pending"} or notice):
            yield _person(meal, person, notice.reference if notice else None)


def other_district(day: Day, world: World, _limits: Limits) -> Iterator[Found]:
    """2. The claim is for a street of another district: who lives elsewhere is paid for there (人户分离)."""
    for meal, person in day.with_people(world.people):
        if meal.claims and world.district and not meal.street.startswith(world.district):
            yield _person(meal, person, street=meal.street)


def in_institution(day: Day, world: World, _limits: Limits) -> Iterator[Found]:
    """3. Whoever lives in an institution, or is provided for there, gets no meal subsidy at home."""
    for meal, person in of_people(day, world, "in-institution", _may_live_there):
        notice = person.notice_on(meal.day, "institution")
        if meal.claims and (person.at_institution_on(meal.day) or notice):
            yield _person(meal, person, notice.reference if notice else None)


def away_or_in_hospital(day: Day, world: World, _limits: Limits) -> Iterator[Found]:
    """4. The record says that the person took the meal, the ledger that they were in hospital or away that day."""
    for meal, person in of_people(
        day, world, "away-or-in-hospital", lambda person: bool(person.pauses) or person.noticed("hospital")
    ):
        pause = next(
            (span for span in person.pauses if span.kind in {"hospital", "away"} and span.covers(meal.day)), None
        )
        notice = person.notice_on(meal.day, "hospital")
        if (meal.seen or meal.claims) and (pause or notice):
            span = pause or notice
            yield _person(meal, person, span.reference if span else None)


def missing_or_imprisoned(day: Day, world: World, _limits: Limits) -> Iterator[Found]:
    """5. Declared missing, or in prison, by a list from outside."""
    for meal, person in of_people(
        day, world, "missing-or-imprisoned", lambda person: person.noticed("missing", "imprisoned")
    ):
        notice = person.notice_on(meal.day, "missing", "imprisoned")
        if notice:
            yield _person(meal, person, notice.reference)


def category_not_valid(day: Day, world: World, _limits: Limits) -> Iterator[Found]:
    """6. A resident's subsidy that asks for basic services is claimed for a day on which they were no recipient of them."""
    for meal, person in of_people(day, world, "category-not-valid", lambda person: _may_lack_basic(person, world)):
        asked = any(
            claim.beneficiary == "resident" and world.says(claim.rule_id, meal.street).basic for claim in meal.claims
        )
        ended = person.notice_on(meal.day, "no-basic-service")
        if asked and (not person.basic_on(meal.day) or ended):
            yield _person(meal, person, ended.reference if ended else None, beneficiary="resident")


def too_young(day: Day, world: World, limits: Limits) -> Iterator[Found]:
    """7. Younger than the least age on the day of the meal, and without a disability that opens the service earlier."""
    for meal, person in of_people(
        day,
        world,
        "too-young",
        lambda person: person.age_on(world.first) < max(limits["disabled_age"], limits["least_age"]),
    ):
        age = person.age_on(meal.day)
        disabled = person.ability is not None and person.ability >= limits["disabled_level"]
        if meal.claims and age < (limits["disabled_age"] if disabled else limits["least_age"]):
            yield _person(meal, person, age=age)


def assessment_expired(day: Day, world: World, limits: Limits) -> Iterator[Found]:
    """8. The ability assessment behind the resident's subsidy had run out, the days of grace included."""
    for meal, person in of_people(day, world, "assessment-expired", lambda person: person.assessed_until is not None):
        until = person.assessed_until
        if (
            until
            and _resident_claim(meal)
            and (person.ability or 0) >= 1
            and (meal.day - until).days > limits["grace_days"]
        ):
            yield _person(meal, person, beneficiary="resident", until=until.isoformat())


def double_benefit(day: Day, world: World, _limits: Limits) -> Iterator[Found]:
    """34. Another programme pays for the same: a list from outside, or a home care bed in the ledger."""
    for meal, person in of_people(
        day,
        world,
        "double-benefit",
        lambda person: (
            person.noticed("other-benefit") or any(span.kind == "home-care-bed" for span in person.categories)
        ),
    ):
        notice = person.notice_on(meal.day, "other-benefit")
        bed = next((span for span in person.categories if span.kind == "home-care-bed" and span.covers(meal.day)), None)
        if _resident_claim(meal) and (notice or bed):
            yield _person(meal, person, notice.reference if notice else None, beneficiary="resident")


def _ever(notice: str, *states: str) -> Callable[[Person], bool]:
    return lambda person: person.noticed(notice) or any(state in states for _since, state in person.states)


def _may_live_there(person: Person) -> bool:
    changed = any(name == "living" for name, *_rest in person.changes)
    return person.living == "institution" or changed or person.noticed("institution")


def _may_lack_basic(person: Person, world: World) -> bool:
    since = person.basic_from
    changed = any(name == "basic_service" for name, *_rest in person.changes)
    return (
        not person.basic or changed or (since is not None and since > world.first) or person.noticed("no-basic-service")
    )


def _resident_claim(meal: Meal) -> bool:
    return any(claim.beneficiary == "resident" for claim in meal.claims)


def _person(
    meal: Meal, person: Person, reference: tuple[str, str] | None = None, *, beneficiary: str = "", **params: object
) -> Found:
    known = (("resident", str(person.id)), *meal.evidence)
    return Found(
        subject=f"resident/{person.id}", lines=(meal.line,), evidence=(*known, reference) if reference else known,
        params={"resident": person.code, **params}, day=meal.day, vendor=meal.vendor, street=meal.street, beneficiary=beneficiary,
    )  # fmt: skip
