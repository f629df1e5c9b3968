"""Letters and pages through the porch, over real sockets: each byte once, one connection for both, and nothing half stored."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mealroute.core.db import unit_of_work
from mealroute.delivery.evidence_models import Evidence
from tests.web.test_driver import lines_of, recorded
from web.porch.front import Porch
from web.serving import opened


@pytest.fixture
def porch(app: Flask) -> Iterator[int]:
    """The port at which the application of this test listens."""
    pages, porch = opened(app, "127.0.0.1", 0, threads=2)
    thread = threading.Thread(target=pages.run, daemon=True)
    thread.start()
    yield porch.start()
    porch.close()
    pages.close()
    pages.task_dispatcher.shutdown()


@pytest.fixture
def line(client: FlaskClient, token: str) -> int:
    return lines_of(client, token)[0]


def letter(line: int, **more: object) -> bytes:
    record = {"kind": "proof", "client_id": str(uuid.uuid4()), "book_line_id": line, "outcome": "handed-over", **more}
    return json.dumps({"device": str(uuid.UUID(int=1)), "records": [record]}).encode()


def request_of(token: str, body: bytes, *lines: str) -> bytes:
    head = [
        f"POST /api/runs/{token}/records HTTP/1.1", "Host: here", "Content-Type: application/json", f"Content-Length: {len(body)}", *lines, "", "",
    ]  # fmt: skip
    return "\r\n".join(head).encode() + body


def read_answer(wire: socket.socket) -> tuple[int, dict[str, str], bytes]:
    answer = http.client.HTTPResponse(wire)
    answer.begin()
    return answer.status, dict(answer.getheaders()), answer.read()


def post(connection: http.client.HTTPConnection, token: str, body: bytes, kind: str = "records") -> tuple[int, object]:
    connection.request("POST", f"/api/runs/{token}/{kind}", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def test_pages_and_letters_share_one_connection(porch: int, token: str, line: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", porch, timeout=20)
    connection.request("GET", f"/r/{token}")
    page = connection.getresponse()
    assert page.status == 200
    assert str(line) in page.read().decode()
    wire = connection.sock
    body = letter(line)
    for state in ("recorded", "duplicate"):
        status, told = post(connection, token, body)
        assert (status, told["answers"][0]["state"]) == (200, state)  # type: ignore[index]
    connection.request("HEAD", "/healthz")
    assert connection.getresponse().read() == b""
    connection.request("GET", "/healthz")
    assert json.loads(connection.getresponse().read())["status"] == "ok"
    assert connection.sock is wire
    assert recorded() == [(line, "handed-over")]


def test_the_porch_answers_as_the_pages_do(porch: int, client: FlaskClient, token: str, line: int) -> None:
    body = letter(line)
    connection = http.client.HTTPConnection("127.0.0.1", porch, timeout=20)
    post(connection, token, body)
    connection.request("POST", f"/api/runs/{token}/records", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    ours = json.loads(answer.read())
    theirs = client.post(f"/api/runs/{token}/records", data=body, content_type="application/json")
    assert ours == theirs.json
    told, other = dict(answer.getheaders()), {"Content-Length", "Vary"}  # nothing here hangs on a cookie
    assert {name: told.get(name) for name, _value in theirs.headers if name not in other} == {
        name: value for name, value in theirs.headers if name not in other
    }


def test_one_record_at_a_time_is_created_once(porch: int, token: str, line: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", porch, timeout=20)
    body = json.dumps({"client_id": str(uuid.uuid4()), "book_line_id": line, "outcome": "no-answer"}).encode()
    assert [post(connection, token, body, "proofs")[0] for _twice in range(2)] == [201, 200]
    assert recorded() == [(line, "no-answer")]


@pytest.mark.parametrize(
    ("kind", "body", "status", "code"),
    [
        ("records", b"{", 400, "http-400"),
        ("records", b"[]", 422, "not-a-letter"),
        ("proofs", b'{"book_line_id": "x"}', 422, "field-wrong"),
        ("records", b'{"records": []}', 200, None),
    ],
)
def test_what_is_no_letter_is_refused_by_the_pages(
    porch: int, token: str, kind: str, body: bytes, status: int, code: str | None
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", porch, timeout=20)
    found, told = post(connection, token, body, kind)
    assert (found, told.get("code")) == (status, code)  # type: ignore[attr-defined]


def test_a_forged_link_takes_nothing(porch: int, token: str, line: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", porch, timeout=20)
    assert post(connection, token[:-3] + "abc", letter(line))[0] == 404
    assert recorded() == []


def test_a_letter_that_breaks_off_stores_nothing_and_goes_in_when_it_comes_whole(
    porch: int, token: str, line: int
) -> None:
    whole = request_of(token, letter(line))
    with socket.create_connection(("127.0.0.1", porch), 20) as wire:
        wire.sendall(whole[:-10])
    assert recorded() == []
    with socket.create_connection(("127.0.0.1", porch), 20) as wire:
        for start in range(0, len(whole), 50):  # a slow network brings it in pieces
            wire.sendall(whole[start : start + 50])
        assert read_answer(wire)[0] == 200
    assert recorded() == [(line, "handed-over")]


def test_two_letters_sent_without_waiting_are_answered_in_their_order(porch: int, token: str, line: int) -> None:
    first, second = letter(line), letter(line, outcome="no-answer")
    with socket.create_connection(("127.0.0.1", porch), 20) as wire:
        wire.sendall(request_of(token, first) + request_of(token, second, "Connection: close"))
        text = b""
        while chunk := wire.recv(65_536):
            text += chunk
    bodies = [json.loads(part.partition(b"\r\n\r\n")[2]) for part in text.split(b"HTTP/1.1 200 OK")[1:]]
    assert [body["answers"][0]["client_id"] for body in bodies] == [
        json.loads(sent)["records"][0]["client_id"] for sent in (first, second)
    ]


@pytest.mark.parametrize("odd", ["chunked", "expect"])
def test_a_letter_that_comes_in_another_shape_goes_the_long_way(porch: int, token: str, line: int, odd: str) -> None:
    body = letter(line)
    with socket.create_connection(("127.0.0.1", porch), 20) as wire:
        if odd == "expect":
            request = request_of(token, body, "Expect: 100-continue")
            wire.sendall(request[: -len(body)])
            assert wire.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
            wire.sendall(body)
        else:
            head = request_of(token, b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
            wire.sendall(head + f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n")
        assert read_answer(wire)[0] == 200
    assert recorded() == [(line, "handed-over")]


def test_a_photo_of_twelve_megapixels_arrives_whole(porch: int, token: str, line: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", porch, timeout=60)
    proof = str(uuid.uuid4())
    post(connection, token, letter(line, client_id=proof))
    picture = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40_000  # ten million bytes
    connection.request(
        "POST",
        f"/api/runs/{token}/photos?client_id={uuid.uuid4()}&proof={proof}",
        picture,
        {"Content-Type": "image/jpeg"},
    )
    assert json.loads(connection.getresponse().read())["state"] == "recorded"
    with unit_of_work(read_only=True) as db:
        assert [piece.size for piece in db.query(Evidence)] == [len(picture)]


def test_a_head_without_end_is_cut_off(porch: int) -> None:
    with socket.create_connection(("127.0.0.1", porch), 20) as wire:
        wire.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 300_000)
        assert read_answer(wire)[0] == 431


def test_records_go_in_while_the_pages_are_away(app: Flask, token: str, line: int) -> None:
    pages, behind = opened(app, "127.0.0.1", 0)
    pages.close()
    port = behind.start()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    assert post(connection, token, letter(line))[0] == 200
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 503
    behind.close()
    assert isinstance(behind, Porch)


def test_a_refusal_comes_in_the_language_of_the_phone(porch: int, token: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", porch, timeout=20)
    for spoken, ascii_only in (("en", True), ("zh-Hans", False)):
        body = {**json.loads(letter(999_999)), "lang": spoken}
        answer = post(connection, token, json.dumps(body).encode())[1]["answers"][0]  # type: ignore[index]
        assert (answer["state"], answer["sentence"].isascii()) == ("refused", ascii_only)
