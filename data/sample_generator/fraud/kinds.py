"""One function a kind of fraud: each takes a vendor of its own from the month and does what a cheat would do there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from data.sample_generator.fraud import after
from data.sample_generator.fraud.month import Meal, Month, Notice, Planted, Run, Vendor, id_number

Kind = Callable[[Month, Vendor], Planted]


def someone(month: Month, vendor: Vendor, *, basic: bool = True, least: int = 6) -> tuple[int, list[Meal]]:
    """A resident with enough delivered meals, whom no other fraud has."""
    got: dict[int, list[Meal]] = {}
    for meal in month.of(vendor):
        if meal.delivered:
            got.setdefault(meal.resident.id, []).append(meal)
    for number, meals in sorted(got.items()):
        if meals[0].resident.basic == basic and len(meals) >= least and number not in month.used:
            month.used.add(number)
            return number, meals
    raise ValueError(f"{vendor.code} has nobody left")


def a_run(month: Month, vendor: Vendor, least: int = 10) -> Run:
    """A run with enough stops that no other fraud has."""
    for driver in (0, 1):
        for run in month.runs_of(vendor, driver):
            if len([meal for meal in run.meals if meal.delivered]) >= least and -run.id not in month.used:
                month.used.add(-run.id)
                return run
    raise ValueError(f"{vendor.code} has no run left")


# -- the person


def fed_after_death(month: Month, vendor: Vendor) -> Planted:
    """The vendor goes on recording meals for somebody who died; the death reaches the ledger after the claims are built."""
    number, meals = someone(month, vendor)
    since = meals[3].day
    month.later.append(after.died(number, since))
    return Planted("fed-after-death", ("deceased",), [meal for meal in meals if meal.day >= since])


def fed_after_death_by_list(month: Month, vendor: Vendor) -> Planted:
    """The same, known from the list of the funeral office only."""
    number, meals = someone(month, vendor)
    month.notices.append(Notice(meals[0].resident, "deceased", meals[2].day))
    del number
    return Planted("dead-by-outside-list", ("deceased",), meals[2:])


def moved_out(month: Month, vendor: Vendor) -> Planted:
    _number, meals = someone(month, vendor)
    month.notices.append(Notice(meals[0].resident, "moved-out", meals[1].day))
    return Planted("moved-out", ("moved-away",), meals[1:])


def in_institution(month: Month, vendor: Vendor) -> Planted:
    _number, meals = someone(month, vendor)
    month.notices.append(Notice(meals[0].resident, "institution", meals[2].day))
    return Planted("in-institution", ("in-institution",), meals[2:])


def in_hospital(month: Month, vendor: Vendor) -> Planted:
    """Recorded as met at the door while the hospital's list says otherwise."""
    _number, meals = someone(month, vendor)
    month.notices.append(Notice(meals[0].resident, "hospital", meals[1].day, meals[4].day))
    return Planted("in-hospital", ("away-or-in-hospital",), meals[1:5])


def imprisoned(month: Month, vendor: Vendor) -> Planted:
    _number, meals = someone(month, vendor)
    month.notices.append(Notice(meals[0].resident, "imprisoned", meals[0].day - timedelta(days=9)))
    return Planted("imprisoned", ("missing-or-imprisoned",), meals)


def category_back_dated(month: Month, vendor: Vendor) -> Planted:
    """The category was entered too early and is corrected later; the claims of the days before stand."""
    number, meals = someone(month, vendor)
    month.later.append(after.basic_from(number, meals[4].day))
    return Planted("category-back-dated", ("category-not-valid",), meals[:4])


def too_young(month: Month, vendor: Vendor) -> Planted:
    _number, meals = someone(month, vendor)
    person = meals[0].resident
    person.born = date(1985, 6, 1)
    person.id_number = id_number(person.born, person.id)
    return Planted("too-young", ("too-young",), meals)


def assessment_over(month: Month, vendor: Vendor) -> Planted:
    _number, meals = someone(month, vendor)
    meals[0].resident.ability, meals[0].resident.assessed_until = 2, meals[0].day - timedelta(days=200)
    return Planted("assessment-over", ("assessment-expired",), meals)


def other_programme(month: Month, vendor: Vendor) -> Planted:
    _number, meals = someone(month, vendor)
    month.notices.append(Notice(meals[0].resident, "other-benefit", month.first))
    return Planted("other-programme", ("double-benefit",), meals)


# -- identities


