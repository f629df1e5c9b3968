"""Checks of the money: one subsidy a day, caps, price, what the resident paid, and the amount computed again."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date

from mealroute.checks.facts import Day, Meal, World
from mealroute.checks.payment_rules import is_number, short
from mealroute.checks.records import Found, Limits
from mealroute.checks.sieve import came_twice, kinds, refunded_orders
from mealroute.checks.tally import Tally


def two_subsidies(day: Day, world: World, _limits: Limits) -> Iterator[Found]:
    """9. More than one resident subsidy for one person and day, two vendors or two cards of the same ID number included.

    Under a rule that pays each meal: for one person, day and meal.
    """
    if not _claimed_again(day, world):
        return
    of: dict[str, list[Meal]] = defaultdict(list)
    for meal in day.meals:
        own = [
            world.says(claim.rule_id, meal.street).once_a_day
            for claim in meal.claims
            if claim.beneficiary == "resident"
        ]
        if own:
            person = world.people.get(meal.resident)
            who = person.identity if person and person.identity else f"resident/{meal.resident}"
            of[who if any(own) else f"{who}/{meal.slot}"].append(meal)
    for meals in of.values():
        if len({meal.line for meal in meals}) > 1:
            first = meals[0]
            yield Found(
                subject=f"resident/{min(meal.resident for meal in meals)}/{day.day}", lines=tuple(meal.line for meal in meals),
                evidence=tuple(reference for meal in meals for reference in (("resident", str(meal.resident)), *meal.evidence)),
                params={"n": len(meals), "vendors": ", ".join(sorted({meal.vendor for meal in meals}))}, day=day.day,
                vendor=first.vendor, street=first.street, beneficiary="resident",
            )  # fmt: skip


def _claimed_again(day: Day, world: World) -> bool:
    """Whether anybody, by the ID number or else by the card, has two meals with a resident's claim."""
    identities = {number: person.identity for number, person in world.people.items() if person.identity}
    who = [identities.get(meal.resident, meal.resident) for kind in kinds(day) if kind.has_own for meal in kind.meals]
    return len(set(who)) < len(who)


def cap_passed(tally: Tally, world: World, _limits: Limits) -> Iterator[Found]:
    """10. More claims in a day, calendar week or month than the rule's cap."""
    of_rule: dict[str, list[tuple[int, list[tuple[date, int, str]]]]] = defaultdict(list)
    for (claimed, resident), entries in tally.claimed.items():
        of_rule[claimed].append((resident, entries))
    for rule, window, most, payer in world.caps:
        for resident, entries in of_rule.get(rule, ()):
            if len(entries) <= most or (
                window == "day" and len({day for day, _line, _street in entries}) == len(entries)
            ):
                continue
            counted: dict[str, list[int]] = defaultdict(list)
            for day, line, street in sorted(entries):
                if world.payer_of.get(street, 0) == payer:
                    counted[_window(day, window)].append(line)
            person = world.people.get(resident)
            for key, lines in counted.items():
                if len(lines) > most:
                    yield Found(
                        subject=f"resident/{resident}/{rule}/{key}", lines=tuple(lines[most:]), evidence=(("resident", str(resident)),),
                        params={"resident": person.code if person else "", "rule": rule, "most": most, "n": len(lines), "window": key},
                        street=person.street if person else "",
                    )  # fmt: skip


def _window(day: date, window: str) -> str:
    if window == "week":
        year, week, _weekday = day.isocalendar()
        return f"{year}-W{week:02d}"
    if window == "quarter":
        return f"{day.year}-Q{(day.month + 2) // 3}"
    return day.isoformat()[: {"day": 10, "month": 7, "year": 4}[window]]


