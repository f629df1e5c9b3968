"""The words for the closed lists of the domain: a kebab-case value and what a reader sees for it."""

from collections.abc import Mapping

from mealroute.core.i18n import _, _l
from mealroute.kitchen.words import ACTIONS, READINGS
from mealroute.residents.words import diet_label
from mealroute.swipes.words import COLUMNS, TROUBLES
from mealroute.timebank.exports import KINDS
from web import case_words, close_words, export_words

VOCABULARY: Mapping[str, Mapping[str, str]] = {
    "swipe-trouble": TROUBLES, "swipe-column": COLUMNS,
    "claim-confirmation": {
        "card": _l("Card"), "qr": _l("QR code"), "face": _l("Face"), "code": _l("Spoken code"), "signature": _l("Signature"),
        "photo": _l("Photo"), "counter": _l("Handed out at a counter"), "seen": _l("Seen in person"), "contact": _l("Taken by a contact"),
        "unseen": _l("Nobody was met"),
    },
    "claim-unit": {
        "meal": _l("a meal"), "person-day": _l("a person and day"), "delivery": _l("a delivery"), "month": _l("a month"),
        "quarter": _l("a quarter"), "year": _l("a year"), "one-off": _l("once"),
    },
    "cash-state": {"settled": _l("Handed in"), "explained": _l("Lack explained"), "open": _l("Open")},
    "cash-entry": {"handed": _l("received"), "explained": _l("missing, explained")},
    "slot": {"lunch": _l("Lunch"), "dinner": _l("Dinner")},
    "theme": {"light": _l("Light"), "dark": _l("Dark"), "system": _l("As the system")},
    "role": {
        "dispatcher": _l("Dispatcher"), "kitchen": _l("Kitchen staff"), "driver": _l("Driver"), "vendor": _l("Vendor manager"),
        "station": _l("Station counter"), "hotline": _l("Hotline"), "finance": _l("Finance officer"), "street-checker": _l("Street checker"),
        "district-approver": _l("District approver"), "auditor": _l("Auditor"), "district": _l("District console"),
        "admin": _l("Administrator"), "system": _l("The program"),
    },
    "state": {
        "pending": _l("Pending"), "active": _l("Active"), "paused": _l("Paused"), "stopped": _l("Stopped"), "deceased": _l("Deceased"),
    },
    "sex": {"male": _l("Male"), "female": _l("Female"), "unknown": _l("Not stated")},
    "living": {
        "alone": _l("Lives alone"), "couple-both-80": _l("Couple, both over 80"), "couple": _l("Couple"),
        "with-family": _l("With family"), "institution": _l("In an institution"), "unknown": _l("Not stated"),
    },
    "handover": {
        "in-person-only": _l("In person only"), "contact-allowed": _l("A contact may take it"), "door-allowed": _l("May be left at the door"),
    },
    "precision": {"door": _l("Door"), "building": _l("Building"), "street": _l("Street only"), "none": _l("No point")},
    "pause": {"hospital": _l("In hospital"), "away": _l("Away"), "family": _l("With family for a while"), "other": _l("Other reason")},
    "size": {"normal": _l("Regular"), "large": _l("Large")},
    "delivery": {"home": _l("To the door"), "station": _l("Collects at the station")},
    "channel": {"web": _l("Web"), "phone": _l("Phone call"), "counter": _l("Counter"), "paper": _l("Paper slip")},
    "means": {
        "card": _l("Card"), "mobile": _l("Mobile payment"), "cash-at-door": _l("Cash at the door"), "monthly": _l("Monthly bill"),
        "counter-cash": _l("Cash at the counter"),
    },
    "order-state": {"placed": _l("Placed"), "cancelled": _l("Cancelled")},
    "choice": {
        "dish": _l("Another dish"), "by-hand": _l("The kitchen cooks something safe by hand"), "no-meal": _l("No meal that day"),
        "by-rule": _l("Back to what the rules give"),
    },
    "voice": {"resident": _l("The resident's own"), "contact": _l("A contact's"), "desk": _l("The desk's, nobody was reached")},
    "consent": {"given": _l("Agreed"), "refused": _l("Does not agree"), "unknown": _l("Not asked yet")},
    "flag": {"no-point": _l("No point"), "no-dish": _l("No dish suits"), "no-station": _l("Station unknown")},
    "book-state": {"open": _l("Book open"), "closed": _l("Book closed")},
    "amendment": {"add": _l("Added"), "cancel": _l("Cancelled"), "change": _l("Changed")},
    "meal-change": {
        "added": _l("New order"), "cancelled": _l("Order cancelled"), "placed": _l("Has a place now"), "left-out": _l("Lost its place"),
        "moved": _l("Another driver"), "changed": _l("Meal changed"), "retimed": _l("Other time"), "reordered": _l("Other order of stops"),
    },
    "stop-change": {
        "added": _l("added"), "gone": _l("gone"), "changed": _l("other meals"), "reordered": _l("other place"), "retimed": _l("Other time"),
    },
    "audience": {"driver": _l("Driver"), "vendor": _l("Vendor"), "kitchen": _l("Kitchen")},
    "told-by": {"page": _l("on the page"), "phone": _l("told on the phone by")},
    "version-state": {"draft": _l("Draft"), "published": _l("Published"), "withdrawn": _l("Withdrawn")},
    "offer-state": {
        "open": _l("Waiting for an answer"), "accepted": _l("Accepted"), "declined": _l("Declined"), "lapsed": _l("Not answered in time"),
        "taken-back": _l("Taken back"), "ended": _l("Ended"),
    },
    "standing": {
        "nobody": _l("Nobody has it"), "vendor-blocked": _l("Vendor suspended: who decides?"), "overdue": _l("No answer in time"),
        "open": _l("Waiting for an answer"), "no-crew": _l("No driver named"), "held": _l("Accepted"),
    },
    "run-state": {"published": _l("Published"), "withdrawn": _l("Withdrawn"), "done": _l("Done")},
    "job-state": {
        "queued": _l("Waiting"), "running": _l("Running"), "done": _l("Done"), "failed": _l("Failed"), "cancelled": _l("Stopped by hand"),
    },
    "job-kind": {
        "plan-day": _l("Plan a meal"), "draft-replan": _l("Plan again around the locks"), "draft-what-if": _l("What if"),
        "paper-packs": _l("Make paper packs"), "check-month": _l("Check a month"), "export-file": _l("Make an export"),
        "rule-trial": _l("Try a draft of the rulebook"), "prepare-month": _l("Prepare a month"), "approve-month": _l("Close a month"),
        "reckon-month": _l("Reckon a month for its pages"), "sign-month": _l("Sign parts of a month"),
    },
    "job-stage": {
        "matrix": _l("Measuring the ways"), "compile": _l("Compiling the search, once; about a minute"), "construct": _l("Making a first plan"), "ortools": _l("Improving the plan"), "pyvrp": _l("Improving the plan"),
        "sisr": _l("Improving the plan"), "drawing": _l("Drawing the routes"), "saving": _l("Saving"), "checking": _l("Checking the month"), "paper": _l("Drawing the packs"), "hands": _l("Dealing out the routes"), "hours": _l("Nearing usual hours"),
        "memory": _l("Measuring what familiarity costs"), "reading": _l("Reading the month"), "trying": _l("Applying both rulebooks"),
        "corrections": _l("What closed months need"), "lines": _l("Computing the claim lines"), "checks": _l("The checks look at the days"),
        "signing": _l("Putting together what streets sign"), "closing": _l("Closing and sealing"), "adding": _l("Adding up"), "writing-signatures": _l("Signing"),
    },
    "pack-basis": {
        "published": _l("Published plan"), "draft": _l("Draft, not published"), "weekday": _l("The same weekday's plan"),
        "none": _l("No plan: people and contacts only"),
    },
    "severity": {"block": _l("Blocks payment"), "hold": _l("Waits for a word"), "warn": _l("Hint")},
    "finding-state": {"open": _l("Open"), "cleared": _l("Cleared"), "gone": _l("No longer found")},
    "finding-act": {
        "found": _l("Came up"), "cleared": _l("Cleared"), "reopened": _l("Opened again"), "gone": _l("No longer found"),
        "found-again": _l("Found again"),
    },
    "certainty": {"sourced": _l("from a document or a published audit"), "derived": _l("derived; the district sets the limits")},
    "reference": {
        "resident": _l("Resident"), "driver": _l("Driver"), "vendor": _l("Vendor"), "station": _l("Station"), "payment": _l("Payment"),
        "notice": _l("Line of a list from outside"), "pause": _l("Pause"), "kitchen": _l("Kitchen"), "sheet": _l("Keyed sheet"),
        "closing": _l("Closing of the counter"), "complaint": _l("Complaint"), "swipe": _l("Card swipe"),
        "purse": _l("Cash of a round"), "returned": _l("Count of what came back"),
        "rule": _l("Rule"), "call-back": _l("Call-back list"),
    },
    "proof-source": {
        "phone": _l("by the phone"), "paper": _l("keyed from paper"), "desk": _l("entered at a desk"), "closing": _l("by the close of the day"),
        "simulated": _l("sample data"),
    },
    "notice": {
        "deceased": _l("Has died"), "moved-out": _l("Has moved out"), "institution": _l("Lives in an institution"),
        "hospital": _l("Is in hospital"), "missing": _l("Is declared missing"), "imprisoned": _l("Is in prison"),
        "no-basic-service": _l("Is no longer a recipient of basic services"), "other-benefit": _l("Another programme pays"),
    },
    "heard": {
        "received": _l("It came"), "not-received": _l("It did not come"), "cannot-say": _l("Cannot say"), "not-reached": _l("Nobody reached"),
    },
    "time-entry": KINDS,
    "driver-paper": {"health-certificate": _l("Health certificate"), "training": _l("Training")},
    "sheet-stand": {
        "in-force": _l("In force"), "replaced": _l("This sheet is of a plan that was replaced."), "draft": _l("This sheet was printed from a draft."),
    },
    "pack-act": {"made": _l("Made"), "printed": _l("Opened to print"), "downloaded": _l("Downloaded"), "deleted": _l("Deleted by the rule")},
    "call-result": {
        "well": _l("Spoken to, all is well"), "meal-arranged": _l("A meal comes another way"), "away": _l("Not at home, known where"),
        "not-reached": _l("Not reached; somebody goes there"),
    },
    "job-waiting": {
        "scheduler-away": _l("Waits: the planning cluster does not answer. It begins when the cluster is back."),
        "no-workers": _l("Waits: the planning cluster has no worker. It begins when one joins."),
        "workers-refuse": _l("Waits: the workers cannot begin it. The log says why."),
    },
    "vehicle": {"e-bike": _l("E-bike"), "van": _l("Van")},
    "outcome": {
        "handed-over": _l("Handed over"), "left-with-contact": _l("Left with a contact"), "left-at-door": _l("Left at the door"),
        "refused": _l("Refused"), "no-answer": _l("No answer"), "moved": _l("Moved away"), "in-hospital": _l("In hospital"),
        "cancelled-at-door": _l("Cancelled at the door"), "not-reached": _l("Not reached"), "short": _l("No meal arrived"),
        "volunteer-absent": _l("The volunteer did not come"),
    },
    "shortfall": {
        "not-loaded": _l("Not loaded"), "spilled": _l("Spilled on the way"), "sent-elsewhere": _l("Went to another station"),
        "more-than-listed": _l("More came than listed"), "other": _l("Other, see the note"),
    },
    "door": {
        "handed-over": _l("The person"), "left-with-contact": _l("Family or carer"), "left-at-door": _l("Left at the door"),
        "refused": _l("Refused"), "cancelled-at-door": _l("Cancelled at the door"), "in-hospital": _l("In hospital"), "moved": _l("Moved away"),
    },
    "stop-state": {
        "seen": _l("seen"), "left": _l("left, not seen"), "failed": _l("not delivered"), "next": _l("next"), "ahead": _l("to come"),
    },
    "lateness": {"1": _l("late")},
    "risk": {"tight": _l("Little heat left"), "must-serve": _l("Must be served"), "new-face": _l("First meeting"), "broken": _l("A limit broken")},
    "lock": {
        "stop": _l("Stop locked"), "order": _l("Order locked"), "route": _l("Route locked"), "under-way": _l("Already on the road"),
    },
    "sheet": {
        "areas": _l("Streets and communities"), "vendors": _l("Vendors"), "kitchens": _l("Kitchens"), "stations": _l("Stations"),
        "drivers": _l("Drivers"), "vehicles": _l("Vehicles"),
        "street-contracts": _l("Contracts of streets"), "backups": _l("Who stands in"), "dishes": _l("Dishes"), "menu": _l("Weekly menu"),
        "residents": _l("Residents"), "standing-orders": _l("Standing orders"), "cards": _l("Cards of residents"),
        "swipes": _l("Swipes at counters"), "agreements": _l("Agreements of stations with persons"),
        "site-figures": _l("Stars and capacity of stations"), "applications": _l("One-off applications of stations"),
    },
    "explanation": {
        "held": _l("Held by a check"), "outcome-not-claimable": _l("Left without seeing the person"), "second-meal": _l("A further meal of the day"),
        "free-meal": _l("Meal without a price"), "further-portion-unpaid": _l("Further portion unpaid"), "no-rule": _l("No rule in force"), "owing": _l("A part still owing"),
        "deceased": _l("Deceased"), "not-in-service": _l("Not in service"), "paused": _l("Paused"), "institution": _l("In an institution"),
        "paid-nothing": _l("Nothing paid"), "paid-too-little": _l("Paid too little"), "slot-not-covered": _l("Meal not covered"),
        "price-not-above-subsidy": _l("Price not above the subsidy"), "not-basic-service": _l("Not a basic-care recipient"),
    },
    "payer": {"city": _l("City"), "district": _l("District"), "street": _l("The street"), "village": _l("The village"), "charity": _l("Charity")},
    "period-state": {"open": _l("Open"), "closed": _l("Closed")},
    "vendor-state": {
        "applied": _l("Applied"), "admitted": _l("Admitted"), "probation": _l("On probation"), "active": _l("Working"),
        "suspended": _l("Suspended"), "exited": _l("Left"),
    },
    "vendor-step": {
        "applied": _l("Applies again"), "admitted": _l("Admit"), "probation": _l("Put on probation"), "active": _l("Let work"),
        "suspended": _l("Suspend at once"), "exited": _l("Close the application"),
    },
    "answer": {"yes": _l("Fulfilled"), "no": _l("Not fulfilled"), "not-applicable": _l("Not applicable")},
    "backup-kind": {"vendor": _l("Vendor"), "volunteer": _l("Volunteer")},
    "size-class": {"extra-large": _l("Very large"), "large": _l("Large business"), "medium": _l("Medium"), "small": _l("Small")},
    "vendor-type": {
        "catering": _l("Caterer"), "institution": _l("Care home"), "care-centre": _l("Care centre"), "station": _l("Station"),
        "delivery-company": _l("Delivery company"), "canteen": _l("Canteen"),
    },
    "supply": {
        "hub-main": _l("Central kitchen"), "institution-radiating": _l("From a care home"), "catering-dispersed": _l("Restaurants nearby"),
        "group-meal-chain": _l("Group caterer"), "elder-table": _l("Elders' table"),
    },
    "reading": READINGS,
    "action": ACTIONS,
    "due": {"overdue": _l("Overdue"), "due": _l("Due now"), "ahead": _l("Later")},
    "due-kind": {
        "sample": _l("Sample of"), "core": _l("Core temperature of"), "cold": _l("Cold temperature of"), "box-hot": _l("Hot box of"),
        "box-cold": _l("Cold box of"), "discard": _l("Discard the sample of"),
        "holding": _l("Hot-holding temperature of"), "boxes": _l("Boxes not back from"),
    },
    "box": {"hot": _l("Hot box"), "cold": _l("Cold box"), "halal": _l("Halal box"), "bulk": _l("Bulk box")},
    "box-way": {"out": _l("Out"), "back": _l("Back in"), "written-off": _l("Written off")},
    "trip-state": {
        "changed": _l("Changed since packed"), "late": _l("Late"), "now": _l("Pack now"), "ahead": _l("Later"), "packed": _l("Packed"),
    },
    "station-kind": {"hub": _l("Street hub"), "station": _l("Station")},
    "complaint-kind": {
        "late": _l("Brought late"), "cold": _l("Food cold"), "spilled": _l("Spilled or damaged"), "not-brought": _l("Not brought"),
        "manner": _l("Manner of the driver"), "charged": _l("Wrongly charged"), "other-delivery": _l("Other, about the bringing"),
        "taste": _l("Taste"), "portion": _l("Too little food"), "wrong-diet": _l("Wrong for the diet"), "spoiled": _l("Food gone off"),
        "foreign-object": _l("Something in the food"), "other-food": _l("Other, about the food"),
    },
    "complainant": {
        "resident": _l("The resident"), "family": _l("Family"), "neighbour": _l("A neighbour"), "staff": _l("Staff"), "other": _l("Somebody else"),
    },
    "complaint-state": {
        "received": _l("Received"), "answered": _l("Answered"), "confirmed": _l("Confirmed"), "dismissed": _l("Dismissed"),
    },
    "evidence": {
        "seen": _l("The person seen"), "signature": _l("Signature"), "photo": _l("Photo"), "code": _l("Spoken code"), "place": _l("Place"),
        "note": _l("Note"),
    },
    "code-verdict": {"matched": _l("Code matches"), "different": _l("Code differs"), "none-known": _l("No code on file")},
    "last-meal": {
        "eaten": _l("Eaten up"), "some-left": _l("Some left"), "untouched": _l("Untouched"), "not-asked": _l("Not asked"),
    },
    "seems": {"as-usual": _l("As usual"), "less-well": _l("Less well"), "needs-help": _l("Needs help")},
    "contentment": {"good": _l("Good"), "so-so": _l("So-so"), "bad": _l("Bad"), "not-asked": _l("Not asked")},
    **case_words.WORDS,
    **close_words.WORDS,
    **export_words.WORDS,
}  # fmt: skip