def one_person_two_cards(month: Month, vendor: Vendor) -> Planted:
    """A second card with the same ID number, fed on the same days: two subsidies for one person and day."""
    _number, meals = someone(month, vendor)
    first = meals[0].resident
    twin = month.person(vendor, basic=True, name=first.name, born=first.born, id_number=first.id_number, weekdays=0)
    made = [month.meal(twin, meal.run) for meal in meals]
    return Planted("one-person-two-cards", ("two-subsidies", "same-identity"), [*made, *meals])


def ghosts(month: Month, vendor: Vendor) -> Planted:
    """Residents that do not exist: no number, no telephone, no contact, new, and a meal each day from one driver."""
    made = []
    for _n in range(3):
        ghost = month.person(
            vendor, basic=True, id_number=None, phone=None, weekdays=0, entered=month.first - timedelta(days=10)
        )
        ghost.contacts = []
        made += [month.meal(ghost, run) for run in month.runs_of(vendor)]
    return Planted("ghosts", ("ghost",), made)


def invented_number(month: Month, vendor: Vendor) -> Planted:
    _number, meals = someone(month, vendor)
    right = meals[0].resident.id_number or ""
    meals[0].resident.id_number = right[:17] + ("1" if right[17] != "1" else "2")
    return Planted("invented-id-number", ("identity-wrong",), meals)


def staff_as_guests(month: Month, vendor: Vendor) -> Planted:
    """The cook's own number stands on a resident's card."""
    _number, meals = someone(month, vendor)
    meals[0].resident.phone = vendor.phone
    return Planted("staff-as-guests", ("staff-among-guests",), meals)


def one_phone(month: Month, vendor: Vendor) -> Planted:
    people = [someone(month, vendor, basic=n % 2 == 0, least=3)[1] for n in range(5)]
    for meals in people:
        meals[0].resident.phone = "13700001111"
    return Planted("one-phone-for-many", ("phone-of-many",), [meal for meals in people for meal in meals])


# -- the door


def tapped_in_a_row(month: Month, vendor: Vendor) -> Planted:
    """All doors of a round within two minutes."""
    run = a_run(month, vendor)
    for n, meal in enumerate(run.meals):
        meal.made_s = 11 * 3600 + 900 + n * 7 + month.chance.randrange(3)
    return Planted("tapped-in-a-row", ("burst", "run-too-fast", "driver-in-two-places"), list(run.meals))


def from_the_sofa(month: Month, vendor: Vendor) -> Planted:
    """Recorded at plausible times, but all at one place, with the jitter of a phone that lies still."""
    run = a_run(month, vendor)
    for meal in run.meals:
        meal.lon, meal.lat = (
            run.meals[0].resident.lon + month.chance.uniform(-4e-5, 4e-5),
            run.meals[0].resident.lat + month.chance.uniform(-4e-5, 4e-5),
        )
    return Planted("from-the-sofa", ("from-one-place", "far-from-door"), list(run.meals))


def position_copied(month: Month, vendor: Vendor) -> Planted:
    """A forged position: the plan's point to the last digit, each time."""
    run = a_run(month, vendor)
    for meal in run.meals:
        meal.lon, meal.lat = meal.resident.lon, meal.resident.lat
    return Planted("position-copied", ("same-digits",), list(run.meals))


def position_frozen(month: Month, vendor: Vendor) -> Planted:
    """A forged position: one and the same to the digit at every door."""
    run = a_run(month, vendor)
    for meal in run.meals:
        meal.lon, meal.lat = 116.4101234, 39.9301234
    return Planted("position-frozen", ("same-digits", "from-one-place"), list(run.meals))


def like_clockwork(month: Month, vendor: Vendor) -> Planted:
    """A script sends the records in the plan's order, every 140 seconds."""
    run = a_run(month, vendor)
    for n, meal in enumerate(run.meals):
        meal.made_s = run.meals[0].planned_s + n * 140
    return Planted("like-clockwork", ("even-intervals",), list(run.meals))


def exactly_as_planned(month: Month, vendor: Vendor) -> Planted:
    """A script sends each record at its planned second."""
    run = a_run(month, vendor)
    for meal in run.meals:
        meal.made_s = meal.planned_s + 31
    return Planted("exactly-as-planned", ("even-intervals",), list(run.meals))


def before_loading(month: Month, vendor: Vendor) -> Planted:
    run = a_run(month, vendor)
    for n, meal in enumerate(run.meals):
        meal.made_s = 9 * 3600 + 40 * 60 + n * 111 + month.chance.randrange(60)
    return Planted("before-loading", ("before-loading",), list(run.meals))


