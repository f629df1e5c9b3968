"""A city's month worked out by kinds of days: the same as ``worked.plain``, some microseconds a meal.

Most meals are one portion of an order of its own, claimed or paid in full. What is not so even is looked at by the plain rules.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from mealroute.core.clock import seconds_of_day
from mealroute.core.money import Fen
from mealroute.rulebook.facts import Meal, Person
from mealroute.rulebook.kinds_of_day import Kept, KindsOfDay, Told
from mealroute.rulebook.records import Beneficiary, Unit
from mealroute.rulebook.words import refusal_sentence
from mealroute.subsidy import build, evaluating, rules
from mealroute.subsidy.build import BookRow, MonthRows
from mealroute.subsidy.counted import derived
from mealroute.subsidy.keeping import Words, text
from mealroute.subsidy.line_writer import Due, Eaten, Head, Writer
from mealroute.subsidy.records import DayFacts, Rulebook
from mealroute.subsidy.site_facts import figures_of, person_of
from mealroute.subsidy.worked import Worked, plain

_PLACE = {slot: place for place, slot in enumerate(rules.SLOT_ORDER)}
_ELSEWHERE = len(_PLACE)
_NO_EVIDENCE: frozenset[str] = frozenset()


def work(month: str, rows: MonthRows, rulebook: Rulebook, words: Words, *, held: Collection[str] = ()) -> Worked:
    """The month; by the plain way where people share a cap, or where a line contradicts itself, so that it is told which."""
    kinds = KindsOfDay(rulebook.book, rows.earlier)
    if not kinds.fits:
        return plain(month, rows, rulebook, words, held=held)
    days, eaten = _days(rows)
    written = Writer(rows, words, frozenset(held))
    for one in _due(kinds, rows, rulebook, eaten):
        written.meal(one)
    if rows.periodic is not None:
        handovers = [build.handover(one.book, one.door, rows) for one in eaten]
        papers = {
            id(one.figures): one for one in figures_of(rows.periodic, handovers, derived(rulebook.book, handovers))
        }
        paid = set(rows.periodic.claimed)
        by_turn = sorted(
            (one.figures for one in papers.values()),
            key=lambda each: (each.day, each.kind, each.subject, each.unit, each.reference),
        )
        for figures in by_turn:
            for line in kinds.figures(figures, paid):
                written.site(evaluating.site_line_record(line, papers[id(figures)]))
    if written.contradicts():
        return plain(month, rows, rulebook, words, held=held)
    accounts = written.accounts()
    return Worked(
        month=month, rows=written.rows, days=days,
        accounts=tuple(account for account in accounts if account.unclaimed or account.outstanding_fen),
        accounted=written.accounted + sum(account.delivered for account in accounts),
        self_paid=written.self_paid + sum(account.self_paid for account in accounts), subsidised=written.subsidised,
        claimed_fen=written.claimed_fen, copay_fen=written.copay_fen, by_rule=written.by_rule(),
        service_days=len({row.day for row in rows.book}), persons=rows.facts, open_items=tuple(rows.open_items),
    )  # fmt: skip


def _days(rows: MonthRows) -> tuple[tuple[DayFacts, ...], list[Eaten]]:
    """Each day in portions, as ``build.day_facts``, and the meals that stayed; orders that are not even are counted by that."""
    orders = [line.order_id for line in rows.book]
    shared = (
        {order for order, times in Counter(orders).items() if times > 1} if len(set(orders)) < len(orders) else set()
    )
    sums: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    odd: list[BookRow] = []
    eaten: list[Eaten] = []
    plan, doors, cancelled, added = rows.plan, rows.doors, rows.cancelled, rows.added
    for line in rows.book:
        number = line.line_id
        planned, door = plan.get(number), doors.get(number)
        aboard = planned is not None and planned.aboard
        if (
            planned is None or not aboard or planned.portions != line.quantity or line.order_id in shared or number in cancelled or number in added
        ):  # fmt: skip
            odd.append(line)
        else:
            counted = sums[line.day, line.slot]
            counted[0] += planned.portions
            if door is None:
                counted[2] += planned.portions
            else:
                counted[1] += door.delivered
        if aboard and door is not None and door.delivered >= 1:
            slot = line.slot
            eaten.append(Eaten(line.day, _PLACE.get(slot, _ELSEWHERE), slot, line.order_id, number, line, door))
    found = {(one.day, one.slot): one for one in build.day_facts(replace(rows, book=odd))}
    for key, (planned_portions, delivered, unknown) in sums.items():
        more = found.get(key)
        if more is None:
            more = DayFacts(
                day=key[0],
                slot=key[1],
                ordered=0,
                planned=0,
                unassigned=0,
                delivered=0,
                not_delivered=0,
                open=0,
                stray=0,
            )
        found[key] = replace(
            more, ordered=more.ordered + planned_portions, planned=more.planned + planned_portions, delivered=more.delivered + delivered,
            open=more.open + unknown, not_delivered=more.not_delivered + planned_portions - delivered - unknown,
        )  # fmt: skip
    eaten.sort()
    return tuple(found[key] for key in sorted(found)), eaten


def _due(kinds: KindsOfDay, rows: MonthRows, rulebook: Rulebook, eaten: Sequence[Eaten]) -> list[Due]:
    """What is due for each meal, in the same order. Meals come by day, so that each person's days do too."""
    together: dict[tuple[int, date], list[int]] = {}
    for number, one in enumerate(eaten):
        together.setdefault((one.book.resident_id, one.day), []).append(number)
    found: dict[int, Due] = {}
    people: dict[tuple[int, str, str], Person] = {}
    shaped: dict[int, tuple[tuple[Kept, ...], dict[int, list[Head]]]] = {}
    reasons = _Reasons(rulebook)
    paid, evidence, asks_minute = rows.paid, rows.evidence, kinds.asks_minute
    for person_day, numbers in together.items():
        meals = [eaten[number] for number in numbers]
        who, line = rows.people[person_day], meals[0].book
        where = id(who), line.street_code, line.zone
        person = people.get(where)
        if person is None:
            person = people[where] = person_of(who, *where[1:])
        facts = [
            _facts(one, paid.get(one.order, 0), evidence.get(one.door.proof_id, _NO_EVIDENCE), asks_minute)
            for one in meals
        ]
        lines, told = kinds.day(person, line.day, facts, partial(_made, meals, person, rows))
        known = shaped.get(id(lines))
        if known is None:
            known = shaped[id(lines)] = lines, _heads(lines)
        for n, (number, one) in enumerate(zip(numbers, meals, strict=True)):
            reason = reasons.of(told, n) if told else None
            found[number] = Due(one.book, one.door, who, known[1].get(n, ()), reason, facts[n][_PAID])
    return [found[number] for number in range(len(eaten))]


