"""Reading a posted form: the form itself, or a refusal that names the first field that is wrong."""

from typing import TypeVar

from wtforms import Form

from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _

FormT = TypeVar("FormT", bound=Form)


def valid(form: FormT) -> FormT:
    """For forms in dialogs, which have no page of their own to show errors on."""
    if not form.validate():
        name, errors = next(iter(form.errors.items()))
        label = _(form[name].label.text) if name else ""
        raise MealrouteError("form-wrong", f"{label}：{_(str(errors[0]))}", field=name)
    return form
