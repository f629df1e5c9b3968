"""The forms of the plan page."""

from wtforms import Form, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from mealroute.core.i18n import _l


class SearchForm(Form):
    """How long to search."""

    seconds = IntegerField(
        _l("Seconds to search"),
        [InputRequired(_l("This is needed.")), NumberRange(5, 600, _l("From 5 to 600 seconds."))],
        default=60,
    )


class ReasonForm(Form):
    """A reason, where one is needed."""

    reason = StringField(_l("Reason"), [Optional(), Length(max=300)])
