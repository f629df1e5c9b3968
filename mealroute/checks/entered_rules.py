"""Checks of what was written about people after their meals: past days become claimable by a paper that came late, or was made."""

from collections.abc import Iterator, Sequence
from datetime import date

from mealroute.checks.business_facts import RuleSays
from mealroute.checks.entered_facts import Entered
from mealroute.checks.facts import Person, World
from mealroute.checks.records import Found, Limits
from mealroute.checks.tally import Tally

ASKED_BY = {
    "basic_service": "basic_service", "basic_service_from": "basic_service", "ability_level": "ability",
    "assessment_valid_until": "assessed", "registration": "registration",
}  # fmt: skip
"""Fact → the condition of a rule that asks for it."""


def entitled_afterwards(tally: Tally, world: World, limits: Limits) -> Iterator[Found]:
    """6, 27. Most of a person's claims of the month became possible only by what was entered after the meals, dated back.

    Papers reach the desk some days late; then a few meals lie before the entry, and most after it.
    """
    rules = sorted({rule for rule, _resident in tally.claimed}) if world.entered else ()
    for resident, entries in sorted(world.entered.items()):
        person = world.people.get(resident)
        if person is None or resident not in tally.of_person:
            continue
        claims = _claims(tally, world, rules, resident)
        opened: dict[int, tuple[date, Entered]] = {}
        for day, line, says in claims:
            by = next(
                (entry for entry in entries if entry.opens(day) and matters(entry, says, person, day, limits)), None
            )
            if by is not None:
                opened[line] = day, by
        every = {line for _day, line, _says in claims}
        late = max(((by.on - day).days for day, by in opened.values()), default=0)
        if (
            len(opened) < limits["least"]
            or late <= limits["days"]
            or len(opened) * 1000 < len(every) * limits["share_permille"]
        ):
            continue
        last = max((by for _day, by in opened.values()), key=lambda entry: entry.on)
        vendor = next(vendor for _day, line, vendor, _driver in tally.of_person[resident] if line in opened)
        yield Found(
            subject=f"resident/{resident}", lines=tuple(opened), evidence=(("resident", str(resident)),), vendor=vendor, street=person.street,
            params={"resident": person.code, "n": len(opened), "of": len(every), "what": last.name, "on": last.on.isoformat()},
        )  # fmt: skip


def _claims(tally: Tally, world: World, rules: Sequence[str], resident: int) -> Sequence[tuple[date, int, RuleSays]]:
    return [
        (day, line, world.says(rule, street))
        for rule in rules
        for day, line, street in tally.claimed.get((rule, resident), ())
    ]


def matters(entry: Entered, says: RuleSays, person: Person, day: date, limits: Limits) -> bool:
    """Whether a claim of that day hangs on what was entered."""
    if entry.name in {"active", "pause"}:
        return True
    if entry.name == "living":
        return entry.before == "institution" or "living" in says.asks
    if entry.name == "birth_date":
        if person.identity and not person.identity_fault:  # the number says the date, so a slip of the pen was mended
            return False
        was = date.fromisoformat(entry.before)
        age = day.year - was.year - ((day.month, day.day) < (was.month, was.day))
        return age < limits["least_age"] <= person.age_on(day) or "age" in says.asks
    return ASKED_BY.get(entry.name, "") in says.asks
