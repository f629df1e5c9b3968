"""Frauds that an examiner from outside would try: other names, other hands, papers that nobody ended; and the innocent cases beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from data.sample_generator.fraud.kinds import Kind, a_run, someone
from data.sample_generator.fraud.look_alikes import LookAlike
from data.sample_generator.fraud.month import Meal, Month, Notice, Planted, Run, Vendor, fill
from data.sample_generator.fraud.tier_kinds import LONG_AGO, station

EXAMINED_OWN = (
    "barred_and_back",
    "moved_kitchen_still_claims",
    "sent_from_home",
    "other_codes_far_away",
    "a_chain_goes_on",
    "kitchen_closes_next_month",
    "no_network_in_the_valley",
    "two_kitchens_one_rider",
)
"""Kinds and look-alikes that touch a whole vendor: each has one of its own."""


def _barred(month: Month, like: Vendor, **changes: object) -> Vendor:
    """A vendor that was suspended two months before, without meals."""
    barred = replace(like, code=f"{like.code}-OLD", name=f"{like.name}（旧）", drivers=[], **changes)  # type: ignore[arg-type]
    month.vendors.append(barred)
    month.steps.append((barred, "suspended", month.first - timedelta(days=60)))
    return barred


def barred_and_back(month: Month, vendor: Vendor) -> Planted:
    """A vendor was suspended in January; its owner's wife is admitted in February, with the same licence."""
    vendor.licence_no = "JY11101010000001"
    _barred(month, vendor, phone="13600099999")
    month.steps.append((vendor, "active", month.first - timedelta(days=20)))
    return Planted("barred-and-back", ("vendor-again",), month.of(vendor), (f"vendor/{vendor.code}",))


def a_chain_goes_on(month: Month, vendor: Vendor) -> list[Meal]:
    """One site of a chain is suspended; another, two years old, has the same telephone at head office and goes on."""
    _barred(month, vendor)
    month.steps.append((vendor, "active", LONG_AGO))
    return month.of(vendor)


def moved_kitchen_still_claims(month: Month, vendor: Vendor) -> Planted:
    """The kitchen was closed on the 23rd, and goes on as if it cooked."""
    vendor.kitchen_closed = month.days[-7]
    meals = [meal for meal in month.of(vendor) if meal.day >= month.days[-7]]
    return Planted("moved-kitchen-still-claims", ("closed-kitchen",), meals, (f"kitchen/{vendor.kitchen}",))


def kitchen_closes_next_month(month: Month, vendor: Vendor) -> list[Meal]:
    """The kitchen's last day is the month's."""
    vendor.kitchen_closed = month.days[-1] + timedelta(days=1)
    return month.of(vendor)


def _rounds_together(month: Month, vendor: Vendor) -> list[tuple[Run, Run]]:
    pairs = zip(month.runs_of(vendor, 0), month.runs_of(vendor, 1), strict=True)
    return [pair for pair in pairs if min(len(run.meals) for run in pair) >= 8]


def other_codes_far_away(month: Month, vendor: Vendor) -> Planted:
    """A driver stands in the register twice; the second code delivers, it says, to a quarter three kilometres off at the same time."""
    vendor.drivers[1].phone = vendor.drivers[0].phone
    for resident in {
        meal.resident.id: meal.resident for run in month.runs_of(vendor, 1) for meal in run.meals
    }.values():
        resident.lat += 0.03
    for run in month.runs_of(vendor, 1):
        for meal in run.meals:
            meal.lat = None if meal.lat is None else meal.lat + 0.03
    meals = [meal for pair in _rounds_together(month, vendor) for run in pair for meal in run.meals]
    return Planted(
        "other-codes-far-away", ("driver-under-two-codes",), meals, tuple(driver.code for driver in vendor.drivers)
    )


def two_kitchens_one_rider(month: Month, vendor: Vendor) -> list[Meal]:
    """A rider has two codes, and rides the second round when the first is done."""
    vendor.drivers[1].phone = vendor.drivers[0].phone
    for one, other in zip(month.runs_of(vendor, 0), month.runs_of(vendor, 1), strict=True):
        done = max(meal.made_s or 0 for meal in one.meals) + 600
        begun = min(meal.made_s or 0 for meal in other.meals)
        for meal in other.meals:
            meal.made_s = (meal.made_s or 0) + max(0, done - begun)
    return month.of(vendor)


