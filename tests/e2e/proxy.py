"""A proxy between phone and server that misbehaves on request: away, answers lost or late, requests delivered twice."""

from __future__ import annotations

import http.client
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Proxy:
    """Listens on a port of its own; ``upstream`` may change while it runs, as when a server is started again."""

    def __init__(self) -> None:
        self.upstream = 0
        self.away = False
        self.lose: list[int] = []
        """For the coming letters, one after another: 0 = pass, 1 = lose the answer, 2 = deliver twice, 3 = hold the answer back."""
        self.seen: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_args: Any) -> None:
                pass

            def _pass(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if proxy.away:
                    self.close_connection = True
                    self.connection.close()
                    return
                letter = self.command == "POST" and self.path.startswith("/api/runs/")
                way = proxy.lose.pop(0) if letter and proxy.lose else 0
                if letter:
                    proxy.seen.append(self.path.rsplit("/", 1)[-1])
                answers = [proxy.forward(self, body) for _n in range(2 if way == 2 else 1)]
                if way == 1 or answers[-1] is None:
                    self.close_connection = True
                    self.connection.close()
                    return
                if way == 3:
                    time.sleep(1.5)
                status, headers, content = answers[-1]
                self.send_response_only(status)
                for name, value in headers:
                    if name.lower() not in {"transfer-encoding", "connection", "content-length"}:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            do_GET = do_POST = do_HEAD = _pass  # noqa: N815 -- the names that http.server calls

        return Handler

    def forward(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, list[tuple[str, str]], bytes] | None:
        """Hand one request on; None where nobody listens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=30)
        try:
            headers = {name: value for name, value in handler.headers.items() if name.lower() != "connection"}
            connection.request(handler.command, handler.path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        except OSError:
            return None
        finally:
            connection.close()
