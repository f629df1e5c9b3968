"""All checks by name, and how a month is looked at: day by day, then as a whole. Pure: facts in, findings out."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from mealroute.checks import (
    business_rules,
    door_rules,
    eligibility_rules,
    entered_rules,
    hands_rules,
    identity_rules,
    money_rules,
    order_rules,
    pattern_rules,
    payment_rules,
    proxy_rules,
    record_rules,
    returns_rules,
    route_rules,
    signed_rules,
    tier_rules,
    together_rules,
    volume_rules,
)
from mealroute.checks.facts import Day, World
from mealroute.checks.records import Finding, Found, Limits, Policy, Reference
from mealroute.checks.tally import Tally

DayCheck = Callable[[Day, World, Limits], Iterable[Found]]
MonthCheck = Callable[[Tally, World, Limits], Iterable[Found]]

DAILY: Mapping[str, DayCheck] = {
    "deceased": eligibility_rules.deceased,
    "moved-away": eligibility_rules.moved_away,
    "other-district": eligibility_rules.other_district,
    "in-institution": eligibility_rules.in_institution,
    "away-or-in-hospital": eligibility_rules.away_or_in_hospital,
    "missing-or-imprisoned": eligibility_rules.missing_or_imprisoned,
    "category-not-valid": eligibility_rules.category_not_valid,
    "too-young": eligibility_rules.too_young,
    "assessment-expired": eligibility_rules.assessment_expired,
    "double-benefit": eligibility_rules.double_benefit,
    "two-subsidies": money_rules.two_subsidies,
    "price-too-low": money_rules.price_too_low,
    "nothing-paid": money_rules.nothing_paid,
    "refunded": money_rules.refunded,
    "other-slot": money_rules.other_slot,
    "amount-differs": money_rules.amount_differs,
    "price-inflated": money_rules.price_inflated,
    "split-order": money_rules.split_order,
    "eaten-twice": money_rules.eaten_twice,
    "person-in-two-places": door_rules.person_in_two_places,
    "burst": door_rules.burst,
    "burst-at-counter": door_rules.burst_at_counter,
    "outside-window": door_rules.outside_window,
    "before-loading": door_rules.before_loading,
    "far-from-door": door_rules.far_from_door,
    "from-one-place": door_rules.from_one_place,
    "same-digits": door_rules.same_digits,
    "even-intervals": door_rules.even_intervals,
    "no-route-stop": route_rules.no_route_stop,
    "off-shift": route_rules.off_shift,
    "unfit-driver": route_rules.unfit_driver,
    "driver-in-two-places": route_rules.driver_in_two_places,
    "one-phone-for-drivers": route_rules.one_phone_for_drivers,
    "account-on-phones": route_rules.account_on_phones,
    "run-too-fast": route_rules.run_too_fast,
    "over-capacity-trip": route_rules.over_capacity_trip,
    "more-than-loaded": volume_rules.more_than_loaded,
    "phones-together": together_rules.phones_together,
    "returned-and-claimed": returns_rules.returned_and_claimed,
    "more-than-received": volume_rules.more_than_received,
    "no-kitchen-log": volume_rules.no_kitchen_log,
    "over-capacity": volume_rules.over_capacity,
    "closed-day": volume_rules.closed_day,
    "closed-kitchen": business_rules.closed_kitchen,
    "driver-under-two-codes": business_rules.driver_under_two_codes,
    "vendor-again": business_rules.vendor_again,
    "cancelled-and-claimed": order_rules.cancelled_and_claimed,
    "counts-differ": volume_rules.counts_differ,
    "vendor-not-licensed": record_rules.vendor_not_licensed,
    "ordered-afterwards": record_rules.ordered_afterwards,
    "two-meals-at-once": pattern_rules.two_meals_at_once,
    "bulk-at-once": pattern_rules.bulk_at_once,
    "place-shifted": pattern_rules.place_shifted,
    "dish-not-sampled": pattern_rules.dish_not_sampled,
}
"""Checks that need one day only."""

MONTHLY: Mapping[str, MonthCheck] = {
    "cap-passed": money_rules.cap_passed,
    "one-payment-for-many": money_rules.one_payment_for_many,
    "payment-again": payment_rules.payment_again,
    "paid-in-full": payment_rules.paid_in_full,
    "entitled-afterwards": entered_rules.entitled_afterwards,
    "second-card": identity_rules.second_card,
    "taking-turns": identity_rules.taking_turns,
    "one-hand-for-several": proxy_rules.one_hand_for_several,
    "same-photo": door_rules.same_photo,
    "phone-of-many": door_rules.phone_of_many,
    "taken-by-one": door_rules.taken_by_one,
    "proxy-unregistered": door_rules.proxy_unregistered,
    "jump": volume_rules.jump,
    "never-varies": volume_rules.never_varies,
    "never-fails": volume_rules.never_fails,
    "round-numbers": volume_rules.round_numbers,
    "staff-among-guests": record_rules.staff_among_guests,
    "same-identity": record_rules.same_identity,
    "identity-wrong": record_rules.identity_wrong,
    "ghost": record_rules.ghost,
    "typed-by-hand": record_rules.typed_by_hand,
    "back-dated": record_rules.back_dated,
    "changed-afterwards": record_rules.changed_afterwards,
    "never-seen": record_rules.never_seen,
    "seldom-seen": record_rules.seldom_seen,
    "enrolled-unused": record_rules.enrolled_unused,
    "complained": record_rules.complained,
    "content-drops": record_rules.content_drops,
    "call-back-unreachable": hands_rules.call_back_unreachable,
    "call-back-denied": hands_rules.call_back_denied,
    "cash-missing": hands_rules.cash_missing,
    "cash-late": hands_rules.cash_late,
    "tier-just-reached": tier_rules.tier_just_reached,
    "signed-not-there": signed_rules.signed_not_there,
    "nothing-comes-back": returns_rules.nothing_comes_back,
    "no-place": pattern_rules.no_place,
    "sent-at-once": pattern_rules.sent_at_once,
    "places-again": pattern_rules.places_again,
    "copied-day": pattern_rules.copied_day,
    "dearer-if-subsidised": pattern_rules.dearer_if_subsidised,
    "left-with-staff": pattern_rules.left_with_staff,
    "keyed-late": pattern_rules.keyed_late,
}
"""Checks that need the month as a whole."""

CODES = (*DAILY, *MONTHLY)
MOST_EVIDENCE = 60
"""References kept of one finding; its lines are kept all."""


@dataclass(slots=True)
class _Merged:
    """The parts of one finding as they come in."""

    first: Found
    lines: dict[int, None] = field(default_factory=dict)
    evidence: dict[Reference, None] = field(default_factory=dict)
    days: set[str] = field(default_factory=set)
    parts: int = 0
    streets: set[str] = field(default_factory=set)


class Look:
    """One look at a month: give it the days in order, then ask for the findings."""

    def __init__(self, world: World, policy: Policy) -> None:
        self.world, self.policy, self.tally = world, policy, Tally()
        self._merged: dict[tuple[str, str], _Merged] = {}

    def day(self, day: Day) -> None:
        """Look at one day with every check that needs a day only, then add it to the month."""
        for code, check in DAILY.items():
            if (rule := self.policy.checks.get(code)) is not None:
                for found in check(day, self.world, rule.limits):
                    self._take(code, found)
        self.tally.add(day)

    def findings(self) -> tuple[Finding, ...]:
        """Everything found, by check and subject. Call it once, after the last day."""
        for code, check in MONTHLY.items():
            if (rule := self.policy.checks.get(code)) is not None:
                for found in check(self.tally, self.world, rule.limits):
                    self._take(code, found)
        return tuple(
            self._finding(code, merged)
            for (code, _subject), merged in sorted(self._merged.items(), key=lambda pair: pair[0])
        )

    def _take(self, code: str, found: Found) -> None:
        merged = self._merged.get((code, found.subject))
        if merged is None:
            merged = self._merged[code, found.subject] = _Merged(found)
        merged.parts += 1
        merged.lines.update(dict.fromkeys(found.lines))
        for reference in found.evidence:
            if len(merged.evidence) < MOST_EVIDENCE:
                merged.evidence[reference] = None
        if found.day is not None:
            merged.days.add(found.day.isoformat())
        merged.streets.add(found.street)

    def _finding(self, code: str, merged: _Merged) -> Finding:
        first, rule = merged.first, self.policy.checks[code]
        days = sorted(merged.days)
        lines, evidence = tuple(sorted(merged.lines)), tuple(sorted(merged.evidence))
        params = {"meals": len(lines), "times": merged.parts, **first.params}
        content = [code, first.subject, lines, evidence, params, first.beneficiary]
        return Finding(
            natural_key=f"{self.world.month}/{code}/{first.subject}"[:160], code=code, severity=rule.severity, month=self.world.month,
            subject=first.subject, lines=lines, evidence=evidence, params=params, first_day=date.fromisoformat(days[0]) if days else None,
            last_day=date.fromisoformat(days[-1]) if days else None, vendor=first.vendor,
            street=first.street if len(merged.streets) == 1 else "", beneficiary=first.beneficiary,
            digest=hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest(),
        )  # fmt: skip


def look(days: Iterable[Day], world: World, policy: Policy) -> tuple[Finding, ...]:
    """Every finding of a month whose days are given in order."""
    once = Look(world, policy)
    for day in days:
        once.day(day)
    return once.findings()


def by_code(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Findings of each check."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.code, []).append(finding)
    return found


def touched(findings: Iterable[Finding]) -> Iterator[int]:
    """The book lines that findings touch."""
    for finding in findings:
        yield from finding.lines
