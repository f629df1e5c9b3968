"""A new account."""

from wtforms import Form, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from mealroute.core.actor import Role
from mealroute.core.i18n import _l


class AccountForm(Form):
    """Who, in which role, limited to what."""

    login = StringField(
        _l("Login"),
        [
            InputRequired(_l("This is needed.")),
            Length(2, 40),
            Regexp(r"^[a-z0-9][a-z0-9.-]*$", message=_l("Small letters, digits, dots and dashes.")),
        ],
    )
    display_name = StringField(_l("Name"), [InputRequired(_l("This is needed.")), Length(max=40)])
    role = SelectField(_l("Role"), choices=[(role.value, role.value) for role in Role if role is not Role.SYSTEM])
    street = StringField(_l("Street"), [Optional(), Length(max=20)])
    vendor = StringField(_l("Vendor's code"), [Optional(), Length(max=40)])
    kitchen = StringField(_l("Kitchen's code"), [Optional(), Length(max=40)])
    driver = StringField(_l("Driver's code"), [Optional(), Length(max=40)])
    station = StringField(_l("Station's code"), [Optional(), Length(max=40)])
