"""Reads of a vendor's life: its steps, the two lists, its checklist, and what was reported."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.vendors import life_rules
from mealroute.vendors.life_models import ChecklistAnswer, IncidentDecision, ListItem, VendorIncident, VendorStep
from mealroute.vendors.life_records import (
    Answer,
    AnswerRecord,
    ChecklistLine,
    IncidentRecord,
    ListItemRecord,
    ListName,
    StepRecord,
)
from mealroute.vendors.records import VendorState
from mealroute.vendors.shipped_lists import shipped


def history(db: Session, vendor_code: str) -> tuple[StepRecord, ...]:
    """Every step of a vendor, the newest first."""
    rows = db.scalars(select(VendorStep).where(VendorStep.vendor_code == vendor_code).order_by(VendorStep.id.desc()))
    return tuple(
        StepRecord(
            vendor_code=row.vendor_code, from_state=None if row.from_state is None else VendorState(row.from_state),
            to_state=VendorState(row.to_state), effective_on=row.effective_on, reason=row.reason, incident_id=row.incident_id,
            by_name=row.by_name, account_id=row.account_id, at=row.at,
        )
        for row in rows
    )  # fmt: skip


def versions(db: Session, name: ListName) -> tuple[ListItemRecord, ...]:
    """Every wording of a list that was ever given, shipped ones first, then the district's own in the order of writing."""
    rows = db.scalars(select(ListItem).where(ListItem.list_name == str(name)).order_by(ListItem.id))
    own = (
        ListItemRecord(
            list_name=name, code=row.code, version=row.version, text=row.text, text_en=row.text_en, basis=row.basis, required=row.required,
            valid_from=row.valid_from, ends=row.ends, reason=row.reason, by_name=row.by_name, at=row.at,
        )
        for row in rows
    )  # fmt: skip
    return (*shipped()[name], *own)


def items(db: Session, name: ListName, day: date) -> tuple[ListItemRecord, ...]:
    """The wordings in force on ``day``."""
    return life_rules.in_force(versions(db, name), day)


def checklist(db: Session, vendor_code: str, day: date) -> tuple[ChecklistLine, ...]:
    """The admission checklist of ``day`` with what was found about a vendor."""
    rows = db.scalars(
        select(ChecklistAnswer).where(ChecklistAnswer.vendor_code == vendor_code).order_by(ChecklistAnswer.id)
    )
    answers = [
        AnswerRecord(
            item_code=row.item_code, item_version=row.item_version, answer=Answer(row.answer), evidence=row.evidence, by_name=row.by_name,
            at=row.at,
        )
        for row in rows
    ]  # fmt: skip
    return life_rules.checklist(items(db, ListName.ADMISSION, day), answers)


def incidents(db: Session, *, vendor_code: str | None = None) -> tuple[IncidentRecord, ...]:
    """What was reported against vendors, open reports first, then the newest."""
    query = (
        select(VendorIncident, IncidentDecision)
        .outerjoin(IncidentDecision, IncidentDecision.incident_id == VendorIncident.id)
        .order_by(VendorIncident.id.desc())
    )
    if vendor_code is not None:
        query = query.where(VendorIncident.vendor_code == vendor_code)
    every = versions(db, ListName.NEGATIVE)
    found = [_incident(row, decision, every) for row, decision in db.execute(query).tuples()]
    return tuple(sorted(found, key=lambda record: record.confirmed is not None))


def _incident(
    row: VendorIncident, decision: IncidentDecision | None, every: Sequence[ListItemRecord]
) -> IncidentRecord:
    item = next((item for item in every if (item.code, item.version) == (row.item_code, row.item_version)), None)
    return IncidentRecord(
        id=row.id, vendor_code=row.vendor_code, item=item, item_code=row.item_code, happened_on=row.happened_on, account=row.account,
        by_name=row.by_name, at=row.at, confirmed=None if decision is None else decision.confirmed,
        decision_reason="" if decision is None else decision.reason, decided_by="" if decision is None else decision.by_name,
        decided_at=None if decision is None else decision.at,
    )  # fmt: skip
