"""Reading a posted form: the form itself, or a refusal that names the first field that is wrong."""

from typing import TypeVar

from wtforms import Form

from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _

FormT = TypeVar("FormT", bound=Form)


def valid(form: FormT) -> FormT:
    """For forms in dialogs, which have no page of their own to show errors on."""
    if not form.validate():
        wrong = next(field for field in form if field.errors)
        sentence = f"{_(wrong.label.text)}：{_(str(next(iter(wrong.errors))))}"
        raise MealrouteError("form-wrong", sentence, field=wrong.name)
    return form
