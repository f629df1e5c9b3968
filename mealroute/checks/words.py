"""What a check is called and what a finding says, in the reader's language. Money in yuan, never a name."""

from collections.abc import Mapping
from dataclasses import dataclass

from mealroute.checks.records import FindingRecord
from mealroute.core.i18n import _, _l
from mealroute.core.money import yuan

MONEY = frozenset({"price", "amount", "list", "paid", "due", "back", "taken", "missing", "gain"})


@dataclass(frozen=True, slots=True)
class Wording:
    """Title of a check and the sentence of its findings; both are translated where they are shown."""

    title: str
    sentence: str


WORDINGS: Mapping[str, Wording] = {
    "deceased": Wording(_l("Dead by the day of the meal"), _l("%(resident)s had died by the day of the meal; %(meals)d meals are recorded as handed over.")),
    "moved-away": Wording(_l("Moved away, or service ended"), _l("%(resident)s was no longer served; %(meals)d meals are claimed.")),
    "other-district": Wording(_l("Lives in another district"), _l("%(resident)s lives in a street of another district; %(meals)d meals are claimed here.")),
    "in-institution": Wording(_l("Lives in an institution"), _l("%(resident)s lives in an institution; %(meals)d meals are claimed.")),
    "away-or-in-hospital": Wording(_l("In hospital or away"), _l("%(resident)s was in hospital or away; %(meals)d meals are recorded as handed over on these days.")),
    "missing-or-imprisoned": Wording(_l("Declared missing or in prison"), _l("A list from outside says that %(resident)s is missing or in prison; %(meals)d meals are recorded as handed over.")),
    "category-not-valid": Wording(_l("No recipient of basic services that day"), _l("%(resident)s was no recipient of basic services on these days; %(meals)d resident subsidies are claimed.")),
    "too-young": Wording(_l("Below the age"), _l("%(resident)s was %(age)d years old; %(meals)d meals are claimed.")),
    "assessment-expired": Wording(_l("Assessment out of date"), _l("The assessment of %(resident)s was valid until %(until)s; %(meals)d resident subsidies rest on it.")),
    "double-benefit": Wording(_l("Another programme pays as well"), _l("%(resident)s is on the list of another programme; %(meals)d resident subsidies are claimed.")),
    "two-subsidies": Wording(_l("More than one subsidy a day"), _l("%(n)d resident subsidies for one person on one day (%(vendors)s).")),
    "cap-passed": Wording(_l("Cap passed"), _l("%(resident)s: %(n)d claims under %(rule)s in %(window)s, %(most)d are allowed.")),
    "price-too-low": Wording(_l("The meal costs no more than the subsidy"), _l("The meal cost %(price)s yuan, the subsidy is %(amount)s.")),
    "nothing-paid": Wording(_l("The resident has not paid"), _l("%(paid)s yuan are paid, %(due)s are due from the resident.")),
    "other-slot": Wording(_l("Neither lunch nor dinner"), _l("A claim for a meal that is neither lunch nor dinner (%(slot)s).")),
    "refunded": Wording(_l("Money given back, meal still claimed"), _l("%(back)s yuan went back to the resident, %(paid)s stand as paid, and the meal is claimed.")),
    "amount-differs": Wording(_l("The amount does not come out again"), _l("The line of %(amount)s yuan does not come out again by the rules of that day (%(why)s).")),
    "price-inflated": Wording(_l("Above the list price"), _l("%(vendor)s: %(meals)d meals stand above the menu's price of the day (%(price)s yuan instead of %(list)s).")),
    "split-order": Wording(_l("One meal in several orders or payments"), _l("One person's meal stands in %(orders)d orders with %(payments)d payments.")),
    "eaten-twice": Wording(_l("One meal taken twice"), _l("One person took the same meal at %(n)d places on one day.")),
    "one-payment-for-many": Wording(_l("One payment for many people"), _l("One payment reference pays %(meals)d meals of %(n)d residents.")),
    "person-in-two-places": Wording(_l("A person in two places"), _l("Two records %(minutes)d minutes apart at places that are at least %(need)d minutes apart.")),
    "burst": Wording(_l("More doors than a minute has room for"), _l("Driver %(driver)s recorded %(doors)d doors within %(seconds)d seconds.")),
    "burst-at-counter": Wording(_l("More people at once than a counter serves"), _l("The counter %(station)s recorded %(doors)d people at one moment.")),
    "outside-window": Wording(_l("Outside the hours of the meal"), _l("Driver %(driver)s recorded %(meals)d meals outside the hours of the meal, the first at %(at)s.")),
    "before-loading": Wording(_l("Handed over before it was loaded"), _l("Driver %(driver)s recorded %(meals)d meals before they were aboard: the first at %(at)s, loading at %(earliest)s.")),
    "far-from-door": Wording(_l("Recorded far from the doors"), _l("Driver %(driver)s recorded %(doors)d of %(of)d doors far away from them, half of them more than %(metres)d m.")),
    "from-one-place": Wording(_l("Many doors recorded at one place"), _l("Driver %(driver)s recorded %(doors)d doors at one place; the doors lie up to %(metres)d m apart.")),
    "same-digits": Wording(_l("Positions that no phone gives"), _l("Driver %(driver)s: the positions of %(doors)d doors agree to the last digit.")),
    "even-intervals": Wording(_l("Records at even intervals"), _l("Driver %(driver)s recorded %(doors)d stops like clockwork, every %(seconds)d seconds or exactly as planned.")),
    "same-photo": Wording(_l("One photo for several doors"), _l("One photo, the same to the last bit, proves %(n)d meals at %(doors)d doors or days.")),
    "phone-of-many": Wording(_l("One telephone for many people"), _l("%(n)d residents who do not live together stand with one telephone number.")),
    "taken-by-one": Wording(_l("One person takes the meals of many"), _l("One named person took %(meals)d meals of %(n)d residents who do not live together.")),
    "proxy-unregistered": Wording(_l("Somebody unknown takes the meals"), _l("%(resident)s: %(n)d of %(of)d meals were taken by somebody who is not among the contacts.")),
    "no-route-stop": Wording(_l("No stop on the route"), _l("%(meals)d meals of driver %(driver)s are claimed, and no stop of route %(route)d carries them.")),
    "off-shift": Wording(_l("Outside the driver's shift"), _l("%(meals)d meals of driver %(driver)s on a day off or after the shift (%(end)s).")),
    "unfit-driver": Wording(_l("Health certificate ran out"), _l("The health certificate of driver %(driver)s was valid until %(until)s; %(meals)d meals after that.")),
    "driver-in-two-places": Wording(_l("A driver in two places"), _l("Driver %(driver)s: %(legs)d times the roads need more time than lies between two records, up to %(minutes)d minutes more.")),
    "one-phone-for-drivers": Wording(_l("One phone for several drivers"), _l("One phone recorded %(doors)d doors of the drivers %(drivers)s at the same time.")),
    "ordered-afterwards": Wording(_l("Ordered after it was handed over"), _l("%(vendor)s: %(meals)d orders were written down after their meals are recorded as handed over.")),
    "seldom-seen": Wording(_l("Residents are seldom seen"), _l("%(vendor)s: %(n)d of %(of)d meals stayed with nobody seen.")),
    "account-on-phones": Wording(_l("One account on several phones"), _l("Driver %(driver)s: %(doors)d doors were recorded on %(phones)d phones in turn, changed %(turns)d times.")),
    "run-too-fast": Wording(_l("A round in no time"), _l("Driver %(driver)s recorded %(doors)d stops in %(minutes)d minutes; the plan needs %(planned)d.")),
    "over-capacity-trip": Wording(_l("More than the vehicle carries"), _l("Driver %(driver)s handed over %(portions)d portions of one trip; the vehicle holds %(room)d.")),
    "more-than-loaded": Wording(_l("More handed over than loaded"), _l("%(given)d portions are recorded as handed over, %(counted)d were counted aboard.")),
    "more-than-received": Wording(_l("More handed out than received"), _l("The station %(station)s handed out %(given)d portions and signed for %(counted)d.")),
    "no-kitchen-log": Wording(_l("The kitchen's log is silent"), _l("%(given)d portions come from kitchen %(kitchen)s on a day for which its log holds no sample and no temperature.")),
    "over-capacity": Wording(_l("More than the vendor can cook"), _l("%(vendor)s: %(given)d portions on one day, its capacity is %(most)d.")),
    "jump": Wording(_l("Far above the usual"), _l("%(vendor)s: %(portions)d portions, the median of this weekday in the four weeks before is %(usual)d.")),
    "never-varies": Wording(_l("The same number every day"), _l("%(vendor)s: exactly %(count)d people on %(days)d of %(of)d days, although %(people)d different people ate.")),
    "never-fails": Wording(_l("Nobody ever absent"), _l("%(vendor)s: %(records)d records in a month and not one refusal, absence or closed door.")),
    "closed-day": Wording(_l("A day without service"), _l("%(vendor)s: %(given)d meals on a day on which nothing is served by the calendar.")),
    "counts-differ": Wording(_l("Two counts differ"), _l("%(what)s %(which)s: the records say %(ours)d, the other count %(theirs)d.")),
    "round-numbers": Wording(_l("Round numbers"), _l("%(vendor)s: %(days)d of %(of)d daily counts end in 0 or 5. A hint only.")),
    "staff-among-guests": Wording(_l("Staff among the guests"), _l("%(resident)s shares a telephone with %(who)s, which serves them; %(meals)d meals.")),
    "same-identity": Wording(_l("One person on two cards"), _l("The cards %(cards)s belong to one person; %(meals)d meals stand on the later ones.")),
    "identity-wrong": Wording(_l("ID number cannot be right"), _l("The ID number of %(resident)s cannot be right (%(why)s); %(meals)d meals.")),
    "ghost": Wording(_l("Nobody has met them but one driver"), _l("%(resident)s is new, has no ID number, no telephone and no contact, and got %(n)d meals from one driver.")),
    "vendor-not-licensed": Wording(_l("Vendor without valid papers"), _l("%(vendor)s had no valid papers or was suspended (%(why)s); %(meals)d meals are claimed.")),
    "typed-by-hand": Wording(_l("Many records typed at a desk"), _l("%(vendor)s: %(n)d of %(of)d records were typed at a desk.")),
    "back-dated": Wording(_l("Records that came days later"), _l("%(vendor)s: %(n)d of %(of)d records reached us more than a day after the time that they state.")),
    "enrolled-unused": Wording(_l("Enrolled and unused"), _l("%(n)d residents have a standing order and got no meal for %(weeks)d weeks.")),
    "complained": Wording(_l("Somebody says it never came"), _l("A complaint says that this meal did not come; it is claimed as handed over.")),
    "two-meals-at-once": Wording(_l("Two meals of the day at once"), _l("Lunch and dinner of one person are recorded %(minutes)d minutes apart.")),
    "bulk-at-once": Wording(_l("A pile of cards at once"), _l("The counter %(station)s recorded %(n)d of %(of)d meals within %(minutes)d minutes.")),
    "place-shifted": Wording(_l("All places off by the same way"), _l("Driver %(driver)s: %(doors)d of %(of)d places lie the same %(metres)d m off their doors: an invented track, or points of the ledger in another datum.")),
    "dish-not-sampled": Wording(_l("A dish without a sample"), _l("Kitchen %(kitchen)s handed out %(given)d portions of %(dish)s and kept no sample of it that day, but of other dishes.")),
    "no-place": Wording(_l("A phone that never says where it is"), _l("Driver %(driver)s: %(n)d of %(of)d records at doors say no place, those of others in the street do.")),
    "places-again": Wording(_l("Positions copied from the time before"), _l("Driver %(driver)s: at %(doors)d of %(of)d doors the phone stood, to the last digit, where it had stood the time before.")),
    "copied-day": Wording(_l("A day copied from an earlier one"), _l("Driver %(driver)s: the records of %(doors)d doors are those of %(earlier)s, moved by %(shift)d seconds.")),
    "dearer-if-subsidised": Wording(_l("Dearer for those with a subsidy"), _l("%(vendor)s: %(n)d of %(of)d meals of residents with a subsidy cost %(price)s yuan or about that, others pay %(list)s for the same dish.")),
    "left-with-staff": Wording(_l("The vendor's own people took the meals"), _l("%(vendor)s: %(n)d meals of %(people)d residents were taken by somebody with the name of one of its drivers.")),
    "keyed-late": Wording(_l("Paper keyed many days later"), _l("%(vendor)s: %(n)d paper records were keyed up to %(days)d days after their day.")),
    "returned-and-claimed": Wording(_l("Came back and is claimed"), _l("Driver %(driver)s: %(returned)d portions came back by the count; by the records %(expected)d can have, and %(given)d are recorded as handed over.")),
    "nothing-comes-back": Wording(_l("Not handed over, and not come back"), _l("Driver %(driver)s: %(n)d portions were not handed over on %(rounds)d rounds whose return the kitchen counted; %(returned)d came back.")),
    "tier-just-reached": Wording(_l("Just at a tier"), _l("%(who)s: %(what)s %(count)d, from %(least)d on rule %(rule)s pays %(gain)s yuan more. In the months before: %(before)s; %(late)d of it in the last %(days)d days.")),
    "changed-afterwards": Wording(_l("First not handed over, then handed over"), _l("%(vendor)s: %(n)d of %(of)d doors that did not open were turned into handovers at a desk or hours later.")),
    "never-seen": Wording(_l("Nobody has seen them all month"), _l("%(resident)s: %(n)d meals were left at the door, and nobody has seen or reached them in the month.")),
    "call-back-unreachable": Wording(_l("Nobody answers the call-back"), _l("%(vendor)s: nobody could be reached in %(n)d of %(of)d calls; of the other vendors' calls it is %(others)d %%.")),
    "call-back-denied": Wording(_l("Several say it never came"), _l("%(vendor)s: %(n)d of %(of)d residents who could say told the call-back that the meal did not come; of the other vendors' residents it is %(others)d %%.")),
    "payment-again": Wording(_l("One payment entered again and again"), _l("One payment reference was entered on %(days)d days for %(n)d meals of %(people)d residents.")),
    "paid-in-full": Wording(_l("Paid in full, and the subsidy claimed"), _l("%(resident)s paid the whole price of %(n)d meals and got nothing back; the subsidy is claimed as well.")),
    "entitled-afterwards": Wording(_l("Entitled by an entry after the meals"), _l("%(resident)s: %(n)d of %(of)d claims are for meals before %(on)s, when what entitles to them was entered and dated back (%(what)s).")),
    "second-card": Wording(_l("A second card without an ID number"), _l("The cards %(cards)s agree in two of name, birth date and telephone, one has no ID number, and both eat in the same weeks; %(n)d meals stand on it.")),
    "vendor-again": Wording(_l("A barred vendor under another name"), _l("%(vendor)s has begun since %(other)s was suspended, and has its licence, credit code or telephone; %(meals)d meals are claimed.")),
    "closed-kitchen": Wording(_l("A kitchen that has closed"), _l("The kitchen %(kitchen)s is closed since %(since)s; %(meals)d meals from there are claimed.")),
    "driver-under-two-codes": Wording(_l("One man under two drivers' codes"), _l("The drivers %(drivers)s have one telephone; their %(doors)d doors are %(km)d km of way in %(minutes)d minutes.")),
    "cancelled-and-claimed": Wording(_l("Cancelled before loading, and claimed"), _l("%(resident)s: %(meals)d meals were cancelled well before the round began, and are claimed as handed over.")),
    "signed-not-there": Wording(_l("Signed persons who are not there"), _l("%(who)s claims for %(count)d signed persons; %(n)d of them are none: %(gone)d died or moved away, %(inside)d live in an institution, %(twice)d are signed elsewhere too.")),
    "sent-at-once": Wording(_l("Records that come in together, hours later"), _l("Driver %(driver)s: on %(n)d of %(of)d rounds all records came in together, an hour or more after the last door.")),
    "taking-turns": Wording(_l("People who take turns"), _l("%(cards)s never eat on the same day, and one of them always does, in turn and bound to no weekday; %(n)d meals.")),
    "one-hand-for-several": Wording(_l("One hand takes the meals of several"), _l("One person takes most meals of %(n)d residents who do not live together; %(meals)d meals.")),
    "phones-together": Wording(_l("Two drivers' phones on one round"), _l("The phones of the drivers %(drivers)s recorded %(doors)d doors side by side all the way: one round under two accounts?")),
    "cash-missing": Wording(_l("Cash not handed in"), _l("%(who)s took %(taken)s yuan in cash; %(missing)s yuan of it nobody else has received in time, and nobody has said why.")),
    "cash-late": Wording(_l("Cash handed in late, again and again"), _l("%(who)s: the cash of %(n)d of %(of)d rounds was handed in late, up to %(days)d days after its day.")),
    "content-drops": Wording(_l("Residents are less content"), _l("%(vendor)s: %(now)d %% of the answers are good, %(before)d %% were in the months before.")),
}  # fmt: skip

