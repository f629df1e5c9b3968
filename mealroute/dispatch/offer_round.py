"""One round of asking: offers runs of a day to the next vendor in order, and writes each step into the run's history."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from mealroute.core.actor import Actor
from mealroute.core.clock import Clock, at_seconds
from mealroute.dispatch import offer_facts, offer_rules
from mealroute.dispatch.models import Run
from mealroute.dispatch.offer_facts import Register
from mealroute.dispatch.offer_models import RunEvent, RunOffer
from mealroute.dispatch.offer_records import LIVE, EventKind, OffersDone, OfferState, RunNeeds, VendorFacts, Why
from mealroute.dispatch.offer_rulebook import policy_on
from mealroute.dispatch.records import RunState


def lock(db: Session, run_ids: Collection[int]) -> dict[int, Run]:
    """The runs, locked in the order of their ids: always before their offers, so that two people never wait for each other."""
    query = select(Run).where(Run.id.in_(sorted(set(run_ids)))).order_by(Run.id)
    return {run.id: run for run in db.scalars(query.with_for_update().execution_options(populate_existing=True))}


def live_offers(db: Session, *conditions: ColumnElement[bool], locked: bool = True) -> list[tuple[RunOffer, Run]]:
    """Live offers of standing runs, by run, read after the runs have been locked: what is seen is what stands."""
    standing = (RunOffer.state.in_(LIVE), Run.state == RunState.PUBLISHED, *conditions)
    query = select(RunOffer, Run).join(Run, Run.id == RunOffer.run_id).where(*standing).order_by(Run.id)
    if locked:
        lock(db, db.scalars(query.with_only_columns(Run.id).order_by(None)).all())
    return [(offer, run) for offer, run in db.execute(query.execution_options(populate_existing=True)).tuples()]


def note(
    db: Session, run: Run, kind: EventKind, *, by: Actor, now: datetime, offer: RunOffer | None = None, vendor: str = "",
    reason: str = "", by_name: str = "", detail: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write one event into a run's history."""
    db.execute(
        insert(RunEvent).values(
            run_id=run.id, offer_id=None if offer is None else offer.id, kind=str(kind), at=now, account_id=by.account_id,
            vendor_code=vendor or ("" if offer is None else offer.vendor_code), by_name=(by_name or by.name)[:80], reason=reason,
            detail=dict(detail or {}),
        )
    )  # fmt: skip


def settle(
    db: Session, offer: RunOffer, state: OfferState, *, at: datetime, by_name: str, reason: str = "", before_deadline: bool = False
) -> bool:  # fmt: skip
    """Move an offer on from the state it was read in; False where somebody else was first. The database decides, not our copy."""
    query = update(RunOffer).where(RunOffer.id == offer.id, RunOffer.state == offer.state)
    if before_deadline:
        query = query.where(RunOffer.deadline_at > at)
    values = {"state": str(state), "answered_at": at, "answered_by": by_name[:80], "reason": reason}
    done = db.execute(query.values(**values).execution_options(synchronize_session=False))
    db.refresh(offer)
    return isinstance(done, CursorResult) and done.rowcount == 1


@dataclass(slots=True)
class Round:
    """Asking for runs of one day and slot; remembers what it promised so that no vendor is asked beyond its capacity."""

    db: Session
    by: Actor
    clock: Clock
    register: Register
    facts: dict[str, VendorFacts]
    done: OffersDone = field(default_factory=OffersDone)

    @classmethod
    def of(cls, db: Session, run: Run, *, by: Actor, clock: Clock) -> "Round":
        known = offer_facts.register(db)
        return cls(db, by, clock, known, offer_facts.vendor_facts(db, run.day, run.slot, known))

    def blocked(self, vendor_code: str) -> bool:
        """Whether a vendor may not work on this day; one that is not on the register may not either."""
        found = self.facts.get(vendor_code)
        return found is None or bool(found.blocks)

    def release(self, vendor_code: str, needs: RunNeeds) -> None:
        """A vendor is not asked for a run any more: its portions are free again."""
        if vendor_code in self.facts:
            fact = self.facts[vendor_code]
            pledged = tuple(entry for entry in fact.pledged if entry[0] != needs.run_id)
            self.facts[vendor_code] = replace(fact, committed=fact.committed - needs.portions, pledged=pledged)

    def ask_next(self, run: Run, needs: RunNeeds, *, first: str = "") -> RunOffer | None:
        """Offer the run to the next vendor that has not had it; None where nobody is left or loading is too near."""
        now, policy = self.clock.now(), policy_on(run.day)
        until = offer_rules.deadline(now, at_seconds(run.day, needs.loads_s, self.clock.zone), policy)
        asked = frozenset(self.db.scalars(select(RunOffer.vendor_code).where(RunOffer.run_id == run.id)))
        candidates, _out = offer_rules.rank(needs, self.facts.values(), asked=asked, first=first)
        if until is None or not candidates:
            why = "too-near" if candidates else "no-candidate"
            note(self.db, run, EventKind.NOBODY, by=self.by, now=now, detail={"why": why})
            self.done = self.done.plus(OffersDone(nobody=1))
            return None
        chosen = candidates[0]
        offer = self.write(run, needs, chosen.vendor_code, until=until, place=len(asked) + 1, why=chosen.why)
        self.done = self.done.plus(OffersDone(offered=1))
        return offer

    def write(
        self, run: Run, needs: RunNeeds, vendor: str, *, until: datetime, place: int = 0, why: tuple[Why, ...] = (),
        hand_reason: str = "", driver: str = "", silent: bool = False,
    ) -> RunOffer:  # fmt: skip
        """One open offer with its event (``silent``: without). The unique index refuses a second live one."""
        now = self.clock.now()
        offer = RunOffer(
            run_id=run.id, vendor_code=vendor, driver_code=driver, place=place, why=[[one.code, one.n, one.of] for one in why],
            hand_reason=hand_reason, offered_at=now, offered_by=self.by.name[:80], deadline_at=until, state=str(OfferState.OPEN),
        )  # fmt: skip
        self.db.add(offer)
        self.db.flush()
        if not silent:
            detail = {"place": place, "until": until.isoformat()}
            note(self.db, run, EventKind.OFFERED, by=self.by, now=now, offer=offer, reason=hand_reason, detail=detail)
        if vendor in self.facts:
            fact = self.facts[vendor]
            own = self.register.employer(run.driver_code) == vendor
            pledged = fact.pledged if own else (*fact.pledged, (run.id, needs.loads_s, needs.back_s))
            self.facts[vendor] = replace(fact, committed=fact.committed + needs.portions, pledged=pledged)
        return offer
