"""The chain as pure functions: lines and counts at their places, added up by any cut, with its equations."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from mealroute.core.i18n import _
from mealroute.settlement.chain_records import NAMES, Cell, Chain, CountDifference, Cut, CutRow, Place
from mealroute.subsidy.build import BookRow, MonthRows
from mealroute.subsidy.records import Beneficiary, ClaimLineRecord, Identity, LineAccount, Term


class Carrier(NamedTuple):
    """How a line is carried: kitchen, its vendor, the run, route and trip. ``run`` None: no run was published for it."""

    kitchen: str
    vendor: str
    run: int | None
    route: int
    vehicle: str
    trip: int


class Count(NamedTuple):
    """A count of one trip: packed by the kitchen, or aboard by the driver. ``note`` are the counter's own words."""

    portions: int
    note: str
    by_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Each order line with its place and chain, and the differences of whole trips."""

    rows: MonthRows
    places: Mapping[int, Place]
    chains: Mapping[int, Chain]
    carriers: Mapping[int, Carrier]
    differences: tuple[CountDifference, ...]


def lines_of(
    rows: MonthRows, carriers: Mapping[int, Carrier], accounts: Iterable[LineAccount], claims: Iterable[ClaimLineRecord],
    held: Iterable[ClaimLineRecord], explained: Mapping[int, int], *, packed: Mapping[tuple[date, str, str, int], Count],
    aboard: Mapping[tuple[int, int], Count], words: Mapping[str, tuple[str, str]], beside: Mapping[tuple[str, object], int],
) -> Lines:  # fmt: skip
    """Every line of a month's books on its way.

    ``packed`` is by day, meal, vehicle and trip, ``aboard`` by run and trip, ``beside`` other payers' portions on the same trips. A trip that was counted counts with its plan; what the
    count is more or less is a difference of the whole trip, which belongs to its kitchen and to no street.
    """
    places = {line.line_id: _place(line, rows, carriers) for line in rows.book}
    values = _orders(rows)
    for line in rows.book:
        own = values[line.line_id]
        planned = own.get("planned", 0)
        if not planned:
            continue
        carrier, door = carriers.get(line.line_id), rows.doors.get(line.line_id)
        ticked = carrier is not None and (line.day, line.slot, carrier.vehicle, carrier.trip) in packed
        counted = carrier is not None and carrier.run is not None and (carrier.run, carrier.trip) in aboard
        own["cooked" if ticked else "not_ticked"] = planned
        own["loaded" if counted else "not_counted"] = planned
        if door is None:
            own["no_record"] = planned
        else:
            own["delivered"], own["returned"] = door.delivered, planned - door.delivered
    for account in accounts:
        said = min(explained.get(account.book_line_id, 0), account.unclaimed)
        own = values[account.book_line_id]
        own["claimed"], own["self_paid"] = account.subsidised, account.self_paid
        own["explained"], own["unexplained"] = said, account.unclaimed - said
    _money(values, claims, held)
    chains = {line: Chain(**own) for line, own in values.items()}
    return Lines(
        rows=rows,
        places=places,
        chains=chains,
        carriers=carriers,
        differences=_counts(rows, carriers, chains, packed, aboard, words, beside),
    )


def _place(line: BookRow, rows: MonthRows, carriers: Mapping[int, Carrier]) -> Place:
    carrier, door = carriers.get(line.line_id), rows.doors.get(line.line_id)
    planned = rows.plan.get(line.line_id)
    if carrier is None or planned is None or not planned.aboard:
        return Place(day=line.day, slot=line.slot, street=line.street_code, vendor="", kitchen="")
    vendor = door.vendor_code if door and door.vendor_code else carrier.vendor
    return Place(day=line.day, slot=line.slot, street=line.street_code, vendor=vendor, kitchen=carrier.kitchen)


def _orders(rows: MonthRows) -> dict[int, dict[str, int]]:
    """Ordered, planned and unassigned portions of each line; an order counts as ``subsidy.build.day_facts`` counts it."""
    found: dict[int, dict[str, int]] = {}
    orders: dict[int, list[BookRow]] = defaultdict(list)
    for line in rows.book:
        orders[line.order_id].append(line)
    for lines in orders.values():
        effective = carried = late = 0
        for line in lines:
            planned = rows.plan.get(line.line_id)
            in_effect = line.line_id not in rows.cancelled
            values = found.setdefault(line.line_id, {})
            if in_effect:
                effective += line.quantity
            if planned is None:
                if in_effect and ((line.day, line.slot) not in rows.planned_days or line.line_id in rows.added):
                    late += line.quantity
                continue
            carried += planned.portions
            values["ordered"] = planned.portions
            values["planned" if planned.aboard else "unassigned"] = planned.portions
        rest = max(effective - carried, 0)
        if rest:
            last = next((line for line in reversed(lines) if line.line_id not in rows.plan), lines[-1])
            values = found[last.line_id]
            values["ordered"] = values.get("ordered", 0) + rest
            values["unassigned"] = values.get("unassigned", 0) + min(late, rest)
    return found


def _money(
    values: Mapping[int, dict[str, int]], claims: Iterable[ClaimLineRecord], held: Iterable[ClaimLineRecord]
) -> None:
    for line in claims:
        own = values.get(line.book_line_id) if line.book_line_id is not None else None
        if own is not None:
            own["claimed_fen"] = own.get("claimed_fen", 0) + line.amount_fen
            if line.beneficiary is Beneficiary.RESIDENT:
                own["copay_fen"] = own.get("copay_fen", 0) + line.copay_fen
    for line in held:
        if line.book_line_id is not None and line.book_line_id in values:
            values[line.book_line_id]["held"] = 1


def _counts(
    rows: MonthRows, carriers: Mapping[int, Carrier], chains: Mapping[int, Chain], packed: Mapping[tuple[date, str, str, int], Count],
    aboard: Mapping[tuple[int, int], Count], words: Mapping[str, tuple[str, str]], beside: Mapping[tuple[str, object], int],
) -> tuple[CountDifference, ...]:  # fmt: skip
    planned: dict[tuple[str, object], int] = defaultdict(int)
    at: dict[tuple[str, object], tuple[BookRow, Carrier]] = {}
    for line in rows.book:
        carrier = carriers.get(line.line_id)
        if carrier is None or not chains[line.line_id].planned:
            continue
        for key in trip_keys(line.day, line.slot, carrier.vehicle, carrier.trip, carrier.run):
            planned[key] += chains[line.line_id].planned
            at[key] = (line, carrier)
    counts: dict[tuple[str, object], Count] = {("cooked", trip): count for trip, count in packed.items()}
    counts |= {("loaded", trip): count for trip, count in aboard.items()}
    found = []
    for key, count in counts.items():
        if key not in planned:
            continue
        planned[key] += beside.get(key, 0)
        if count.portions == planned[key]:
            continue
        line, carrier = at[key]
        kind = key[0]
        name = f"{kind}/{line.day}/{line.slot}/{carrier.vehicle}/{carrier.trip}" + (
            f"/{carrier.run}" if kind == "loaded" else ""
        )
        said, by = words.get(name, (count.note, count.by_name))
        found.append(
            CountDifference(
                natural_key=name, kind=kind, run=carrier.run, route=carrier.route, trip=carrier.trip, expected=planned[key], found=count.portions,
                place=Place(day=line.day, slot=line.slot, street="", vendor=carrier.vendor, kitchen=carrier.kitchen), words=said,
                by_name=by if said else "",
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda each: (each.place.day, each.place.slot, each.kind, each.route, each.trip)))


def trip_keys(day: date, slot: str, vehicle: str, trip: int, run: int | None) -> tuple[tuple[str, object], ...]:
    """The names under which a trip is counted: in the kitchen, and aboard."""
    packed = ("cooked", (day, slot, vehicle, trip))
    return (packed,) if run is None else (packed, ("loaded", (run, trip)))


def cells(found: Lines) -> tuple[Cell, ...]:
    """The chain by place: lines where they belong, differences of trips beside them."""
    sums: dict[Place, Counter[str]] = defaultdict(Counter)
    for line, chain in found.chains.items():
        own = sums[found.places[line]]
        for name in NAMES:
            value = getattr(chain, name)
            if value:
                own[name] += value
    for each in found.differences:
        off, said = each.difference, abs(each.difference) if each.words else 0
        sums[each.place].update({each.kind: off, f"{each.kind}_off": off, f"{each.kind}_said": said})
    order = sorted(sums, key=lambda place: (place.day, place.slot, place.street, place.vendor, place.kitchen))
    return tuple(Cell(place=place, chain=Chain(**sums[place])) for place in order)


def cut_by(found: Sequence[Cell], cut: Cut, label: Callable[[str], str]) -> tuple[CutRow, ...]:
    """The rows of a cut in the order of their keys; added up they are the month, whatever the cut."""
    sums: dict[str, Chain] = {}
    for cell in found:
        key = cell.place.of(cut)
        sums[key] = sums.get(key, Chain()) + cell.chain
    return tuple(CutRow(key=key, label=label(key), chain=sums[key]) for key in sorted(sums))


def total(found: Iterable[Cell]) -> Chain:
    """The whole month."""
    whole = Chain()
    for cell in found:
        whole = whole + cell.chain
    return whole


def equations(chain: Chain) -> tuple[Identity, ...]:
    """What must hold at every place and over every cut."""
    planned = Term(_("Planned"), chain.planned)
    cooked = [Term(_("Packed, by the kitchen's tick"), chain.cooked), Term(_("Trips without a tick"), chain.not_ticked)]
    loaded = [
        Term(_("Aboard, by the driver's count"), chain.loaded),
        Term(_("Trips without a count"), chain.not_counted),
    ]
    if chain.cooked_said:
        cooked.append(Term(_("Explained"), -chain.cooked_off))
    if chain.loaded_said:
        loaded.append(Term(_("Explained"), -chain.loaded_off))
    return (
        Identity(code="ordered", total=Term(_("Ordered"), chain.ordered), parts=(planned, Term(_("Unassigned"), chain.unassigned))),
        Identity(code="cooked", total=planned, parts=tuple(cooked)),
        Identity(code="loaded", total=planned, parts=tuple(loaded)),
        Identity(
            code="delivered", total=planned,
            parts=(Term(_("Delivered"), chain.delivered), Term(_("Returned"), chain.returned), Term(_("no record"), chain.no_record)),
        ),
        Identity(
            code="claimed", total=Term(_("Delivered"), chain.delivered),
            parts=(
                Term(_("Claimed"), chain.claimed), Term(_("Paid in full"), chain.self_paid), Term(_("Explained"), chain.explained),
                Term(_("to explain"), chain.unexplained),
            ),
        ),
    )  # fmt: skip
