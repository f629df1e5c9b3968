"""What people do with the money: price an order, build a month's claim lines, explain a difference, close."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.bulk import pour
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, Forbidden, MealrouteError, NotFound
from mealroute.core.i18n import _, ngettext, speaking
from mealroute.orders.models import BookLine
from mealroute.subsidy import by_kinds, computing, keeping, queries, statement, stored_sums, streaming
from mealroute.subsidy.build import MonthRows, PersonFacts
from mealroute.subsidy.differences import differences
from mealroute.subsidy.models import ClaimPerson, Explanation, Period
from mealroute.subsidy.parts import Part
from mealroute.subsidy.payers import Who, payer_of
from mealroute.subsidy.pricing import pricing
from mealroute.subsidy.records import Imbalance, LineAccount, PeriodState, Rulebook
from mealroute.subsidy.statement import day_money, month_statement
from mealroute.subsidy.statements import MonthFigures, Settlement
from mealroute.subsidy.worked import Worked, balance

__all__ = [
    "Built",
    "build_month",
    "close_period",
    "day_money",
    "differences",
    "explain",
    "explain_all",
    "month_statement",
    "pricing",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A month's claim lines as they now stand in the ledger; ``changed`` is False where they stood there already."""

    figures: MonthFigures
    imbalances: tuple[Imbalance, ...]
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A month as it comes out now, with its lines as rows; not written yet."""

    worked: Worked
    digest: str


def prepare(
    db: Session, month: str, rulebook: Rulebook, *, part: Part | None = None, held: Collection[str] = ()
) -> Prepared:
    """Work a month (or a part of it) out. Reads only: long work outside of the transaction that writes."""
    with speaking("zh"):
        rows = queries.month_rows(db, month, part=part)
    return work_out(db, month, rows, rulebook, held=held)


def work_out(db: Session, month: str, rows: MonthRows, rulebook: Rulebook, *, held: Collection[str] = ()) -> Prepared:
    """The lines of a month from its rows, with the words of today, as they are written. Reads only."""
    with speaking("zh"):  # what is written down is in the language of the files
        words = keeping.words_of(db, {line.resident_id for line in rows.book} | set(rows.facts))
        worked = by_kinds.work(month, rows, rulebook, words, held=held)
    return Prepared(worked=worked, digest=keeping.digest_of(worked.rows))


def build_month(db: Session, payer: Who, month: str, *, by: Actor, clock: Clock, held: Collection[str] = ()) -> Built:
    """Bring the month's claim lines and automatic explanations into line with what stands now. Twice changes nothing.

    ``held`` are natural keys of lines that are kept out.

    Raises
    ------
    MealrouteError
        ``period-closed``, ``payer-unknown``, ``month-invalid``.
    """
    who = payer_of(db, payer)
    period = open_period(db, who.code, month, who.rules)
    return store(db, period, prepare(db, month, who.rules, part=who.part, held=held), by=by, clock=clock)


def store(db: Session, period: Period, prepared: Prepared, *, by: Actor, clock: Clock) -> Built:
    """Write what was worked out into its period, which is open and locked."""
    worked = prepared.worked
    changed = prepared.digest != period.lines_digest
    if changed:
        keeping.replace(db, period.id, worked.rows)
        audit.record(
            db, by=by, clock=clock, action="subsidy.month-built", subject=f"period/{period.payer}/{period.month}", rows=len(worked.rows),
            digest=prepared.digest,
        )  # fmt: skip
    _keep_persons(db, period.id, worked.persons)
    _explain_by_rule(db, period, worked.accounts, clock=clock)
    period.lines_digest = prepared.digest
    found, imbalances = state_figures(db, period, prepared)
    return Built(figures=found, imbalances=imbalances, changed=changed)


def state_figures(db: Session, period: Period, prepared: Prepared) -> tuple[MonthFigures, tuple[Imbalance, ...]]:
    """Keep with an open period what was worked out comes to; what the rules explain by themselves counts as explained."""
    worked = prepared.worked
    explained = computing.covered(queries.explanations(db, period.id))
    found, imbalances = balance(worked, computing.with_automatic(worked.accounts, explained))
    period.totals = {
        "figures": asdict(found), "service_days": worked.service_days, "outstanding_fen": worked.outstanding_fen, "by_rule": worked.by_rule,
    }  # fmt: skip
    db.flush()
    return found, imbalances


def open_period(db: Session, payer: str, month: str, rulebook: Rulebook) -> Period:
    """The payer's month, made if need be and locked; refused once it is closed."""
    if payer != rulebook.payer:
        raise NotFound("payer-unknown", _("There is no payer “%(payer)s”.", payer=payer))
    queries.month_days(month)
    table: Table = Period.metadata.tables[Period.__tablename__]
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    db.execute(dialect.insert(table).values(payer=payer, month=month, state="open", totals={}).on_conflict_do_nothing())
    period = db.scalars(
        select(Period).where(Period.payer == payer, Period.month == month).with_for_update(), execution_options={"populate_existing": True}
    ).one()  # fmt: skip
    if period.state == PeriodState.CLOSED:
        raise Conflict(
            "period-closed",
            _("%(month)s is closed and can no longer change.", month=month),
            _("Enter a correction in the month that is open."),
        )
    return period


