"""Lines of a month on their way to rows: what is alike for a kind of day and what is the meal's own put together, and sums kept on the way."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from mealroute.core.money import Fen
from mealroute.rulebook.facts import Meal
from mealroute.rulebook.kinds_of_day import Kept
from mealroute.rulebook.records import Beneficiary
from mealroute.rulebook.results import Line
from mealroute.subsidy import build, evaluating, rules
from mealroute.subsidy.build import BookRow, DoorRow, MonthRows
from mealroute.subsidy.keeping import Row, Rows, Words
from mealroute.subsidy.records import ClaimLineRecord, ClaimProblem, Handover, LineAccount, ResidentOnDay
from mealroute.subsidy.site_facts import person_of


class Head(NamedTuple):
    """A line of a kind of day as far as all such lines are alike. ``payee``: which of vendor, driver and station is paid."""

    prefix: str
    columns: Row
    payee: int
    whole_day: bool
    cut: str
    fen: Fen
    copay: Fen
    resident: bool
    line: Kept


@dataclass(slots=True)
class _Group:
    """Lines that come together, and how often they did. ``own_fen``: what of them comes off the resident's price."""

    heads: Sequence[Head]
    lines: list[tuple[str, bool, int, int]]
    own_fen: Fen
    times: int = 0


class Eaten(NamedTuple):
    """A meal that was handed over, with its turn: day, place of the meal in the day, order and line."""

    day: date
    place: int
    slot: str
    order: int
    number: int
    book: BookRow
    door: DoorRow


class Due(NamedTuple):
    """A meal with what is due for it; ``reason``: why a resident's rule does not pay, where somebody will ask."""

    book: BookRow
    door: DoorRow
    who: ResidentOnDay
    heads: Sequence[Head]
    reason: tuple[str, str] | None
    paid: Fen


