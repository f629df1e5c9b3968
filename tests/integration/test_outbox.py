"""Messages: written with the change, handed over once, whoever is killed in between."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from mealroute.adapters import notify, outbox_tick
from mealroute.adapters.notify import Message
from mealroute.adapters.notify_file import FileGateway
from mealroute.adapters.notify_http import HttpGateway
from mealroute.core import outbox
from mealroute.core.actor import Scope
from mealroute.core.clock import FixedClock
from mealroute.core.config import Settings
from mealroute.core.db import unit_of_work
from mealroute.core.errors import Conflict, NotFound
from mealroute.core.outbox import Channel, Draft, OutState

ALL = Scope.everything()


def draft(key: str = "a", phone: str = "13900001234", channel: Channel = Channel.SMS) -> Draft:
    return Draft(
        natural_key=key, subject="follow-up/1", street_code="110101005", channel=channel, to_name="女儿 李芳", to_role="family", phone=phone,
        text="王*兰没人应答",
    )  # fmt: skip


def settings_at(folder: Path, **more: str) -> Settings:
    return Settings.from_env(
        {"MEALROUTE_INSTANCE_DIR": str(folder), "MEALROUTE_SECRET_KEY": "x", "MEALROUTE_FIELD_KEYS": "y", **more}
    )


def written(clock: FixedClock, *drafts: Draft) -> None:
    with unit_of_work() as db:
        outbox.write(db, drafts, now=clock.now())


def states(db: Session) -> list[OutState]:
    db.expire_all()
    found = [each.state for each in outbox.messages(db, scope=ALL)]
    db.rollback()
    return found


class Bell:
    """A gateway that counts; ``raises`` makes it hang up."""

    def __init__(self, answer: str = "sent", *, once: bool = True, raises: type[Exception] | None = None) -> None:
        self.name, self.once, self.answer, self.raises = "bell", once, answer, raises
        self.keys: list[str] = []

    def send(self, message: Message) -> str:
        self.keys.append(message.key)
        if self.raises is not None:
            raise self.raises
        return self.answer


@pytest.fixture
def bell(monkeypatch: pytest.MonkeyPatch) -> Bell:
    found = Bell()
    monkeypatch.setattr(outbox_tick, "gateway_for", lambda _channel, _settings: found)
    return found


def test_a_message_is_written_once_and_handed_over_once(
    any_engine: Engine, db: Session, clock: FixedClock, bell: Bell, tmp_path: Path
) -> None:
    written(clock, draft())
    written(clock, draft())
    for _again in range(3):
        outbox_tick.tick(clock=clock, settings=settings_at(tmp_path))
    assert (bell.keys, states(db)) == (["a"], [OutState.SENT])


def test_a_gateway_that_is_away_is_asked_again_later_and_at_last_a_person_has_to(
    db: Session, clock: FixedClock, bell: Bell, tmp_path: Path
) -> None:
    bell.answer = "unreachable"
    written(clock, draft())
    for _turn in range(12):
        outbox_tick.tick(clock=clock, settings=settings_at(tmp_path))
        clock.at += timedelta(hours=3)
    assert (len(bell.keys), states(db)) == (len(outbox.WAITS) + 1, [OutState.FAILED])


def test_an_attempt_that_ended_in_the_dark_is_not_made_again_where_it_could_ring_twice(
    db: Session, clock: FixedClock, bell: Bell, tmp_path: Path
) -> None:
    bell.once = False
    written(clock, draft())
    with unit_of_work() as other:
        outbox.claim(other, now=clock.now(), limit=1)  # whoever held it was killed
    clock.at += timedelta(minutes=5)
    outbox_tick.tick(clock=clock, settings=settings_at(tmp_path))
    assert (bell.keys, states(db)) == ([], [OutState.UNCERTAIN])


def test_a_claim_of_somebody_dead_is_taken_up_where_the_gateway_knows_its_keys(
    db: Session, clock: FixedClock, bell: Bell, tmp_path: Path
) -> None:
    written(clock, draft())
    with unit_of_work() as other:
        outbox.claim(other, now=clock.now(), limit=1)
    outbox_tick.tick(clock=clock, settings=settings_at(tmp_path))
    assert bell.keys == []
    clock.at += timedelta(minutes=5)
    outbox_tick.tick(clock=clock, settings=settings_at(tmp_path))
    assert (bell.keys, states(db)) == (["a"], [OutState.SENT])


def test_two_processes_never_hold_the_same_message(
    any_engine: Engine, db: Session, clock: FixedClock, bell: Bell, tmp_path: Path
) -> None:
    written(clock, *(draft(f"k{n}") for n in range(6)))
    threads = [
        threading.Thread(target=outbox_tick.tick, kwargs={"clock": clock, "settings": settings_at(tmp_path)})
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(bell.keys) == [f"k{n}" for n in range(6)]


def test_without_a_number_it_waits_at_the_desk(db: Session, clock: FixedClock, bell: Bell, tmp_path: Path) -> None:
    written(clock, draft(phone=""))
    outbox_tick.tick(clock=clock, settings=settings_at(tmp_path))
    (found,) = outbox.messages(db, scope=ALL)
    assert (bell.keys, found.channel, found.state) == ([], Channel.DESK, OutState.WAITING)


def test_a_person_passes_a_message_on_once_and_only_in_their_own_street(db: Session, clock: FixedClock) -> None:
    written(clock, draft())
    (found,) = outbox.messages(db, scope=ALL)
    with pytest.raises(NotFound):
        outbox.passed_on(
            db, found.id, person="李敏", note="", scope=Scope(streets=frozenset({"110101001"})), now=clock.now()
        )
    outbox.passed_on(db, found.id, person="李敏", note="打通了", scope=ALL, now=clock.now())
    with pytest.raises(Conflict, match="message-settled"):
        outbox.passed_on(db, found.id, person="李敏", note="", scope=ALL, now=clock.now())


def test_the_file_for_the_operator_holds_no_number_and_is_written_once(tmp_path: Path) -> None:
    gateway = FileGateway(tmp_path / "outbox")
    message = Message("follow-up/1/family/1", Channel.PHONE, "女儿 李芳", "13900001234", "王*兰没人应答")
    assert [gateway.send(message), gateway.send(message)] == ["tray", "tray"]
    (path,) = (tmp_path / "outbox").iterdir()
    assert "139****1234" in path.read_text("utf-8")
    assert "13900001234" not in path.read_text("utf-8")
    assert path.stat().st_mode & 0o077 == 0


def test_what_lies_in_the_tray_is_open_until_somebody_has_read_it_out(
    db: Session, clock: FixedClock, tmp_path: Path
) -> None:
    written(clock, draft())
    outbox_tick.tick(clock=clock, settings=settings_at(tmp_path))
    assert states(db) == [OutState.TRAY]
    assert len(outbox.messages(db, scope=ALL, only_open=True)) == 1


class Service(BaseHTTPRequestHandler):
    """The district's own SMS service; answers as it is told and keeps what it was sent."""

    status = 202
    got: list[tuple[str, str, dict[str, str]]]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.got.append((self.headers["Idempotency-Key"], self.headers["Authorization"], body))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Nothing on the screen."""


@pytest.fixture
def sms_service() -> Iterator[tuple[str, type[Service]]]:
    handler = type("Handler", (Service,), {"got": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/send", handler
    server.shutdown()
    thread.join()


@pytest.mark.parametrize(("status", "answer"), [(202, "sent"), (422, "refused"), (503, "http-503"), (401, "http-401")])
def test_the_service_of_the_district_is_spoken_to_in_json(
    sms_service: tuple[str, type[Service]], status: int, answer: str
) -> None:
    url, handler = sms_service
    handler.status = status
    gateway = HttpGateway(url, "secret")
    assert gateway.send(Message("k", Channel.SMS, "李芳", "13900001234", "没人应答")) == answer
    ((key, token, body),) = handler.got
    assert (key, token, body["to"], body["text"]) == ("k", "Bearer secret", "13900001234", "没人应答")


def test_a_service_that_is_not_there_is_asked_another_time() -> None:
    assert HttpGateway("http://127.0.0.1:9/send").send(Message("k", Channel.SMS, "x", "1", "y")) == "unreachable"


def test_which_gateway_is_used_follows_from_the_settings(tmp_path: Path) -> None:
    found = settings_at(tmp_path, MEALROUTE_SMS_URL="http://127.0.0.1:9/send")
    assert isinstance(notify.gateway_for(Channel.SMS, found), HttpGateway)
    assert isinstance(notify.gateway_for(Channel.PHONE, found), FileGateway)
