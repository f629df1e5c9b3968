"""Frauds that leave every day looking right: papers dated back, invented people in turn, one payment again and again; and their look-alikes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from data.sample_generator.fraud.kinds import Kind, someone
from data.sample_generator.fraud.look_alikes import LookAlike
from data.sample_generator.fraud.month import Fact, Meal, Month, Planted, Resident, Run, Vendor


def papers_at_the_end(month: Month, vendor: Vendor) -> Planted:
    """Three of a vendor's people become recipients of basic services on the last evening, from the month's first day on."""
    meals = []
    for _n in range(3):
        own = someone(month, vendor)[1]
        month.facts.append(Fact(own[0].resident, "basic_service", "0", "1", month.first, month.days[-1]))
        meals += own
    return Planted("papers-at-the-end", ("entitled-afterwards",), meals)


def first_day_moved(month: Month, vendor: Vendor) -> Planted:
    """The first day of basic services is moved from the 25th to the 1st when the month is over."""
    _number, meals = someone(month, vendor)
    person, begun = meals[0].resident, month.first + timedelta(days=24)
    person.basic_from = month.first
    month.facts.append(
        Fact(person, "basic_service_from", begun.isoformat(), month.first.isoformat(), month.first, month.days[-1])
    )
    return Planted("first-day-moved", ("entitled-afterwards",), [meal for meal in meals if meal.day < begun])


def pause_taken_back(month: Month, vendor: Vendor) -> Planted:
    """Meals are claimed for three weeks in hospital; the pause is cancelled afterwards."""
    _number, meals = someone(month, vendor)
    month.cancelled.append((meals[0].resident, month.first, month.days[-1], "hospital", month.days[-1]))
    return Planted("pause-taken-back", ("entitled-afterwards",), meals)


def ghosts_in_turn(month: Month, vendor: Vendor) -> Planted:
    """Two invented people with right papers eat on alternate days: the round is as long as ever."""
    ghosts = [month.person(vendor, basic=True, weekdays=0) for _n in range(2)]
    made = [month.meal(ghosts[n % 2], run) for n, run in enumerate(month.runs_of(vendor))]
    return Planted("ghosts-in-turn", ("taking-turns",), made)


def _pay(meal: Meal, reference: str) -> None:
    meal.payments = [("payment", meal.own, reference)]


def one_payment_for_three(month: Month, vendor: Vendor) -> Planted:
    """One transfer's number stands behind the lunches of three people who do not know each other."""
    meals = [someone(month, vendor, basic=n % 2 == 0)[1][0] for n in range(3)]
    for meal in meals:
        _pay(meal, "wx420000183020260302")
    return Planted("one-payment-for-three", ("one-payment-for-many",), meals)


def one_payment_for_weeks(month: Month, vendor: Vendor) -> Planted:
    """Somebody has paid once; the number is entered again for each further meal."""
    _number, meals = someone(month, vendor)
    for meal in meals:
        _pay(meal, "wx420000183020260303")
    return Planted("one-payment-for-weeks", ("payment-again",), meals)


def price_and_subsidy(month: Month, vendor: Vendor) -> Planted:
    """The resident pays the whole price at the door, and the subsidy is claimed as well."""
    _number, meals = someone(month, vendor)
    for meal in meals:
        meal.payments = [("payment", meal.price, f"txn-{meal.id}")]
    return Planted("price-and-subsidy", ("paid-in-full",), meals)


def _taken(month: Month, vendor: Vendor, contact: tuple[str, str, str], who: str, people: int) -> list[list[Meal]]:
    found = []
    for n in range(people):
        _number, meals = someone(month, vendor, basic=n % 2 == 0, least=7)
        meals[0].resident.contacts = [contact]
        for meal in meals[:-1]:
            meal.outcome, meal.seen, meal.left_with = "left-with-contact", False, who
        found.append(meals)
    return found


def neighbour_with_three_cards(month: Month, vendor: Vendor) -> Planted:
    """A neighbour stands as a contact on three people's cards, and takes nearly every meal of theirs."""
    people = _taken(month, vendor, ("周国良", "邻居", "13655557777"), "邻居", 3)
    return Planted(
        "neighbour-with-three-cards", ("one-hand-for-several",), [meal for meals in people for meal in meals]
    )


def _card(month: Month, vendor: Vendor, like: Resident, days: list[date], **changes: object) -> list[Meal]:
    other = month.person(
        vendor, basic=True, name=like.name, weekdays=0, **{"born": like.born, "id_number": None, **changes}
    )
    return [month.meal(other, run) for run in month.runs_of(vendor) if run.day in days]


