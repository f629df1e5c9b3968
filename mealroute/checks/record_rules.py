"""Checks of the records: papers, identities, who typed them, and what residents themselves say."""

from collections import defaultdict
from collections.abc import Iterator

from mealroute.checks.facts import BY_HAND, Day, Person, World
from mealroute.checks.records import Found, Limits
from mealroute.checks.tally import Tally


def staff_among_guests(tally: Tally, world: World, _limits: Limits) -> Iterator[Found]:
    """24. A resident shares a telephone with the vendor or driver that serves them: staff or family among the beneficiaries."""
    for resident, entries in tally.of_person.items():
        person = world.people.get(resident)
        if person is None:
            continue
        own = {person.phone, *person.contact_phones} - {""}
        lines = []
        who: set[tuple[str, str]] = set()
        for _day, line, vendor, driver in entries:
            facts, wheel = world.vendors.get(vendor), world.drivers.get(driver)
            if facts and own & facts.phones:
                who.add(("vendor", vendor))
                lines.append(line)
            elif wheel and wheel.phone and wheel.phone in own:
                who.add(("driver", driver))
                lines.append(line)
        if who:
            kind, code = min(who)
            yield Found(
                subject=f"resident/{resident}", lines=tuple(lines), evidence=(("resident", str(resident)), *sorted(who)),
                params={"resident": person.code, "who": code, "kind": kind}, vendor=entries[0][2], street=person.street,
            )  # fmt: skip


def same_identity(tally: Tally, world: World, _limits: Limits) -> Iterator[Found]:
    """25. One ID number stands on two cards, or two cards of one name, birth date and address: the same person twice."""
    numbers: dict[str, list[Person]] = defaultdict(list)
    twins: dict[tuple[str, str], list[Person]] = defaultdict(list)
    for resident in tally.of_person:
        person = world.people.get(resident)
        if person is not None:
            if person.identity:
                numbers[person.identity].append(person)
            twins[person.twin, person.address].append(person)
    groups = [*numbers.values(), *(group for (twin, _address), group in twins.items() if twin)]
    for group in groups:
        if len(group) > 1:
            group.sort(key=lambda person: person.id)
            later = group[1:]
            yield Found(
                subject=f"identity/{group[0].id}", lines=tuple(line for person in later for _d, line, _v, _w in tally.of_person[person.id]),
                evidence=tuple(("resident", str(person.id)) for person in group),
                params={"cards": ", ".join(person.code for person in group)}, street=group[0].street,
            )  # fmt: skip


def identity_wrong(tally: Tally, world: World, _limits: Limits) -> Iterator[Found]:
    """25. The ID number cannot be one: length, birth date or check digit, or another birth date than the card's."""
    for resident in sorted(tally.of_person):
        person = world.people.get(resident)
        if person is not None and person.identity_fault:
            yield _card(tally, person, why=person.identity_fault)


def ghost(tally: Tally, world: World, limits: Limits) -> Iterator[Found]:
    """A card that nobody but one driver has ever met: new, no ID number, no telephone, no contact, and meals every day."""
    for resident, entries in sorted(tally.of_person.items()):
        person = world.people.get(resident)
        if person is None or len(entries) < limits["meals"]:
            continue
        bare = not person.identity and not person.phone and not person.contact_phones
        new = (world.last - person.entered).days <= limits["new_days"]
        if bare and new and len({driver for _d, _l, _v, driver in entries}) == 1:
            yield _card(tally, person, n=len(entries))


def vendor_not_licensed(day: Day, world: World, _limits: Limits) -> Iterator[Found]:
    """26. The vendor's licence or agreement had run out, or it was suspended or gone, on the day of the meal."""
    for meal in day.delivered:
        vendor = world.vendors.get(meal.vendor)
        if vendor is None or not meal.claims:
            continue
        why = ""
        if vendor.licence_to is not None and vendor.licence_to < meal.day:
            why = "licence"
        elif vendor.contract_to is not None and vendor.contract_to < meal.day:
            why = "agreement"
        elif vendor.state_on(meal.day) in {"suspended", "exited", "applied"}:
            why = "state"
        if why:
            yield Found(
                subject=f"vendor/{vendor.code}/{why}", lines=(meal.line,), evidence=(("vendor", vendor.code),), day=meal.day,
                params={"vendor": vendor.code, "why": why}, vendor=vendor.code,
            )  # fmt: skip


def typed_by_hand(tally: Tally, _world: World, limits: Limits) -> Iterator[Found]:
    """27. So large a part of a vendor's records was typed at a desk that the phones prove nothing."""
    for vendor, records in sorted(tally.records.items()):
        typed = tally.by_hand[vendor]
        if typed >= limits["least"] and typed * 1000 > records * limits["share_permille"]:
            yield _vendor(tally, vendor, n=typed, of=records)


def back_dated(tally: Tally, _world: World, limits: Limits) -> Iterator[Found]:
    """27. Records reached us long after the time that they state. Phones out of reach are late by hours, not by days."""
    for vendor, delays in sorted(tally.back_dated.items()):
        late = sum(delay > limits["after_s"] for delay in delays)
        if late >= limits["least"] and late * 1000 > len(delays) * limits["share_permille"]:
            yield _vendor(tally, vendor, n=late, of=len(delays))


