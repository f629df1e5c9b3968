"""What people read for the reasons for which an order goes by itself."""

from mealroute.core.i18n import _, _l

CANCELLED = {
    "closed-day": _l("No meals are served that day"),
    "not-in-service": _l("No longer in service"),
    "paused": _l("Meals paused"),
    "not-ordered": _l("The standing order no longer asks for it"),
}


def cancel_label(reason: str) -> str:
    """The reason in words; what a person wrote is shown as it is."""
    return _(CANCELLED[reason]) if reason in CANCELLED else reason
