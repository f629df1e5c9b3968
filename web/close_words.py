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
    "budget-kind": {
        "initial": _l("Budget of the year"), "supplement": _l("Supplement"), "cut": _l("Reduction"), "appraisal": _l("Granted after appraisal"),
    },
    "budget-alert": {"none": _l("Nothing decided"), "ok": _l("In order"), "watch": _l("To be watched"), "act": _l("To be acted upon")},
    "chain": {
        "ordered": _l("Ordered"), "planned": _l("Planned"), "unassigned": _l("Unassigned"), "cooked": _l("Packed"), "not_ticked": _l("Trips without a tick"),
        "loaded": _l("Aboard"), "not_counted": _l("Trips without a count"), "delivered": _l("Delivered"), "returned": _l("Returned"),
        "no_record": _l("no record"), "claimed": _l("Claimed"), "self_paid": _l("Paid in full"), "explained": _l("Explained"),
        "unexplained": _l("to explain"), "held": _l("Held by a check"),
    },
    "arrived": {
        "books": _l("lines of the order books"), "amendments": _l("changes of closed books"), "orders": _l("orders"), "payments": _l("residents' payments"),
        "plans": _l("plans"), "runs": _l("drivers' runs"), "doors": _l("records at the door"), "evidence": _l("evidence beside records"), "swipes": _l("swipes"),
        "cash": _l("cash entries"), "trips": _l("counts of trips"), "people": _l("facts about residents"), "register": _l("vendors, drivers, stations or streets"),
        "other-months": _l("other months"), "explanations": _l("explanations"), "words": _l("words about counts"), "findings": _l("findings of the checks"),
        "corrections": _l("corrections put forward"), "rules": _l("the rules"), "closing": _l("the closing of the month"),
    },
    "chain-cut": {"day": _l("Day"), "street": _l("Street"), "vendor": _l("Vendor"), "kitchen": _l("Kitchen")},
    "chain-count": {"cooked": _l("The kitchen's tick"), "loaded": _l("The driver's count")},
    "correction": {
        "late-record": _l("Late record"), "record-changed": _l("Record corrected"), "ledger-changed": _l("Ledger changed"),
        "paid-since": _l("Paid since"), "rule-changed": _l("Rule changed"), "deceased": _l("Late death"), "refused": _l("Not due"),
        "released": _l("Released"), "taken-back": _l("Taken back"), "award": _l("Award (以奖代补)"),
    },
    "settlement-act": {
        "explained": _l("Differences explained"), "prepared": _l("Month prepared"), "signed": _l("Street signed"),
        "sent-back": _l("Sent back"), "approved": _l("Approved and closed"), "paid": _l("Transfer written down"),
        "objected": _l("Objection of finance"),
    },
}  # fmt: skip
