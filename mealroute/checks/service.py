"""Use-cases of the checks: look at a month, clear a finding with a reason, open one again."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from mealroute.adapters.travel import TravelMatrix
from mealroute.checks import (
    counts_reading,
    day_reading,
    own_work,
    queries,
    route_rules,
    signed_reading,
    swipe_reading,
    tier_reading,
    world_reading,
)
from mealroute.checks.facts import World
from mealroute.checks.models import CheckFinding, CheckFindingLine, CheckLook, CheckStep
from mealroute.checks.money_reading import paid_on
from mealroute.checks.payment_rules import shared_references
from mealroute.checks.records import Act, Finding, FindingId, FindingState, Policy, RunRecord
from mealroute.checks.rulebook import policy_on
from mealroute.checks.rules import Look
from mealroute.core import audit
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, Forbidden, MealrouteError
from mealroute.core.geo import LonLat
from mealroute.core.i18n import _
from mealroute.subsidy import computing
from mealroute.subsidy import queries as money
from mealroute.subsidy.differing import movements, standings
from mealroute.subsidy.models import Period
from mealroute.subsidy.records import PeriodState, Rulebook
from mealroute.subsidy.rulebook import load_rulebook

MatrixOf = Callable[[Sequence[LonLat], str], TravelMatrix]
Complaint = tuple[int | None, str, str, str, date]
Progress = Callable[[int, int, date], None]
PROFILES = ("ebike", "van")
MOST_POINTS = 400
"""Points of one question to the roads; more are asked in parts."""
LEAST_REASON = 4


def check_month(
    db: Session, month: str, *, by: Actor, clock: Clock, complaints: Sequence[Complaint] | None = None,
    matrix_of: MatrixOf | None = None, recompute: bool = True, progress: Progress | None = None, rulebook: Rulebook | None = None,
) -> RunRecord:  # fmt: skip
    """``look_at`` a month and ``keep`` what is found, in one transaction. Raises as they do."""
    looked = look_at(
        db, month, by=by, clock=clock, complaints=complaints, matrix_of=matrix_of, recompute=recompute, progress=progress, rulebook=rulebook,
    )  # fmt: skip
    return keep(db, month, looked, by=by, clock=clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a look at a month has found, not written yet. ``kept``: codes that were not looked for."""

    found: tuple[Finding, ...]
    policy: Policy
    meals: int
    claims: int
    kept: frozenset[str]


def look_at(
    db: Session, month: str, *, by: Actor, clock: Clock, complaints: Sequence[Complaint] | None = None,
    matrix_of: MatrixOf | None = None, recompute: bool = True, progress: Progress | None = None, payer: str = "",
    district: str = "", rulebook: Rulebook | None = None,
) -> Looked:  # fmt: skip
    """Look at every recorded door of a month, with the claims of ``payer`` in ``district`` (empty: the installation's own). Reads only.

    ``complaints`` None: they are not looked at, and findings about them stay as they are. ``matrix_of``: the roads; without them
    legs are judged by the straight line. ``recompute``: also compute an open month's lines anew and compare. ``rulebook``: whose tiers
    are looked at, those in force here unless another is given.

    Raises
    ------
    MealrouteError
        ``month-invalid``, ``check-needs-district``.
    """
    if by.scope.streets is not None:
        raise Forbidden(
            "check-needs-district",
            _("A month is checked for the whole district."),
            _("Ask the district's finance officer."),
        )
    world = world_reading.read_world(db, month, clock=clock)
    world.complaints = complaints or ()
    world.district = district or world.district
    policy = policy_on(world.last)
    rules = rulebook or load_rulebook()
    period = money.period(db, payer or rules.payer, month)
    world.tiers = tier_reading.tiers_of(
        db,
        [period.id] if period else (),
        rules.rules,
        world.first,
        world.last,
        policy.checks["tier-just-reached"].limits,
    )
    world.signed = signed_reading.signed_of(
        db, (period.id,) if period else (), rules.rules, world.first, world.last, policy.checks["signed-not-there"].limits, clock=clock,
    )  # fmt: skip
    meals = claims = 0
    look = Look(world, policy)
    days = day_reading.days_of(db, world.first, world.last)
    logs = counts_reading.kitchens_that_log(db, world.first, world.last, len(days))
    swiped = swipe_reading.swiped(db, world.first, world.last)
    differing = _differing(db, month, period) if recompute and period is not None else {}
    for n, each in enumerate(days, 1):
        around = day_reading.around_of(db, each, clock=clock, swiped=swiped.get(each))
        for day in day_reading.read_days(
            db, [around], periods=[period.id] if period else (), closed_at=period.closed_at if period else None, logs_kept=logs, differing=differing,
        ):  # fmt: skip
            ask_roads(world, route_rules.doubtful_legs(day, policy.checks["driver-in-two-places"].limits), matrix_of)
            look.day(day)
            meals += len(day.meals)
            claims += sum(len(meal.claims) for meal in day.meals)
        if progress is not None:
            progress(n, len(days), each)
    world_reading.add_unused(db, world, look.tally.of_person, policy.checks["enrolled-unused"].limits)
    world.paid_on = paid_on(db, shared_references(look.tally), world.first, world.last, clock)
    kept: frozenset[str] = frozenset() if complaints is not None else frozenset({"complained"})
    return Looked(found=tuple(look.findings()), policy=policy, meals=meals, claims=claims, kept=kept)


