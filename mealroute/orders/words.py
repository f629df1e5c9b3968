"""What people call the values of this feature's vocabularies, and the reasons for which an order goes by itself."""

from mealroute.core.i18n import _, _l

CANCELLED = {
    "closed-day": _l("No meals are served that day"),
    "not-in-service": _l("No longer in service"),
    "paused": _l("Meals paused"),
    "declined": _l("No meal wanted that day"),
    "not-ordered": _l("The standing order no longer asks for it"),
}
WORDS = {
    "web": _l("Web"),
    "phone": _l("Phone call"),
    "counter": _l("Counter"),
    "paper": _l("Paper slip"),
    "card": _l("Card"),
    "mobile": _l("Mobile payment"),
    "cash-at-door": _l("Cash at the door"),
    "monthly": _l("Monthly bill"),
    "counter-cash": _l("Cash at the counter"),
    "home": _l("To the door"),
    "station": _l("Collects at the station"),
    "normal": _l("Regular"),
    "large": _l("Large"),
    "placed": _l("Placed"),
    "cancelled": _l("Cancelled"),
    "no-point": _l("No point"),
    "no-dish": _l("No dish suits"),
    "no-station": _l("Station unknown"),
}


def cancel_label(reason: str) -> str:
    """The reason in words; what a person wrote is shown as it is."""
    return _(CANCELLED[reason]) if reason in CANCELLED else reason


def label(value: str) -> str:
    """A channel, means, way of delivery, size, state or flag in words."""
    return _(WORDS[value])