def _keep_persons(db: Session, period_id: int, facts: Mapping[int, PersonFacts]) -> None:
    """Keep with the month what the ledger says of its people today."""
    if queries.person_facts(db, period_id) == dict(facts):
        return
    db.execute(delete(ClaimPerson).where(ClaimPerson.period_id == period_id))
    rows = (
        (
            period_id,
            number,
            *known[:-1],
            [[one.name, one.since.isoformat(), one.before, one.value] for one in known.changes],
        )
        for number, known in facts.items()
    )
    table: Any = ClaimPerson.__table__
    pour(db.connection(), table, ("period_id", "resident_id", *PersonFacts._fields), rows)


def _explain_by_rule(db: Session, period: Period, accounts: Sequence[LineAccount], *, clock: Clock) -> None:
    """Write the explanations that follow from a rule, and take back those that no longer do. People's words stay."""
    held = {row.book_line_id: row for row in db.scalars(select(Explanation).where(Explanation.period_id == period.id))}
    wanted = {account.book_line_id: account for account in accounts if account.unclaimed and account.automatic}
    for line, row in held.items():
        if row.automatic and (
            line not in wanted or wanted[line].code != row.code or wanted[line].unclaimed != row.portions
        ):
            db.delete(row)
    db.flush()
    kept = {line for line, row in held.items() if row in db}
    rows = [
        {
            "period_id": period.id, "book_line_id": line, "day": account.day, "code": account.code, "automatic": True,
            "sentence": account.sentence, "portions": account.unclaimed, "by_name": "mealroute", "at": clock.now(),
        }
        for line, account in wanted.items()
        if line not in kept
    ]  # fmt: skip
    if rows:
        db.execute(insert(Explanation), rows)


def explain(
    db: Session, payer: Who, month: str, book_line_id: int, *, sentence: str, by: Actor, clock: Clock, code: str = ""
) -> None:
    """A person explains the portions of a line that are neither subsidised nor paid in full.

    Raises
    ------
    MealrouteError
        ``sentence-missing``, ``nothing-to-explain``, ``period-closed``.
    """
    explain_all(db, payer, month, {book_line_id: sentence}, by=by, clock=clock, code=code)


