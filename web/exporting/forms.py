"""What a form of exports asks for."""

import hashlib
from uuid import uuid4

from flask import request

from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.exporting.records import Format, Wanted, What
from mealroute.subsidy.rulebook import load_rulebook


def wanted(month: str, *, masked: bool, file: str = "") -> Wanted:
    """The wish in the posted form; ``file`` is kind and format in one (``settlement.xlsx``), by default the form's own.

    The same form sent twice is one wish; another button of the same page is another.
    """
    kind, _dot, ending = (file or request.form.get("file", "")).partition(".")
    if kind not in set(What) or ending not in set(Format):
        raise MealrouteError("export-kind-unknown", _("This file does not come in that format."))
    said = {name: request.form.get(name, "").strip() for name in ("purpose", "reason", "street", "vendor")}
    made_of = "\0".join([request.form.get("form", "") or uuid4().hex, month, kind, ending, str(masked), *said.values()])
    return Wanted(
        client_id=hashlib.sha256(made_of.encode()).hexdigest(), what=What(kind), format=Format(ending), payer=load_rulebook().payer,
        month=month, masked=masked, purpose=said["purpose"], reason="" if masked else said["reason"], street=said["street"], vendor=said["vendor"],
    )  # fmt: skip
