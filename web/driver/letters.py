"""What a phone sends at once, read into a letter; and what became of each record, as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.delivery.door_links import Key
from mealroute.delivery.evidence import EvidenceInput
from mealroute.delivery.letters import Answer, BoxesInput, Item, Letter
from mealroute.delivery.loading import LoadingInput
from mealroute.delivery.records import Duplicate, ProofProblem, Recorded, Source
from mealroute.delivery.reopening import Later, ReopenInput
from mealroute.delivery.standing_rules import clock_off, moment_made
from mealroute.kitchen.log_records import Action
from mealroute.kitchen.log_rules import parse_tenths
from web.driver.forms import door_record, read_moment, read_text, read_uuid, read_whole, wrong

MOST = 500
"""Records in one letter: several whole shifts."""


@dataclass(frozen=True, slots=True)
class Phone:
    """Which phone sends, and by how much its clock is behind ours."""

    device: str
    off: timedelta
    now: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """A letter with the places of its good records among all, and the refusals of the others."""

    letter: Letter
    places: tuple[int, ...]
    refused: Mapping[int, Mapping[str, Any]]
    count: int


def opened(body: Any, key: Key, now: datetime) -> Opened:
    """The letter of a request. A record that cannot be read is refused by itself; the others go in."""
    records = body.get("records") if isinstance(body, dict) else None
    if not isinstance(records, list) or len(records) > MOST:
        raise MealrouteError("not-a-letter", _("The body must be an object with a list of at most 500 records."))
    told = body.get("off_ms")
    phone = Phone(
        device=read_uuid(body.get("device")) if body.get("device") else "", now=now,
        off=clock_off(
            read_moment(body.get("sent_at")), timedelta(milliseconds=told) if isinstance(told, int) and abs(told) < 10**12 else None, now
        ),
    )  # fmt: skip
    items: list[Item] = []
    places: list[int] = []
    refused: dict[int, Mapping[str, Any]] = {}
    for place, record in enumerate(records):
        try:
            items.append(item_of(record, phone))
            places.append(place)
        except MealrouteError as refusal:
            refused[place] = _refused(str(record.get("client_id", "")) if isinstance(record, dict) else "", refusal)
    return Opened(Letter(key, tuple(items)), tuple(places), refused, len(records))


def item_of(record: Any, phone: Phone) -> Item:
    """One record by its ``kind``. Raises a MealrouteError naming the field that is wrong."""
    if not isinstance(record, dict):
        raise MealrouteError("not-an-object", _("The body must be one JSON object."))
    match record.get("kind", "proof"):
        case "proof":
            return proof_of(record, phone)
        case "reopen":
            return ReopenInput(
                client_id=read_uuid(record.get("client_id")), proof=read_uuid(record.get("proof")), reason=read_text(record, "reason", 200),
                phone_at=read_moment(record.get("phone_at")), device=phone.device,
            )  # fmt: skip
        case "loading":
            return _loading(record, phone)
        case "boxes":
            return _boxes(record)
        case "signature":
            return EvidenceInput(
                client_id=read_uuid(record.get("client_id")), proof=read_uuid(record.get("proof")), strokes=_strokes(record.get("strokes")),
                phone_at=read_moment(record.get("phone_at")),
            )  # fmt: skip
        case _:
            raise wrong("kind")


def proof_of(record: Mapping[str, Any], phone: Phone) -> Item:
    """The record of a door, with which phone made it, in which place of its own count, and when by our clock."""
    entry = door_record(record, 0, read_whole(record.get("book_line_id"), "book_line_id"), "", Source.PHONE)
    seq, based_on = record.get("seq"), record.get("based_on")
    return replace(
        entry, device=phone.device, seq=None if seq is None else read_whole(seq, "seq"), based_on=read_uuid(based_on) if based_on else "",
        made_at=moment_made(entry.phone_at, phone.off, phone.now),
    )  # fmt: skip


def _loading(record: Mapping[str, Any], phone: Phone) -> LoadingInput:
    return LoadingInput(
        client_id=read_uuid(record.get("client_id")), run_id=read_whole(record.get("run_id"), "run_id"),
        trip=read_whole(record.get("trip"), "trip"), portions=_counts(record, "portions"), boxes=_counts(record, "boxes"),
        note=read_text(record, "note", 500), phone_at=read_moment(record.get("phone_at")), device=phone.device,
    )  # fmt: skip


def _counts(record: Mapping[str, Any], name: str) -> dict[str, int]:
    given = record.get(name) or {}
    if not isinstance(given, dict) or len(given) > 200:
        raise wrong(name)
    return {str(key)[:160]: read_whole(count, name) for key, count in given.items()}


def _boxes(record: Mapping[str, Any]) -> BoxesInput:
    degrees, action, again = (read_text(record, name, 20) for name in ("degrees", "action", "again"))
    return BoxesInput(
        client_id=read_uuid(record.get("client_id")), visit_id=read_whole(record.get("visit"), "visit"),
        portions=read_whole(record.get("portions"), "portions"), signed_by=read_text(record, "signed_by", 80),
        tenths=parse_tenths(degrees) if degrees else None, action=Action(action) if action in set(Action) else None,
        again_tenths=parse_tenths(again) if again else None,
    )  # fmt: skip


def _strokes(value: Any) -> tuple[tuple[int, ...], ...]:
    if not isinstance(value, list) or len(value) > 500:
        raise wrong("strokes")
    for stroke in value:
        if not isinstance(stroke, list) or not all(type(number) is int and -5000 < number < 5000 for number in stroke):
            raise wrong("strokes")
    return tuple(tuple(stroke) for stroke in value)


def answered(found: Opened, answers: Sequence[Answer]) -> list[Mapping[str, Any]]:
    """One answer for each record, in the order of the letter; each names its record, so that their order does not matter."""
    done = {place: told(answer) for place, answer in zip(found.places, answers, strict=True)}
    return [found.refused[place] if place in found.refused else done[place] for place in range(found.count)]


def told(answer: Answer) -> Mapping[str, Any]:
    """``recorded``, ``duplicate``, ``beside`` (kept, another record stands), ``later`` (send it again), ``refused``."""
    match answer:
        case Recorded(beside=None):
            return {"client_id": answer.client_id, "state": "recorded", "proof_id": answer.proof_id}
        case Recorded():
            return {
                "client_id": answer.client_id, "state": "beside", "proof_id": answer.proof_id,
                "sentence": _("Kept. Another phone recorded this door later; that record stands, both are shown to the dispatcher."),
            }  # fmt: skip
        case Duplicate():
            return {"client_id": answer.client_id, "state": "duplicate", "proof_id": answer.proof_id}
        case Later():
            return {"client_id": answer.client_id, "state": "later"}
        case ProofProblem():
            return {
                "client_id": answer.client_id, "state": "refused", "code": answer.code, "sentence": answer.sentence, "hint": answer.hint,
            }  # fmt: skip


def _refused(client_id: str, refusal: MealrouteError) -> Mapping[str, Any]:
    return {
        "client_id": client_id, "state": "refused", "code": refusal.code, "sentence": refusal.sentence, "hint": refusal.hint,
    }  # fmt: skip