def card_at_the_daughters(month: Month, vendor: Vendor) -> Planted:
    """A second card for the same person, at another address and without an ID number."""
    _number, meals = someone(month, vendor)
    return Planted("card-at-the-daughters", ("second-card",), _card(month, vendor, meals[0].resident, month.days))


def card_with_a_slip(month: Month, vendor: Vendor) -> Planted:
    """The same with another year of birth; the telephone is the first card's."""
    _number, meals = someone(month, vendor)
    first = meals[0].resident
    born = first.born - timedelta(days=700)
    made = _card(month, vendor, first, month.days[::2], born=born, phone=first.phone)
    return Planted("card-with-a-slip", ("second-card",), made)


def copied_from_long_ago(month: Month, vendor: Vendor) -> Planted:
    """A round is copied from the same weekday two weeks before, four minutes later."""
    for runs in (month.runs_of(vendor, driver) for driver in (0, 1)):
        for old, run in zip(runs, runs[10:], strict=False):
            known = {meal.resident.id: meal.made_s for meal in old.meals if meal.delivered and meal.made_s is not None}
            same = [meal for meal in run.meals if meal.delivered and meal.resident.id in known]
            if len(same) >= 9 and -run.id not in month.used:
                month.used.add(-run.id)
                for meal in same:
                    meal.made_s = (known[meal.resident.id] or 0) + 240 + month.chance.randrange(8)
                return Planted("copied-from-long-ago", ("copied-day",), list(run.meals))
    raise ValueError(f"{vendor.code} has no two such days")


def _two_rounds(month: Month, vendor: Vendor) -> tuple[Run, Run]:
    """Both drivers' rounds of a day."""
    for one, other in zip(month.runs_of(vendor, 0), month.runs_of(vendor, 1), strict=True):
        if min(len(one.meals), len(other.meals)) >= 9 and not {-one.id, -other.id} & month.used:
            month.used |= {-one.id, -other.id}
            return one, other
    raise ValueError(f"{vendor.code} has no day with two rounds")


def _beside(month: Month, meals: list[Meal], others: list[Meal]) -> None:
    """The second phone records a door some seconds after the first, some steps away."""
    for meal, other in zip(others, meals, strict=False):
        meal.resident.lon, meal.resident.lat = other.resident.lon + 3e-4, other.resident.lat
        meal.made_s = (other.made_s or 0) + 20 + month.chance.randrange(25)
        meal.lon, meal.lat = (other.lon or other.resident.lon) + 2e-4, (other.lat or other.resident.lat) + 1e-4


def two_codes_one_round(month: Month, vendor: Vendor) -> Planted:
    """One man carries two drivers' codes on two phones and books every other door of his round on the second."""
    one, other = _two_rounds(month, vendor)
    while len(other.meals) > len(one.meals):
        month.meals.remove(other.meals.pop())
    _beside(month, one.meals, other.meals)
    tenants = {meal.resident.id for meal in other.meals}
    for meal in month.of(vendor):
        if meal.resident.id in tenants and meal.run is not other:
            meal.lon = meal.lat = None
    return Planted("two-codes-one-round", ("phones-together",), [*one.meals, *other.meals])


def never_came_say_many(month: Month, vendor: Vendor) -> Planted:
    """A third of those who are called say that the meal did not come."""
    month.denied[vendor.code] = 35
    return Planted("never-came-say-many", ("call-back-denied",), [], (f"vendor/{vendor.code}",))


QUIET_KINDS: Mapping[str, Kind] = {
    kind.__name__: kind
    for kind in (
        papers_at_the_end, first_day_moved, pause_taken_back, ghosts_in_turn, one_payment_for_three, one_payment_for_weeks, price_and_subsidy,
        neighbour_with_three_cards, card_at_the_daughters, card_with_a_slip, copied_from_long_ago, two_codes_one_round, never_came_say_many,
    )
}  # fmt: skip


def papers_some_days_late(month: Month, vendor: Vendor) -> list[Meal]:
    """A clerk enters five people's papers on the 11th; they date from January."""
    found = []
    for _n in range(5):
        _number, meals = someone(month, vendor)
        month.facts.append(
            Fact(meals[0].resident, "basic_service", "0", "1", date(2026, 1, 15), month.first + timedelta(days=10))
        )
        found += meals
    return found


def slip_of_the_pen(month: Month, vendor: Vendor) -> list[Meal]:
    """A year of birth is mended at the end of the month; the ID number has said the right one all along."""
    _number, meals = someone(month, vendor)
    person = meals[0].resident
    wrong = person.born.replace(year=person.born.year + 30, day=1)
    month.facts.append(
        Fact(person, "birth_date", wrong.isoformat(), person.born.isoformat(), month.days[-1], month.days[-1])
    )
    return meals


