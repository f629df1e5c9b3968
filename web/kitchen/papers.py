"""Handing out paper: what goes on it, and the line in the audit trail."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from flask import request

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.geo import LonLat
from mealroute.dispatch import queries as dispatch
from mealroute.dispatch.records import Manifest
from mealroute.planning import queries as planning
from mealroute.planning.records import PlanVersionId
from web import here

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def link_base() -> str:
    """The beginning of a driver's link as this request's host sees it."""
    return f"{request.host_url}r/"


def sheets_of(
    db: Session, version: PlanVersionId, actor: Actor
) -> tuple[Sequence[Manifest], Mapping[int, Sequence[LonLat]]]:
    """The sheets that this person may print, and the way of each along the roads."""
    found = dispatch.manifests(
        db, version, scope=actor.scope, link_base=link_base(), secret_key=here.settings().secret_key
    )
    return found, paths_of(db, version, found)


def paths_of(db: Session, version: PlanVersionId, sheets: Sequence[Manifest]) -> Mapping[int, Sequence[LonLat]]:
    """The way along the roads of each sheet, by run."""
    lines = {line.number: line for line in planning.geometry(db, version)} if sheets else {}
    return {
        sheet.run_id: [point for leg in lines[sheet.number].legs for point in leg]
        for sheet in sheets
        if sheet.number in lines
    }


def hand_out(db: Session, name: str, version: int, content: bytes, *, rows: int) -> None:
    """Record that a paper was handed out: which, how much, and its digest."""
    audit.record(
        db, by=here.actor(), clock=here.clock(), action=f"papers.{name}", subject=f"plan/{version}", rows=rows,
        digest=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
