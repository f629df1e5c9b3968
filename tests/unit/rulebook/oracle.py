"""The two Beijing rules written out by hand, as the first release settled them: what the rulebook's answer is compared with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from mealroute.subsidy.records import Handover

RULES = (("bj-meal-resident", 500, True), ("bj-meal-operator", 300, False))
ORDER = ("breakfast", "lunch", "dinner")


class Paid(NamedTuple):
    rule_id: str
    meal: Handover
    amount_fen: int
    shares: tuple[tuple[str, int], ...]
    copay_fen: int


class Refused(NamedTuple):
    rule_id: str
    meal: Handover
    code: str


def settle(handovers: Iterable[Handover]) -> tuple[list[Paid], list[Refused]]:
    """Lines and refusals of handovers from 14 March 2022 on."""
    newest: dict[int, Handover] = {}
    for meal in handovers:
        if meal.book_line_id not in newest or meal.proof_id > newest[meal.book_line_id].proof_id:
            newest[meal.book_line_id] = meal
    days: dict[tuple[object, int], list[Handover]] = defaultdict(list)
    for meal in sorted(
        newest.values(), key=lambda one: (one.day, ORDER.index(one.slot), one.order_id, one.book_line_id)
    ):
        if meal.portions > 0:
            days[meal.day, meal.resident.resident_id].append(meal)
    paid, refused = [], []
    for meals in days.values():
        claimed: set[int] = set()
        for rule, amount, tied in RULES:
            good = []
            for meal in meals:
                code = _why_not(meal, amount, tied=tied)
                if code:
                    refused.append(Refused(rule, meal, code))
                else:
                    good.append(meal)
            good.sort(key=lambda meal: meal.book_line_id not in claimed)
            for meal in good[:1]:
                copay = max(meal.unit_price_fen - amount, 0) if tied else 0
                paid.append(
                    Paid(rule, meal, amount, (("city", amount // 2), ("district", amount - amount // 2)), copay)
                )
                claimed.add(meal.book_line_id)
            refused += [Refused(rule, meal, "second-meal") for meal in good[1:]]
    return paid, refused


def _why_not(meal: Handover, amount: int, *, tied: bool) -> str:
    who = meal.resident
    checks = (
        (who.state == "deceased", "deceased"),
        (who.state not in {"active", "paused"}, "not-in-service"),
        (who.state == "paused" or who.pause_reason is not None, "paused"),
        (who.living == "institution", "institution"),
        (meal.slot not in {"lunch", "dinner"}, "slot-not-covered"),
        (tied and not who.basic_service, "not-basic-service"),
        (tied and meal.paid_fen <= 0 < meal.unit_price_fen, "paid-nothing"),
        (tied and meal.paid_fen < meal.unit_price_fen - amount, "paid-too-little"),
        (meal.outcome not in {"handed-over", "left-with-contact"}, "outcome-not-claimable"),
        (tied and meal.unit_price_fen <= amount, "price-not-above-subsidy"),
    )
    return next((code for holds, code in checks if holds), "")