def explain_all(
    db: Session, payer: Who, month: str, sentences: Mapping[int, str], *, by: Actor, clock: Clock, code: str = ""
) -> int:
    """Explain several lines at once, by line. Returns how many explanations now stand for them."""
    if any(not sentence.strip() for sentence in sentences.values()):
        raise MealrouteError(
            "sentence-missing", _("An explanation needs a sentence: what happened, and who bears the amount.")
        )
    who = payer_of(db, payer)
    period = open_period(db, who.code, month, who.rules)
    people = set(db.scalars(select(BookLine.resident_id).where(BookLine.id.in_(sorted(sentences)))))
    computed = computing.compute(month, queries.month_rows(db, month, part=who.some(people)), who.rules)
    accounts = {account.book_line_id: account for account in computed.accounts if account.code}
    for line, sentence in sentences.items():
        account = accounts.get(line)
        if account is None or not by.scope.sees_street(account.street_code):
            raise NotFound("nothing-to-explain", _("This meal has no open difference."))
        row = db.scalars(select(Explanation).where(Explanation.book_line_id == line)).one_or_none()
        if row is None:
            row = Explanation(period_id=period.id, book_line_id=line, day=account.day)
            db.add(row)
        row.code, row.sentence, row.portions = code or account.code, sentence.strip(), account.unclaimed
        row.automatic, row.by_name, row.at = False, by.name, clock.now()
        db.flush()
        audit.record(
            db, by=by, clock=clock, action="subsidy.explained", subject=f"book-line/{line}", reason=sentence.strip(),
            detail={"code": row.code, "portions": row.portions},
        )  # fmt: skip
    return len(sentences)


def close_period(
    db: Session,
    payer: Who,
    month: str,
    *,
    by: Actor,
    clock: Clock,
    held: Collection[str] = (),
    corrections: Callable[[], Sequence[Sequence[Any]]] = tuple,
) -> Settlement:
    """Close a month for good, without the lines whose natural key is ``held``: ``close_prepared`` of what stands now.

    Raises
    ------
    MealrouteError
        As ``close_prepared``, and ``period-closed``, ``payer-unknown``, ``month-invalid``.
    """
    who = payer_of(db, payer)
    period = open_period(db, who.code, month, who.rules)
    prepared = prepare(db, month, who.rules, part=who.part, held=held)
    close_prepared(db, period, prepared, by=by, clock=clock, corrections=corrections)
    return statement.settlement(db, period, scope=by.scope.everything())


def close_prepared(
    db: Session, period: Period, prepared: Prepared, *, by: Actor, clock: Clock,
    corrections: Callable[[], Sequence[Sequence[Any]]] = tuple,
) -> Built:  # fmt: skip
    """Close a locked period for good with what was worked out. It is the last act of ``settlement.service.approve``.

    A single difference refuses. Afterwards nothing of it can change, neither through the program nor in the database.

    Raises
    ------
    MealrouteError
        ``close-needs-district``, ``month-not-over``, ``period-open-differences`` (``facts["imbalances"]`` lists them).
    """
    month = period.month
    if by.scope.streets is not None:
        raise Forbidden(
            "close-needs-district",
            _("A month is closed for the whole district."),
            _("Ask the district's finance officer."),
        )
    if clock.today() <= queries.month_days(month)[1]:
        raise MealrouteError("month-not-over", _("%(month)s is not over yet.", month=month))
    built = store(db, period, prepared, by=by, clock=clock)
    if built.imbalances:
        count = len(built.imbalances)
        raise Conflict(
            "period-open-differences",
            ngettext("%(n)d difference is open.", "%(n)d differences are open.", count),
            _("Explain or mend each of them; then the month can close."),
            imbalances=built.imbalances,
        )
    period.totals = {**period.totals, "sums": stored_sums.of_period(db, period.id)}
    digest = streaming.csv_sha256(db, period.id, clock=clock, corrections=corrections())
    period.state, period.closed_by, period.closed_at, period.csv_sha256 = "closed", by.name, clock.now(), digest
    db.flush()
    audit.record(
        db, by=by, clock=clock, action="subsidy.period-closed", subject=f"period/{period.payer}/{month}",
        rows=built.figures.claimed_lines, digest=digest, detail=asdict(built.figures),
    )  # fmt: skip
    return built
