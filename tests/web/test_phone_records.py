"""The letters of phones over HTTP: an answer for each record, a session that has ended turns nothing away."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient

from mealroute.core.actor import Role
from mealroute.core.clock import FixedClock
from tests.web.test_driver import lines_of, recorded

SignIn = Callable[[Role | str], FlaskClient]
JPEG = b"\xff\xd8\xff\xe0picture"


def record(line: int, outcome: str = "handed-over", **more: object) -> dict[str, object]:
    return {"kind": "proof", "client_id": str(uuid.uuid4()), "book_line_id": line, "outcome": outcome, **more}


def send(client: FlaskClient, token: str, *records: object, **more: object) -> list[dict[str, object]]:
    body = {"device": str(uuid.UUID(int=1)), "sent_at": "2026-03-09T10:30:00+08:00", "records": list(records), **more}
    answer = client.post(f"/api/runs/{token}/records", json=body)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json["answers"]
    return found


def test_each_record_of_a_letter_has_its_answer(client: FlaskClient, token: str) -> None:
    line = lines_of(client, token)[0]
    good, wrong = record(line), record(line, "eaten")
    assert [answer["state"] for answer in send(client, token, good, wrong, "x", good)] == [
        "recorded", "refused", "refused", "duplicate",
    ]  # fmt: skip
    assert recorded() == [(line, "handed-over")]


def test_answers_name_their_record_so_that_their_order_does_not_matter(client: FlaskClient, token: str) -> None:
    line = lines_of(client, token)[0]
    letter = [record(line), record(999_999)]
    answers = {answer["client_id"]: answer["state"] for answer in send(client, token, *letter)}
    assert answers == {letter[0]["client_id"]: "recorded", letter[1]["client_id"]: "refused"}


def test_an_older_record_of_a_second_phone_says_that_another_stands(client: FlaskClient, token: str) -> None:
    line = lines_of(client, token)[0]
    send(client, token, record(line, phone_at="2026-03-09T10:20:00+08:00"))
    older = record(line, "no-answer", phone_at="2026-03-09T10:10:00+08:00")
    (answer,) = send(client, token, older, device=str(uuid.UUID(int=2)))
    assert answer["state"] == "beside"
    assert recorded() == [(line, "handed-over")]


def test_a_second_phone_whose_clock_is_an_hour_fast_does_not_win_by_it(client: FlaskClient, token: str) -> None:
    line = lines_of(client, token)[0]
    send(client, token, record(line, phone_at="2026-03-09T10:20:00+08:00"))
    older = record(line, "no-answer", phone_at="2026-03-09T11:10:00+08:00")  # 10:10 in truth
    (answer,) = send(client, token, older, device=str(uuid.UUID(int=2)), sent_at="2026-03-09T11:30:00+08:00")
    assert answer["state"] == "beside"


def test_a_driver_whose_session_ran_out_loses_no_record(signed_in: SignIn, token: str, now: FixedClock) -> None:
    driver = signed_in(Role.DRIVER)
    line = lines_of(driver, token)[0]
    now.at += timedelta(minutes=45)
    assert send(driver, token, record(line))[0]["state"] == "recorded"


def test_the_day_after_the_link_opens_no_page_but_takes_what_the_phone_still_holds(
    client: FlaskClient, token: str, now: FixedClock
) -> None:
    line = lines_of(client, token)[0]
    now.at += timedelta(days=1)
    assert client.get(f"/r/{token}").status_code == 404
    assert send(client, token, record(line))[0]["state"] == "recorded"


def test_a_wrong_link_takes_nothing(client: FlaskClient, token: str) -> None:
    answer = client.post(f"/api/runs/{token[:-3]}abc/records", json={"records": [record(1)]})
    assert (answer.status_code, answer.json["code"]) == (404, "run-not-open")


def test_a_body_that_is_no_letter_is_refused_whole(client: FlaskClient, token: str) -> None:
    for body in ([], {}, {"records": "x"}, {"records": [{}] * 501}):
        assert client.post(f"/api/runs/{token}/records", json=body).status_code == 422


def test_a_photo_waits_for_its_record_and_is_stored_once(client: FlaskClient, token: str) -> None:
    proof = record(lines_of(client, token)[0], "refused")
    address = f"/api/runs/{token}/photos?client_id={uuid.uuid4()}&proof={proof['client_id']}"

    def state() -> str:
        return str(client.post(address, data=JPEG, content_type="image/jpeg").json["state"])

    assert state() == "later"
    send(client, token, proof)
    assert [state(), state()] == ["recorded", "duplicate"]
    assert client.post(address, data=b"", content_type="image/jpeg").status_code == 422
