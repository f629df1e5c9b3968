"""From recorded handovers to claim lines by the rulebook: the same handovers in any order give the same lines. Pure.

Each refusal has a code and a sentence; lines and refusals come together, so that nothing is left out without a word.
"""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from mealroute.core.clock import DEFAULT_ZONE, seconds_of_day
from mealroute.rulebook.evaluate import evaluate
from mealroute.rulebook.facts import Earlier, Meal, Person
from mealroute.rulebook.records import Beneficiary, Unit
from mealroute.rulebook.results import Line, Refusal
from mealroute.rulebook.words import refusal_sentence
from mealroute.subsidy.records import ClaimLineRecord, ClaimProblem, Handover, ResidentOnDay, Rulebook
from mealroute.subsidy.site_facts import SiteFigures, person_of

ZONE = ZoneInfo(DEFAULT_ZONE)
WAYS = {"home": "home", "station": "pick-up"}
"""How an order reaches its person, in the words of the rules."""


def claim_lines(
    handovers: Iterable[Handover],
    rules: Rulebook,
    *,
    earlier: Iterable[Earlier] = (),
    figures: Iterable[SiteFigures] = (),
    claimed: Iterable[str] = (),
    every_reason: bool = True,
) -> tuple[tuple[ClaimLineRecord, ...], tuple[ClaimProblem, ...]]:
    """Claim lines and refusals of delivered order lines, by day, meal and order.

    Without ``every_reason`` refusals come only for days on which a meal got nothing and was not paid in full. Of two proofs of one line the newer counts. ``earlier`` are lines claimed before whose week, month or year goes on; ``figures`` are
    months, years and applications of sites, operators and deliverers, ``claimed`` natural keys of them that other months have paid.
    """
    people: dict[tuple[ResidentOnDay, str, str], Person] = {}
    by_line: dict[int, Handover] = {}
    for handover in handovers:
        known = by_line.get(handover.book_line_id)
        if known is None or handover.proof_id > known.proof_id:
            by_line[handover.book_line_id] = handover
    meals = []
    for handover in by_line.values():
        key = handover.resident, handover.street_code, handover.zone
        if key not in people:
            people[key] = person_of(*key)
        meals.append(meal_of(handover, people[key]))
    papers = {id(one.figures): one for one in figures}
    found = evaluate(
        rules.book,
        meals,
        [one.figures for one in papers.values()],
        earlier=earlier,
        paid=claimed,
        only_unsettled=not every_reason,
    )
    lines = tuple(
        line_record(line, by_line[line.item.meal_id])
        if isinstance(line.item, Meal)
        else site_line_record(line, papers[id(line.item)])
        for line in found.lines
    )
    problems = tuple(_problem(refusal, by_line, rules) for refusal in found.refusals)
    return lines, problems


def meal_of(handover: Handover, person: Person) -> Meal:
    """A handover as the rules see it."""
    how = handover.carried
    return Meal(
        meal_id=handover.book_line_id, person=person, day=handover.day, slot=handover.slot, price_fen=handover.unit_price_fen,
        paid_fen=handover.paid_fen, portions=handover.portions, order_id=handover.order_id, proof_id=handover.proof_id,
        minute=None if how.confirmed_at is None else seconds_of_day(how.confirmed_at, ZONE) // 60, outcome=handover.outcome,
        way=WAYS.get(how.delivery, ""), channel=how.channel, confirmed_by=how.shown_by, proxy=how.proxy,
        operator=handover.vendor_code, site=how.station_code, site_kind=how.site_kind, place=handover.street_code,
        deliverer=how.driver_code, deliverer_kind=how.deliverer_kind, meal_kind=handover.meal_kind,
    )  # fmt: skip


