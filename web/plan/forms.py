"""The forms of the plan page."""

from collections.abc import Mapping

from wtforms import Form, IntegerField
from wtforms.validators import InputRequired, NumberRange

from mealroute.core.i18n import _l

OVERRIDE = "override:"
"""The field of a broken rule is named by this and its key."""


class SearchForm(Form):
    """How long to search."""

    seconds = IntegerField(
        _l("Seconds to search"),
        [InputRequired(_l("This is needed.")), NumberRange(5, 600, _l("From 5 to 600 seconds."))],
        default=60,
    )


def reasons_in(form: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """The reasons given for broken rules, by key, and the one for a book that has changed since."""
    given = {
        name.removeprefix(OVERRIDE): text.strip()[:300] for name, text in form.items() if name.startswith(OVERRIDE)
    }
    return {key: text for key, text in given.items() if text}, form.get("outdated", "").strip()[:300]
