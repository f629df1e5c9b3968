"""Frauds of money and volume: one function a kind, each with a vendor of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from data.sample_generator.fraud import after
from data.sample_generator.fraud.kinds import Kind, a_run, someone
from data.sample_generator.fraud.month import Month, Planted, Run, Vendor, fill


def refunded_later(month: Month, vendor: Vendor) -> Planted:
    """The resident's part is given back once the claims are built."""
    _number, meals = someone(month, vendor)
    month.later.append(after.refunded([meal.id for meal in meals[:4]]))
    return Planted("refunded-later", ("refunded", "nothing-paid"), meals[:4])


def payment_gone(month: Month, vendor: Vendor) -> Planted:
    """A payment that the claim rests on was taken back as a mistake."""
    _number, meals = someone(month, vendor)
    month.later.append(after.refunded([meals[0].id], reason="冲正"))
    return Planted("payment-taken-back", ("refunded", "nothing-paid"), meals[:1])


def line_tampered(month: Month, vendor: Vendor) -> Planted:
    """Somebody raises amounts in the table of claim lines."""
    _number, meals = someone(month, vendor)
    month.later.append(after.tampered([meal.id for meal in meals[:3]]))
    return Planted("line-tampered", ("amount-differs",), meals[:3])


def dearer_than_the_menu(month: Month, vendor: Vendor) -> Planted:
    _number, meals = someone(month, vendor)
    for meal in meals:
        meal.dish, meal.price, meal.own = "D-A", 2600, 2100
        meal.payments = [("payment", 2100, f"txn-{meal.id}")]
    return Planted("dearer-than-the-menu", ("price-inflated",), meals)


def one_meal_two_orders(month: Month, vendor: Vendor) -> Planted:
    _number, meals = someone(month, vendor)
    made = [month.meal(meal.resident, meal.run, price=900, own=400) for meal in meals[:3]]
    for meal in meals[:3]:
        meal.price, meal.own, meal.payments = 900, 400, [("payment", 400, f"txn-{meal.id}")]
    return Planted("one-meal-two-orders", ("split-order",), [*made, *meals[:3]])


def one_card_pays_for_many(month: Month, vendor: Vendor) -> Planted:
    """The vendor swipes one card for residents who never came."""
    people = [someone(month, vendor, basic=n % 2 == 0, least=3)[1] for n in range(5)]
    for meals in people:
        for meal in meals[:2]:
            meal.payments = [("payment", meal.own, "card-6222-0001")]
    return Planted(
        "one-card-pays-for-many", ("one-payment-for-many",), [meal for meals in people for meal in meals[:2]]
    )


def dine_in_and_delivery(month: Month, vendor: Vendor) -> Planted:
    """The same lunch at the counter and at the door."""
    _number, meals = someone(month, vendor)
    made = [
        month.meal(meal.resident, meal.run, device="counter", lon=None, lat=None, counter=f"S-{vendor.code}")
        for meal in meals[:3]
    ]
    return Planted("dine-in-and-delivery", ("eaten-twice", "split-order"), [*made, *meals[:3]])


def more_than_aboard(month: Month, vendor: Vendor) -> Planted:
    """The driver counted six fewer aboard than are claimed."""
    run = a_run(month, vendor)
    run.loaded = sum(meal.quantity for meal in run.meals if meal.delivered) - 6
    return Planted("more-than-aboard", ("more-than-loaded",), list(run.meals))


def more_than_packed(month: Month, vendor: Vendor) -> Planted:
    run = a_run(month, vendor)
    run.packed = sum(meal.quantity for meal in run.meals if meal.delivered) - 4
    return Planted("more-than-packed", ("more-than-loaded",), list(run.meals))


def more_than_the_bike_holds(month: Month, vendor: Vendor) -> Planted:
    run = a_run(month, vendor)
    run.driver.boxes = 30
    for meal in run.meals:
        meal.quantity = 3 if meal.delivered else 0
    run.packed = run.loaded = sum(meal.quantity for meal in run.meals)
    return Planted("more-than-the-bike-holds", ("over-capacity-trip",), list(run.meals))


def above_capacity(month: Month, vendor: Vendor) -> Planted:
    vendor.capacity = 20
    return Planted("above-capacity", ("over-capacity",), month.of(vendor))


