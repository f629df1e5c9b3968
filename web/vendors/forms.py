"""What is filled in about a vendor."""

from wtforms import DateField, Form, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from mealroute.core.i18n import _l
from mealroute.residents.records import Diet
from mealroute.vendors.records import SizeClass, SupplyMode, VendorState, VendorType

NEEDED = InputRequired(_l("This is needed."))


class StepForm(Form):
    """The next step of a vendor's life."""

    to = SelectField(_l("Step"), choices=[(state.value, state.value) for state in VendorState])
    on = DateField(_l("From"), [Optional()])
    reason = StringField(_l("Reason"), [NEEDED, Length(max=300)])


class ReportForm(Form):
    """What a vendor is said to have done."""

    item = StringField(_l("Item of the negative list"), [NEEDED])
    happened_on = DateField(_l("Happened on"), [NEEDED])
    account = TextAreaField(_l("What happened, and how you know"), [NEEDED, Length(max=2000)])


class DecisionForm(Form):
    """Confirm or dismiss a report."""

    confirmed = SelectField(_l("Decision"), choices=[("yes", "yes"), ("no", "no")])
    reason = StringField(_l("Reason"), [NEEDED, Length(max=300)])


class VendorForm(Form):
    """What the register says about a vendor. Contact and phone are left empty to stay as they are."""

    name = StringField(_l("Name of the business"), [NEEDED, Length(max=120)])
    uscc = StringField(_l("Credit code"), [Optional(), Length(max=18)])
    type = SelectField(_l("Kind"), choices=[(each.value, each.value) for each in VendorType])
    supply_mode = SelectField(
        _l("Way of supply"), choices=[("", ""), *((each.value, each.value) for each in SupplyMode)], default=""
    )
    size_class = SelectField(
        _l("Size of the business"), choices=[("", ""), *((each.value, each.value) for each in SizeClass)], default=""
    )
    contact_name = StringField(_l("Contact"), [Optional(), Length(max=80)])
    phone = StringField(_l("Phone"), [Optional(), Length(max=20)])
    licence_no = StringField(_l("Licence number"), [Optional(), Length(max=60)])
    licence_kind = StringField(_l("Licence covers"), [Optional(), Length(max=60)])
    licence_valid_to = DateField(_l("Licence until"), [Optional()])
    filing_no = StringField(_l("Filing number"), [Optional(), Length(max=60)])
    contract_no = StringField(_l("Contract number"), [Optional(), Length(max=60)])
    contract_from = DateField(_l("Contract from"), [Optional()])
    contract_to = DateField(_l("Contract until"), [Optional()])
    capacity_lunch = IntegerField(_l("Lunches a day it may deliver"), [Optional(), NumberRange(0, 100_000)])
    capacity_dinner = IntegerField(_l("Dinners a day it may deliver"), [Optional(), NumberRange(0, 100_000)])
    diets = SelectMultipleField(_l("Diets it may deliver"), choices=[(each.value, each.value) for each in Diet])
    street_codes = SelectMultipleField(_l("Service area"), choices=[], validate_choice=False)
    star = IntegerField(_l("Stars"), [Optional(), NumberRange(1, 5)])
    star_on = DateField(_l("Rated on"), [Optional()])
    reason = StringField(_l("Reason"), [Optional(), Length(max=300)])


class ItemForm(Form):
    """A wording of one of the two lists."""

    list_name = SelectField(_l("List"), choices=[("admission", "admission"), ("negative", "negative")])
    code = StringField(_l("Code"), [NEEDED, Length(max=40)])
    text = TextAreaField(_l("Text"), [NEEDED, Length(max=500)])
    text_en = TextAreaField(_l("Text in English"), [Optional(), Length(max=500)])
    basis = StringField(_l("Based on"), [NEEDED, Length(max=300)])
    required = SelectField(_l("Needed for admission"), choices=[("yes", "yes"), ("no", "no")])
    valid_from = DateField(_l("In force from"), [NEEDED])
    reason = StringField(_l("Reason"), [NEEDED, Length(max=300)])


class ItemEndForm(Form):
    """Taking an item off its list."""

    list_name = SelectField(_l("List"), choices=[("admission", "admission"), ("negative", "negative")])
    code = StringField(_l("Code"), [NEEDED, Length(max=40)])
    from_day = DateField(_l("From"), [NEEDED])
    reason = StringField(_l("Reason"), [NEEDED, Length(max=300)])


class ContractForm(Form):
    """A street's contract with a vendor."""

    vendor = StringField(_l("Vendor"), [NEEDED])
    street = StringField(_l("Street"), [NEEDED])
    contract_no = StringField(_l("Contract number"), [Optional(), Length(max=60)])
    valid_from = DateField(_l("First day"), [NEEDED])
    valid_to = DateField(_l("Last day"), [Optional()])


class BackupForm(Form):
    """Who stands in for a street; ``who`` is ``vendor/V01`` or ``volunteer/P07``."""

    street = StringField(_l("Street"), [NEEDED])
    who = StringField(_l("Who stands in"), [NEEDED])
    position = IntegerField(_l("Order"), [NEEDED, NumberRange(1, 99)])
    valid_from = DateField(_l("First day"), [NEEDED])
    valid_to = DateField(_l("Last day"), [Optional()])


class EndForm(Form):
    """The last day of an entry."""

    last_day = DateField(_l("Last day"), [NEEDED])
