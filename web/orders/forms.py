"""One order by hand."""

from wtforms import Form, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from mealroute.core.i18n import _l
from mealroute.orders.records import Channel, Delivery, PayMeans, Size


def _choices(kind: type[Channel] | type[Delivery] | type[PayMeans] | type[Size]) -> list[tuple[str, str]]:
    return [(value.value, value.value) for value in kind]


class OrderForm(Form):
    """Who, what, which way, how paid."""

    resident = StringField(_l("Resident's code"), [InputRequired(_l("This is needed.")), Length(max=40)])
    quantity = IntegerField(
        _l("Portions"),
        [InputRequired(_l("This is needed.")), NumberRange(1, 20, _l("From 1 to 20 portions."))],
        default=1,
    )
    size = SelectField(_l("Size"), choices=_choices(Size), default=Size.NORMAL.value)
    choice = StringField(_l("Choice"), [Optional(), Length(max=2)])
    delivery = SelectField(_l("Delivery"), choices=_choices(Delivery), default=Delivery.HOME.value)
    station = StringField(_l("Station"), [Optional(), Length(max=40)])
    channel = SelectField(_l("Came by"), choices=_choices(Channel), default=Channel.PHONE.value)
    pay_means = SelectField(_l("Pays by"), choices=_choices(PayMeans), default=PayMeans.MONTHLY.value)
    reason = StringField(_l("Reason"), [Optional(), Length(max=200)])