TONES: Mapping[str, Mapping[str, str]] = {
    "state": {"pending": "info", "active": "ok", "paused": "paused", "stopped": "quiet", "deceased": "quiet"},
    "outcome": {
        "handed-over": "ok", "left-with-contact": "watch", "left-at-door": "watch", "refused": "info", "no-answer": "danger",
        "moved": "info", "in-hospital": "info", "cancelled-at-door": "info", "not-reached": "danger",
        "short": "danger", "volunteer-absent": "danger",
    },
    "meal-change": {
        "added": "info", "cancelled": "quiet", "placed": "ok", "left-out": "danger", "moved": "watch", "changed": "watch",
    },
    "offer-state": {
        "open": "watch", "accepted": "ok", "declined": "quiet", "lapsed": "quiet", "taken-back": "quiet", "ended": "quiet",
    },
    "standing": {
        "nobody": "danger", "vendor-blocked": "danger", "overdue": "watch", "open": "info", "no-crew": "watch", "held": "ok",
    },
    "version-state": {"draft": "info", "published": "ok", "withdrawn": "quiet"},
    "job-state": {"queued": "quiet", "running": "info", "done": "ok", "failed": "danger", "cancelled": "quiet"},
    "vendor-state": {
        "applied": "info", "admitted": "info", "probation": "watch", "active": "ok", "suspended": "danger", "exited": "quiet",
    },
    "order-state": {"placed": "ok", "cancelled": "quiet"},
    "complaint-state": {"received": "watch", "answered": "info", "confirmed": "danger", "dismissed": "quiet"},
    "contentment": {"good": "ok", "so-so": "watch", "bad": "danger", "not-asked": "quiet"},
    "door": {
        "handed-over": _l("The person"), "left-with-contact": _l("Family or carer"), "left-at-door": _l("Left at the door"),
        "refused": _l("Refused"), "cancelled-at-door": _l("Cancelled at the door"), "in-hospital": _l("In hospital"), "moved": _l("Moved away"),
    },
    "period-state": {"open": "info", "closed": "ok"},
    "due": {"overdue": "danger", "due": "watch", "ahead": "quiet"},
    "trip-state": {"changed": "danger", "late": "danger", "now": "watch", "ahead": "quiet", "packed": "ok"},
    **case_words.TONES,
    **export_words.TONES,
}  # fmt: skip


def word(kind: str, value: object) -> str:
    """What a reader sees for ``value``; a value without a word is shown as it is, so that nothing is hidden."""
    if kind == "diet":
        return diet_label(str(value))
    found = VOCABULARY[kind].get(str(value))
    return _(found) if found else str(value)


def tone(kind: str, value: object) -> str:
    """The state silhouette and colour for ``value``."""
    return TONES[kind].get(str(value), "quiet")
