"""What a street pays, as a form."""

from wtforms import DateField, DecimalField, Form, IntegerField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from mealroute.core.i18n import _l


class PriceForm(Form):
    """Minutes of driving for a face, seconds of driving for a minute nearer to the usual hour."""

    street = SelectField(_l("Street"), choices=[])
    face_min = DecimalField(
        _l("A known face, in minutes of driving"), places=1, validators=[InputRequired(), NumberRange(0, 60)]
    )
    hour_s = IntegerField(
        _l("A minute nearer to the usual hour, in seconds of driving"), validators=[InputRequired(), NumberRange(0, 60)]
    )
    from_day = DateField(_l("From"), validators=[InputRequired()])
    reason = TextAreaField(_l("Why"), validators=[InputRequired(), Length(max=500)])
