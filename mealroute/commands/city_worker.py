"""What one process of `settle-city` does: settle a payer's month, look at a part of the city with every check."""

import gc
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path

from sqlalchemy.orm import Session

from mealroute.adapters import networks
from mealroute.adapters.travel import Travel, TravelMatrix
from mealroute.checks.handed import Handed, handed, hands
from mealroute.checks.handed import along as reading_along
from mealroute.checks.part_look import Looker, Seen, Surroundings, look_at
from mealroute.checks.parts import Hand, Streets, known_streets, links, overtaken
from mealroute.core import crypto, db
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import Clock
from mealroute.core.config import Settings
from mealroute.core.geo import LonLat
from mealroute.core.i18n import speaking
from mealroute.oversight import complaint_queries
from mealroute.rulebook.records import Rule
from mealroute.subsidy import queries, service
from mealroute.subsidy.along import Along
from mealroute.subsidy.parts import Beside, Part
from mealroute.subsidy.rulebook import load_rulebook
from mealroute.subsidy.statements import MonthFigures


@dataclass(frozen=True, slots=True)
class Payer:
    """A district that pays, its streets, and the folder of its rules. ``rest``: takes what belongs to no street; ``others``: all other streets."""

    code: str
    district: str
    folder: Path
    streets: frozenset[str]
    rest: bool
    others: frozenset[str] = frozenset()

    @property
    def part(self) -> Streets:
        return Streets(own=self.streets, others=self.others if self.rest else None)

    def part_in(self, session: Session) -> Streets:
        """The same with the streets that the database knows, where they matter."""
        return replace(self.part, known=known_streets(session)) if self.rest else self.part


@dataclass(frozen=True, slots=True)
class Settled:
    """What came out for one payer. ``links``: by what its records may hang together with another's.

    ``seen``: what the checks find if it has nothing in common with another; None where that is not known yet.
    """

    payer: str
    figures: MonthFigures
    open_differences: int
    changed: bool
    links: frozenset[str]
    seen: Seen | None = None

    @property
    def vendors(self) -> frozenset[str]:
        return frozenset(link.removeprefix("vendor/") for link in self.links if link.startswith("vendor/"))


TIDY_EVERY = 4
"""After so many districts the collector looks through memory."""


class _State:
    """What a process reads once for all that it does."""

    settings: Settings
    month: str
    clock: Clock
    beside: Beside
    overtaken: Mapping[str, set[Hand]]
    surroundings: Surroundings | None = None
    roads: Travel | None = None
    looked: int = 0


def begin(settings: Settings, month: str, clock: Clock) -> None:
    """A process of its own: the collector looks through memory after some districts only, for a district's objects hold no circles.

    What is there from the beginning stays to the end and is not looked through again.
    """
    threading.Thread(target=_end_with_parent, daemon=True).start()
    open_in(settings, month, clock)
    gc.disable()
    gc.freeze()


def _end_with_parent() -> None:
    """A process whose command was killed must not go on, nor wait for ever; what it had begun to write is rolled back."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def open_in(settings: Settings, month: str, clock: Clock) -> None:
    """Open the database and read what all payers share."""
    from mealroute import models  # noqa: F401 -- registers every table

    crypto.configure_keys(settings.field_keys)
    db.configure(settings.database_url, bulk=True)
    _State.settings, _State.month, _State.clock, _State.surroundings = settings, month, clock, None
    with db.unit_of_work(read_only=True) as session:
        _State.beside = Beside.of(session, *queries.month_days(month))
        _State.overtaken = overtaken(session, *queries.month_days(month))


def settled(payer: Payer) -> Settled:
    """Bring a payer's month into line with what stands now, and look at it with the rows that were read for that.

    Who takes what belongs to no street is not looked at yet: that is more than what is settled here.
    """
    rulebook = load_rulebook(payer.folder)
    along = None if payer.rest else reading_along()
    part = Part(streets=payer.streets, rules=rulebook, beside=_State.beside, rest=payer.rest, along=along)
    with db.unit_of_work(read_only=True) as session:
        prepared = service.prepare(session, _State.month, rulebook, part=part)
        linked = links(session, payer.part_in(session), *queries.month_days(_State.month), doors=_hands(payer, along))
    with db.unit_of_work() as session:
        period = service.open_period(session, payer.code, _State.month, rulebook)
        built = service.store(session, period, prepared, by=SYSTEM, clock=_State.clock)
    given = None if along is None else handed(along, prepared.worked.rows)
    done = Settled(payer.code, built.figures, len(built.imbalances), built.changed, linked)
    del prepared, part, along
    if given is not None:
        alone = Together((payer,), done.vendors, frozenset())
        done = replace(done, seen=_look(alone, {payer.code: rulebook.rules}, given))
    del given
    _tidy()
    return done


def _hands(payer: Payer, along: Along | None) -> set[Hand] | None:
    if along is None or not along.whole:
        return None
    return hands(along).union(*(_State.overtaken.get(street, ()) for street in payer.streets))


def looked_at(given: "Together") -> Seen:
    """Look at some payers' month together."""
    seen = _look(given, {payer.code: load_rulebook(payer.folder).rules for payer in given.payers})
    _tidy()
    return seen


def _tidy() -> None:
    """Let the collector look through memory once in a while; one district leaves little to it."""
    _State.looked += 1
    if _State.looked % TIDY_EVERY == 0:
        gc.collect()


def _look(given: "Together", rules: Mapping[str, tuple[Rule, ...]], handed: Handed | None = None) -> Seen:
    payers = given.payers
    with speaking("zh"), db.unit_of_work(read_only=True) as session:
        if _State.surroundings is None:
            _State.surroundings = _surroundings(session)
        rest = next((payer for payer in payers if payer.rest), None)
        own = frozenset(street for payer in payers for street in payer.streets)
        part = Looker(
            streets=Streets(own=own) if rest is None else replace(rest.part_in(session), own=own, others=rest.others - own), payers=tuple(payer.code for payer in payers),
            districts=tuple(payer.district for payer in payers),
            rules=tuple((payer.streets, rules[payer.code]) for payer in sorted(payers, key=lambda payer: not payer.rest)), vendors=given.vendors,
            other_vendors=None if rest is None else given.other_vendors,
        )  # fmt: skip
        return look_at(session, part, _State.surroundings, clock=_State.clock, matrix_of=_matrix, handed=handed)


def _surroundings(session: Session) -> Surroundings:
    first, last = queries.month_days(_State.month)
    complaints = [
        (one.book_line_id, one.blamed or "", str(one.kind), str(one.id), one.day)
        for one in complaint_queries.blamed(session, first, last)
        if one.counts
    ]
    return Surroundings.of(session, _State.month, complaints=complaints, clock=_State.clock)


@dataclass(frozen=True, slots=True)
class Together:
    """Payers that are looked at together, their vendors, and everybody else's."""

    payers: tuple[Payer, ...]
    vendors: frozenset[str]
    other_vendors: frozenset[str]


def _matrix(points: Sequence[LonLat], profile: str) -> TravelMatrix:
    """The roads, opened when the first leg is doubtful."""
    if _State.roads is None:
        _State.roads = networks.travel_of(_State.settings)
    return _State.roads.matrix(points, profile)
