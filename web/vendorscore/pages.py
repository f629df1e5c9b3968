"""What the vendor's own pages and the district's share: a card, the rows behind a figure, the months around."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from flask import Response, render_template, request, send_file, url_for

from mealroute.checks import call_back_queries
from mealroute.core.actor import Scope
from mealroute.core.db import unit_of_work
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.delivery.records import LineOutcome
from mealroute.oversight import complaint_queries, queries, rules, words
from mealroute.oversight.records import FigureKey
from mealroute.oversight.rulebook import policy_on
from mealroute.oversight.score_paper import scorecard_pdf
from mealroute.settlement import awards
from mealroute.settlement.award_rulebook import policy_on as award_policy
from mealroute.subsidy.queries import month_days
from mealroute.subsidy.rulebook import load_rulebook
from mealroute.vendors import queries as vendors
from mealroute.vendors import scores as kept
from mealroute.vendors.score_records import Side
from web import here

LIMIT = 200


def card_page(code: str, month: str, *, own: bool) -> str:
    """One vendor's card of a month, with its grade once the month has lines."""
    with unit_of_work(read_only=True) as db:
        graded = awards.month_awards(db, load_rulebook().payer, month, scope=Scope(vendor=code))
        card = queries.scorecard(db, code, month, scope=here.actor().scope, clock=here.clock())
        held = [row for row in kept.revisions(db, code) if row.period == month]
        vendor = next(iter(vendors.vendors(db, scope=Scope(vendor=code))), None)
        asked = call_back_queries.estimates(db, month).get(code)
    return render_template(
        "vendorscore/card.html", award=next(iter(graded), None), awards=award_policy(month_days(month)[1]), asked=asked, card=card, vendor=vendor, held={row.side: row for row in held}, own=own, words=words,
        over=card.last < here.clock().today(), address=_addresses(vendor.id if vendor else 0, own=own), **around(month),
    )  # fmt: skip


def card_paper(code: str, month: str) -> Response:
    """The same card as PDF."""
    payer = load_rulebook().payer
    with unit_of_work(read_only=True) as db:
        card = queries.scorecard(db, code, month, scope=here.actor().scope, clock=here.clock())
        vendor = next(iter(vendors.vendors(db, scope=Scope(vendor=code))), None)
        graded = awards.month_awards(db, payer, month, scope=Scope.everything())
    award = next((one for one in graded if one.month.vendor_code == code), None)
    others = sum(one.grade is not None for one in graded)
    content = scorecard_pdf(
        card, vendor_name=vendor.name if vendor else code, award=award, policy=award_policy(month_days(month)[1]), others=others
    )  # fmt: skip
    return send_file(BytesIO(content), mimetype="application/pdf", download_name=f"scorecard-{code}-{month}.pdf")


def rows_page(code: str, month: str, *, own: bool) -> str:
    """The lines or complaints behind one figure; a person of one street sees those of the street."""
    side, key, every = _asked()
    scope = here.actor().scope
    first, last = month_days(month)
    with unit_of_work(read_only=True) as db:
        vendor = next(iter(vendors.vendors(db, scope=Scope(vendor=code))), None)
        if key is FigureKey.COMPLAINTS:
            found = complaint_queries.blamed(db, first, last, vendor=code)
            page: dict[str, Any] = {
                "complaints": [one for one in found if one.kind.side is side and one.blamed == code]
            }
        else:
            until = min(last, here.clock().today())
            lines = queries.door_lines(db, first, until, zone=here.clock().zone, vendor=code)
            own_lines = [
                line for line in rules.of_side(lines, code, side) if own or scope.sees_street(line.street_code)
            ]
            page = _weighed(own_lines, key, side, last, every=every)
    if not own and "complaints" in page:
        page["complaints"] = [one for one in page["complaints"] if scope.sees_street(one.street_code or "")]
    return render_template(
        "vendorscore/rows.html", vendor=vendor, side=side, key=key, every=every, own=own, words=words, limit=LIMIT,
        limited=not own and scope.streets is not None, address=_addresses(vendor.id if vendor else 0, own=own), **around(month), **page,
    )  # fmt: skip


def _weighed(lines: Sequence[Any], key: FigureKey, side: Side, last: date, *, every: bool) -> dict[str, Any]:
    policy = policy_on(last)
    weighed = [(line, share) for line in lines if (share := rules.WEIGHINGS[key](line, side, policy)) is not None]
    full = key is not FigureKey.FAILED
    short = [
        (line, share) for line, share in weighed if (share.numerator < share.denominator if full else share.numerator)
    ]
    shown = list(reversed(weighed if every else short))
    checks = {line.book_line_id: rules.checks(line, policy) for line, _share in shown[:LIMIT]}
    return {"rows": shown, "all": len(weighed), "short": len(short), "checks": checks}


def _asked() -> tuple[Side, FigureKey, bool]:
    try:
        side, key = Side(request.args.get("side", "delivered")), FigureKey(request.args.get("figure", "on-time"))
    except ValueError:
        raise NotFound("figure-not-found", _("There is no such figure.")) from None
    if side is Side.COOKED and key in {FigureKey.ON_TIME, FigureKey.EVIDENCE}:
        raise NotFound("figure-not-found", _("There is no such figure."))
    return side, key, request.args.get("show") == "all"


def _addresses(vendor: int, *, own: bool) -> dict[str, Any]:
    """How the pages of this card are reached: a vendor's own, or the district's."""

    def card(month: str) -> str:
        if own:
            return url_for("vendorscore.scorecard_of", month=month)
        return url_for("vendorscore.of_vendor", vendor=vendor, month=month)

    def rows(month: str, **query: str) -> str:
        if own:
            return url_for("vendorscore.rows", month=month, **query)  # type: ignore[arg-type]
        return url_for("vendorscore.rows_of", vendor=vendor, month=month, **query)  # type: ignore[arg-type]

    def paper(month: str) -> str:
        if own:
            return url_for("vendorscore.own_paper", month=month)
        return url_for("vendorscore.paper_of", vendor=vendor, month=month)

    return {"card": card, "rows": rows, "paper": paper}


def by_run(lines: Sequence[LineOutcome]) -> list[tuple[int, int, int, int]]:
    """Route number, loaded, handed over, not handed over, by route."""
    loaded, given, kept_back = Counter[int](), Counter[int](), Counter[int]()
    for line in lines:
        loaded[line.run_number] += line.quantity
        if line.outcome is not None:
            given[line.run_number] += line.delivered
            kept_back[line.run_number] += line.quantity - line.delivered
    return [(number, loaded[number], given[number], kept_back[number]) for number in sorted(loaded)]


def last_complete() -> str:
    """The calendar month before today's."""
    return (here.clock().today().replace(day=1) - timedelta(days=1)).strftime("%Y-%m")


def newest_month(code: str) -> str:
    """The month of the vendor's last driven day, today included; this month where there is none."""
    today = here.clock().today()
    with unit_of_work(read_only=True) as db:
        found = queries.last_driven(db, code, today + timedelta(days=1))
    return (found[0] if found else today).strftime("%Y-%m")


def around(month: str) -> dict[str, str]:
    """The month with the ones before and after it."""
    first = date.fromisoformat(f"{month}-01")
    return {
        "month": month,
        "before": (first - timedelta(days=1)).strftime("%Y-%m"),
        "after": (first + timedelta(days=32)).strftime("%Y-%m"),
    }
