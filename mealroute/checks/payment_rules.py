"""Checks of payments: one that is entered again on other days, and subsidised meals that residents have paid in full."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator

from mealroute.checks.facts import World
from mealroute.checks.records import Found, Limits
from mealroute.checks.tally import Tally

LETTERS_BEFORE = 0x2E80
"""Signs from here on are Chinese: a reference with them and without a long number is a reason in words."""
LONG_NUMBER = 6


def is_number(reference: str) -> bool:
    """Whether a reference names a payment: one word of plain letters and digits, or something with a long number; not a reason in words."""
    digits = sum(sign.isdigit() for sign in reference)
    words = any(sign.isspace() or ord(sign) >= LETTERS_BEFORE for sign in reference.strip())
    return digits >= LONG_NUMBER or (bool(reference.strip()) and not words)


def shared_references(tally: Tally) -> list[str]:
    """References under which several meals are paid."""
    return [reference for reference, uses in tally.references.items() if len(uses) > 1 and is_number(reference)]


def payment_again(tally: Tally, world: World, limits: Limits) -> Iterator[Found]:
    """22. One payment reference was entered on several days, each time for another meal: one payment that is counted again and again.

    Who pays for a week beforehand pays once, and it is entered on one day. A vendor that writes the customer's card number everywhere
    has the same number for most meals.
    """
    again: dict[str, list[tuple[str, list[int]]]] = defaultdict(list)
    for reference in sorted(world.paid_on):
        uses = tally.references.get(reference, ())
        lines = sorted({line for _resident, line in uses})
        if len(lines) >= limits["meals"] and len(world.paid_on[reference]) >= limits["days"]:
            vendors = {
                line: vendor
                for resident, _line in uses
                for _day, line, vendor, _driver in tally.of_person.get(resident, ())
            }
            again[vendors.get(lines[0], "")].append((reference, lines))
    for vendor, found in sorted(again.items()):
        if sum(len(lines) for _reference, lines in found) * 1000 > tally.given[vendor] * limits["share_permille"]:
            continue
        for reference, lines in found:
            residents = sorted({resident for resident, _line in tally.references[reference]})
            person = world.people.get(residents[0])
            yield Found(
                subject=f"reference/{short(reference)}", lines=tuple(lines), evidence=tuple(("resident", str(one)) for one in residents),
                params={"n": len(lines), "days": len(world.paid_on[reference]), "people": len(residents)}, vendor=vendor,
                street=person.street if person else "",
            )  # fmt: skip


def paid_in_full(tally: Tally, world: World, limits: Limits) -> Iterator[Found]:
    """11. The resident has paid the whole price and got nothing back, and the resident's subsidy is claimed as well: who has it?

    Where most of a vendor's subsidised meals are paid in full, the subsidy reaches residents by another way, and nothing is said.
    """
    own = Counter[str]()
    for (vendor, _dish, subsidised), prices in tally.patterns.prices.items():
        own[vendor] += prices.total() if subsidised else 0
    for vendor, entries in sorted(tally.patterns.in_full.items()):
        if len(entries) * 1000 > own[vendor] * limits["share_permille"]:
            continue
        of: dict[int, list[int]] = defaultdict(list)
        for resident, line in entries:
            of[resident].append(line)
        for resident, lines in sorted(of.items()):
            person = world.people.get(resident)
            if person is not None and len(lines) >= limits["least"]:
                yield Found(
                    subject=f"resident/{resident}", lines=tuple(lines), evidence=(("resident", str(resident)),), vendor=vendor,
                    params={"resident": person.code, "n": len(lines)}, street=person.street, beneficiary="resident",
                )  # fmt: skip


def short(reference: str) -> str:
    """A reference as findings name it."""
    return hashlib.sha256(reference.encode()).hexdigest()[:16]
