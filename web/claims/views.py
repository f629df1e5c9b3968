"""From any figure to its lines, from any line to its evidence; what a resident ate, paid and owes; what a station handed out."""

from datetime import date, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _, language
from mealroute.residents.queries import category_table
from mealroute.settlement import statements
from mealroute.subsidy import line_queries
from mealroute.subsidy.rulebook import load_rulebook
from mealroute.vendors import queries as vendors
from web import here
from web.permissions import requires
from web.rule_words import count_name, rule_titles
from web.streets import street_names

bp = Blueprint("claims", __name__, template_folder="templates")
SIZE = 100


@bp.get("/claims/<month:month>")
@requires("subsidy.view")
def lines(month: str) -> ResponseReturnValue:
    """The lines of a month, narrowed by what the address says."""
    asked = {name: request.args.get(name, "").strip()[:60] for name in line_queries.ASKED}
    page = max(request.args.get("page", 1, type=int), 1)
    with unit_of_work(read_only=True) as db:
        found = line_queries.find(
            db, load_rulebook().payer, month, asked, _day(), scope=here.actor().scope, page=page, size=SIZE
        )
        streets = street_names(db)
    return render_template(
        "claims/lines.html", month=month, found=found, asked={name: value for name, value in asked.items() if value}, day=_day(),
        page=page, pages=max(-(-found.count // SIZE), 1), rules=rule_titles(), streets=streets, **_around(month),
    )  # fmt: skip


@bp.get("/claims/lines/<int:line>")
@requires("subsidy.view")
def line(line: int) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        found, streets = line_queries.evidence(db, line, scope=here.actor().scope), street_names(db)
    return render_template(
        "claims/line.html", e=found, c=found.line.claim, rules=rule_titles(), categories=_categories(), streets=streets,
        count_name=count_name,
    )  # fmt: skip


@bp.get("/statements/residents/<int:resident>/<month:month>")
@requires("statements.view")
def resident(resident: int, month: str) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        found, corrected = statements.of_resident(
            db, load_rulebook().payer, resident, month, by=here.actor(), clock=here.clock()
        )
    return render_template(
        "claims/resident.html",
        s=found,
        corrected=corrected,
        month=month,
        printed=False,
        titles=rule_titles(),
        **_around(month),
    )


@bp.post("/statements/residents/<int:resident>/<month:month>/print")
@requires("statements.view")
def print_resident(resident: int, month: str) -> ResponseReturnValue:
    """Large type and the full name, for its person; recorded."""
    with unit_of_work() as db:
        found, corrected = statements.of_resident(
            db, load_rulebook().payer, resident, month, by=here.actor(), clock=here.clock(), printed=True
        )
    return render_template(
        "claims/resident.html",
        s=found,
        corrected=corrected,
        titles=rule_titles(),
        month=month,
        printed=True,
        today=here.clock().today(),
        **_around(month),
    )


@bp.get("/statements/stations")
@requires("statements.view")
def this_station() -> ResponseReturnValue:
    return redirect(url_for("claims.station", month=here.clock().today().strftime("%Y-%m")))


@bp.get("/statements/stations/<month:month>")
@requires("statements.view")
def station(month: str) -> ResponseReturnValue:
    scope = here.actor().scope
    with unit_of_work(read_only=True) as db:
        known = {one.code: one.name for one in vendors.stations(db, scope=scope)}
        if scope.station is not None:
            known = {code: name for code, name in known.items() if code == scope.station}
        code = request.args.get("station", "") or next(iter(known), "")
        if code not in known:
            raise NotFound("station-not-found", _("There is no such station."))
        found, corrected = statements.of_station(db, load_rulebook().payer, code, month, clock=here.clock())
    return render_template(
        "claims/station.html",
        s=found,
        corrected=corrected,
        titles=rule_titles(),
        total=found.total,
        month=month,
        code=code,
        stations=known,
        **_around(month),
    )


def _categories() -> dict[str, str]:
    return {one.code: one.name_zh if language() == "zh" else one.name_en for one in category_table().rules}


def _day() -> date | None:
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None


def _around(month: str) -> dict[str, str]:
    first = date.fromisoformat(f"{month}-01")
    return {
        "before": (first - timedelta(days=1)).strftime("%Y-%m"), "after": (first + timedelta(days=32)).strftime("%Y-%m")
    }  # fmt: skip