def swollen_day(month: Month, vendor: Vendor) -> Planted:
    """One day with forty invented meals of people who eat on other days."""
    run = month.runs_of(vendor)[15]
    others = [
        one
        for one in month.residents
        if one.vendor == vendor.code and not any(meal.resident is one for meal in run.meals)
    ]
    known = {meal.resident.id for meal in month.meals if meal.day == run.day}
    made = [month.meal(one, run) for one in others if one.id not in known]
    made += [month.meal(month.person(vendor, weekdays=0), run) for _ in range(36 - len(made))]
    run.driver.boxes = 90
    return Planted("swollen-day", ("jump",), made, (f"vendor/{vendor.code}/{run.day}",))


def the_same_number(month: Month, vendor: Vendor) -> Planted:
    """Exactly thirty people each day, whoever they are: a number that was agreed on."""
    pool = [month.person(vendor, weekdays=0) for _ in range(44)]
    month.empty(vendor)
    for day in month.days:
        run = next(run for run in month.runs if run.vendor is vendor and run.day == day)
        fill(month, run, sorted(month.chance.sample(pool, 30), key=lambda one: one.lon))
        for meal in run.meals:
            meal.outcome, meal.seen, meal.quantity, meal.left_with = "handed-over", True, 1, ""
    for driver in vendor.drivers:
        driver.boxes = 60
    return Planted(
        "the-same-number",
        ("never-varies", "round-numbers", "never-fails"),
        month.of(vendor),
        (f"vendor/{vendor.code}",),
    )


def nobody_ever_absent(month: Month, vendor: Vendor) -> Planted:
    for meal in month.of(vendor):
        meal.outcome, meal.seen, meal.quantity = "handed-over", True, max(1, meal.quantity)
    return Planted("nobody-ever-absent", ("never-fails",), month.of(vendor), (f"vendor/{vendor.code}",))


def on_a_closed_day(month: Month, vendor: Vendor) -> Planted:
    """A Sunday on which nothing is served."""
    sunday = next(
        month.first + timedelta(days=n) for n in range(31) if (month.first + timedelta(days=n)).weekday() == 6
    )
    run = month.run(vendor, vendor.drivers[0], sunday)
    fill(month, run, [one for one in month.residents if one.vendor == vendor.code][:12])
    return Planted("on-a-closed-day", ("closed-day",), list(run.meals))


def silent_kitchen(month: Month, vendor: Vendor) -> Planted:
    """Meals are claimed from a kitchen that cooked nothing that day by its own log."""
    day = month.days[4]
    vendor.silent_log.add(day)
    return Planted("silent-kitchen", ("no-kitchen-log",), [meal for meal in month.of(vendor) if meal.day == day])


def licence_over(month: Month, vendor: Vendor) -> Planted:
    vendor.licence_to = month.days[8]
    return Planted(
        "licence-over", ("vendor-not-licensed",), [meal for meal in month.of(vendor) if meal.day > month.days[8]]
    )


def suspended_vendor(month: Month, vendor: Vendor) -> Planted:
    month.steps.append((vendor, "suspended", month.days[12]))
    return Planted(
        "suspended-vendor", ("vendor-not-licensed",), [meal for meal in month.of(vendor) if meal.day >= month.days[12]]
    )


def certificate_over(month: Month, vendor: Vendor) -> Planted:
    vendor.drivers[0].certificate_to = month.days[5]
    return Planted(
        "certificate-over",
        ("unfit-driver",),
        [meal for run in month.runs_of(vendor) for meal in run.meals if run.day > month.days[5]],
    )


def on_the_day_off(month: Month, vendor: Vendor) -> Planted:
    """Doors by a driver who does not work on Wednesdays."""
    vendor.drivers[1].weekdays = 127 & ~0b100
    meals = [meal for run in month.runs_of(vendor, 1) for meal in run.meals if run.day.weekday() == 2]
    return Planted("on-the-day-off", ("off-shift",), meals)


def withdrawn_run(month: Month, vendor: Vendor) -> Planted:
    """The run was taken back before it began; its doors are recorded all the same."""
    run = a_run(month, vendor)
    run.state, run.withdrawn_s = "withdrawn", 10 * 3600
    return Planted("withdrawn-run", ("no-route-stop",), list(run.meals))


