"""Sentences to be said aloud: how a meal stands, what was just done. Spoken to the caller, so without any name."""

from mealroute.core.clock import clock_text
from mealroute.core.i18n import _
from mealroute.delivery.records import Outcome
from mealroute.delivery.rules import outcome_words
from mealroute.orders.records import Delivery, OrderRecord, PayMeans
from mealroute.residents.records import PauseRecord
from mealroute.residents.words import diet_label
from web.formatters import full_day, money
from web.hotline.caller import Meal
from web.vocabulary import word


def meal_told(meal: Meal) -> str:
    """How one meal stands."""
    what = {"day": full_day(meal.day), "slot": word("slot", meal.slot)}
    if not meal.placed:
        if meal.paused:
            return _("%(day)s %(slot)s: your meals are paused then.", **what)
        return _("%(day)s %(slot)s: nothing is ordered for you.", **what)
    parts = [_("%(day)s %(slot)s: %(n)d portions", n=meal.portions, **what)]
    if meal.diets:
        parts.append(_(", ").join(map(diet_label, meal.diets)))
    order = meal.placed[0]
    if meal.outcome is Outcome.HANDED_OVER:
        return _("%(meal)s, handed to you already.", meal=_spoken(parts))
    if meal.outcome is not None:
        return _("%(meal)s; noted at the door: %(outcome)s.", meal=_spoken(parts), outcome=outcome_words(meal.outcome))
    if order.delivery is Delivery.STATION:
        parts.append(_("to be fetched at the station"))
    elif meal.arrival_s is not None:
        parts.append(_("it comes at about %(at)s", at=clock_text(300 * round(meal.arrival_s / 300))))
    else:
        parts.append(_("it is brought to your door"))
    parts.append(_paid(meal.placed))
    return _("%(meal)s.", meal=_spoken(parts))


def _spoken(parts: list[str]) -> str:
    """Joined as they are said, not as a list is written."""
    told = parts[0]
    for part in parts[1:]:
        told = _("%(first)s, %(then)s", first=told, then=part)
    return told


def _paid(orders: tuple[OrderRecord, ...]) -> str:
    due = sum(order.due_fen for order in orders)
    if due <= 0:
        return _("paid already")
    if orders[0].pay_means is PayMeans.CASH_AT_DOOR:
        return _("you pay %(yuan)s yuan at the door", yuan=money(due))
    return _("%(yuan)s yuan still to be paid by %(means)s", yuan=money(due), means=word("means", orders[0].pay_means))


def ordered(order: OrderRecord, *, closed: bool) -> str:
    """After an order."""
    told = _(
        "I have ordered %(n)d portions for you: %(day)s %(slot)s, %(yuan)s yuan. Is that right?", n=order.quantity, day=full_day(order.day),
        slot=word("slot", order.slot), yuan=money(order.resident_part_fen),
    )  # fmt: skip
    return (
        f"{told} {_('The book for it is closed: the dispatcher finds it a place and calls you if that cannot be done.')}"
        if closed
        else told
    )


def cancelled(order: OrderRecord, *, closed: bool) -> str:
    """After a cancellation."""
    told = _(
        "I have cancelled %(day)s %(slot)s for you. Is that right?",
        day=full_day(order.day),
        slot=word("slot", order.slot),
    )
    if closed:
        return f"{told} {_('The driver is told; if somebody comes all the same, say that it is cancelled.')}"
    return (
        f"{told} {_('What you have paid is given back.')}" if order.paid_fen == 0 and order.resident_part_fen else told
    )


def paused(pause: PauseRecord) -> str:
    """After a pause."""
    first = full_day(pause.starts_on)
    if pause.ends_on is None:
        return _("From %(first)s no meals come until you call again. Is that right?", first=first)
    if pause.ends_on == pause.starts_on:
        return _("On %(first)s no meal comes; the day after it comes again. Is that right?", first=first)
    return _(
        "From %(first)s to %(last)s no meals come; after that they come again. Is that right?",
        first=first,
        last=full_day(pause.ends_on),
    )


def resumed() -> str:
    """After a pause was ended."""
    return _("Your meals come again from today, as far as the book is open. Is that right?")
