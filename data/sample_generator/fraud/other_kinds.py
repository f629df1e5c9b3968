"""Frauds of other kinds: variations that slip past a single threshold, and patterns that only several records show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from data.sample_generator.fraud import after
from data.sample_generator.fraud.kinds import Kind, a_run, someone
from data.sample_generator.fraud.month import Meal, Month, Planted, Vendor
from data.sample_generator.fraud.volume_kinds import counter_run


def two_slots_one_lunch(month: Month, vendor: Vendor) -> Planted:
    """One box, two meals: a dinner is recorded at the same door half a minute after the lunch."""
    run = a_run(month, vendor)
    dinner = month.run(vendor, run.driver, run.day, "dinner")
    lunches = [meal for meal in run.meals if meal.delivered][:6]
    made = [
        month.meal(
            lunch.resident,
            dinner,
            planned_s=lunch.planned_s + 30,
            made_s=(lunch.made_s or 0) + 35,
            lon=lunch.lon,
            lat=lunch.lat,
        )
        for lunch in lunches
    ]
    return Planted("two-slots-one-lunch", ("two-meals-at-once",), [*made, *lunches])


def ghosts_with_one_picture(month: Month, vendor: Vendor) -> Planted:
    """Invented people with valid numbers and telephones; the same picture proves each of their meals."""
    made: list[Meal] = []
    for _n in range(3):
        ghost = month.person(vendor, basic=True, weekdays=0, entered=month.first)
        made += [month.meal(ghost, run, photo="cd" * 32) for run in month.runs_of(vendor)[:6]]
    return Planted("ghosts-with-one-picture", ("same-photo",), made)


def ghosts_with_one_phone(month: Month, vendor: Vendor) -> Planted:
    made: list[Meal] = []
    for _n in range(4):
        ghost = month.person(vendor, weekdays=0, phone="13700009999", entered=month.first)
        made += [month.meal(ghost, run) for run in month.runs_of(vendor)[:4]]
    return Planted("ghosts-with-one-phone", ("phone-of-many",), made)


def clock_with_a_jitter(month: Month, vendor: Vendor) -> Planted:
    """A script that knows of the clockwork check adds a few random seconds to each of its even steps."""
    run = a_run(month, vendor, 12)
    for n, meal in enumerate(run.meals):
        meal.made_s = run.meals[0].planned_s + n * 140 + month.chance.randrange(-7, 8)
    return Planted("clock-with-a-jitter", ("even-intervals",), list(run.meals))


def paused_in_the_ledger(month: Month, vendor: Vendor) -> Planted:
    """The ledger itself knows that the person lies in hospital; the door says otherwise."""
    _number, meals = someone(month, vendor)
    month.pauses.append((meals[0].resident, meals[1].day, meals[3].day, "hospital"))
    return Planted("paused-in-the-ledger", ("away-or-in-hospital",), meals[1:4])


def the_driver_signs(month: Month, vendor: Vendor) -> Planted:
    """The driver writes his own name where the taker's belongs."""
    run = a_run(month, vendor)
    for meal in run.meals[:5]:
        meal.outcome, meal.seen, meal.left_with, meal.quantity = "left-with-contact", False, f"{run.driver.name}代收", 1
    return Planted("the-driver-signs", ("left-with-staff",), run.meals[:5])


def dearer_for_the_subsidised(month: Month, vendor: Vendor) -> Planted:
    """Three yuan more for whoever gets a subsidy; the dish has no price on the menu that could be compared."""
    meals = [meal for meal in month.of(vendor) if meal.resident.basic]
    for meal in meals:
        meal.price, meal.own, meal.payments = 2100, 1600, [("payment", 1600, f"txn-{meal.id}")]
    return Planted("dearer-for-the-subsidised", ("dearer-if-subsidised",), meals)


def cheaper_dish_in_the_box(month: Month, vendor: Vendor) -> Planted:
    """A dish is claimed that the kitchen, by its own samples, did not cook."""
    run = a_run(month, vendor, 11)
    for meal in run.meals:
        meal.dish = "D-B"
    return Planted("cheaper-dish-in-the-box", ("dish-not-sampled",), list(run.meals))


def cards_at_closing(month: Month, vendor: Vendor) -> Planted:
    """A pile of cards is tapped in four minutes when the counter closes, slowly enough for the counter's limit."""
    run = counter_run(month, vendor, month.days[13])
    run.received = run.closed_with = sum(meal.quantity for meal in run.meals if meal.delivered)
    for n, meal in enumerate(run.meals):
        meal.made_s = 46_000 + n * 6 + month.chance.randrange(3)
    station = run.meals[0].resident.station
    return Planted("cards-at-closing", ("bulk-at-once",), list(run.meals), (f"station/{station}",))


def one_taker_many_spellings(month: Month, vendor: Vendor) -> Planted:
    people = [someone(month, vendor, basic=n % 2 == 0, least=3)[1] for n in range(5)]
    for meals, written in zip(
        people, ("赵大伟", "赵大伟（代）", " 赵大伟代领", "赵大伟 代收", "(赵大伟)"), strict=True
    ):
        for meal in meals[:2]:
            meal.outcome, meal.seen, meal.left_with = "left-with-contact", False, written
    return Planted("one-taker-many-spellings", ("taken-by-one",), [meal for meals in people for meal in meals[:2]])