def _made(meals: Sequence[Eaten], person: Person, rows: MonthRows) -> list[Meal]:
    """The meals of a day as the rules see them, made when somebody asks."""
    return [evaluating.meal_of(build.handover(one.book, one.door, rows), person) for one in meals]


def _facts(one: Eaten, paid: Fen, beside: frozenset[str], asks_minute: bool) -> tuple[Any, ...]:
    """All of a meal that a rule may look at."""
    line, door = one.book, one.door
    minute = (
        seconds_of_day(door.confirmed_at, evaluating.ZONE) // 60
        if asks_minute and door.confirmed_at is not None
        else None
    )
    return (
        line.slot, line.unit_price_fen, paid, door.delivered, door.outcome, line.delivery, line.channel, line.station_code, line.street_code,
        door.vendor_code, door.driver_code != "", door.seen, bool(door.left_with), door.source, door.volunteer, beside, minute, line.meal_kind,
    )  # fmt: skip


_PAID = 2
"""Where the facts of a meal have what was paid for it."""


class _Reasons:
    """Why a resident's rule does not pay for a meal, in words: the weightiest of all refusals, as ``rules.account`` chooses."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._book = rulebook.book
        self._known: dict[tuple[int, int], tuple[tuple[Told, ...], tuple[str, str] | None]] = {}

    def of(self, told: tuple[Told, ...], meal: int) -> tuple[str, str] | None:
        known = self._known.get((id(told), meal))
        if known is None:
            own = [
                one.refusal for one in told if one.meal == meal and one.refusal.rule.beneficiary is Beneficiary.RESIDENT
            ]
            first = min(own, key=lambda no: rules.rank(no.code), default=None)
            reason = (
                None if first is None else (first.code, refusal_sentence(first, self._book.names, self._book.calendar))
            )
            known = self._known[id(told), meal] = told, reason
        return known[1]


_PAYEES = {Beneficiary.RESIDENT: 0, Beneficiary.OPERATOR: 0, Beneficiary.DELIVERER: 1, Beneficiary.SITE: 2}


def _heads(lines: Sequence[Kept]) -> dict[int, list[Head]]:
    found: dict[int, list[Head]] = defaultdict(list)
    for line in lines:
        rule = line.pays.rule
        columns = (
            rule.rule_id, rule.version, rule.document.number, str(rule.beneficiary), str(rule.unit), line.fen, text(dict(line.parts)), line.copay, line.cut,
        )  # fmt: skip
        resident = rule.beneficiary is Beneficiary.RESIDENT
        found[line.meal].append(
            Head(
                f"{rule.rule_id}/", columns, _PAYEES[rule.beneficiary], rule.unit is Unit.PERSON_DAY, line.cut, line.fen,
                line.copay if resident else 0, resident, line,
            )
        )  # fmt: skip
    return found