def cancelled_and_carried_on(month: Month, vendor: Vendor) -> Planted:
    """A daughter calls off a week of meals at nine; nothing goes back, and the meals stand as handed over."""
    _number, meals = someone(month, vendor)
    for meal in meals[:4]:
        month.taken_out[meal.id] = 9 * 3600 + 300
    return Planted("cancelled-and-carried-on", ("cancelled-and-claimed",), meals[:4])


def cancelled_on_the_way(month: Month, vendor: Vendor) -> list[Meal]:
    """Somebody calls at eleven not to come; the meal is on the bike, and stays."""
    _number, meals = someone(month, vendor)
    month.taken_out[meals[0].id] = 11 * 3600
    return meals[:1]


def signed_in_the_churchyard(month: Month, vendor: Vendor) -> Planted:
    """A station counts six who are dead or gone by the lists of police and funeral office, for months."""
    site = station(month, vendor, "NAMES", (60, LONG_AGO))
    for n, (person, _day) in enumerate(site.signed[:6]):
        month.notices.append(Notice(person, "moved-out" if n % 2 else "deceased", date(2025, 11, 3)))
    return Planted("signed-in-the-churchyard", ("signed-not-there",), [], (f"site/{site.code}",))


def signed_with_two(month: Month, vendor: Vendor) -> Planted:
    """Two stations of one owner share eight people on paper."""
    one, other = station(month, vendor, "HERE", (50, LONG_AGO)), station(month, vendor, "THERE", (45, LONG_AGO))
    other.signed += [(person, LONG_AGO) for person, _day in one.signed[:8]]
    return Planted("signed-with-two", ("signed-not-there",), [], (f"site/{one.code}", f"site/{other.code}"))


def papers_on_their_way(month: Month, vendor: Vendor) -> list[Meal]:
    """Two signed persons died last month, one moved in autumn; nobody has ended their papers yet."""
    site = station(month, vendor, "SLOW", (70, LONG_AGO))
    for (person, _day), on in zip(site.signed, (date(2026, 2, 9), date(2026, 2, 20), date(2025, 10, 1)), strict=False):
        month.notices.append(Notice(person, "moved-out" if on.year == 2025 else "deceased", on))
    return month.of(vendor)


def sent_from_home(month: Month, vendor: Vendor) -> Planted:
    """A driver makes up the round at the kitchen table in the afternoon, on a phone whose clock was set back."""
    meals = [meal for run in month.runs_of(vendor) for meal in run.meals]
    for run in month.runs_of(vendor):
        _hoard(month, run, 2 * 3600)
    return Planted("sent-from-home", ("sent-at-once",), meals, (vendor.drivers[0].code,))


def no_network_in_the_valley(month: Month, vendor: Vendor) -> list[Meal]:
    """For a week a phone sends nothing before it is home."""
    runs = month.runs_of(vendor)[:5]
    for run in runs:
        _hoard(month, run, 2 * 3600)
    return [meal for run in runs for meal in run.meals]


def _hoard(month: Month, run: Run, after_s: int) -> None:
    sent = max((meal.made_s or 0 for meal in run.meals), default=0) + after_s
    for meal in run.meals:
        meal.delay_s = sent - (meal.made_s or 0) + month.chance.randrange(60)


def three_ghosts_in_turn(month: Month, vendor: Vendor) -> Planted:
    """Three invented people with right papers share one portion a day."""
    ghosts = [month.person(vendor, basic=True, weekdays=0) for _n in range(3)]
    made = [month.meal(ghosts[n % 3], run) for n, run in enumerate(month.runs_of(vendor))]
    return Planted("three-ghosts-in-turn", ("taking-turns",), made)


def three_sisters_in_turn(month: Month, vendor: Vendor) -> list[Meal]:
    """A mother and two aunts come to the house for a week each."""
    people = [month.person(vendor, basic=True, weekdays=0) for _n in range(3)]
    return [month.meal(people[run.day.isocalendar().week % 3], run) for run in month.runs_of(vendor)]


def _same_doors(month: Month, vendor: Vendor) -> tuple[Run, Run]:
    """A round of the second driver that goes to the first one's doors of the day before."""
    for old, run in zip(month.runs_of(vendor, 0), month.runs_of(vendor, 1)[1:], strict=False):
        same = [meal for meal in old.meals if meal.delivered and meal.made_s is not None]
        if len(same) >= 10 and not {-old.id, -run.id} & month.used:
            month.used |= {-old.id, -run.id}
            month.meals = [meal for meal in month.meals if meal.run is not run]
            run.meals.clear()
            for other in month.runs:
                if other.vendor is vendor and other.day == run.day and other is not run:
                    month.meals = [meal for meal in month.meals if meal.run is not other]
                    other.meals.clear()
            fill(month, run, [meal.resident for meal in same])
            return old, run
    raise ValueError(f"{vendor.code} has no such rounds")


