"""A pause, a point, a state."""

from wtforms import DateField, Form, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from mealroute.core.i18n import _l
from mealroute.residents.records import Datum, PauseReason, Precision, ResidentState

NEEDED = InputRequired(_l("This is needed."))


class PauseForm(Form):
    """Days without meals, both inclusive."""

    starts_on = DateField(_l("First day"), [NEEDED])
    ends_on = DateField(_l("Last day"), [Optional()])
    reason = SelectField(_l("Reason"), choices=[(reason.value, reason.value) for reason in PauseReason])
    note = StringField(_l("Note"), [Optional(), Length(max=200)])


class PointForm(Form):
    """A point in the datum of the map that it was read from; kept as text so that 39.9 is not rounded."""

    lon = StringField(_l("Longitude"), [NEEDED, Length(max=20)])
    lat = StringField(_l("Latitude"), [NEEDED, Length(max=20)])
    datum = SelectField(_l("Coordinates from"), choices=[(datum.value, datum.value) for datum in Datum])
    precision = SelectField(_l("Precision"), choices=[(p.value, p.value) for p in Precision if p is not Precision.NONE])


class StateForm(Form):
    """A new state from a day on."""

    state = SelectField(
        _l("State"), choices=[(s.value, s.value) for s in ResidentState if s is not ResidentState.PAUSED]
    )
    since = DateField(_l("From"), [NEEDED])
    reason = StringField(_l("Reason"), [NEEDED, Length(max=200)])