def price_too_low(day: Day, world: World, _limits: Limits) -> Iterator[Found]:
    """11. The subsidy is more than the meal costs; or as much, under a rule that asks for a higher price."""
    for kind in kinds(day):
        for claim in kind.claims:
            least = claim.amount_fen + world.says(claim.rule_id, kind.street).above
            if claim.beneficiary == "resident" and claim.price_fen < least:
                for meal in kind.meals:
                    yield _of_meal(meal, beneficiary="resident", price=claim.price_fen, amount=claim.amount_fen)


def nothing_paid(day: Day, world: World, _limits: Limits) -> Iterator[Found]:
    """11. No payment, no resident claim: what stands as paid today is nothing or less than the resident's part."""
    for kind in kinds(day):
        own = (claim for claim in kind.claims if claim.beneficiary == "resident")
        claim = next((claim for claim in own if world.says(claim.rule_id, kind.street).tied), None)
        if claim is None:
            continue
        for meal in kind.meals:
            if meal.paid_fen <= 0 or (meal.paid_fen < claim.copay_fen and meal.order not in refunded_orders(day)):
                yield _of_meal(meal, beneficiary="resident", paid=meal.paid_fen, due=claim.copay_fen)


def refunded(day: Day, _world: World, _limits: Limits) -> Iterator[Found]:
    """28. Money went back to the resident for a meal that is claimed, so that less is paid than the claim rests on."""
    back_to = refunded_orders(day)
    for meal in day.meals if back_to else ():
        claim = next((claim for claim in meal.claims if claim.beneficiary == "resident"), None)
        if (
            claim
            and meal.order in back_to
            and meal.paid_fen < max(claim.copay_fen, min(claim.paid_fen, claim.copay_fen + 1))
        ):
            back = [moved for moved in day.money.get(meal.order, ()) if moved.kind == "refund"]
            found = _of_meal(
                meal, beneficiary="resident", back=sum(moved.amount_fen for moved in back), paid=meal.paid_fen
            )
            payments = tuple(("payment", str(moved.payment)) for moved in back)
            yield Found(
                subject=found.subject, lines=found.lines, evidence=(*found.evidence, *payments), params=found.params, day=meal.day,
                vendor=meal.vendor, street=meal.street, beneficiary="resident",
            )  # fmt: skip


def other_slot(day: Day, world: World, _limits: Limits) -> Iterator[Found]:
    """12. Only the meals that the rule names are paid, under the city's rules lunch and dinner."""
    for kind in kinds(day):
        named = [slots for claim in kind.claims if (slots := world.says(claim.rule_id, kind.street).slots) is not None]
        for meal in kind.meals if named else ():
            if any(meal.slot not in slots for slots in named):
                yield _of_meal(meal, slot=meal.slot)


def amount_differs(day: Day, _world: World, _limits: Limits) -> Iterator[Found]:
    """29. The line does not come out again: shares do not add up, or the rules of that day give another amount."""
    for kind in kinds(day):
        wrong = [claim for claim in kind.claims if claim.whole_fen != claim.amount_fen or claim.amount_fen <= 0]
        own = [claim for claim in kind.claims if claim.beneficiary == "resident"]
        prices = {claim.price_fen for claim in own}
        for meal in kind.meals:
            differs = day.differing.get(meal.line, "") if day.differing else ""
            if wrong or differs or (prices and prices != {meal.price_fen}):
                above = [claim for claim in own if claim.price_fen != meal.price_fen]
                claim = (wrong or above or list(kind.claims) or [None])[0]  # type: ignore[list-item]
                yield _of_meal(
                    meal, amount=claim.amount_fen if claim else 0, why=differs or ("shares" if wrong else "price")
                )


def price_inflated(day: Day, _world: World, limits: Limits) -> Iterator[Found]:
    """The price on the line is above the list price of its dish on that day."""
    for meal in day.meals:
        if (
            meal.delivered
            and meal.list_fen
            and meal.price_fen > meal.list_fen * (1000 + limits["above_permille"]) // 1000
        ):
            yield Found(
                subject=f"price/{meal.vendor}", lines=(meal.line,), evidence=meal.evidence, day=meal.day, vendor=meal.vendor,
                params={"price": meal.price_fen, "list": meal.list_fen, "vendor": meal.vendor},
            )  # fmt: skip