def a_colleagues_day_again(month: Month, vendor: Vendor) -> Planted:
    """A driver who stands in takes the round of the day before for a pattern, ninety seconds later."""
    old, run = _same_doors(month, vendor)
    known = {meal.resident.id: meal.made_s or 0 for meal in old.meals}
    for meal in run.meals:
        meal.outcome, meal.seen, meal.quantity, meal.left_with = "handed-over", True, 1, ""
        meal.made_s = known[meal.resident.id] + 90 + month.chance.randrange(8)
    return Planted("a-colleagues-day-again", ("copied-day",), list(run.meals))


def a_colleague_stands_in(month: Month, vendor: Vendor) -> list[Meal]:
    """A driver stands in for another, door by door in the same order."""
    return list(_same_doors(month, vendor)[1].meals)


def lunch_again_at_night(month: Month, vendor: Vendor) -> Planted:
    """A dinner round whose records are lunch's, six hours later."""
    run, dinner = _both_meals(month, vendor, 0)
    return Planted("lunch-again-at-night", ("copied-day",), [*run.meals, *dinner.meals])


def dinner_on_the_same_way(month: Month, vendor: Vendor) -> list[Meal]:
    """Dinner goes to lunch's doors in lunch's order."""
    return list(_both_meals(month, vendor, 40)[1].meals)


def _both_meals(month: Month, vendor: Vendor, each_s: int) -> tuple[Run, Run]:
    """A round of lunch, and one of dinner six hours later that takes up to so many seconds more or less from door to door."""
    run, late = a_run(month, vendor), 6 * 3600
    dinner = month.run(vendor, run.driver, run.day, "dinner")
    dinner.left_s = 16 * 3600 + 1800
    for meal in [meal for meal in run.meals if meal.delivered and meal.made_s is not None]:
        late += month.chance.randrange(-each_s, each_s + 1)
        made = (meal.made_s or 0) + late + month.chance.randrange(8)
        month.meal(meal.resident, dinner, planned_s=meal.planned_s + 6 * 3600, made_s=made)
    return run, dinner


def sheet_and_orders_of_last_week(month: Month, vendor: Vendor) -> Planted:
    """A paper sheet is keyed the next day; the orders for it are written down four days after the meals."""
    run = a_run(month, vendor)
    for meal in run.meals:
        meal.source, meal.made_s, meal.lon, meal.lat, meal.device, meal.delay_s = "paper", None, None, None, "", 86_400
        meal.ordered_s = 4 * 86_400 + 36_000
    return Planted("sheet-and-orders-of-last-week", ("ordered-afterwards",), list(run.meals))


def guests_without_an_order(month: Month, vendor: Vendor) -> list[Meal]:
    """Two who came without an order got spare meals; the sheet and their orders are keyed the next morning."""
    run = a_run(month, vendor)
    for meal in run.meals:
        meal.source, meal.made_s, meal.lon, meal.lat, meal.device, meal.delay_s = "paper", None, None, None, "", 86_400
    for meal in run.meals[:2]:
        meal.ordered_s = 86_400 + 36_000
    return list(run.meals)


EXAMINED_KINDS: Mapping[str, Kind] = {
    kind.__name__: kind
    for kind in (
        barred_and_back, moved_kitchen_still_claims, other_codes_far_away, cancelled_and_carried_on, signed_in_the_churchyard,
        signed_with_two, sent_from_home, three_ghosts_in_turn, a_colleagues_day_again, lunch_again_at_night, sheet_and_orders_of_last_week,
    )
}  # fmt: skip
EXAMINED_LOOK_ALIKES: Mapping[str, LookAlike] = {
    case.__name__: case
    for case in (
        a_chain_goes_on, kitchen_closes_next_month, two_kitchens_one_rider, cancelled_on_the_way, papers_on_their_way,
        no_network_in_the_valley, three_sisters_in_turn, a_colleague_stands_in, guests_without_an_order, dinner_on_the_same_way,
    )
}  # fmt: skip
