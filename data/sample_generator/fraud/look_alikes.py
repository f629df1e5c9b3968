"""Innocent cases that look like a fraud: one function each. No check may speak up about any of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from data.sample_generator.fraud import after
from data.sample_generator.fraud.kinds import a_run, someone
from data.sample_generator.fraud.month import Meal, Month, Vendor, fill
from data.sample_generator.fraud.volume_kinds import counter_run

LookAlike = Callable[[Month, Vendor], list[Meal]]


def couple_at_one_door(month: Month, vendor: Vendor) -> list[Meal]:
    """Husband and wife, one door, confirmed within five seconds; one telephone for both."""
    made = []
    for run in month.runs_of(vendor)[:8]:
        husband = run.meals[2]
        wife = next((one for one in month.residents if one.name.endswith("配偶") and one.address == husband.resident.address), None) or month.person(
            vendor, name=f"{husband.resident.name[0]}配偶", address=husband.resident.address, lon=husband.resident.lon, lat=husband.resident.lat,
            phone=husband.resident.phone, weekdays=0,
        )  # fmt: skip
        made.append(
            month.meal(
                wife,
                run,
                planned_s=husband.planned_s,
                made_s=(husband.made_s or 0) + 4,
                lon=husband.lon,
                lat=husband.lat,
            )
        )
    return made


def forty_in_minutes(month: Month, vendor: Vendor) -> list[Meal]:
    """A station hands out forty meals in twenty minutes; that is what counters are for."""
    run = counter_run(month, vendor, month.days[9])
    run.received = run.closed_with = sum(meal.quantity for meal in run.meals)
    return list(run.meals)


def keys_his_paper_in_the_evening(month: Month, vendor: Vendor) -> list[Meal]:
    """A driver without network has his sheet keyed in at six: no phone times, no places, all records of one minute."""
    found = []
    for run in month.runs_of(vendor, 1)[:6]:
        for meal in run.meals:
            meal.source, meal.made_s, meal.lon, meal.lat, meal.device, meal.delay_s = "paper", None, None, None, "", 0
            found.append(meal)
    return found


def small_and_constant(month: Month, vendor: Vendor) -> list[Meal]:
    """A small vendor whose same nine clients eat every day: the count never changes, and neither do the people."""
    month.empty(vendor)
    clients = [month.person(vendor, weekdays=127) for _ in range(9)]
    for run in [run for run in month.runs if run.vendor is vendor and run.driver is vendor.drivers[0]]:
        fill(month, run, clients)
        for meal in run.meals:
            meal.outcome, meal.seen, meal.quantity = "handed-over", True, 1
    return month.of(vendor)


def same_name_same_birthday(month: Month, vendor: Vendor) -> list[Meal]:
    """Two people of one name, born on one day, in two houses, each with an ID number of their own."""
    _number, meals = someone(month, vendor)
    first = meals[0].resident
    second = month.person(vendor, name=first.name, born=first.born, basic=True, weekdays=0)
    return [*meals, *(month.meal(second, meal.run) for meal in meals[:4])]


def stops_change_hands(month: Month, vendor: Vendor) -> list[Meal]:
    """A colleague takes over six doors of a driver whose bike broke down."""
    run = a_run(month, vendor)
    other = next(each for each in month.runs if each.vendor is vendor and each.day == run.day and each is not run)
    last = max(meal.made_s or 0 for meal in other.meals)
    moved = run.meals[-6:]
    for n, meal in enumerate(moved):
        meal.transferred_to, meal.made_s, meal.device = other, last + 900 + n * 190, f"phone-{other.driver.code}"
    return moved


def out_of_reach_till_two(month: Month, vendor: Vendor) -> list[Meal]:
    """A phone without network: every record arrives three hours late, with its own right times."""
    run = a_run(month, vendor)
    for meal in run.meals:
        meal.delay_s = 3 * 3600 - ((meal.made_s or 0) - 11 * 3600)
    return list(run.meals)


def neighbours_on_one_landing(month: Month, vendor: Vendor) -> list[Meal]:
    """Five flats of one house, a quarter of a minute from door to door, one photo of the landing each."""
    run = a_run(month, vendor)
    for n, meal in enumerate(run.meals[:4]):
        meal.resident.lon, meal.resident.lat = run.meals[0].resident.lon, run.meals[0].resident.lat
        meal.made_s = (run.meals[0].made_s or 0) + 22 * n
        meal.lon, meal.lat = (
            meal.resident.lon + month.chance.uniform(-1e-4, 1e-4),
            meal.resident.lat + month.chance.uniform(-1e-4, 1e-4),
        )
    return run.meals[:4]


def half_an_hour_late(month: Month, vendor: Vendor) -> list[Meal]:
    """A storm: the whole round is forty minutes late, the food still within its limit."""
    run = a_run(month, vendor)
    for meal in run.meals:
        meal.made_s = (meal.made_s or 0) + 2400
    return list(run.meals)


def daughter_takes_it(month: Month, vendor: Vendor) -> list[Meal]:
    """A daughter who stands among the contacts takes every meal of hers."""
    _number, meals = someone(month, vendor, least=8)
    meals[0].resident.contacts = [("孙敏", "女儿", "13655551111")]
    for meal in meals:
        meal.outcome, meal.seen, meal.left_with = "left-with-contact", False, "女儿"
    return meals


def children_share_a_number(month: Month, vendor: Vendor) -> list[Meal]:
    """Grandparents of two sides stand with the same grandchild's number: two addresses, three people."""
    people = [someone(month, vendor, basic=n % 2 == 0, least=3)[1] for n in range(3)]
    for n, meals in enumerate(people):
        meals[0].resident.phone = "13600002222"
        if n == 1:
            meals[0].resident.address = people[0][0].resident.address
    return [meal for meals in people for meal in meals]


def newly_enrolled(month: Month, vendor: Vendor) -> list[Meal]:
    """A new resident without a telephone, but with an ID number and a son."""
    person = month.person(
        vendor, phone=None, entered=month.first, contacts=[("高强", "儿子", "13511112222")], weekdays=0
    )
    return [month.meal(person, run) for run in month.runs_of(vendor)]


def paid_again(month: Month, vendor: Vendor) -> list[Meal]:
    """A wrong card was charged: the money went back and was paid once more."""
    _number, meals = someone(month, vendor)
    month.later.append(after.refunded([meal.id for meal in meals[:2]], reason="换卡", again=True))
    return meals[:2]


def home_from_hospital(month: Month, vendor: Vendor) -> list[Meal]:
    """A stay in hospital that ended the day before the first meal."""
    _number, meals = someone(month, vendor)
    month.pauses.append((meals[0].resident, month.first.replace(day=1), meals[0].day.replace(day=1), "hospital"))
    return [meal for meal in meals if meal.day > month.first.replace(day=1)]


def two_portions(month: Month, vendor: Vendor) -> list[Meal]:
    """Somebody orders a second portion and pays for it in full."""
    _number, meals = someone(month, vendor, basic=False)
    for meal in meals:
        meal.quantity, meal.payments = 2, [("payment", 2 * meal.price, f"txn-{meal.id}")]
    return meals


LOOK_ALIKES: Mapping[str, LookAlike] = {
    case.__name__: case
    for case in (
        couple_at_one_door, forty_in_minutes, keys_his_paper_in_the_evening, small_and_constant, same_name_same_birthday, stops_change_hands,
        out_of_reach_till_two, neighbours_on_one_landing, half_an_hour_late, daughter_takes_it, children_share_a_number, newly_enrolled,
        paid_again, home_from_hospital, two_portions,
    )
}  # fmt: skip