class Writer:
    """Takes the meals in their order. ``rows`` are numbered from 1; sums are of the rows and of the meals that are even."""

    def __init__(self, rows: MonthRows, words: Words, held: frozenset[str]) -> None:
        self.rows = Rows()
        self.accounted = self.self_paid = self.subsidised = 0
        self._from, self._words, self._held = rows, words, held
        self._groups: dict[int, _Group] = {}
        self._sites: list[ClaimLineRecord] = []
        self._odd: list[tuple[Due, Sequence[Head], Sequence[Head]]] = []
        self._bases: dict[tuple[Any, ...], int] = {}
        self._days: dict[date, str] = {}
        self._kinds: dict[tuple[Any, ...], str] = {}
        orders = Counter(one.order_id for one in rows.book)
        self._shared = {order for order, times in orders.items() if times > 1}

    def meal(self, due: Due) -> None:
        """Write the lines of a meal, and see whether it is even: one portion of an order of its own, claimed or paid in full."""
        heads = due.heads
        kept_out: Sequence[Head] = ()
        own_fen = 0
        if heads and self._held:
            heads, kept_out = self._without_held(due, heads)
        if heads:
            group = self._groups.get(id(heads))
            if group is None:
                group = self._groups[id(heads)] = self._group(heads)
            self._write(due, group)
            self.subsidised += 1
            own_fen = group.own_fen
        line, door = due.book, due.door
        price, paid = line.unit_price_fen, due.paid
        even = door.delivered == 1 and not kept_out and line.order_id not in self._shared
        if even and heads:
            even = paid >= price - own_fen
        elif even:
            even = 0 < price <= paid
        if even:
            self.accounted += 1
            self.self_paid += not heads
        else:
            self._odd.append((due, heads, kept_out))

    def _group(self, heads: Sequence[Head]) -> _Group:
        return _Group(
            heads, [(head.prefix, head.whole_day, head.payee, self.rows.rule(head.columns)) for head in heads],
            sum(head.fen for head in heads if head.resident),
        )  # fmt: skip

    def _write(self, due: Due, group: _Group) -> None:
        line, door, who = due.book, due.door, due.who
        day = self._days.get(line.day)
        if day is None:
            day = self._days[line.day] = line.day.isoformat()
        whole_day = f"{who.code}/{day}"
        one_slot = f"{whole_day}/{line.slot}"
        payees = door.vendor_code, door.driver_code, line.station_code
        of_meal = (
            line.order_id, line.line_id, door.proof_id, who.resident_id, who.code, day, line.slot, line.street_code, door.vendor_code,
            line.unit_price_fen, due.paid, door.outcome, who.categories[0] if who.categories else "", who.age, who.ability_level, door.run_id,
            door.route_no, door.driver_code, line.station_code, line.delivery, self._confirmation(line, door),
            self._words.moment(door.confirmed_at), door.source, door.delivered, door.stop_no, door.planned_s, self._basis(line, door, who),
        )  # fmt: skip
        self.rows.add(
            of_meal,
            [
                (prefix + (whole_day if once else one_slot), payees[payee], rule)
                for prefix, once, payee, rule in group.lines
            ],
        )
        group.times += 1

    def _basis(self, line: BookRow, door: DoorRow, who: ResidentOnDay) -> int:
        """The number of what else was looked at, as ``Rows.put`` writes it."""
        key = id(who), line.street_code, door.vendor_code, line.channel, line.pay_means, line.zone, line.meal_kind
        found = self._bases.get(key)
        if found is None:
            kept: dict[str, object] = {
                "basic_service": who.basic_service, "living": who.living, "state": who.state, "categories": list(who.categories),
                "channel": line.channel, "pay_means": line.pay_means,
            }  # fmt: skip
            some = {"registration": who.registration, "zone": line.zone, "meal_kind": line.meal_kind}
            kept |= {name: value for name, value in some.items() if value}
            words = self._words.of(line.resident_id, line.street_code, door.vendor_code)
            found = self._bases[key] = self.rows.basis({**kept, **words})
        return found

    def _confirmation(self, line: BookRow, door: DoorRow) -> str:
        beside = self._from.evidence.get(door.proof_id, _NONE)
        kind = line.delivery, door.left_with, door.outcome, door.seen, beside
        found = self._kinds.get(kind)
        if found is None:
            found = self._kinds[kind] = str(build.confirmation(line.delivery, door, beside))
        return found

    def _without_held(self, due: Due, heads: Sequence[Head]) -> tuple[Sequence[Head], Sequence[Head]]:
        line = due.book
        day = f"{due.who.code}/{line.day.isoformat()}"
        out = [head for head in heads if f"{head.prefix}{day}{'' if head.whole_day else '/' + line.slot}" in self._held]
        return ([head for head in heads if head not in out], out) if out else (heads, ())

    def site(self, line: ClaimLineRecord) -> None:
        """A line that no meal stands behind."""
        if line.natural_key not in self._held:
            self._sites.append(line)
            self.rows.put(line, self._words)

    @property
    def claimed_fen(self) -> Fen:
        return sum(entry["amount_fen"] for entry in self.by_rule().values())

    @property
    def copay_fen(self) -> Fen:
        return sum(group.times * head.copay for group in self._groups.values() for head in group.heads)

    def by_rule(self) -> dict[str, Any]:
        """Lines, amount and shares by rule."""
        found: dict[str, dict[str, Any]] = defaultdict(lambda: {"lines": 0, "amount_fen": 0, "shares": Counter()})
        for group in self._groups.values():
            for head in group.heads:
                _add(found[head.line.pays.rule.rule_id], group.times, head.fen, head.line.parts)
        for line in self._sites:
            _add(found[line.rule_id], 1, line.amount_fen, line.shares)
        return {
            rule: {**entry, "shares": dict(sorted(entry["shares"].items()))} for rule, entry in sorted(found.items())
        }

    def contradicts(self) -> bool:
        """Whether a line stands there twice or its shares are not its amount."""
        if len(set(self.rows.keys())) < len(self.rows):
            return True
        heads = (head for group in self._groups.values() for head in group.heads)
        return any(sum(part for _payer, part in head.line.parts) != head.fen for head in heads) or any(
            sum(part for _payer, part in line.shares) != line.amount_fen for line in self._sites
        )

    def accounts(self) -> tuple[LineAccount, ...]:
        """The accounts of the meals that are not even, by the plain rules."""
        handovers: list[Handover] = []
        lines: list[ClaimLineRecord] = []
        held: list[ClaimLineRecord] = []
        problems: list[ClaimProblem] = []
        for due, heads, kept_out in self._odd:
            handover = build.handover(due.book, due.door, self._from)
            handovers.append(handover)
            if heads or kept_out:
                meal = evaluating.meal_of(handover, person_of(handover.resident, handover.street_code))
                lines += [_record(head, handover, meal) for head in heads]
                held += [_record(head, handover, meal) for head in kept_out]
            if due.reason is not None:
                problems.append(_problem(handover, *due.reason))
        return rules.account(handovers, lines, problems, held)


_NONE: frozenset[str] = frozenset()


def _add(entry: dict[str, Any], times: int, fen: Fen, shares: Sequence[tuple[str, Fen]]) -> None:
    entry["lines"] += times
    entry["amount_fen"] += times * fen
    for payer, part in shares:
        entry["shares"][payer] += times * part


def _record(head: Head, handover: Handover, meal: Meal) -> ClaimLineRecord:
    kept = head.line
    line = Line(kept.pays.rule, meal.person, meal, kept.pays.payee(meal), kept.fen, kept.parts, kept.copay, kept.cut)
    return evaluating.line_record(line, handover)


def _problem(handover: Handover, code: str, sentence: str) -> ClaimProblem:
    return ClaimProblem(
        rule_id="", beneficiary=Beneficiary.RESIDENT, book_line_id=handover.book_line_id, order_id=handover.order_id,
        resident_code=handover.resident.code, day=handover.day, code=code, sentence=sentence,
    )  # fmt: skip