def ordered_afterwards(day: Day, _world: World, limits: Limits) -> Iterator[Found]:
    """27. The order was written down after its meal is said to have been handed over: made up to fit a claim."""
    for meal in day.delivered:
        if meal.ordered_s is None or meal.ordered_s <= 0 or meal.source == "simulated":
            continue
        # A sheet says no time: the order of a guest who came without one may be keyed beside it, but not days later.
        keyed = meal.source in BY_HAND
        begun = 0 if keyed else meal.made_s
        if begun is not None and meal.ordered_s > begun + limits["keyed_after_s" if keyed else "after_s"]:
            yield Found(
                subject=f"vendor/{meal.vendor}/{meal.day}", lines=(meal.line,), evidence=meal.evidence, day=meal.day, vendor=meal.vendor,
                params={"vendor": meal.vendor}, street=meal.street,
            )  # fmt: skip


def seldom_seen(tally: Tally, _world: World, limits: Limits) -> Iterator[Found]:
    """23. Most of a vendor's meals stay with nobody seen: left at doors or with others, week after week."""
    for vendor, given in sorted(tally.given.items()):
        if given >= limits["meals"] and tally.unseen[vendor] * 1000 >= given * limits["share_permille"]:
            yield _vendor(tally, vendor, n=tally.unseen[vendor], of=given)


def never_seen(tally: Tally, world: World, limits: Limits) -> Iterator[Found]:
    """23. All month meals are left at somebody's door, and nobody at all has seen or reached the person: does anybody live there?"""
    for resident, entries in sorted(tally.doorstep.items()):
        if len(entries) < limits["meals"] or resident in tally.met or resident in world.hands.heard:
            continue
        person = world.people.get(resident)
        if person is not None:
            yield Found(
                subject=f"resident/{resident}", lines=tuple(line for line, _vendor in entries), evidence=(("resident", str(resident)),),
                params={"resident": person.code, "n": len(entries)}, vendor=entries[0][1], street=person.street,
            )  # fmt: skip


def changed_afterwards(tally: Tally, world: World, limits: Limits) -> Iterator[Found]:
    """27. Doors that the phone recorded as not opened stand as handed over now: turned at a desk, or hours later when no meal is warm.

    A second knock within the round is what drivers are asked for, a wrong tap is mended at the desk: it takes several, and a share of
    all doors that did not open.
    """
    for vendor, entries in sorted(world.hands.changed.items()):
        late = [one for one in entries if one.by_hand or one.gap_s > limits["after_s"]]
        shut = tally.failed[vendor] + len(entries)
        if len(late) >= limits["least"] and len(late) * 1000 >= shut * limits["share_permille"]:
            yield Found(
                subject=f"vendor/{vendor}", lines=tuple(one.line for one in late), vendor=vendor, street=tally.street(vendor),
                evidence=(("vendor", vendor), *(("proof", str(one.proof)) for one in late)),
                params={"vendor": vendor, "n": len(late), "of": shut},
            )  # fmt: skip


def enrolled_unused(_tally: Tally, world: World, limits: Limits) -> Iterator[Found]:
    """31. Enrolled with a standing order, and for weeks no meal: who is it for? One hint a street."""
    of: dict[str, list[Person]] = defaultdict(list)
    for resident in world.unused:
        person = world.people.get(resident)
        last = world.last_meals.get(resident)
        since = last or (person.standing_from if person else None)
        if person is not None and since is not None and (world.last - since).days >= limits["weeks"] * 7:
            of[person.street].append(person)
    for street, people in sorted(of.items()):
        people.sort(key=lambda person: person.id)
        yield Found(
            subject=f"street/{street}", evidence=tuple(("resident", str(person.id)) for person in people[:40]),
            params={"n": len(people), "weeks": limits["weeks"]}, street=street,
        )  # fmt: skip


def complained(tally: Tally, world: World, _limits: Limits) -> Iterator[Found]:
    """33. Somebody complained that this very meal did not come, and it is claimed as handed over."""
    for line, vendor, kind, reference, day in world.complaints:
        if line is not None and line in tally.claimed_lines and kind == "not-brought":
            yield Found(
                subject=f"line/{line}", lines=(line,), evidence=(("complaint", reference), ("line", str(line))), day=day, vendor=vendor,
                params={"kind": kind},
            )  # fmt: skip


def content_drops(tally: Tally, world: World, limits: Limits) -> Iterator[Found]:
    """33. Residents are less content than in the months before, while the vendor claims as ever."""
    for vendor, (now, good, before, good_before) in sorted(world.content.items()):
        if now >= limits["answers"] and before >= limits["answers"]:
            drop = good_before * 1000 // before - good * 1000 // now
            if drop >= limits["drop_permille"]:
                yield _vendor(tally, vendor, now=good * 100 // now, before=good_before * 100 // before)


def _card(tally: Tally, person: Person, **params: object) -> Found:
    entries = tally.of_person[person.id]
    return Found(
        subject=f"resident/{person.id}", lines=tuple(line for _d, line, _v, _w in entries), evidence=(("resident", str(person.id)),),
        params={"resident": person.code, **params}, vendor=entries[0][2] if entries else "", street=person.street,
    )  # fmt: skip


def _vendor(tally: Tally, vendor: str, **params: object) -> Found:
    return Found(
        subject=f"vendor/{vendor}", evidence=(("vendor", vendor),), params={"vendor": vendor, **params}, vendor=vendor,
        street=tally.street(vendor),
    )  # fmt: skip
