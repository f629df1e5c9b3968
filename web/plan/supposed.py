"""What a proposal or a draft supposes, in words: true only once somebody has arranged it."""

from collections.abc import Mapping
from typing import Any

from mealroute.core.i18n import _


def supposed_sentence(asked: Mapping[str, Any]) -> str:
    """One line for what was asked of a what-if, or for one alteration of a draft; without any, a plain new plan."""
    kitchen = asked.get("kitchen_code") or asked.get("kitchen")
    wider = asked.get("wider_minutes") or (asked.get("minutes") if asked.get("kind") == "wider-window" else 0)
    street = asked.get("street_code") or asked.get("street") or ""
    found = [
        _("one driver fewer") if asked.get("fewer") else "",
        _("vehicle %(n)s stays behind", n=asked["without"]) if asked.get("without") is not None else "",
        _("kitchen %(code)s ready %(n)d min earlier", code=kitchen, n=asked["earlier_s"] // 60) if kitchen else "",
        _("windows %(n)d min wider", n=wider) + (f" ({street})" if street else "") if wider else "",
    ]
    return _("; ").join(text for text in found if text) or _("Planned again around the locks")
