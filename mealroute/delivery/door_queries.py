"""What the desk has to look at about the doors of a meal: evidence, differences from the plan, records of two phones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.clock import Clock, at_seconds
from mealroute.core.geo import LonLat, haversine_m
from mealroute.delivery import queries, shift_queries
from mealroute.delivery.evidence import EvidenceRecord, pieces
from mealroute.delivery.models import Proof
from mealroute.delivery.proof_rulebook import Asked, Level, ProofRules, ending, load_proof_rules
from mealroute.delivery.records import LineOutcome, Outcome, Source
from mealroute.delivery.shift_queries import DoorRecord
from mealroute.orders.models import BookLine
from mealroute.planning.models import PlanVisit


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorSeen:
    """One recorded door as the desk looks at it. Nothing of it ever held a handover up.

    ``away_m``: from the planned point, where the phone told its place; ``off_minutes``: made later (+) or earlier (−) than planned, where
    the record was made at the door; ``missing``: evidence that the street's rule requires and that is not there.
    """

    line: LineOutcome
    position: int
    planned_s: int
    made_at: datetime
    away_m: int | None
    far: bool
    off_minutes: int | None
    off: bool
    missing: tuple[str, ...]
    code: str
    """What came of the spoken code: matched, different, none-known; empty where none was said."""
    note: str
    left_with: str
    evidence: tuple[EvidenceRecord, ...]
    beside: tuple[DoorRecord, ...]

    @property
    def odd(self) -> bool:
        """Whether somebody should look at it."""
        return bool(
            self.far
            or self.off
            or self.missing
            or self.code == "different"
            or any(each.outcome is not self.line.outcome for each in self.beside)
        )


def doors_seen(db: Session, day: date, slot: str, *, scope: Scope, clock: Clock) -> tuple[DoorSeen, ...]:
    """Every recorded door within reach, in the order of the sheets; a handful of statements."""
    rules = load_proof_rules(day)
    lines = [line for line in queries.outcomes(db, day, slot, scope=scope) if line.proof_id is not None]
    ids = [line.book_line_id for line in lines]
    proofs = queries.current_proofs(db, ids)
    visits = _visits(db, {line.visit_id for line in lines})
    homes = _homes(db, ids)
    beside, found, asked = shift_queries.beside(db, ids), pieces(db, ids), shift_queries.asked(db, ids, day)
    seen = []
    for line in lines:
        proof = proofs[line.book_line_id]
        position, planned_s = visits[line.visit_id]
        made_at = proof.made_at or proof.phone_at or proof.server_at
        away = _away(proof, homes.get(line.book_line_id))
        minutes = (
            round((made_at - at_seconds(day, planned_s, clock.zone)).total_seconds() / 60)
            if proof.phone_at and proof.source == Source.PHONE
            else None
        )
        codes = {
            piece.verdict
            for piece in found.get(line.book_line_id, ())
            if piece.proof_id == proof.id and piece.kind == "code"
        }
        own = tuple(piece for piece in found.get(line.book_line_id, ()) if piece.proof_id == proof.id)
        wanted = asked[line.book_line_id].evidence[ending(Outcome(proof.outcome))]
        seen.append(
            DoorSeen(
                line=line, position=position, planned_s=planned_s, made_at=made_at, away_m=away, far=away is not None and away > rules.far_m,
                off_minutes=minutes, off=_off(minutes, rules), missing=missing(wanted, proof, own) if proof.source == Source.PHONE else (),
                code=next(iter(codes), ""), note=proof.note, left_with=proof.left_with, evidence=found.get(line.book_line_id, ()), beside=beside.get(line.book_line_id, ()),
            )
        )  # fmt: skip
    return tuple(seen)


def missing(asked: Asked, proof: Proof, found: tuple[EvidenceRecord, ...]) -> tuple[str, ...]:
    """What is required and not there."""
    kinds = {piece.kind for piece in found}
    there: Mapping[str, bool] = {
        "seen": proof.seen, "signature": "signature" in kinds, "photo": "photo" in kinds, "code": "code" in kinds,
        "place": proof.lon is not None, "note": bool(proof.note.strip()),
    }  # fmt: skip
    return tuple(name for name, level in asked.items() if level is Level.REQUIRED and not there[name])


def _off(minutes: int | None, rules: ProofRules) -> bool:
    return minutes is not None and not -rules.early_minutes <= minutes <= rules.late_minutes


def _away(proof: Proof, home: LonLat | None) -> int | None:
    if home is None or proof.lon is None or proof.lat is None:
        return None
    return round(haversine_m(home, LonLat(proof.lon, proof.lat)))


def _visits(db: Session, ids: set[int]) -> dict[int, tuple[int, int]]:
    query = select(PlanVisit.id, PlanVisit.position, PlanVisit.arrival_s).where(PlanVisit.id.in_(sorted(ids)))
    return {visit: (position, arrival) for visit, position, arrival in db.execute(query).tuples()}


def _homes(db: Session, ids: list[int]) -> dict[int, LonLat]:
    query = select(BookLine.id, BookLine.lon, BookLine.lat).where(
        BookLine.id.in_(ids), BookLine.lon.is_not(None), BookLine.lat.is_not(None)
    )
    return {
        line: LonLat(lon, lat) for line, lon, lat in db.execute(query).tuples() if lon is not None and lat is not None
    }
