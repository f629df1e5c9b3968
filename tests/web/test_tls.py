"""https by the program itself: a certificate made once, and bytes that arrive whole."""

from __future__ import annotations

import http.client
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mealroute.core.clock import SystemClock
from mealroute.core.config import Settings
from mealroute.core.errors import MealrouteError
from mealroute.delivery.doorway import Doorway
from web.porch.door import Door
from web.porch.front import Porch
from web.tls import context_of

BIG = b"x" * 300_000


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


def test_a_self_signed_certificate_is_made_once_and_carries_requests_whole(tmp_path: Path) -> None:
    clock = SystemClock()
    context = context_of("self-signed", tmp_path, host="127.0.0.1", clock=clock)
    made = (tmp_path / "tls" / "certificate.pem").read_bytes()
    context_of("self-signed", tmp_path, host="127.0.0.1", clock=clock)
    assert (tmp_path / "tls" / "certificate.pem").read_bytes() == made
    assert (tmp_path / "tls" / "key.pem").stat().st_mode & 0o077 == 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    door = Door(Doorway(clock, tmp_path), clock, Settings.from_env({"MEALROUTE_INSTANCE_DIR": str(tmp_path)}))
    porch = Porch("127.0.0.1", 0, server.server_address[1], door=door, context=context)
    port = porch.start()
    trusting = ssl.create_default_context(cafile=str(tmp_path / "tls" / "certificate.pem"))
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=trusting, timeout=10)
    for _request in range(2):  # the connection stays open between two
        connection.request("POST", "/", BIG)
        assert connection.getresponse().read() == BIG
    connection.close()
    porch.close()
    server.shutdown()
    server.server_close()


def test_a_certificate_that_cannot_be_read_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(MealrouteError, match="tls-unreadable"):
        context_of(f"{tmp_path / 'no.pem'},{tmp_path / 'no.key'}", tmp_path, host="127.0.0.1", clock=SystemClock())


def test_tls_marks_cookies_as_secure(tmp_path: Path) -> None:
    env = {"MEALROUTE_INSTANCE_DIR": str(tmp_path), "MEALROUTE_TLS": "self-signed"}
    assert Settings.from_env(env).https_only
    assert not Settings.from_env({"MEALROUTE_INSTANCE_DIR": str(tmp_path)}).https_only