def split_order(day: Day, _world: World, limits: Limits) -> Iterator[Found]:
    """One meal cut into several orders or payments: the same person, meal and day, each part small."""
    twice, of = came_twice(day), defaultdict[tuple[int, str], list[Meal]](list)
    for meal in day.delivered:
        if meal.resident in twice or len(day.money.get(meal.order, ())) >= limits["payments"]:
            of[meal.resident, meal.slot].append(meal)
    for meals in of.values():
        first = meals[0]
        orders = {meal.order for meal in meals}
        parts = [moved for order in orders for moved in day.money.get(order, ()) if moved.kind == "payment"]
        if len(orders) > 1 or len(parts) >= limits["payments"]:
            yield Found(
                subject=f"resident/{first.resident}/{day.day}/{first.slot}", lines=tuple(meal.line for meal in meals),
                evidence=(("resident", str(first.resident)), *first.evidence, *(("payment", str(moved.payment)) for moved in parts)),
                params={"orders": len(orders), "payments": len(parts)}, day=day.day, vendor=first.vendor, street=first.street,
            )  # fmt: skip


def eaten_twice(day: Day, _world: World, _limits: Limits) -> Iterator[Found]:
    """35. One meal is both eaten at a counter and brought home: two doors for one slot, or a card swipe beside a delivery."""
    swiped: dict[tuple[int, str], list[tuple[str, str]]] = defaultdict(list)
    for resident, slot, place, reference in day.elsewhere:
        swiped[resident, slot].append((place, reference))
    several = came_twice(day) | {resident for resident, _slot in swiped}
    of: dict[tuple[int, str], list[Meal]] = defaultdict(list)
    for meal in day.delivered if several else ():
        if meal.resident in several:
            of[meal.resident, meal.slot].append(meal)
    for (resident, slot), meals in of.items():
        ways = Counter(meal.station for meal in meals)
        elsewhere = [(place, ref) for place, ref in swiped[resident, slot] if place not in ways]
        if len(ways) > 1 or elsewhere:
            first = meals[0]
            yield Found(
                subject=f"resident/{resident}/{day.day}/{slot}", lines=tuple(meal.line for meal in meals),
                evidence=(
                    ("resident", str(resident)), *(reference for meal in meals for reference in meal.evidence),
                    *(("swipe", ref) for _place, ref in elsewhere),
                ),
                params={"n": len(meals) + len(elsewhere)}, day=day.day, vendor=first.vendor, street=first.street,
            )  # fmt: skip


def one_payment_for_many(tally: Tally, world: World, limits: Limits) -> Iterator[Found]:
    """22. One payment reference stands for the meals of several residents who do not live together. A reason in words is no reference."""
    for reference, uses in tally.references.items():
        if len(uses) < limits["residents"] or not is_number(reference):
            continue
        residents = {resident for resident, _line in uses}
        homes = {person.address for resident in residents if (person := world.people.get(resident)) is not None}
        if len(residents) >= limits["residents"] and len(homes) >= limits["addresses"]:
            yield Found(
                subject=f"reference/{short(reference)}", lines=tuple(line for _resident, line in uses),
                evidence=tuple(("resident", str(resident)) for resident in sorted(residents)),
                params={"n": len(residents), "meals": len(uses)},
            )  # fmt: skip


def _of_meal(meal: Meal, *, beneficiary: str = "", **params: object) -> Found:
    return Found(
        subject=f"line/{meal.line}", lines=(meal.line,), evidence=(("resident", str(meal.resident)), *meal.evidence), params=params,
        day=meal.day, vendor=meal.vendor, street=meal.street, beneficiary=beneficiary,
    )  # fmt: skip
