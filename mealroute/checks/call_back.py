"""Use-cases of the call-back: publish a seed with what it draws from, draw, reveal the numbers, write down what was heard."""

from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mealroute.checks import call_back_queries as queries
from mealroute.checks import call_back_rules as rules
from mealroute.checks.call_back_models import CallBackAnswer, CallBackPick, CallBackPopulation, CallBackSeed
from mealroute.checks.call_back_records import METHOD, Heard, SeedId
from mealroute.checks.rulebook import policy_on
from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, Forbidden, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.orders.models import BookLine
from mealroute.residents.models import Resident
from mealroute.subsidy.queries import month_days

LEAST_SEED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """Whom to call: shown once, recorded, never stored."""

    position: int
    vendor: str
    resident_code: str
    name: str
    phone: str
    contacts: str


def publish_seed(
    db: Session, month: str, *, seed: str, origin: str, by: Actor, clock: Clock, reason: str = ""
) -> SeedId:
    """Write the seed down, and for each vendor how many meals it draws from, their hash and the size of the sample. Draws nothing.

    The seed should be one that nobody here can have chosen, such as a lottery's numbers of a day still to come when the month closed;
    ``origin`` says which. A month has one seed; a further one needs a reason, and both stay.

    Raises
    ------
    MealrouteError
        ``seed-short``, ``origin-missing``, ``month-not-over``, ``seed-stands``, ``call-back-nothing``, ``call-back-needs-district``.
    """
    if by.scope.streets is not None:
        raise Forbidden("call-back-needs-district", _("The call-back is drawn for the whole district."))
    seed, origin = " ".join(seed.split()), " ".join(origin.split())
    if len(seed) < LEAST_SEED or "|" in seed:
        raise MealrouteError("seed-short", _("A seed needs at least four characters, and no |."))
    if not origin:
        raise MealrouteError("origin-missing", _("Say where the seed comes from, so that others can look it up."))
    _first, last = month_days(month)
    if clock.today() <= last:
        raise MealrouteError("month-not-over", _("%(month)s is not over yet.", month=month))
    standing = queries.seeds(db, month)
    if standing and len(reason.strip()) < LEAST_SEED:
        raise Conflict("seed-stands", _("This month has a seed. A further one needs a reason."))
    rule = policy_on(last).call_back
    found = queries.candidates(db, month)
    if not found:
        raise NotFound("call-back-nothing", _("Nothing was handed over in this month."))
    row = CallBackSeed(
        month=month, number=len(standing) + 1, seed=seed, origin=origin, method=METHOD, reason=reason.strip(), by_name=by.name,
        account_id=by.account_id, at=clock.now(),
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(row)
    except IntegrityError:
        raise Conflict("seed-stands", _("This month has a seed. A further one needs a reason.")) from None
    db.execute(
        insert(CallBackPopulation),
        [
            {
                "seed_id": row.id,
                "vendor_code": vendor,
                "meals": len(meals),
                "size": rule.size(len(meals)),
                "digest": rules.digest(meals),
            }
            for vendor, meals in sorted(found.items())
        ],
    )
    audit.record(
        db, by=by, clock=clock, action="checks.call-back-seed", subject=f"month/{month}", reason=reason.strip(),
        rows=sum(map(len, found.values())), detail={"seed": seed, "origin": origin, "method": METHOD, "number": row.number},
    )  # fmt: skip
    return SeedId(row.id)


def draw(db: Session, seed_id: int, *, by: Actor, clock: Clock) -> int:
    """Draw the samples of a seed. Twice draws nothing more. Returns how many meals are asked about.

    Raises
    ------
    Conflict
        ``population-changed``: records came or changed since the seed was published, so that its lists are no longer these.
    """
    if by.scope.streets is not None:
        raise Forbidden("call-back-needs-district", _("The call-back is drawn for the whole district."))
    published = queries.seed(db, seed_id)
    sizes = sum(one.size for one in published.populations)
    if published.drawn:
        return sizes
    found = queries.candidates(db, published.month)
    numbers = dict(
        db.execute(
            select(CallBackPopulation.vendor_code, CallBackPopulation.id).where(CallBackPopulation.seed_id == seed_id)
        )
        .tuples()
        .all()
    )
    rows = []
    for one in published.populations:
        meals = found.get(one.vendor, [])
        if rules.digest(meals) != one.digest:
            raise Conflict(
                "population-changed",
                _("Records of %(vendor)s have changed since the seed was published.", vendor=one.vendor),
                _("Publish a further seed with the reason; this one stays on file."),
            )
        taken = rules.draw(meals, one.size, seed=published.seed, month=published.month, vendor=one.vendor)
        rows += [
            {"population_id": numbers[one.vendor], "position": n, "book_line_id": meal.line}
            for n, meal in enumerate(taken, 1)
        ]
    if rows:
        db.execute(insert(CallBackPick), rows)
    audit.record(
        db, by=by, clock=clock, action="checks.call-back-drawn", subject=f"call-back/{seed_id}", rows=len(rows)
    )
    return sizes


def reveal(db: Session, seed_id: int, *, vendor: str, reason: str, by: Actor, clock: Clock) -> tuple[Revealed, ...]:
    """Names and numbers of one vendor's sample, for whoever calls. One event is written, with the reason and how many.

    Raises
    ------
    MealrouteError
        ``reveal-without-reason``.
    """
    if not reason.strip():
        raise MealrouteError("reveal-without-reason", _("Say why you need to see this."), _("The reason is recorded."))
    wanted = {pick.resident_id: pick for pick in queries.picks(db, seed_id, scope=by.scope, vendor=vendor)}
    people = {row.id: row for row in db.scalars(select(Resident).where(Resident.id.in_(sorted(wanted))))}
    contacts = _contacts(db, sorted(wanted))
    audit.record(
        db, by=by, clock=clock, action="checks.call-back-revealed", subject=f"call-back/{seed_id}", reason=reason.strip(),
        rows=len(wanted), detail={"vendor": vendor, "residents": sorted(pick.resident_code for pick in wanted.values())},
    )  # fmt: skip
    return tuple(
        Revealed(
            position=pick.position, vendor=pick.vendor, resident_code=pick.resident_code, name=people[number].name,
            phone=people[number].phone or "", contacts=contacts.get(number, ""),
        )
        for number, pick in sorted(wanted.items(), key=lambda pair: (pair[1].vendor, pair[1].position))
    )  # fmt: skip


def _contacts(db: Session, residents: list[int]) -> dict[int, str]:
    from mealroute.residents.models import Contact

    found: dict[int, list[str]] = {}
    for row in db.scalars(select(Contact).where(Contact.resident_id.in_(residents)).order_by(Contact.position)):
        found.setdefault(row.resident_id, []).append(f"{row.name} {row.relation} {row.phone}")
    return {number: "; ".join(lines) for number, lines in found.items()}


def answer(db: Session, pick_id: int, heard: Heard, *, note: str = "", by: Actor, clock: Clock) -> None:
    """Write down what was heard about one meal. A later answer takes the place of the earlier, which stays.

    Raises
    ------
    NotFound
        ``pick-not-found``: there is none, or it is another street's.
    """
    query = (
        select(CallBackPick.id, CallBackPopulation.vendor_code, CallBackPopulation.seed_id, Resident.street_code)
        .join(CallBackPopulation, CallBackPopulation.id == CallBackPick.population_id)
        .join(BookLine, BookLine.id == CallBackPick.book_line_id)
        .join(Resident, Resident.id == BookLine.resident_id)
        .where(CallBackPick.id == pick_id)
    )
    row = db.execute(query).tuples().first()
    if row is None or by.scope.vendor is not None or not by.scope.sees_street(row[3]):
        raise NotFound("pick-not-found", _("There is no such call."))
    number = (db.scalar(select(func.max(CallBackAnswer.number)).where(CallBackAnswer.pick_id == pick_id)) or 0) + 1
    try:
        with db.begin_nested():
            db.add(
                CallBackAnswer(
                    pick_id=pick_id,
                    number=number,
                    answer=str(heard),
                    note=note.strip() or None,
                    by_name=by.name,
                    at=clock.now(),
                )
            )
    except IntegrityError:
        raise Conflict(
            "answered-meanwhile", _("Somebody else has written an answer in this moment."), _("Look at it again.")
        ) from None
    audit.record(
        db, by=by, clock=clock, action="checks.call-back-answered", subject=f"call-back/{row[2]}/{pick_id}",
        detail={"vendor": row[1], "answer": str(heard), "number": number},
    )  # fmt: skip
