"""The heads of HTTP messages as the porch reads and changes them."""

from __future__ import annotations

import pytest

from web.porch import heads


def head(*lines: str, first: str = "POST /x HTTP/1.1") -> heads.Head:
    return heads.read("\r\n".join([first, *lines, "", ""]).encode())


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 3", "content-length: 4"),
        ("Content-Length: 3", "Transfer-Encoding: chunked"),
        ("Content-Length: -3",),
        ("Content-Length: 3 ", " folded"),
        ("Content-Length : 3",),
        ("Upgrade: websocket",),
    ],
)
def test_a_head_that_leaves_the_end_of_its_body_open_is_not_plain(lines: tuple[str, ...]) -> None:
    assert not head(*lines).plain


def test_two_cookies_in_an_answer_are_plain() -> None:
    found = head("Set-Cookie: a=1", "Set-Cookie: b=2", "Content-Length: 7", first="HTTP/1.1 200 OK")
    assert (found.plain, found.length, found.status) == (True, 7, 200)


def test_nobody_says_who_they_are_themselves() -> None:
    given = head(
        "Host: h",
        "X-Forwarded-For: 1.2.3.4",
        "x-forwarded-proto: https",
        "Forwarded: for=1.2.3.4",
        "Connection: keep-alive",
    )
    assert heads.for_pages(given, "9.9.9.9") == (
        b"POST /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Forwarded-For: 9.9.9.9\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("peer", "named", "visitor"),
    [
        ("10.0.0.7", "1.2.3.4", "10.0.0.7"),
        ("127.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("127.0.0.1", "6.6.6.6, 10.0.0.7", "10.0.0.7"),
        ("127.0.0.1", "", "127.0.0.1"),
    ],
)
def test_a_proxy_on_this_machine_is_believed_about_its_own_visitor_alone(peer: str, named: str, visitor: str) -> None:
    assert heads.visitor_of(head(*([f"X-Forwarded-For: {named}"] if named else [])), peer) == visitor


@pytest.mark.parametrize(
    ("first", "connection", "last"),
    [
        ("GET / HTTP/1.1", "", False), ("GET / HTTP/1.1", "close", True), ("GET / HTTP/1.0", "", True), ("GET / HTTP/1.0", "Keep-Alive", False),
    ],
)  # fmt: skip
def test_the_client_says_whether_another_request_follows(first: str, connection: str, last: bool) -> None:
    assert head(*([f"Connection: {connection}"] if connection else []), first=first).last is last


def test_the_answer_tells_the_visitor_of_the_porch_and_not_of_the_pages() -> None:
    answer = head("Connection: close", "Content-Length: 2", first="HTTP/1.1 200 OK")
    assert heads.for_visitor(answer, stays=True) == b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
    assert b"Connection: close" in heads.for_visitor(answer, stays=False)
