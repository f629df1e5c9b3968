"""A planted month looked at in parts, each street one of them, beside one look at the whole."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.sample_generator.fraud import trial
from data.sample_generator.fraud.month import STREETS, Month
from data.sample_generator.fraud.writing import rulebook
from mealroute.checks import service, world_reading
from mealroute.checks.models import CheckFinding, CheckFindingLine
from mealroute.checks.part_look import Looker, Seen, Surroundings, all_of, look_at
from mealroute.checks.parts import Streets, links, shared_streets, together
from mealroute.checks.records import RunRecord
from mealroute.core import db as database
from mealroute.core.actor import SYSTEM
from mealroute.subsidy.queries import month_days

MONTH = f"{trial.FIRST:%Y-%m}"
SPAN = month_days(MONTH)
RULES = rulebook()
COMPUTED_AGAIN = "amount-differs"
"""What a look finds more of, and more about, if it computes an open month's lines anew, which no part does."""


@dataclass(frozen=True)
class Whole:
    """What one look at the whole found: the findings by key with digest, street and vendor; ``more``: codes that it says more of."""

    findings: dict[str, tuple[str, str, str]]
    record: RunRecord
    more: frozenset[str]

    def needed(self, found: dict[str, tuple[str, str, str]]) -> dict[str, tuple[str, str, str]]:
        """Of what was found, here or in parts, all that has to be alike."""
        return {key: what for key, what in found.items() if key.split("/")[1] not in self.more}


def whole_of(db: Session, record: RunRecord, more: frozenset[str] = frozenset()) -> Whole:
    findings = {
        row.natural_key: (row.digest, row.street_code, row.vendor_code) for row in db.scalars(select(CheckFinding))
    }
    assert len(findings) == record.found
    return Whole(findings, record, more)


def parts() -> list[Streets]:
    """Each street a part of its own; the first takes what belongs to none."""
    first, *others = sorted(STREETS)
    return [
        Streets(own=frozenset({first}), others=frozenset(others)),
        *(Streets(own=frozenset({one})) for one in others),
    ]


def joined(db: Session, every: list[Streets]) -> list[list[int]]:
    shared = shared_streets(db, *SPAN)
    keys = [
        links(db, one, *SPAN) | {f"shared/{n}" for n, streets in enumerate(shared) if any(map(one.holds, streets))} for one in every
    ]  # fmt: skip
    return together(keys)


def _seen(db: Session, groups: list[list[int]], every: list[Streets], around: Surroundings, month: Month) -> list[Seen]:
    vendors = [
        {key.removeprefix("vendor/") for key in links(db, one, *SPAN) if key.startswith("vendor/")} for one in every
    ]
    seen = []
    for group in groups:
        own = frozenset(street for number in group for street in every[number].own)
        others = every[0].others if 0 in group else None
        served = frozenset().union(*(vendors[number] for number in group))
        part = Looker(
            streets=Streets(own=own, others=None if others is None else others - own), payers=(RULES.payer,),
            districts=(world_reading.district_code(),), rules=((own, RULES.rules),), vendors=served,
            other_vendors=frozenset().union(*vendors) - served if 0 in group else None,
        )  # fmt: skip
        seen.append(look_at(db, part, around, clock=trial.looked_at(month)))
    return seen


def found_alike(month: Month, whole: Whole) -> list[list[int]]:
    """Look at the configured database's month in parts: every finding as the whole's, to the digest. Gives the parts that belong together."""
    clock, record = trial.looked_at(month), whole.record
    with database.unit_of_work(read_only=True) as db:
        around = Surroundings.of(db, MONTH, complaints=trial.complaints_of(month), clock=clock)
        groups = joined(db, parts())
        seen = _seen(db, groups, parts(), around, month)

    found = all_of(seen)
    by_key = {one.natural_key: (one.digest, one.street, one.vendor) for one in found}
    assert len(found) == len(by_key)
    assert whole.needed(by_key) == whole.needed(whole.findings)
    assert by_key.keys() <= whole.findings.keys()
    assert (sum(one.meals for one in seen), sum(one.claims for one in seen)) == (record.meals, record.claims)
    with database.unit_of_work() as db:
        looked = service.Looked(
            found=found, policy=around.policy, meals=record.meals, claims=record.claims, kept=whole.more
        )
        again = service.keep(db, MONTH, looked, by=SYSTEM, clock=clock)
        assert (again.new, again.gone, again.reopened) == (0, 0, 0)
        assert db.scalars(select(CheckFindingLine.book_line_id)).first() is not None
    return groups