def in_the_evening(month: Month, vendor: Vendor) -> Planted:
    """Lunches confirmed at the end of the afternoon, long after the shift."""
    run = a_run(month, vendor)
    for meal in run.meals:
        meal.made_s = (meal.made_s or 0) + 6 * 3600
    return Planted("in-the-evening", ("outside-window", "off-shift"), list(run.meals))


def driver_at_two_ends(month: Month, vendor: Vendor) -> Planted:
    """One driver's account records doors at two ends of the town in turn: two people use it, or nobody was there."""
    run = a_run(month, vendor)
    for n, meal in enumerate(run.meals):
        if n % 2 and meal.lon is not None:
            meal.lon, meal.lat = (meal.lon or 0) + 0.06, (meal.lat or 0) + 0.03
    return Planted("driver-at-two-ends", ("driver-in-two-places", "far-from-door"), list(run.meals))


def same_picture(month: Month, vendor: Vendor) -> Planted:
    meals = [meal for meal in month.of(vendor) if meal.delivered][:6]
    for meal in meals:
        meal.photo = "ab" * 32
    return Planted("same-picture", ("same-photo",), meals)


def taken_by_one(month: Month, vendor: Vendor) -> Planted:
    """One man signs for the meals of many."""
    people = [someone(month, vendor, basic=n % 2 == 0, least=3)[1] for n in range(5)]
    for meals in people:
        for meal in meals[:2]:
            meal.outcome, meal.seen, meal.left_with = "left-with-contact", False, "赵大伟"
    return Planted("taken-by-one", ("taken-by-one",), [meal for meals in people for meal in meals[:2]])


def stranger_each_day(month: Month, vendor: Vendor) -> Planted:
    _number, meals = someone(month, vendor, least=8)
    meals[0].resident.contacts = [("孙丽", "女儿", "13655550000")]
    for meal in meals:
        meal.outcome, meal.seen, meal.left_with = "left-with-contact", False, "楼下小卖部"
    return Planted("stranger-each-day", ("proxy-unregistered",), meals)


def never_came(month: Month, vendor: Vendor) -> Planted:
    """Claimed as handed over; the resident rings and says that nothing came."""
    _number, meals = someone(month, vendor)
    month.complaints.append(meals[0])
    return Planted("never-came", ("complained",), meals[:1])


def one_phone_for_two_drivers(month: Month, vendor: Vendor) -> Planted:
    """One phone stands for two drivers who are said to be on the road at the same time."""
    run = a_run(month, vendor)
    other = next(
        each
        for each in month.runs
        if each.vendor is vendor and each.day == run.day and each.driver is not run.driver and each.meals
    )
    for meal in (*run.meals, *other.meals):
        meal.device = "phone-shared"
    return Planted("one-phone-for-two-drivers", ("one-phone-for-drivers",), [*run.meals, *other.meals])


def ordered_afterwards(month: Month, vendor: Vendor) -> Planted:
    """Orders for yesterday's invented meals are written down in the evening."""
    run = a_run(month, vendor)
    for meal in run.meals[:7]:
        meal.ordered_s = 66_000
    return Planted("ordered-afterwards", ("ordered-afterwards",), run.meals[:7])


def nobody_ever_seen(month: Month, vendor: Vendor) -> Planted:
    """Meals are hung on doors, or so it says; nobody has been seen for weeks."""
    meals = [meal for meal in month.of(vendor) if meal.delivered]
    for meal in meals[::3] + meals[1::3]:
        meal.outcome, meal.seen, meal.left_with = "left-at-door", False, ""
    return Planted("nobody-ever-seen", ("seldom-seen",), meals, (f"vendor/{vendor.code}",))


KINDS: Mapping[str, Kind] = {
    kind.__name__: kind
    for kind in (
        fed_after_death, fed_after_death_by_list, moved_out, in_institution, in_hospital, imprisoned, category_back_dated, too_young,
        assessment_over, other_programme, one_person_two_cards, ghosts, invented_number, staff_as_guests, one_phone, tapped_in_a_row,
        from_the_sofa, position_copied, position_frozen, like_clockwork, exactly_as_planned, before_loading, in_the_evening,
        driver_at_two_ends, same_picture, taken_by_one, stranger_each_day, never_came, one_phone_for_two_drivers, ordered_afterwards, nobody_ever_seen,
    )
}  # fmt: skip