def line_record(line: Line, meal: Handover) -> ClaimLineRecord:
    """A line of a meal, with everything needed to compute it again."""
    rule, who, how = line.rule, meal.resident, meal.carried
    # a resident's subsidy comes off the price: the vendor that took it off gets the money
    payee = meal.vendor_code if rule.beneficiary is Beneficiary.RESIDENT else line.payee
    day = f"{rule.rule_id}/{who.code}/{meal.day}"
    return ClaimLineRecord(
        natural_key=day if rule.unit is Unit.PERSON_DAY else f"{day}/{meal.slot}", rule_id=rule.rule_id,
        rule_version=rule.version, document_no=rule.document.number, beneficiary=rule.beneficiary,
        amount_fen=line.amount_fen, shares=line.parts, order_id=meal.order_id, book_line_id=meal.book_line_id,
        proof_id=meal.proof_id, resident_id=who.resident_id, resident_code=who.code, day=meal.day, slot=meal.slot,
        street_code=meal.street_code, vendor_code=meal.vendor_code, unit_price_fen=meal.unit_price_fen,
        resident_paid_fen=meal.paid_fen, copay_fen=line.copay_fen, outcome=meal.outcome, unit=str(rule.unit), payee=payee,
        category=who.categories[0] if who.categories else "", age=who.age, ability_level=who.ability_level,
        run_id=how.run_id, route_no=how.route_no, driver_code=how.driver_code, station_code=how.station_code,
        delivery=how.delivery, confirmation=str(how.confirmation), confirmed_at=how.confirmed_at, source=how.source,
        basis=_basis(meal, line.cut),
    )  # fmt: skip


def site_line_record(line: Line, paper: SiteFigures) -> ClaimLineRecord:
    """A line that no meal stands behind: figures and their paper stand in the proof's place."""
    rule, figures, who = line.rule, paper.figures, paper.member
    return ClaimLineRecord(
        natural_key=line.key, rule_id=rule.rule_id, rule_version=rule.version, document_no=rule.document.number,
        beneficiary=rule.beneficiary, amount_fen=line.amount_fen, shares=line.parts, order_id=None, book_line_id=None,
        proof_id=None, resident_id=who.resident_id if who else None, resident_code=who.code if who else "", day=paper.last_day, slot="",
        street_code=paper.street_code, category=who.categories[0] if who and who.categories else "", age=who.age if who else None,
        ability_level=who.ability_level if who else None,
        vendor_code=paper.vendor_code, unit_price_fen=0, resident_paid_fen=0, copay_fen=0, outcome="", unit=str(rule.unit),
        payee=line.payee, driver_code=figures.subject if figures.kind == "deliverer" else "",
        station_code=paper.station_code,
        basis={
            "counts": dict(figures.counts), "sums": dict(figures.sums), "reference": figures.reference,
            **({"cut": line.cut} if line.cut else {}),
        },
    )  # fmt: skip


def _basis(meal: Handover, cut: str) -> dict[str, object]:
    """What else was looked at, kept with the line; ``cut``: why it is less than the rule's own amount."""
    who, how = meal.resident, meal.carried
    kept: dict[str, object] = {
        "basic_service": who.basic_service, "living": who.living, "state": who.state, "portions": meal.portions,
        "categories": list(who.categories), "channel": how.channel, "pay_means": how.pay_means, "stop_no": how.stop_no,
        "planned_s": how.planned_s,
    }  # fmt: skip
    known = {"registration": who.registration, "zone": meal.zone, "meal_kind": meal.meal_kind, "cut": cut}
    return kept | {name: value for name, value in known.items() if value}


def _problem(refusal: Refusal, by_line: dict[int, Handover], rules: Rulebook) -> ClaimProblem:
    item = refusal.item
    meal = by_line.get(item.meal_id) if isinstance(item, Meal) else None
    return ClaimProblem(
        rule_id=refusal.rule.rule_id, beneficiary=refusal.rule.beneficiary,
        book_line_id=meal.book_line_id if meal else None, order_id=meal.order_id if meal else None,
        resident_code=refusal.person.code if refusal.person else "", day=item.day, code=refusal.code,
        sentence=refusal_sentence(refusal, rules.book.names, rules.book.calendar),
    )  # fmt: skip
