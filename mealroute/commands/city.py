"""`settle-city`: a month of several districts in one database, each by its own rules, some processes at a time.

A district is worked out without holding the database and written in one transaction: whoever is interrupted starts again, and no line is written
twice, for lines have natural keys and what has not changed is not written at all.
"""

import gc
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from mealroute.areas import queries as areas
from mealroute.commands.progress import step
from mealroute.commands.setup import Here
from mealroute.core import crypto, db
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.money import yuan
from mealroute.core.rulebook import read
from mealroute.subsidy import queries, service
from mealroute.subsidy.parts import Beside, Part
from mealroute.subsidy.rulebook import load_rulebook
from mealroute.subsidy.statements import MonthFigures

OPTIONS = "district-options.yaml"


@dataclass(frozen=True, slots=True)
class Payer:
    """A district that pays, its streets, and the folder of its rules. ``rest``: takes what belongs to no street."""

    code: str
    folder: Path
    streets: frozenset[str]
    rest: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """What came out for one payer."""

    payer: str
    figures: MonthFigures
    open_differences: int
    changed: bool


def command(here: Here, month: str, rules: Path, *, processes: int) -> int:
    """Prints a line a district and the sum; 1 where a district cannot be settled."""
    queries.month_days(month)
    found: list[Settled] = []
    with step(_("Claim lines of %(month)s", month=month)) as shown:
        payers = payers_in(rules)
        for one in settle(here, month, payers, processes=processes):
            found.append(one)
            shown.at(len(found) / len(payers), one.payer)
    for one in sorted(found, key=lambda each: each.payer):
        print(
            f"{one.payer}  {one.figures.claimed_lines:>9,}  ¥{yuan(one.figures.claimed_fen):>14}  {one.open_differences:>6,}"
        )
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
        found.append(Payer(payer, folder, streets.get(options.text("district"), frozenset()), rest=not found))
    if not found:
        raise MealrouteError(
            "no-payers", _("There is no folder with %(file)s in %(folder)s.", file=OPTIONS, folder=str(rules)), _("Make one for each district.")
        )  # fmt: skip
    return found


def settle(here: Here, month: str, payers: Sequence[Payer], *, processes: int) -> Iterator[Settled]:
    """Each payer's month as soon as it is written."""
    begin = (here.settings.database_url, here.settings.field_keys, month, here.clock)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_worker, initargs=begin) as pool:
        for future in as_completed([pool.submit(_settled, payer) for payer in payers]):
            yield future.result()


class _State:
    """What a process reads once for all its districts."""

    month: str
    clock: Clock
    beside: Beside


def _worker(url: str, keys: tuple[str, ...], month: str, clock: Clock) -> None:
    _begin(url, keys, month, clock)
    gc.disable()  # a district's objects hold no circles; memory is looked through after each district


def _begin(url: str, keys: tuple[str, ...], month: str, clock: Clock) -> None:
    from mealroute import models  # noqa: F401 -- registers every table

    crypto.configure_keys(keys)
    db.configure(url)
    _State.month, _State.clock = month, clock
    with db.unit_of_work(read_only=True) as session:
        _State.beside = Beside.of(session, *queries.month_days(month))


def _settled(payer: Payer) -> Settled:
    rulebook = load_rulebook(payer.folder)
    part = Part(streets=payer.streets, rules=rulebook, beside=_State.beside, rest=payer.rest)
    with db.unit_of_work(read_only=True) as session:
        prepared = service.prepare(session, _State.month, rulebook, part=part)
    with db.unit_of_work() as session:
        period = service.open_period(session, payer.code, _State.month, rulebook)
        built = service.store(session, period, prepared, by=SYSTEM, clock=_State.clock)
    del prepared
    gc.collect()
    return Settled(payer.code, built.figures, len(built.imbalances), built.changed)
