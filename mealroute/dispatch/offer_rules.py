"""Who is asked to take a run and in which order, until when, and who must act. Pure: no database, no clock.

The order: the vendor whose driver and vehicle the plan counts on; then whoever has contracts with all its streets, or at
least has them in its area; the supply mode in the order of preference (D35); room left in the slot; what it is known to
carry; the last score; free drivers.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from mealroute.dispatch.offer_records import (
    Candidate,
    EventKind,
    Excluded,
    OfferRecord,
    OfferState,
    RunEventRecord,
    RunNeeds,
    Standing,
    VendorFacts,
    Why,
)
from mealroute.dispatch.offer_rulebook import OfferPolicy
from mealroute.residents.records import Diet

QUARTERS = 4
"""Room left is compared in quarters of the capacity, so that what comes after it in the order still counts."""
NEUTRAL_SCORE = 50
"""Where nobody has been scored yet: neither better nor worse than the middle."""
LAST_SUPPLY = 99


def rank(
    needs: RunNeeds, vendors: Iterable[VendorFacts], *, asked: frozenset[str] = frozenset(), first: str = ""
) -> tuple[tuple[Candidate, ...], tuple[Excluded, ...]]:
    """Who may be asked, the first to be asked first, and who may not with the reason.

    ``asked`` have had this run already and are not asked again; ``first`` comes before everybody (it held the run before).
    """
    good: list[tuple[tuple[int, ...], str, Candidate]] = []
    out: list[Excluded] = []
    for vendor in vendors:
        reason = _excluded(needs, vendor, asked)
        if reason is not None:
            out.append(reason)
        else:
            good.append((_place(needs, vendor, first), vendor.code, Candidate(vendor.code, _why(needs, vendor, first))))
    return tuple(entry[2] for entry in sorted(good, key=lambda entry: entry[:2])), tuple(out)


def free_drivers(needs: RunNeeds, vendor: VendorFacts) -> int:
    """The vendor's own drivers who have the time of this run, less those whom runs without a driver will need then."""
    able = sum(one.free_for(needs.run_id, needs.loads_s, needs.back_s) for one in vendor.crew)
    return able - sum(
        run != needs.run_id and begin < needs.back_s and needs.loads_s < end for run, begin, end in vendor.pledged
    )


def _excluded(needs: RunNeeds, vendor: VendorFacts, asked: frozenset[str]) -> Excluded | None:
    if vendor.blocks:
        return Excluded(vendor.code, "blocked", vendor.blocks[0])
    if vendor.code in asked:
        return Excluded(vendor.code, "asked-before")
    if vendor.diets is not None and (needs.diets - {str(Diet.NORMAL)}) - vendor.diets:
        return Excluded(vendor.code, "diet")
    if _free(vendor) is not None and (_free(vendor) or 0) < needs.portions:
        return Excluded(vendor.code, "capacity")
    if free_drivers(needs, vendor) < 1:
        return Excluded(vendor.code, "no-crew")
    if str(Diet.HALAL) in needs.diets and not vendor.halal_vehicle:
        return Excluded(vendor.code, "no-halal-vehicle")
    return None


def _free(vendor: VendorFacts) -> int | None:
    return None if vendor.capacity is None else vendor.capacity - vendor.committed


def _streets(needs: RunNeeds, vendor: VendorFacts) -> tuple[bool, bool]:
    """Whether a street of the run is without its contract, and whether one lies outside its service area."""
    streets = frozenset(needs.streets)
    return not streets <= vendor.contracts, vendor.streets is not None and not streets <= vendor.streets


def _room(needs: RunNeeds, vendor: VendorFacts) -> int:
    """Quarters of the capacity that are left once it has this run; no capacity on file counts as none left."""
    free = _free(vendor)
    return 0 if free is None or not vendor.capacity else QUARTERS * (free - needs.portions) // vendor.capacity


def _place(needs: RunNeeds, vendor: VendorFacts, first: str) -> tuple[int, ...]:
    return (
        vendor.code != first,
        vendor.code != needs.planned_vendor,
        *_streets(needs, vendor),
        LAST_SUPPLY if vendor.supply_place is None else vendor.supply_place,
        -_room(needs, vendor),
        vendor.diets is None,
        -(NEUTRAL_SCORE if vendor.score is None else vendor.score),
        -free_drivers(needs, vendor),
        -vendor.vehicles,
    )


