"""A draft of the rulebook on a month's real handovers: costs, who gains, who loses; nothing changes by it."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from mealroute.adapters.job_worker import JobContext
from mealroute.adapters.registry import HANDLERS
from mealroute.core import jobs
from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.i18n import chosen, speaking
from mealroute.core.jobs import Job, JobState
from mealroute.rulebook.reading import load
from mealroute.subsidy.models import ClaimLine
from mealroute.trials import queries, rules, service
from mealroute.trials.records import KIND, Pair, TrialResult
from tests.integration.settlement_world import STREET
from tests.integration.test_settlement_month import MONTH, Month
from tests.unit.rulebook.books import book_of, rule, text_of

FIRST = date(2026, 2, 1)
ALL = Scope.everything()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))


@pytest.fixture
def month(db: Session, clock: FixedClock) -> Month:
    found = Month(db, clock)
    found.doors()
    return found


def _resident(**version: Any) -> dict[str, Any]:
    """The resident's rule with something changed."""
    when = {
        "outcomes": ["handed-over", "left-with-contact"],
        "basic_service": True,
        "at_home": True,
        "slots": ["lunch"],
        "price": {"over": "amount"},
        "own_part_paid": True,
    }
    wanted = {"amount": {"fixed": "5.00"}, "when": when, **version}
    return {**rule(1, unit="person-day", version=wanted), "id": "bj-meal-resident"}


def _tried(db: Session, clock: FixedClock, *drafts: dict[str, Any], whole: bool = False) -> TrialResult:
    meals = queries.meals_of(db, MONTH, scope=ALL)
    return rules.try_out(meals, load(), rules.merged(load(), book_of(*drafts), FIRST, whole=whole))


def test_the_rules_in_force_against_themselves_cost_what_the_month_claims(
    db: Session, month: Month, clock: FixedClock
) -> None:
    claimed = month.build().figures.claimed_fen
    meals = queries.meals_of(db, MONTH, scope=ALL)
    found = rules.try_out(meals, load(), load())
    assert found.total == Pair(before=claimed, after=claimed)
    assert (found.residents.more, found.residents.less) == (0, 0)
    assert found.movers == ()


def test_a_yuan_more_goes_to_whoever_gets_the_subsidy(db: Session, month: Month, clock: FixedClock) -> None:
    found = _tried(db, clock, _resident(amount={"fixed": "6.00"}))
    assert found.by_rule["bj-meal-resident"].difference == 100
    assert found.by_rule["bj-meal-operator"].difference == 0
    assert (found.residents.more, found.residents.less, found.residents.gained_fen) == (1, 0, 100)


def test_a_yuan_less_is_not_taken_for_a_part_that_was_not_paid(db: Session, month: Month, clock: FixedClock) -> None:
    found = _tried(db, clock, _resident(amount={"fixed": "4.00"}))
    assert found.by_rule["bj-meal-resident"] == Pair(before=500, after=400)
    assert (found.residents.less, found.residents.lost_fen) == (1, 100)


def test_every_cut_adds_up_to_the_whole(db: Session, month: Month, clock: FixedClock) -> None:
    found = _tried(db, clock, _resident(amount={"percent": "33.3"}, shares={"city": 1, "district": 1, "street": 1}))
    for cut in (found.by_payer, found.by_street, found.by_rule):
        assert sum(pair.before for pair in cut.values()) == found.total.before
        assert sum(pair.after for pair in cut.values()) == found.total.after
    assert found.residents.more + found.residents.less + found.residents.same == found.people


def test_a_whole_draft_leaves_nothing_of_the_rules_in_force(db: Session, month: Month, clock: FixedClock) -> None:
    found = _tried(db, clock, _resident(), whole=True)
    assert found.by_rule["bj-meal-operator"].after == 0
    assert found.operators.less == 1


def test_a_fact_that_is_not_in_the_records_is_named(db: Session, month: Month, clock: FixedClock) -> None:
    found = _tried(db, clock, _resident(when={"registration": {"in": ["110101"]}}))
    assert [(one.code, one.unknown) for one in found.reasons if one.rule_id == "bj-meal-resident"] == [
        ("registration", True)
    ]


def test_codes_of_people_are_masked_and_a_result_survives_its_keeping(
    db: Session, month: Month, clock: FixedClock
) -> None:
    found = _tried(db, clock, _resident(amount={"fixed": "6.00"}))
    assert all("•" in one.code for one in found.movers)
    assert TrialResult.from_json(json.loads(json.dumps(found.as_json()))) == found


