"""What readers see of the close of a month: its steps, what is done in them, what somebody does next."""

from collections.abc import Mapping

from mealroute.core.i18n import _l

WORDS: Mapping[str, Mapping[str, str]] = {
    "settlement-step": {
        "prepare": _l("Prepare"), "check": _l("Street check"), "approve": _l("District approval"), "pay": _l("Payment"),
    },
    "settlement-do": {
        "prepare": _l("Prepare the month"), "check": _l("Sign off"), "approve": _l("Approve and close"), "pay": _l("Pay"),
    },
    "settlement-act": {
        "explained": _l("Differences explained"), "prepared": _l("Month prepared"), "signed": _l("Street signed"),
        "sent-back": _l("Sent back"), "approved": _l("Approved and closed"), "paid": _l("Transfer written down"),
        "objected": _l("Objection of finance"),
    },
}  # fmt: skip
