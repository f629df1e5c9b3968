"""`settle-city`: a month of several districts in one database, each by its own rules, and its checks; some processes at a time.

A district is worked out without holding the database and written in one transaction, findings in one at the end: whoever is interrupted starts again,
and no line is written twice, for lines have natural keys and what has not changed is not written at all.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from mealroute.areas import queries as areas
from mealroute.checks import service as checks
from mealroute.checks.part_look import Seen, all_of
from mealroute.checks.parts import shared_streets, together
from mealroute.checks.records import RunRecord
from mealroute.checks.rulebook import policy_on
from mealroute.commands import city_worker
from mealroute.commands.city_worker import Payer, Settled, Together
from mealroute.commands.progress import step
from mealroute.commands.setup import Here
from mealroute.core import db
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.money import yuan
from mealroute.core.rulebook import read
from mealroute.subsidy import queries

OPTIONS = "district-options.yaml"


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks found, and in how many parts of the city that have nothing in common."""

    record: RunRecord
    parts: int


def command(here: Here, month: str, rules: Path, *, processes: int) -> int:
    """Prints a line a district and the sum; 1 where a district cannot be settled."""
    queries.month_days(month)
    found: list[Settled] = []
    looks: list[Checked] = []
    with step(_("Claim lines of %(month)s", month=month)) as shown:
        payers = payers_in(rules)
        for one in settle(here, month, payers, processes=processes):
            if isinstance(one, Checked):
                looks.append(one)
            else:
                found.append(one)
                shown.at(len(found) / len(payers), one.payer)
    for one in sorted(found, key=lambda each: each.payer):
        print(
            f"{one.payer}  {one.figures.claimed_lines:>9,}  ¥{yuan(one.figures.claimed_fen):>14}  {one.open_differences:>6,}"
        )
    for look in looks:
        print(_("%(n)d findings in %(meals)d records", n=look.record.found, meals=look.record.meals))
    print(_("%(n)d claim lines, %(sum)s yuan", n=sum(one.figures.claimed_lines for one in found), sum=yuan(sum(one.figures.claimed_fen for one in found))))  # fmt: skip
    return 0


def payers_in(rules: Path) -> list[Payer]:
    """Every folder in ``rules`` that has the options of a district. Raises MealrouteError ``no-payers``, ``payer-twice``."""
    with db.unit_of_work(read_only=True) as session:
        streets = areas.streets_by_district(session)
    found: list[Payer] = []
    for folder in sorted(path.parent for path in rules.glob(f"*/{OPTIONS}")):
        options = read(folder / OPTIONS, kind="district-options")
        payer = options.node("payer").only("code", "name").text("code")
        if payer in {one.code for one in found}:
            raise MealrouteError("payer-twice", _("Two folders of rules name the payer “%(payer)s”.", payer=payer))
        district = options.text("district")
        found.append(Payer(payer, district, folder, streets.get(district, frozenset()), rest=not found))
    if not found:
        raise MealrouteError(
            "no-payers", _("There is no folder with %(file)s in %(folder)s.", file=OPTIONS, folder=str(rules)), _("Make one for each district.")
        )  # fmt: skip
    of_others = frozenset(street for payer in found[1:] for street in payer.streets)
    return [replace(found[0], others=of_others), *found[1:]]


def settle(here: Here, month: str, payers: Sequence[Payer], *, processes: int) -> Iterator[Settled | Checked]:
    """Each payer's month as soon as it is written, then what the checks found in all of them, which is stored at once."""
    begin = (here.settings, month, here.clock)
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=city_worker.begin, initargs=begin
    ) as pool:
        done: dict[str, Settled] = {}
        futures = [pool.submit(city_worker.settled, payer) for payer in payers]
        with db.unit_of_work(read_only=True) as session:
            shared = shared_streets(session, *queries.month_days(month))
        for future in as_completed(futures):
            one = future.result()
            done[one.payer] = one
            yield one
        parts = parts_of(payers, [done[payer.code] for payer in payers], shared)
        alone = [done[part.payers[0].code].seen if len(part.payers) == 1 else None for part in parts]
        anew = pool.map(city_worker.looked_at, (part for part, seen in zip(parts, alone, strict=True) if seen is None))
        seen = [one or next(anew) for one in alone]
    yield checked(month, seen, clock=here.clock)


def parts_of(payers: Sequence[Payer], settled: Sequence[Settled], shared: Sequence[frozenset[str]]) -> list[Together]:
    """The payers that have to be looked at together: by their links, or because something stands in streets of both."""
    keys = [
        one.links | {f"shared/{n}" for n, streets in enumerate(shared) if any(map(payer.part.holds, streets))}
        for payer, one in zip(payers, settled, strict=True)
    ]
    every = frozenset[str]().union(*(one.vendors for one in settled))
    found = []
    for group in together(keys):
        vendors = frozenset[str]().union(*(settled[number].vendors for number in group))
        found.append(Together(tuple(payers[number] for number in group), vendors, every - vendors))
    return found


def checked(month: str, seen: Sequence[Seen], *, clock: Clock) -> Checked:
    """Store what all parts found, as one look at the month."""
    with db.unit_of_work() as session:
        looked = checks.Looked(
            found=all_of(seen), policy=policy_on(queries.month_days(month)[1]), meals=sum(one.meals for one in seen),
            claims=sum(one.claims for one in seen), kept=frozenset(),
        )  # fmt: skip
        done = checks.keep(session, month, looked, by=SYSTEM, clock=clock)
    return Checked(done, len(seen))
