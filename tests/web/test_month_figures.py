"""A big month's pages: reckoned when somebody asks, dated when records have come since, and nobody signs old figures."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mealroute.adapters.job_worker import JobContext
from mealroute.core import jobs as table
from mealroute.core.actor import Role
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.core.jobs import Job, JobId, JobRecord, JobState
from mealroute.orders.models import Payment
from mealroute.settlement import signing_jobs, view_jobs, view_keeping
from mealroute.settlement.view_models import MonthView
from mealroute.subsidy import computing
from tests.web.conftest import Bell
from tests.web.settling import carried_out
from tests.web.test_close import MONTH, over
from tests.web.test_reach import enter

SignIn = Callable[[Role | str], FlaskClient]
NOTHING_SINCE, AS_OF, NOT_YET, AGAIN = "此后没有新到或改动的记录", "这是截至", "还没有算过", "重新算"

__all__ = ["over"]


@pytest.fixture(autouse=True)
def _every_month_is_big(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_keeping, "AT_ONCE", -1)


def begun(clock: FixedClock) -> JobContext:
    with unit_of_work() as db:
        number = JobId(db.scalars(select(Job.id).where(Job.state == JobState.QUEUED)).one())
        job = table.claim(db, number, clock=clock)
    assert job is not None
    return JobContext(job, clock)


def reckoned(clock: FixedClock) -> JobRecord:
    """The reckoning that waits, done."""
    context = begun(clock)
    assert context.job.kind == view_jobs.KIND
    view_jobs.run(context)
    with unit_of_work(read_only=True) as db:
        return table.job(db, context.job.id)


def money_comes() -> None:
    with unit_of_work() as db:
        paid = db.scalars(select(Payment).order_by(Payment.id)).first()
        assert paid is not None
        db.add(
            Payment(natural_key="late", order_id=paid.order_id, kind="refund", amount_fen=1, means="card", at=paid.at, by_name="晚到")
        )  # fmt: skip


def test_it_is_reckoned_when_somebody_asks_and_dated_when_something_has_come(
    signed_in: SignIn, over: FixedClock, bell: Bell
) -> None:
    finance = signed_in(Role.FINANCE)
    for path in (MONTH, f"{MONTH}/chain", f"{MONTH}/chain/lines?figure=delivered"):
        page = finance.get(path).text
        assert NOT_YET in page
        assert "算本月的数" in page
    assert finance.post(f"{MONTH}/reckon").headers["Location"].endswith(MONTH)
    assert bell.rung == 1
    page = finance.get(MONTH).text
    assert "正在算本月的数" in page
    assert "reckoning.json" in page
    assert finance.get(f"{MONTH}/reckoning.json").json["state"] == "queued"  # type: ignore[index]
    assert reckoned(over).state is JobState.DONE
    assert finance.get(f"{MONTH}/reckoning.json").json["state"] == "done"  # type: ignore[index]
    month, chain = finance.get(MONTH).text, finance.get(f"{MONTH}/chain?by=street").text
    for page in (month, chain, finance.get(f"{MONTH}/chain/lines?figure=delivered").text):
        assert NOTHING_SINCE in page
        assert AS_OF not in page
    money_comes()
    for path in (MONTH, f"{MONTH}/chain", f"{MONTH}/chain/lines?figure=delivered"):
        page = finance.get(path).text
        assert "这是截至 4月2日 10:00 的数。" in page
        assert "居民付款 +1" in page
        assert AGAIN in page
    assert finance.post(f"{MONTH}/reckon", data={"page": "chain"}).headers["Location"].endswith("/chain")
    page = finance.get(MONTH).text
    assert AS_OF in page
    assert AGAIN not in page
    reckoned(over)
    assert NOTHING_SINCE in finance.get(MONTH).text


@pytest.mark.parametrize(
    "path",
    [
        MONTH, f"{MONTH}/chain?by=street", f"{MONTH}/chain/lines?figure=delivered", f"{MONTH}/chain/lines?by=vendor&key=V1&figure=claimed",
        "/budget/2026",
    ],
)  # fmt: skip
def test_whoever_has_it_reckoned_stays_on_their_page(
    signed_in: SignIn, over: FixedClock, bell: Bell, path: str
) -> None:
    finance = signed_in(Role.FINANCE)

    def asked(address: str) -> tuple[str, dict[str, list[str]]]:
        parts = urlsplit(address)
        return parts.path, parse_qs(parts.query)

    form = re.search(r'<form class="inline" method="post" action="[^"]*/reckon">(.*?)</form>', finance.get(path).text)
    assert form is not None
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))
    assert asked(finance.post(f"{MONTH}/reckon", data=fields).headers["Location"]) == asked(path)
    again = re.search(r'href="([^"]*)">刷新', finance.get(path).text)
    assert again is not None
    assert asked(again[1].replace("&amp;", "&")) == asked(path)


@pytest.mark.parametrize("fields", [{"figure": "none"}, {"by": "//other.example", "figure": "claimed"}])
def test_a_made_up_address_of_it_leads_nowhere_else(
    signed_in: SignIn, over: FixedClock, bell: Bell, fields: dict[str, str]
) -> None:
    location = signed_in(Role.FINANCE).post(f"{MONTH}/reckon", data={"page": "lines", **fields}).headers["Location"]
    assert location.startswith(f"{MONTH}/chain")
    assert "other.example" not in location


def test_the_same_page_as_one_that_is_computed_when_it_is_opened(
    signed_in: SignIn, over: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    finance = signed_in(Role.FINANCE)
    finance.post(f"{MONTH}/reckon")
    reckoned(over)
    assert "正在算" in finance.get(MONTH).text  # what was said once is said no more
    paths = (MONTH, f"{MONTH}/chain?by=vendor", f"{MONTH}/chain/lines?figure=claimed")
    kept = [_main(finance.get(path).text) for path in paths]
    monkeypatch.setattr(view_keeping, "AT_ONCE", 10_000)
    for path, page in zip(paths, kept, strict=True):
        assert _main(finance.get(path).text) == page


def _main(page: str) -> list[str]:
    """The lines of a page without what says how old its figures are, and without the tokens of its forms."""
    bare = re.sub(r'name="csrf_token" value="[^"]*"', "", page)
    return [line for line in bare.splitlines() if line.strip() and NOTHING_SINCE not in line]


def test_nobody_signs_or_approves_what_is_not_of_this_moment(app: Flask, signed_in: SignIn, over: FixedClock) -> None:
    finance, checker = signed_in(Role.FINANCE), enter(app, over, "whole-checker", Role.STREET_CHECKER)
    finance.post(f"{MONTH}/prepare")
    assert "编制" in finance.get(MONTH).text
    carried_out(over)  # which has it reckoned for whoever signs
    reckoned(over)
    assert f'action="{MONTH}/sign"' in checker.get(MONTH).text
    money_comes()
    page = checker.get(MONTH).text
    assert AS_OF in page
    assert f'action="{MONTH}/sign"' not in page
    checker.post(f"{MONTH}/reckon")
    reckoned(over)
    assert f'action="{MONTH}/sign"' in checker.get(MONTH).text


def test_a_big_month_is_signed_beside_its_page(
    app: Flask, signed_in: SignIn, over: FixedClock, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    finance, checker = signed_in(Role.FINANCE), enter(app, over, "whole-checker", Role.STREET_CHECKER)
    finance.post(f"{MONTH}/prepare")
    carried_out(over)
    reckoned(over)
    rung, sent = bell.rung, _signing(checker.get(MONTH).text)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(computing, "compute", _refused)  # nothing of the month is computed while somebody waits
        assert checker.post(f"{MONTH}/sign", data=sent).status_code == 303
        page = checker.get(MONTH).text
    assert bell.rung == rung + 1
    assert "正在核对并登记您的签字" in page
    assert f'action="{MONTH}/sign"' not in page
    assert checker.get(f"{MONTH}/signing.json").json["state"] == "queued"  # type: ignore[index]
    assert "正在核对并登记您的签字" not in finance.get(MONTH).text
    signed = begun(over)
    signing_jobs.run(signed)
    assert checker.get(f"{MONTH}/signing.json").json["state"] == "done"  # type: ignore[index]
    page = checker.get(MONTH).text
    assert page.count("已签署") == len(sent["street"])
    assert f'action="{MONTH}/sign"' not in page


def test_a_signing_is_dropped_or_says_why_it_failed(app: Flask, signed_in: SignIn, over: FixedClock) -> None:
    finance, checker = signed_in(Role.FINANCE), enter(app, over, "whole-checker", Role.STREET_CHECKER)
    finance.post(f"{MONTH}/prepare")
    carried_out(over)
    reckoned(over)
    over.at += timedelta(minutes=5)
    sent = _signing(checker.get(MONTH).text)
    checker.post(f"{MONTH}/sign", data=sent)
    assert checker.post(f"{MONTH}/sign/drop").status_code == 303
    page = checker.get(MONTH).text
    assert "已放弃，什么都没有留下" in page
    assert f'action="{MONTH}/sign"' in page
    checker.post(f"{MONTH}/sign", data=sent)
    number = begun(over).job.id
    with unit_of_work() as db:
        table.fail(db, number, 1, "part-changed", "有变化。", clock=over)
    assert "没有签成：" in checker.get(MONTH).text
    assert finance.post(f"{MONTH}/sign/drop").status_code == 403
    money_comes()
    assert checker.post(f"{MONTH}/sign", data=sent).status_code == 409


def test_the_budget_takes_a_big_month_as_it_was_reckoned_last(
    signed_in: SignIn, over: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    finance = signed_in(Role.FINANCE)
    with monkeypatch.context() as small:
        small.setattr(view_keeping, "AT_ONCE", 10_000)
        of_the_moment = _main(finance.get("/budget/2026").text)
    monkeypatch.setattr(computing, "compute", _refused)
    page = finance.get("/budget/2026").text
    assert NOT_YET in page
    assert "该月的餐不在本页任何合计里" in page
    answer = finance.post(f"{MONTH}/reckon", data={"page": "budget"})
    assert answer.headers["Location"].endswith("/budget/2026")
    assert "reckoning.json" in finance.get("/budget/2026").text
    monkeypatch.undo()
    monkeypatch.setattr(view_keeping, "AT_ONCE", -1)
    reckoned(over)
    finance.get("/budget/2026")  # what was said once is said no more
    page = finance.get("/budget/2026").text
    assert NOTHING_SINCE in page
    assert [line for line in _main(page) if "_dated" not in line] == of_the_moment
    money_comes()
    assert "居民付款 +1" in finance.get("/budget/2026").text


def _refused(*_given: object, **_named: object) -> object:
    raise AssertionError("a big month is computed in a request")


def _signing(page: str) -> dict[str, list[str] | str]:
    """What the button sends that signs every street."""
    streets = dict(re.findall(r'name="seen-([^"]+)" value="([^"]+)"', page))
    return {"street": list(streets), **{f"seen-{street}": digest for street, digest in streets.items()}}


def test_a_big_month_with_nothing_in_it(signed_in: SignIn, now: FixedClock) -> None:
    finance = signed_in(Role.FINANCE)
    empty = "/settlement/2025-11"
    finance.post(f"{empty}/reckon")
    reckoned(now)
    for path in (empty, f"{empty}/chain"):
        page = finance.get(path).text
        assert NOTHING_SINCE in page
        assert "没有截过的订单簿" in page


def test_dropped_or_asked_for_twice_it_is_kept_once_or_not_at_all(signed_in: SignIn, over: FixedClock) -> None:
    finance = signed_in(Role.FINANCE)
    finance.post(f"{MONTH}/reckon")
    finance.post(f"{MONTH}/reckon")
    context = begun(over)
    context._cancel.set()  # as its next beat would, when somebody has asked to drop it
    view_jobs.run(context)
    with unit_of_work(read_only=True) as db:
        assert db.scalars(select(MonthView.id)).all() == []


def test_who_may_not_see_the_money_reckons_nothing(signed_in: SignIn) -> None:
    assert signed_in(Role.KITCHEN).post(f"{MONTH}/reckon").status_code == 403
    assert signed_in(Role.FINANCE).post("/settlement/2026-13/reckon").status_code in {404, 422}
