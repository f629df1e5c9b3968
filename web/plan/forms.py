"""The forms of the plan page."""

from wtforms import Form, IntegerField
from wtforms.validators import InputRequired, NumberRange

from mealroute.core.i18n import _l


class SearchForm(Form):
    """How long to search."""

    seconds = IntegerField(
        _l("Seconds to search"),
        [InputRequired(_l("This is needed.")), NumberRange(5, 600, _l("From 5 to 600 seconds."))],
        default=60,
    )