WHY: Mapping[str, str] = {
    "shares": _l("the shares do not add up"), "price": _l("another price than the order's"), "amount": _l("another amount is due"),
    "not-due": _l("nothing is due"), "licence": _l("licence"), "agreement": _l("agreement"), "state": _l("suspended or gone"),
    "length": _l("wrong length"), "birth-date": _l("no such date"), "checksum": _l("check digit"),
    "birth-differs": _l("another birth date than the card's"),
}  # fmt: skip
WHAT: Mapping[str, str] = {
    "sheet": _l("Foot of the sheet"), "counter": _l("Closing of the counter"), "vendor-file": _l("The vendor's own count"), "swipes": _l("Card swipes"),
    "signed-persons": _l("Signed persons"), "meals": _l("Portions"), "person-days": _l("Person-days"), "persons": _l("Persons"),
    "deliveries": _l("Deliveries"), "meals-a-day": _l("Portions a day"), "basic_service": _l("basic services"),
    "basic_service_from": _l("first day of basic services"), "ability_level": _l("ability level"), "assessment_valid_until": _l("assessment"),
    "living": _l("dwelling"), "registration": _l("household registration"), "birth_date": _l("birth date"), "active": _l("served again"),
    "pause": _l("a pause taken back"),
}  # fmt: skip


def title(code: str) -> str:
    """What a check is called."""
    return _(WORDINGS[code].title) if code in WORDINGS else code


def sentence(finding: FindingRecord) -> str:
    """What a finding says."""
    return sentence_of(finding.code, {**finding.params, "meals": finding.lines})


def sentence_of(code: str, params: Mapping[str, object]) -> str:
    """The sentence of a check with its figures; one that lacks a figure falls back on the title."""
    values: dict[str, object] = {
        key: yuan(value) if key in MONEY and isinstance(value, int) else value for key, value in params.items()
    }
    values.setdefault("meals", 0)
    if "why" in values:
        values["why"] = _(WHY.get(str(values["why"]), str(values["why"])))
    if "what" in values:
        values["what"] = _(WHAT.get(str(values["what"]), str(values["what"])))
    try:
        return _(WORDINGS[code].sentence, **values)
    except (KeyError, TypeError):
        return title(code)
