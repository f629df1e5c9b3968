"""The rulebook's pages: sentences, versions side by side, what somebody would get and why not, drafts with their mistakes, trials."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from mealroute.areas import queries as areas
from mealroute.core import jobs
from mealroute.core.actor import Role
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.rulebook.reading import EXAMPLES
from mealroute.settlement.payees import names
from mealroute.trials.records import Mover, Pair, Reason, Standing, TrialResult
from tests.integration.planning_world import STREET
from tests.unit.rulebook.books import rule, text_of
from tests.web.conftest import Bell

SignIn = Callable[[Role | str], FlaskClient]


@pytest.fixture
def finance(signed_in: SignIn) -> FlaskClient:
    return signed_in(Role.FINANCE)


def _file(text: str, name: str = "draft.yaml") -> dict[str, object]:
    return {"file": (BytesIO(text.encode()), name)}


def test_the_rules_in_force_are_read_out(finance: FlaskClient) -> None:
    page = finance.get("/rulebook?day=2026-03-09").text
    assert "就餐补贴" in page
    assert "每人每天 5.00 元" in page
    assert "市级 1/2、区级 1/2" in page
    assert "京民养老发〔2022〕69号" in page
    assert "餐价（元）：高于补贴" in page


def test_a_day_before_any_rule_says_so(finance: FlaskClient) -> None:
    page = finance.get("/rulebook?day=2020-01-01").text
    assert "这一天没有生效的规则" in page
    assert "2022-03-14 起" in page


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_example_is_read_out_in_both_languages(finance: FlaskClient, path: object, language: str) -> None:
    finance.post("/language", data={"language": language})
    answer = finance.get(f"/rulebook?book={path.stem}&day=2026-03-09")  # type: ignore[attr-defined]
    assert answer.status_code == 200
    assert "rb-rule" in answer.text
    assert ("这是外地的示例" if language == "zh" else "An example of another place") in answer.text


def test_only_files_of_the_folder_can_be_named(finance: FlaskClient) -> None:
    assert finance.get("/rulebook?book=../district-options").status_code == 404
    assert finance.get("/rulebook?book=nothing").status_code == 404


def test_two_versions_stand_side_by_side_in_words_and_figures(finance: FlaskClient) -> None:
    page = finance.get("/rulebook/compare?book=tianjin").text
    assert "周岁：80 及以上" in page
    assert "<ins>" in page
    page = finance.get("/rulebook/compare?book=shenzhen-2025&before=sz-aged/1&after=sz-key-groups/1").text
    assert "最高 15.00 元" in page
    assert "10.00" in page  # what the second pays more for a meal of 18 yuan


def test_somebody_made_up_gets_an_answer_from_every_rule(finance: FlaskClient) -> None:
    page = finance.get(
        "/rulebook/entitlement?ask=1&book=shenzhen-2025&day=2026-03-09&price=18&age=82&registration=440305&living=alone&way=dine-in"
    ).text
    assert "按“70–99 岁户籍老人就餐补助”付 5.00 元" in page
    assert "规则要求“类别：重点保障对象”；这里是：无。" in page
    assert "13.00" in page


def test_a_resident_of_the_ledger_is_found_by_number_and_never_named(finance: FlaskClient) -> None:
    page = finance.get("/rulebook/entitlement?ask=1&day=2026-03-09&price=17&resident=R0001").text
    assert "R0001 2026-03-09 的结果" in page
    assert "不是基本养老服务对象" in page


def test_a_resident_of_another_street_is_not_found(signed_in: SignIn) -> None:
    page = signed_in(Role.VENDOR).get("/rulebook/entitlement?ask=1&resident=R0001&price=17")
    assert page.status_code == 403


@pytest.mark.parametrize("query", ["price=abc", "price=", "price=17&age=x", "price=17&resident=NOBODY", "price=-1"])
def test_a_slip_in_the_form_is_told_on_the_page(finance: FlaskClient, query: str) -> None:
    answer = finance.get(f"/rulebook/entitlement?ask=1&{query}")
    assert answer.status_code == 200
    assert 'role="alert"' in answer.text


def test_every_mistake_of_a_draft_is_listed_with_its_line(finance: FlaskClient) -> None:
    text = text_of(rule(1, colour="red", version={"amount": {"fixed": "-1"}, "when": {"age": {"from": 80, "to": 60}}}))
    page = finance.post("/rulebook/draft", data=_file(text)).text
    assert "没有这个键" in page
    assert "必须大于零" in page
    assert "两端之间没有数" in page
    lines = text.splitlines()
    number = next(n for n, line in enumerate(lines, 1) if "colour" in line)
    assert f'<td class="num" data-label="行">{number}</td>' in page


def test_a_sound_draft_is_read_out_beside_the_rules_in_force(finance: FlaskClient) -> None:
    page = finance.post("/rulebook/draft", data=_file(text_of(rule(1)))).text
    assert "1 个规则版本，没有错误" in page
    assert "草案里没有" in page  # the rules in force are not in it


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"kind: [", b"- 1", b"kind: rulebook\nschema: 1\nrules: 5", b""])
def test_a_file_that_is_no_rulebook_is_refused_in_words(finance: FlaskClient, content: bytes) -> None:
    answer = finance.post("/rulebook/draft", data={"file": (BytesIO(content), "x.yaml")})
    assert answer.status_code in {200, 422}
    assert "x.yaml" in answer.text or "UTF-8" in answer.text


def test_a_trial_is_queued_and_its_page_waits(finance: FlaskClient, bell: Bell) -> None:
    answer = finance.post("/rulebook/trials", data={**_file(text_of(rule(1))), "month": "2026-03", "whole": "yes"})
    assert answer.status_code == 303
    assert bell.rung == 1
    page = finance.get(answer.headers["Location"]).text
    assert "等待中" in page
    assert "draft.yaml" in finance.get("/rulebook/trials").text


def test_a_trial_that_is_done_names_streets_vendors_and_rules_for_its_reader(
    finance: FlaskClient, bell: Bell, now: FixedClock
) -> None:
    where = finance.post(
        "/rulebook/trials", data={**_file(text_of(rule(1))), "month": "2026-03", "whole": "no"}
    ).headers["Location"]
    pair = Pair(before=500, after=400)
    made = TrialResult(
        meals=1, people=1, total=pair, lines=Pair(before=1, after=1), by_payer={"city": pair}, by_street={STREET: pair}, by_rule={"r1": pair},
        titles={"r1": {"zh": "规则一", "en": "Rule one"}}, residents=Standing(less=1, lost_fen=100), operators=Standing(less=1, lost_fen=100),
        movers=(Mover(code="R••03", pair=pair),), operator_movers=(Mover(code="V1", pair=pair),),
        reasons=(Reason(rule_id="r1", code="x", sentence={"zh": "没有钱了", "en": "Nothing is left"}, meals=1, unknown=False),), left_out=("r1",),
    )  # fmt: skip
    with unit_of_work() as db:
        number = jobs.JobId(int(where.rsplit("/", 1)[1]))
        assert jobs.claim(db, number, clock=now) is not None
        jobs.finish(db, number, 1, made.as_json(), clock=now)
        street = next(one for one in areas.streets(db) if one.code == STREET)
        vendor = names(db, ["V1"])["V1"]
    chinese = finance.get(where).text
    assert all(word in chinese for word in ("规则一", "没有钱了", street.name, vendor))
    finance.post("/language", data={"language": "en"})
    english = finance.get(where).text
    assert all(word in english for word in ("Rule one", "Nothing is left", street.name_en or street.name, vendor))
    assert not any(word in english for word in ("规则一", "没有钱了"))


def test_a_trial_of_a_draft_with_mistakes_is_not_begun(finance: FlaskClient, bell: Bell) -> None:
    answer = finance.post(
        "/rulebook/trials", data={**_file("kind: rulebook\nschema: 1\nrules: []"), "month": "2026-03"}
    )
    assert "这个文件会被拒绝" in answer.text
    assert bell.rung == 0


def test_trials_are_for_those_who_may_try(signed_in: SignIn) -> None:
    assert signed_in(Role.DISPATCHER).get("/rulebook/trials").status_code == 403
    assert signed_in(Role.DISPATCHER).get("/rulebook").status_code == 200
