"""The forms of the plan page."""

from wtforms import Form, IntegerField
from wtforms.validators import InputRequired, NumberRange, Optional

from mealroute.core.i18n import _l


class SearchForm(Form):
    """How long to search."""

    seconds = IntegerField(
        _l("Seconds to search"),
        [InputRequired(_l("This is needed.")), NumberRange(5, 600, _l("From 5 to 600 seconds."))],
        default=60,
    )
    seed = IntegerField(_l("Seed"), [Optional(), NumberRange(0, 2**31 - 1)])
    iterations = IntegerField(_l("Iterations at most"), [Optional(), NumberRange(1, 1_000_000)])