def test_whoever_opens_a_trial_reads_titles_and_reasons_in_their_language(
    db: Session, month: Month, clock: FixedClock
) -> None:
    with speaking("en"):
        made = _tried(db, clock, _resident(when={"registration": {"in": ["110101"]}}))
    found = TrialResult.from_json(json.loads(json.dumps(made.as_json())))
    assert found.title("bj-meal-operator") == "助餐运营补贴"
    assert "要求：户籍地：110101" in {chosen(one.sentence) for one in found.reasons}
    with speaking("en"):
        said = [chosen(one.sentence) for one in found.reasons]
        assert "Asked for: household registered in: 110101" in said
        assert not re.search("[\u4e00-\u9fff]", " ".join(said))
        assert found.title("bj-meal-operator") == "Operator's meal subsidy"


def test_a_trial_that_was_kept_in_one_language_still_opens(db: Session, month: Month, clock: FixedClock) -> None:
    kept = json.loads(json.dumps(_tried(db, clock, _resident(when={"registration": {"in": ["110101"]}})).as_json()))
    kept["titles"] = {key: said["zh"] for key, said in kept["titles"].items()}
    for reason in kept["reasons"]:
        reason["sentence"] = reason["sentence"]["zh"]
    kept["left_out"] = ["旧规则"]
    with speaking("en"):
        found = TrialResult.from_json(kept)
        assert found.title("bj-meal-operator") == "助餐运营补贴"
        assert "要求：户籍地：110101" in {chosen(one.sentence) for one in found.reasons}
        assert [found.title(one) for one in found.left_out] == ["旧规则"]


def test_the_job_keeps_the_figures_and_writes_no_claim(any_engine: Engine, clock: FixedClock) -> None:
    text = text_of(_resident(amount={"fixed": "6.00"}))
    with unit_of_work() as db:
        Month(db, clock).doors()
        job_id = service.ask(db, text, "draft.yaml", MONTH, whole=False, language="zh", by=SYSTEM, clock=clock)
        assert service.ask(db, text, "draft.yaml", MONTH, whole=False, language="zh", by=SYSTEM, clock=clock) == job_id
    with unit_of_work() as db:
        claimed = jobs.claim(db, job_id, clock=clock)
    assert claimed is not None
    with JobContext(claimed, clock) as context:
        service.run(context)
    with unit_of_work(read_only=True) as db:
        done = queries.trial(db, job_id, scope=ALL)
        assert done.state is JobState.DONE
        assert TrialResult.from_json(done.result).by_rule["bj-meal-resident"].difference == 100
        assert db.scalar(select(func.count()).select_from(ClaimLine)) == 0
        with pytest.raises(NotFound):
            queries.trial(db, job_id, scope=Scope(streets=frozenset({STREET})))
        assert queries.trials(db, scope=Scope(streets=frozenset({STREET}))) == ()
    assert HANDLERS[KIND] == f"{service.run.__module__}:run"


def test_a_file_with_mistakes_and_a_month_to_come_are_refused(db: Session, clock: FixedClock) -> None:
    for text, month in (("kind: rulebook\nschema: 1\nrules: []", MONTH), (text_of(rule(1)), "2026-04")):
        with pytest.raises(MealrouteError):
            service.ask(db, text, "draft.yaml", month, whole=True, language="zh", by=SYSTEM, clock=clock)
    assert db.scalars(select(Job.id)).all() == []


def test_a_rule_by_the_month_is_tried_on_the_figures_of_the_month(db: Session, month: Month, clock: FixedClock) -> None:
    by_days = {"amount": {"each": "1.00", "by": "person-days"}}
    drafts = [
        rule(2, beneficiary="operator", unit="month", version=by_days),
        rule(3, beneficiary="operator", unit="year", version=by_days),
    ]
    standing = load()
    tried = rules.merged(standing, book_of(*drafts), FIRST, whole=True)
    meals, figures, claimed = queries.facts_of(db, MONTH, [standing, tried], scope=ALL)

    found = rules.try_out(meals, standing, tried, figures=figures, claimed=claimed)

    assert found.by_rule["r2"] == Pair(before=0, after=500)  # four people on Monday, one on Tuesday
    assert [found.title(one) for one in found.left_out] == ["规则3"]
    assert sum(pair.after for pair in found.by_street.values()) == found.total.after == 500
