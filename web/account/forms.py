"""The forms of signing in and of one's own password."""

from wtforms import Form, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from mealroute.core.i18n import _l

NEEDED = InputRequired(_l("This is needed."))


class SignInForm(Form):
    """Login and password."""

    login = StringField(_l("Login"), [NEEDED, Length(max=80)])
    password = PasswordField(_l("Password"), [NEEDED, Length(max=200)])


class PasswordForm(Form):
    """A new password, twice."""

    current = PasswordField(_l("Current password"), [NEEDED, Length(max=200)])
    new = PasswordField(_l("New password"), [NEEDED, Length(min=10, max=200, message=_l("At least 10 characters."))])
    again = PasswordField(_l("New password again"), [EqualTo("new", _l("The two are not the same."))])