def last_week_again(month: Month, vendor: Vendor) -> Planted:
    """A day's records are last week's, to the second."""
    runs = month.runs_of(vendor)
    for run in runs[5:]:
        old = next(one for one in runs if one.day == run.day - timedelta(days=7))
        known = {meal.resident.id: meal for meal in old.meals if meal.delivered and meal.made_s is not None}
        same = [meal for meal in run.meals if meal.resident.id in known and meal.delivered]
        if len(same) >= 7 and -run.id not in month.used and -old.id not in month.used:
            month.used |= {-run.id, -old.id}
            for meal in same:
                meal.made_s = known[meal.resident.id].made_s
            return Planted("last-week-again", ("copied-day",), same)
    raise ValueError(f"{vendor.code} has no two days that are like enough")


def track_shifted(month: Month, vendor: Vendor) -> Planted:
    """A forged track: each place lies the same 280 metres off its door, inside what a single record may be off."""
    run = a_run(month, vendor)
    for meal in run.meals:
        meal.lon, meal.lat = meal.resident.lon + 0.0028 + month.chance.uniform(-1e-4, 1e-4), meal.resident.lat + 0.0014
    return Planted("track-shifted", ("place-shifted",), list(run.meals))


def keyed_after_the_close(month: Month, vendor: Vendor) -> Planted:
    """Paper is keyed nine days later, when it is known what a claim lacks."""
    meals = [meal for meal in month.of(vendor) if meal.delivered][::9][:12]
    for meal in meals:
        meal.source, meal.made_s, meal.lon, meal.lat, meal.device, meal.delay_s = (
            "paper",
            None,
            None,
            None,
            "",
            9 * 86_400,
        )
    return Planted("keyed-after-the-close", ("keyed-late",), meals, (f"vendor/{vendor.code}",))


def the_drivers_uncle(month: Month, vendor: Vendor) -> Planted:
    """Whom to call about the resident: the driver who brings the meals."""
    _number, meals = someone(month, vendor)
    meals[0].resident.contacts = [("赵某", "侄子", meals[0].run.driver.phone)]
    return Planted("the-drivers-uncle", ("staff-among-guests",), meals)


def dead_and_the_neighbour_takes_it(month: Month, vendor: Vendor) -> Planted:
    number, meals = someone(month, vendor)
    for meal in meals[3:]:
        meal.outcome, meal.seen, meal.left_with = "left-with-contact", False, "邻居代收"
    month.later.append(after.died(number, meals[3].day))
    return Planted("dead-and-the-neighbour-takes-it", ("deceased",), meals[3:])


def stopped_and_still_claimed(month: Month, vendor: Vendor) -> Planted:
    """Service ended; the ledger learns of it after the claims are built."""
    number, meals = someone(month, vendor)
    month.later.append(after.died(number, meals[2].day, state="stopped"))
    return Planted("stopped-and-still-claimed", ("moved-away",), meals[2:])


def two_drivers_one_lunch(month: Month, vendor: Vendor) -> Planted:
    """Both drivers of a vendor bring the same person the same lunch."""
    _number, meals = someone(month, vendor)
    made = []
    for meal in meals[:3]:
        other = next(
            run
            for run in month.runs
            if run.vendor is vendor and run.day == meal.day and run is not meal.run and run.slot == "lunch"
        )
        made.append(month.meal(meal.resident, other))
    return Planted("two-drivers-one-lunch", ("split-order",), [*made, *meals[:3]])


def at_two_in_the_morning(month: Month, vendor: Vendor) -> Planted:
    run = a_run(month, vendor)
    for meal in run.meals[:6]:
        meal.made_s = (meal.made_s or 0) - 9 * 3600
    return Planted("at-two-in-the-morning", ("outside-window",), run.meals[:6])


def agreement_over(month: Month, vendor: Vendor) -> Planted:
    vendor.contract_to = month.days[10]
    return Planted(
        "agreement-over", ("vendor-not-licensed",), [meal for meal in month.of(vendor) if meal.day > month.days[10]]
    )


def shares_shifted(month: Month, vendor: Vendor) -> Planted:
    """The district's half is booked on the city; the amount stays what it was."""
    _number, meals = someone(month, vendor)
    month.later.append(after.reshared([meal.id for meal in meals[:3]]))
    return Planted("shares-shifted", ("amount-differs",), meals[:3])


OTHER_KINDS: Mapping[str, Kind] = {
    kind.__name__: kind
    for kind in (
        two_slots_one_lunch, ghosts_with_one_picture, ghosts_with_one_phone, clock_with_a_jitter, paused_in_the_ledger, the_driver_signs,
        dearer_for_the_subsidised, cheaper_dish_in_the_box, cards_at_closing, one_taker_many_spellings, last_week_again, track_shifted,
        keyed_after_the_close, the_drivers_uncle, dead_and_the_neighbour_takes_it, stopped_and_still_claimed, two_drivers_one_lunch,
        at_two_in_the_morning, agreement_over, shares_shifted,
    )
}  # fmt: skip