def _why(needs: RunNeeds, vendor: VendorFacts, first: str) -> tuple[Why, ...]:
    found = []
    if vendor.code == first:
        found.append(Why("held-before"))
    if vendor.code == needs.planned_vendor:
        found.append(Why("in-plan"))
    found.append(Why("contract", len(vendor.contracts & frozenset(needs.streets)), len(needs.streets)))
    if vendor.streets is not None:
        found.append(Why("area", len(vendor.streets & frozenset(needs.streets)), len(needs.streets)))
    if vendor.supply_place is not None:
        found.append(Why("supply", vendor.supply_place))
    free = _free(vendor)
    if free is not None:
        found.append(Why("free", free, vendor.capacity or 0))
    if vendor.score is not None:
        found.append(Why("score", vendor.score))
    found.append(Why("crew", free_drivers(needs, vendor)))
    return tuple(found)


def deadline(now: datetime, loading_at: datetime, policy: OfferPolicy) -> datetime | None:
    """Until when an offer made now waits; None where loading is too near to wait for anybody."""
    latest = min(now + policy.answer, loading_at - policy.before_loading)
    return latest if latest - now >= min(policy.least_answer, policy.answer) else None


def standing(
    offer: OfferRecord | None,
    history: Sequence[RunEventRecord],
    *,
    driver_code: str,
    begun: bool,
    now: datetime,
) -> Standing:
    """Where a run stands. A vendor that was blocked while its run is on the road needs a person's word."""
    live = offer if offer is not None and offer.state in {OfferState.OPEN, OfferState.ACCEPTED} else None
    if live is None:
        return Standing.NOBODY
    if live.state is OfferState.OPEN:
        return Standing.OPEN if now < live.deadline_at else Standing.OVERDUE
    word = next((event.kind for event in reversed(history) if event.kind in _BLOCK_WORDS), None)
    if begun and word is EventKind.VENDOR_BLOCKED:
        return Standing.BLOCKED
    return Standing.HELD if driver_code else Standing.NO_CREW


_BLOCK_WORDS = frozenset({EventKind.VENDOR_BLOCKED, EventKind.STAYS, EventKind.ACCEPTED, EventKind.CARRIED_OVER})


def escalated(found: Standing, history: Sequence[RunEventRecord], *, must_serve: int) -> bool:
    """Whether a run with somebody who must be served has outlived the time of an offer: a person acts beside the next offer."""
    lapsed = found is Standing.OVERDUE or any(event.kind is EventKind.LAPSED for event in history)
    return bool(must_serve) and lapsed and found in {Standing.OPEN, Standing.OVERDUE}


def severity(found: Standing, *, must_serve: int, escalated_now: bool, begun: bool, soon: bool) -> int:
    """0 is the reddest. ``soon``: loading is nearer than offers may wait. A run on the road is not waiting for food."""
    match found:
        case Standing.NOBODY:
            return 4 if begun else 0 if must_serve else 1
        case Standing.BLOCKED:
            return 2
        case Standing.OVERDUE:
            return 3 if escalated_now else 5
        case Standing.OPEN:
            return 3 if escalated_now else 7
        case Standing.NO_CREW:
            return 2 if soon else 6
        case Standing.HELD:
            return 9


def needs_person(found: Standing, *, escalated_now: bool, soon: bool) -> bool:
    """Whether a dispatcher must act: the program alone cannot mend it, or must not wait."""
    if found in {Standing.NOBODY, Standing.BLOCKED} or escalated_now:
        return True
    return found is Standing.NO_CREW and soon


StopFact = tuple[frozenset[tuple[int, int]], int]
"""A stop as a vendor counts it: its orders with their portions, and the second at which it is reached."""


def unchanged(before: Sequence[StopFact], after: Sequence[StopFact], shift: timedelta) -> bool:
    """Whether nothing material changes for a vendor: the same stops in the same order with the same meals, each within ``shift``."""
    limit = int(shift.total_seconds())
    return len(before) == len(after) and all(
        old[0] == new[0] and abs(old[1] - new[1]) <= limit for old, new in zip(before, after, strict=True)
    )
