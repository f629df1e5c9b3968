"""What a mismatch is called, and the sentence that says what is wrong."""

from collections.abc import Mapping

from mealroute.core.i18n import _, _l
from mealroute.core.money import yuan
from mealroute.swipes.records import Mismatch, Trouble

TROUBLES: Mapping[str, str] = {
    Trouble.PERSON_UNKNOWN: _l("Card or number unknown"), Trouble.NO_ORDER: _l("No order"),
    Trouble.NOT_HANDED_OVER: _l("Ordered, not handed over"), Trouble.SWIPED_TWICE: _l("Swiped twice"),
    Trouble.EATEN_ELSEWHERE: _l("Brought home and swiped at a counter"), Trouble.OTHER_SITE: _l("Swiped at another station"),
    Trouble.PORTIONS_DIFFER: _l("Portions differ"), Trouble.AMOUNT_DIFFERS: _l("Amount differs"),
    Trouble.VOID_WITHOUT_ORIGINAL: _l("Taken back, but never there"), Trouble.NO_SWIPE: _l("Handed out without a swipe"),
}  # fmt: skip


def sentence(one: Mismatch) -> str:
    """What is wrong, for whoever has to explain it."""
    match one.trouble:
        case Trouble.PERSON_UNKNOWN:
            return _("Nobody in the ledger has this card or number: find out whose swipe it was.")
        case Trouble.NO_ORDER:
            return _("There is no order of this person for this meal.")
        case Trouble.NOT_HANDED_OVER:
            return _("The meal was ordered, but no handover is on record.")
        case Trouble.SWIPED_TWICE:
            return _("Another swipe stands for this meal already; this one counts for nothing.")
        case Trouble.EATEN_ELSEWHERE:
            return _("This meal was brought home, and the card was swiped at a counter for the same meal.")
        case Trouble.OTHER_SITE:
            return _("The meal was handed out at another station than the card was swiped.")
        case Trouble.PORTIONS_DIFFER:
            return _("%(n)d portions were handed out, %(m)d were swiped.", n=one.expected, m=one.found)
        case Trouble.AMOUNT_DIFFERS:
            return _(
                "The resident's part is %(due)s yuan, the machine took %(paid)s.",
                due=yuan(one.expected),
                paid=yuan(one.found),
            )
        case Trouble.VOID_WITHOUT_ORIGINAL:
            return _("A swipe is taken back that is in no file.")
        case Trouble.NO_SWIPE:
            return _("The station handed this meal out; its file for the day has no swipe of it.")


COLUMNS: Mapping[str, str] = {
    "serial": _l("Transaction number"), "kind": _l("Meal or taken back"), "voids": _l("Transaction taken back"), "day": _l("Day"),
    "time": _l("Time *"), "slot": _l("Meal"), "card_no": _l("Card number"), "id_number": _l("ID number"),
    "resident_code": _l("Resident's code"), "site_code": _l("Station's code"), "terminal": _l("Machine"), "quantity": _l("Portions"),
    "price": _l("Price"), "paid": _l("Paid by the resident"), "subsidy": _l("Subsidy taken off"), "means": _l("Card, QR or face"),
}  # fmt: skip
"""What the fields of a file are called."""
