"""What every read of the ledger is made of: the scope as a condition, what hangs on residents, the category vocabulary."""

from functools import lru_cache
from pathlib import Path

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from mealroute.core import rulebook
from mealroute.core.actor import Actor, Scope
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.residents import build
from mealroute.residents.models import (
    Contact,
    Pause,
    Resident,
    ResidentAvoidance,
    ResidentCategory,
    ResidentDiet,
    ResidentFact,
    StateChange,
)
from mealroute.residents.records import CategoryRule, CategoryTable, Handover, Living, ResidentId


@lru_cache(maxsize=4)
def category_table(path: Path = rulebook.RULES / "categories.yaml") -> CategoryTable:
    """The category vocabulary with its weights, heaviest first."""
    root = rulebook.read(path, kind="resident-categories").only("kind", "schema", "laolaoren", "categories")
    rules = []
    for code, node in root.node("categories").entries():
        node.only("name", "priority", "must_serve", "handover", "derived", "source")
        derived = (
            node.node("derived").only("age_from", "ability_from", "ability_to", "living")
            if node.has("derived")
            else None
        )
        if node.integer("priority") > 100:
            node.fail("priority", _("expected a whole number from 0 to 100"))
        bounds = {
            key: derived.integer(key) if derived is not None and derived.has(key) else None
            for key in ("age_from", "ability_from", "ability_to")
        }
        rules.append(
            CategoryRule(
                code=code, name_zh=node.node("name").text("zh"), name_en=node.node("name").text("en"),
                priority=node.integer("priority"), must_serve=node.flag("must_serve"), source=node.text("source"),
                handover=Handover(node.choice("handover", frozenset(Handover))) if node.has("handover") else None,
                living=frozenset(map(Living, derived.choices("living", frozenset(Living))))
                if derived is not None and derived.has("living") else frozenset(), **bounds,
            )
        )  # fmt: skip
    old = root.node("laolaoren").only("age", "disabled_age", "disabled_level")
    return CategoryTable(
        rules=tuple(sorted(rules, key=lambda rule: (-rule.priority, rule.code))), laolaoren_age=old.integer("age"),
        laolaoren_disabled_age=old.integer("disabled_age"), laolaoren_disabled_level=old.integer("disabled_level"),
    )  # fmt: skip


def in_scope(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    """The condition under which a row of the ledger is within reach; the one place that turns a scope into SQL here."""
    return () if scope.streets is None else (Resident.street_code.in_(sorted(scope.streets)),)


def around_of(db: Session, query: Select[Resident], *, contacts: bool = True) -> dict[int, build.Around]:
    """What hangs on the residents of a query: seven statements, each with the query as a subquery."""
    ids = query.with_only_columns(Resident.id).order_by(None)
    return build.gather(
        db.scalars(ids),
        history=db.scalars(select(StateChange).where(StateChange.resident_id.in_(ids)).order_by(StateChange.id)).all(),
        pauses=db.scalars(select(Pause).where(Pause.resident_id.in_(ids)).order_by(Pause.id)).all(),
        diets=db.scalars(select(ResidentDiet).where(ResidentDiet.resident_id.in_(ids)).order_by(ResidentDiet.id)).all(),
        granted=db.scalars(
            select(ResidentCategory).where(ResidentCategory.resident_id.in_(ids)).order_by(ResidentCategory.id)
        ).all(),
        avoidances=db.scalars(
            select(ResidentAvoidance).where(ResidentAvoidance.resident_id.in_(ids)).order_by(ResidentAvoidance.id)
        ).all(),
        facts=db.scalars(select(ResidentFact).where(ResidentFact.resident_id.in_(ids)).order_by(ResidentFact.id)).all(),
        contacts=db.scalars(
            select(Contact).where(Contact.resident_id.in_(ids)).order_by(Contact.resident_id, Contact.position)
        ).all()
        if contacts
        else (),
    )


def reach(db: Session, resident_id: ResidentId, by: Actor) -> Resident:
    """The row that somebody is about to change. NotFound where it is not theirs, just as where there is none."""
    row = db.get(Resident, resident_id)
    if row is None or not by.scope.sees_street(row.street_code):
        raise NotFound("resident-not-found", _("There is no such resident."))
    return row
