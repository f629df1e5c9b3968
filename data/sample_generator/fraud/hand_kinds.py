"""Frauds with cash and invented telephones, and the innocent cases that look like them."""

from __future__ import annotations

from collections.abc import Mapping

from data.sample_generator.fraud.kinds import Kind, a_run
from data.sample_generator.fraud.look_alikes import LookAlike
from data.sample_generator.fraud.month import Handed, Meal, Month, Planted, Run, Vendor


def a_purse(month: Month, vendor: Vendor, *, weekday: int | None = None, least: int = 2600) -> Run:
    """A round with cash that nothing else has."""
    for driver in (0, 1):
        for run in month.runs_of(vendor, driver):
            if run.cash >= least and -run.id not in month.used and weekday in {None, run.day.weekday()}:
                month.used.add(-run.id)
                return run
    raise ValueError(f"{vendor.code} has no cash left")


def paid_in_cash(run: Run) -> list[Meal]:
    return [meal for meal in run.meals if meal.cash]


def cash_kept(month: Month, vendor: Vendor) -> Planted:
    """The driver keeps a day's cash; the meals are claimed as paid."""
    run = a_purse(month, vendor)
    run.handed = []
    return Planted("cash-kept", ("cash-missing",), paid_in_cash(run))


def cash_short(month: Month, vendor: Vendor) -> Planted:
    """One meal's money is missing, and nobody says why."""
    run = a_purse(month, vendor)
    run.handed = [Handed(0, run.cash - 1300)]
    return Planted("cash-short", ("cash-missing",), paid_in_cash(run))


def cash_to_himself(month: Month, vendor: Vendor) -> Planted:
    """The driver enters the cash as received by himself."""
    run = a_purse(month, vendor)
    run.handed = [Handed(0, run.cash, by=run.driver.name)]
    return Planted("cash-to-himself", ("cash-missing",), paid_in_cash(run))


def cash_weeks_later(month: Month, vendor: Vendor) -> Planted:
    """The money of four rounds comes twelve days later, out of that week's."""
    runs = [a_purse(month, vendor, least=1300) for _n in range(4)]
    for run in runs:
        run.handed = [Handed(12, run.cash)]
    return Planted("cash-weeks-later", ("cash-late",), [meal for run in runs for meal in paid_in_cash(run)])


def nobody_answers(month: Month, vendor: Vendor) -> Planted:
    """Half of the vendor's people have numbers that nobody answers: there are no such people."""
    month.silent[vendor.code] = 55
    return Planted("nobody-answers", ("call-back-unreachable",), [], (f"vendor/{vendor.code}",))


def back_and_claimed(month: Month, vendor: Vendor) -> Planted:
    """Four meals come back to the kitchen and are recorded as handed over all the same."""
    run = a_run(month, vendor)
    run.came_back = 4 + sum(not meal.delivered for meal in run.meals)
    return Planted("back-and-claimed", ("returned-and-claimed",), list(run.meals))


def nothing_ever_back(month: Month, vendor: Vendor) -> Planted:
    """A driver whose doors stay shut once a day, and whose boxes are always empty."""
    meals = []
    for run in month.runs_of(vendor, 1):
        meals.append(run.meals[3])
        run.meals[3].outcome, run.meals[3].seen, run.meals[3].quantity = "no-answer", False, 0
        run.came_back = 0
    return Planted("nothing-ever-back", ("nothing-comes-back",), meals)


HAND_KINDS: Mapping[str, Kind] = {
    kind.__name__: kind
    for kind in (
        cash_kept, cash_short, cash_to_himself, cash_weeks_later, nobody_answers, back_and_claimed, nothing_ever_back,
    )
}  # fmt: skip


def friday_on_monday(month: Month, vendor: Vendor) -> list[Meal]:
    """Friday's cash is received on Monday, three weeks in a row."""
    runs = [a_purse(month, vendor, weekday=4, least=1300) for _n in range(3)]
    for run in runs:
        run.handed = [Handed(3, run.cash)]
    return [meal for run in runs for meal in paid_in_cash(run)]


def change_was_wrong(month: Month, vendor: Vendor) -> list[Meal]:
    """Half a yuan of change is missing."""
    run = a_purse(month, vendor)
    run.handed = [Handed(0, run.cash - 50)]
    return paid_in_cash(run)


def lost_and_said(month: Month, vendor: Vendor) -> list[Meal]:
    """A purse was lost on the way; the driver said so and bears it."""
    run = a_purse(month, vendor)
    run.handed = [Handed(1, run.cash - 1300), Handed(1, 1300, kind="explained")]
    return paid_in_cash(run)


def once_forgotten(month: Month, vendor: Vendor) -> list[Meal]:
    """Two rounds' cash lay in a drawer over the holidays and came in full."""
    runs = [a_purse(month, vendor) for _n in range(2)]
    for run in runs:
        run.handed = [Handed(8, run.cash)]
    return [meal for run in runs for meal in paid_in_cash(run)]


def hard_of_hearing(month: Month, vendor: Vendor) -> list[Meal]:
    """A vendor of very old people: twice as many calls as usual are not heard."""
    month.silent[vendor.code] = 32
    return month.of(vendor)


def spare_ones_aboard(month: Month, vendor: Vendor) -> list[Meal]:
    """Two portions more than ordered were packed and counted aboard, and came back."""
    run = a_run(month, vendor)
    run.packed = run.loaded = len(run.meals) + 2
    run.came_back = 2 + sum(not meal.delivered for meal in run.meals)
    return list(run.meals)


def never_was_aboard(month: Month, vendor: Vendor) -> list[Meal]:
    """For weeks one portion too few is packed: one person gets none, and nothing can come back."""
    meals = []
    for run in month.runs_of(vendor, 1):
        meal = run.meals[-1]
        meal.outcome, meal.seen, meal.quantity = "short", False, 0
        run.packed = run.loaded = len(run.meals) - 1
        meals.append(meal)
    return meals


def the_driver_ate_it(month: Month, vendor: Vendor) -> list[Meal]:
    """A meal that nobody opened for did not come back, twice in the month; all others did."""
    runs = [run for run in month.runs_of(vendor) if not all(meal.delivered for meal in run.meals)][:2]
    for run in runs:
        run.came_back = 0
    return [meal for run in runs for meal in run.meals if not meal.delivered]


HAND_LOOK_ALIKES: Mapping[str, LookAlike] = {
    case.__name__: case
    for case in (
        friday_on_monday, change_was_wrong, lost_and_said, once_forgotten, hard_of_hearing, spare_ones_aboard, never_was_aboard,
        the_driver_ate_it,
    )
}  # fmt: skip