def keep(
    db: Session, month: str, looked: Looked, *, by: Actor, clock: Clock, streets: frozenset[str] | None = None
) -> RunRecord:
    """Bring the findings into line with what was found. Twice changes nothing.

    A finding that is no longer found is marked so and stays; one that was cleared opens again when its evidence is another. ``streets``:
    only findings there are written and marked, those of other districts stay as they are.
    """
    now = clock.now()
    everything = _rows(db, month)
    held = {key: row for key, row in everything.items() if streets is None or row.street_code in streets}
    found = [finding for finding in looked.found if streets is None or finding.street in streets]
    fresh = {finding.natural_key: finding for finding in found}
    new = gone = reopened = 0
    steps: list[tuple[CheckFinding, Act]] = []
    for key, finding in fresh.items():
        row = everything.get(key)
        if row is None:
            row = CheckFinding(
                natural_key=key,
                month=month,
                code=finding.code,
                subject=finding.subject,
                first_found_at=now,
                state="open",
                seen_digest="",
            )
            db.add(row)
            steps.append((row, Act.FOUND))
            new += 1
        elif row.state == FindingState.GONE:
            row.state = FindingState.CLEARED if row.seen_digest == finding.digest else FindingState.OPEN
            steps.append((row, Act.FOUND_AGAIN))
            reopened += row.state == FindingState.OPEN
        elif row.state == FindingState.CLEARED and row.seen_digest != finding.digest:
            row.state = FindingState.OPEN
            steps.append((row, Act.REOPENED))
            reopened += 1
        _write(row, finding, now)
    for key, row in held.items():
        if key not in fresh and row.state != FindingState.GONE and row.code not in looked.kept:
            row.state = FindingState.GONE
            steps.append((row, Act.GONE))
            gone += 1
    db.flush()
    _write_lines(db, month, {row.id: fresh[key].lines for key, row in _rows(db, month).items() if key in fresh})
    _write_steps(db, steps, by=by, clock=clock)
    record = RunRecord(
        month=month,
        at=now,
        by_name=by.name,
        meals=looked.meals,
        claims=looked.claims,
        found=len(found),
        new=new,
        gone=gone,
        reopened=reopened,
    )
    db.add(CheckLook(rules_from=looked.policy.valid_from, **asdict(record)))
    audit.record(
        db, by=by, clock=clock, action="checks.looked", subject=f"month/{month}", rows=len(found),
        detail={"meals": looked.meals, "claims": looked.claims, "new": new, "gone": gone, "reopened": reopened},
    )  # fmt: skip
    return record


def _differing(db: Session, month: str, period: Period) -> dict[int, str]:
    """Book line → ``amount`` (another than stands) or ``not-due`` (nothing is due) in an open month."""
    if period.state == PeriodState.CLOSED:
        return {}
    stored = [(line.id, line.claim) for line in money.settlement_lines(db, period.id, scope=Scope.everything())]
    fresh = computing.compute(month, money.month_rows(db, month), load_rulebook()).lines
    found = {}
    for move in movements(standings(stored), fresh, [line for _number, line in stored]):
        if move.closed is not None and move.line.book_line_id is not None:
            found[move.line.book_line_id] = "amount" if move.fresh is not None else "not-due"
    return found


def ask_roads(world: World, legs: Sequence[route_rules.Leg], matrix_of: MatrixOf | None) -> None:
    """Fill in the seconds of doubtful legs: the fastest of the ways of travelling. Where the roads do not know, nothing is filled in."""
    known: dict[route_rules.Leg, int] = {}
    if matrix_of is not None:
        for part in _parts(legs):
            points = list(dict.fromkeys(point for a, b, c, d in part for point in (LonLat(a, b), LonLat(c, d))))
            index = {point: n for n, point in enumerate(points)}
            for profile in PROFILES:
                try:
                    matrix = matrix_of(tuple(points), profile)
                except MealrouteError:
                    continue
                for leg in part:
                    a, b = index[LonLat(*leg[:2])], index[LonLat(*leg[2:])]
                    if not matrix.estimated[a, b]:
                        seconds = int(matrix.durations[a, b])
                        known[leg] = min(known.get(leg, seconds), seconds)
    world.legs = known


def _parts(legs: Sequence[route_rules.Leg]) -> Iterable[Sequence[route_rules.Leg]]:
    size = MOST_POINTS // 2
    return (legs[begin : begin + size] for begin in range(0, len(legs), size))


def _rows(db: Session, month: str) -> dict[str, CheckFinding]:
    return {row.natural_key: row for row in db.scalars(select(CheckFinding).where(CheckFinding.month == month))}