def wrong_card_paused(month: Month, vendor: Vendor) -> list[Meal]:
    """A pause is entered on the wrong card and taken back two days later."""
    _number, meals = someone(month, vendor)
    begun = month.first + timedelta(days=8)
    month.cancelled.append((meals[0].resident, begun, month.days[-1], "hospital", begun + timedelta(days=2)))
    return meals


def week_about(month: Month, vendor: Vendor) -> list[Meal]:
    """Two people who live with their children every other week, one in the even weeks, one in the odd."""
    people = [month.person(vendor, basic=True, weekdays=0) for _n in range(2)]
    return [month.meal(people[run.day.isocalendar().week % 2], run) for run in month.runs_of(vendor)]


def grandchild_pays(month: Month, vendor: Vendor) -> list[Meal]:
    """One transfer for a couple and a great-aunt."""
    meals = [someone(month, vendor, basic=n % 2 == 0)[1][0] for n in range(3)]
    meals[1].resident.address = meals[0].resident.address
    for meal in meals:
        _pay(meal, "wx420000183020260401")
    return meals


def paid_for_a_week(month: Month, vendor: Vendor) -> list[Meal]:
    """All meals of a week are paid at once, and entered at once."""
    _number, meals = someone(month, vendor)
    for meal in meals[:5]:
        _pay(meal, "wx420000183020260402")
        meal.paid_on = meals[0].day
    return meals[:5]


def a_reason_in_words(month: Month, vendor: Vendor) -> list[Meal]:
    """The desk notes why more was to be paid, in the same words for five people."""
    meals = [someone(month, vendor, basic=n % 2 == 0)[1][0] for n in range(5)]
    for meal in meals:
        _pay(meal, "当日改餐补差")
    return meals


def paid_and_given_back(month: Month, vendor: Vendor) -> list[Meal]:
    """Paid in full before the papers came, and the subsidy was given back."""
    _number, meals = someone(month, vendor)
    for meal in meals:
        meal.payments = [
            ("payment", meal.price, f"txn-{meal.id}"),
            ("refund", meal.price - meal.own, f"txn-{meal.id}/back"),
        ]
    return meals


def neighbour_for_two_always(month: Month, vendor: Vendor) -> list[Meal]:
    """A neighbour takes every meal of two people."""
    people = _taken(month, vendor, ("钱玉梅", "邻居", "13655558888"), "钱玉梅", 2)
    return [meal for meals in people for meal in meals]


def daughter_for_three(month: Month, vendor: Vendor) -> list[Meal]:
    """A daughter takes the meals of her parents and of an aunt."""
    people = _taken(month, vendor, ("冯丽", "女儿", "13655559999"), "冯丽", 3)
    people[1][0].resident.address = people[0][0].resident.address
    return [meal for meals in people for meal in meals]


def moved_house(month: Month, vendor: Vendor) -> list[Meal]:
    """Somebody moves within the street; the old card ends, the new one has no ID number yet."""
    _number, meals = someone(month, vendor)
    last = meals[len(meals) // 2 - 1].day
    gone = [meal for meal in meals if meal.day > last]
    for meal in gone:
        meal.run.meals.remove(meal)
        month.meals.remove(meal)
    made = _card(
        month, vendor, meals[0].resident, [day for day in month.days if day > last][:4], phone=meals[0].resident.phone
    )
    return [meal for meal in meals if meal.day <= last] + made


def two_in_one_house(month: Month, vendor: Vendor) -> list[Meal]:
    """Two drivers have four doors each in one house, and meet on the stairs."""
    one, other = _two_rounds(month, vendor)
    _beside(month, one.meals[2:6], other.meals[2:6])
    tenants = {meal.resident.id for meal in other.meals[2:6]}
    for meal in month.of(vendor):
        if meal.resident.id in tenants and meal.run is not other:
            meal.lon = meal.lat = None
    other.meals.sort(key=lambda meal: meal.made_s or 0)
    return [*one.meals[2:6], *(meal for meal in other.meals if meal.resident.id in tenants)]


def some_do_not_remember(month: Month, vendor: Vendor) -> list[Meal]:
    """One or two of those who are called say that the meal did not come; it did."""
    month.denied[vendor.code] = 10
    return month.of(vendor)


QUIET_LOOK_ALIKES: Mapping[str, LookAlike] = {
    case.__name__: case
    for case in (
        papers_some_days_late, slip_of_the_pen, wrong_card_paused, week_about, grandchild_pays, paid_for_a_week, a_reason_in_words,
        paid_and_given_back, neighbour_for_two_always, daughter_for_three, moved_house, two_in_one_house,
        some_do_not_remember,
    )
}  # fmt: skip