def weeks_too_late(month: Month, vendor: Vendor) -> Planted:
    """A fifth of the records arrive nine days after the time that they state."""
    meals = [meal for meal in month.of(vendor) if meal.delivered][::5]
    for meal in meals:
        meal.delay_s = 9 * 86_400
    return Planted("weeks-too-late", ("back-dated",), meals, (f"vendor/{vendor.code}",))


def typed_at_the_desk(month: Month, vendor: Vendor) -> Planted:
    meals = [meal for meal in month.of(vendor) if meal.day >= month.days[6]]
    for meal in meals:
        meal.source, meal.made_s, meal.lon, meal.lat, meal.device = "desk", None, None, None, ""
    return Planted("typed-at-the-desk", ("typed-by-hand",), meals, (f"vendor/{vendor.code}",))


def round_counts(month: Month, vendor: Vendor) -> Planted:
    """Daily counts that end in 0 or 5: invented meals fill each day up."""
    made = []
    for day in month.days:
        runs = [run for run in month.runs if run.vendor is vendor and run.day == day]
        have = sum(meal.delivered for run in runs for meal in run.meals)
        made += [month.meal(month.person(vendor, weekdays=0), runs[0]) for _ in range(-have % 5)]
    return Planted("round-counts", ("round-numbers",), made, (f"vendor/{vendor.code}",))


def less_content(month: Month, vendor: Vendor) -> Planted:
    for n in range(3):
        run = month.run(vendor, vendor.drivers[0], month.first - timedelta(days=20 + n))
        fill(month, run, [one for one in month.residents if one.vendor == vendor.code][:25])
        for meal in run.meals:
            meal.answer = "good" if meal.delivered else ""
    meals = [meal for meal in month.of(vendor) if meal.delivered and meal.day >= month.first][:60]
    for n, meal in enumerate(meals):
        meal.answer = "bad" if n % 2 else "good"
    return Planted("less-content", ("content-drops",), [], (f"vendor/{vendor.code}",))


def counter_count_differs(month: Month, vendor: Vendor) -> Planted:
    """The counter's own closing says three fewer."""
    return at_counter(month, vendor, "counter-count-differs", ("counts-differ",), closed=-3)


def counter_gave_more(month: Month, vendor: Vendor) -> Planted:
    return at_counter(month, vendor, "counter-gave-more", ("more-than-received",), received=-5)


def counter_all_at_once(month: Month, vendor: Vendor) -> Planted:
    found = at_counter(month, vendor, "counter-all-at-once", ("burst-at-counter",))
    for meal in found.meals:
        meal.made_s = 41_000
    return found


def at_counter(
    month: Month,
    vendor: Vendor,
    kind: str,
    checks: tuple[str, ...],
    *,
    closed: int | None = None,
    received: int | None = None,
) -> Planted:
    run = counter_run(month, vendor, month.days[sum(map(ord, kind)) % len(month.days)])
    given = sum(meal.quantity for meal in run.meals if meal.delivered)
    run.closed_with = None if closed is None else given + closed
    run.received = None if received is None else given + received
    station = run.meals[0].resident.station
    return Planted(kind, checks, list(run.meals), (f"station/{station}", f"counter/{station}"))


def counter_run(month: Month, vendor: Vendor, day: date) -> Run:
    """Forty people fetch their lunch at a station within twenty minutes."""
    run = month.run(vendor, vendor.drivers[0], day)
    station = f"S-{vendor.code}"
    at = 11 * 3600 + 600
    for _n in range(40):
        at += month.chance.randrange(8, 50)
        guest = month.person(vendor, weekdays=0, station=station)
        month.meal(guest, run, made_s=at, planned_s=11 * 3600, lon=None, lat=None, device="counter")
    run.driver.boxes = 60
    return run


VOLUME_KINDS: Mapping[str, Kind] = {
    kind.__name__: kind
    for kind in (
        refunded_later, payment_gone, line_tampered, dearer_than_the_menu, one_meal_two_orders, one_card_pays_for_many,
        dine_in_and_delivery, more_than_aboard, more_than_packed, more_than_the_bike_holds, above_capacity, swollen_day, the_same_number,
        nobody_ever_absent, on_a_closed_day, silent_kitchen, licence_over, suspended_vendor, certificate_over, on_the_day_off,
        withdrawn_run, weeks_too_late, typed_at_the_desk, round_counts, less_content, counter_count_differs, counter_gave_more,
        counter_all_at_once,
    )
}  # fmt: skip