def _write(row: CheckFinding, finding: Finding, now: object) -> None:
    row.severity, row.vendor_code, row.street_code = finding.severity, finding.vendor, finding.street
    row.beneficiary, row.first_day, row.last_day = finding.beneficiary, finding.first_day, finding.last_day
    params, evidence = dict(finding.params), [list(reference) for reference in finding.evidence]
    if row.params != params:
        row.params = params
    if row.evidence != evidence:
        row.evidence = evidence
    row.digest, row.last_found_at = finding.digest, now  # type: ignore[assignment]


def _write_lines(db: Session, month: str, wanted: dict[int, tuple[int, ...]]) -> None:
    held: dict[int, set[int]] = {}
    query = (
        select(CheckFindingLine.finding_id, CheckFindingLine.book_line_id)
        .join(CheckFinding, CheckFinding.id == CheckFindingLine.finding_id)
        .where(CheckFinding.month == month)
    )
    for number, line in db.execute(query).tuples():
        held.setdefault(number, set()).add(line)
    for number, lines in wanted.items():
        if held.get(number, set()) != set(lines):
            db.execute(delete(CheckFindingLine).where(CheckFindingLine.finding_id == number))
            if lines:
                db.execute(insert(CheckFindingLine), [{"finding_id": number, "book_line_id": line} for line in lines])


def _write_steps(
    db: Session, steps: Iterable[tuple[CheckFinding, Act]], *, by: Actor, clock: Clock, reason: str = ""
) -> None:
    several = list(steps)
    ids = [row.id for row, _act in several]
    last: dict[int, int] = {}
    for begin in range(0, len(ids), 500):
        query = select(CheckStep.finding_id, func.max(CheckStep.number)).where(
            CheckStep.finding_id.in_(ids[begin : begin + 500])
        )
        last |= dict(db.execute(query.group_by(CheckStep.finding_id)).tuples().all())
    rows = [
        {
            "finding_id": row.id, "number": last.get(row.id, 0) + 1, "act": str(act), "digest": row.digest, "reason": reason,
            "by_name": by.name, "role": str(by.role), "account_id": by.account_id, "at": clock.now(),
        }
        for row, act in several
    ]  # fmt: skip
    if rows:
        db.execute(insert(CheckStep), rows)


def clear(db: Session, finding_id: int, *, reason: str, by: Actor, clock: Clock, digest: str = "") -> None:
    """A person answers for a finding: what was looked at, and why it is all right. The row stays, with the reason and the name.

    ``digest`` is that of the evidence which the person saw; other evidence refuses.

    Raises
    ------
    MealrouteError
        ``reason-needed``, ``finding-not-open``, ``finding-changed``, ``finding-not-found``, ``finding-own-work`` (the actor made the records
        that it is about, entered their money, or works for the vendor).
    """
    row = _open_row(db, finding_id, FindingState.OPEN, reason, by=by)
    if digest and digest != row.digest:
        raise Conflict(
            "finding-changed",
            _("The evidence has changed since this page was opened."),
            _("Look at it again, then clear it."),
        )
    changed = db.execute(
        update(CheckFinding)
        .where(
            CheckFinding.id == finding_id, CheckFinding.state == FindingState.OPEN, CheckFinding.digest == row.digest
        )
        .values(state=FindingState.CLEARED, seen_digest=row.digest)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("finding-not-open", _("Somebody else was quicker; the finding is no longer open."))
    db.refresh(row)
    _note(db, row, Act.CLEARED, "checks.cleared", reason, by=by, clock=clock)


def reopen(db: Session, finding_id: int, *, reason: str, by: Actor, clock: Clock) -> None:
    """Take a clearing back, with a reason. Raises MealrouteError as ``clear`` does."""
    row = _open_row(db, finding_id, FindingState.CLEARED, reason, by=by)
    row.state, row.seen_digest = FindingState.OPEN, ""
    db.flush()
    _note(db, row, Act.REOPENED, "checks.reopened", reason, by=by, clock=clock)


def _open_row(db: Session, finding_id: int, state: FindingState, reason: str, *, by: Actor) -> CheckFinding:
    if len(reason.strip()) < LEAST_REASON:
        raise MealrouteError("reason-needed", _("A reason is needed."), _("Say in a few words why."))
    queries.finding(db, finding_id, scope=by.scope)
    row = db.get_one(CheckFinding, finding_id)
    if row.state != state:
        raise Conflict("finding-not-open", _("Somebody else was quicker; the finding is no longer open."))
    objection = own_work.objection(db, finding_id, by=by)
    if objection is not None:
        raise objection
    return row


def _note(db: Session, row: CheckFinding, act: Act, action: str, reason: str, *, by: Actor, clock: Clock) -> None:
    _write_steps(db, [(row, act)], by=by, clock=clock, reason=reason.strip())
    audit.record(
        db, by=by, clock=clock, action=action, subject=f"finding/{row.id}", reason=reason.strip(), digest=row.digest,
        detail={"check": row.code, "severity": row.severity, "month": row.month},
    )  # fmt: skip


def found_id(db: Session, natural_key: str) -> FindingId | None:
    """The number of a finding by its key."""
    number = db.scalar(select(CheckFinding.id).where(CheckFinding.natural_key == natural_key))
    return None if number is None else FindingId(number)
