"""1,000 phones in one process: each sends its records one after another at its own times, over a connection that stays open.

    python -m benchmarks.door_phones PORT FILE SECONDS SEED

FILE holds links and lines. A record's time runs from the moment at which it was due, waiting behind an earlier one included. What is sent
is written before the minute begins and the sockets are waited for by the system: the phones share the server's two cores and should
take little of them.
"""

from __future__ import annotations

import heapq
import json
import resource
import select
import socket
import sys
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

OUTCOMES = ["handed-over"] * 9 + ["no-answer"]
AHEAD_S = 10.0
"""Time to write every letter and to connect."""
GIVES_UP_S = 240.0


@dataclass(slots=True)
class Phone:
    """One phone: its letters with the second at which each is due, and what has come back."""

    number: int
    letters: list[tuple[float, bytes]]
    sock: socket.socket | None = None
    sent: int = 0
    answered: int = 0
    answer: bytearray = field(default_factory=bytearray)

    def send(self, port: int, poll: select.epoll) -> None:
        if self.sock is None:
            self.sock = socket.create_connection(("127.0.0.1", port), timeout=30)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            poll.register(self.sock.fileno(), select.EPOLLIN)
        self.sock.sendall(self.letters[self.sent][1])
        self.sent += 1

    def hear(self, poll: select.epoll) -> str:
        """The state of the record once its whole answer is here, else nothing."""
        assert self.sock is not None
        chunk = self.sock.recv(65_536)
        self.answer += chunk
        head, found, body = bytes(self.answer).partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:]) if found else {}
        whole = bool(found) and len(body) >= int(fields[b"content-length"])
        if not chunk or (whole and fields.get(b"connection") == b"close"):
            poll.unregister(self.sock.fileno())
            self.sock.close()
            self.sock = None
        if not whole:
            return "" if chunk else "connection lost"
        self.answer.clear()
        return str(json.loads(body)["answers"][0]["state"]) if b" 200 " in head[:14] else head[9:12].decode()


def written(
    run: dict[str, Any], port: int, due: list[float], begins: datetime, random: Random
) -> list[tuple[float, bytes]]:
    device, found = str(uuid.UUID(int=random.getrandbits(128), version=4)), []
    for seq, (line, at) in enumerate(zip(run["lines"], due, strict=True), 1):
        moment = (begins + timedelta(seconds=at)).isoformat()
        record = {
            "kind": "proof", "client_id": str(uuid.UUID(int=random.getrandbits(128), version=4)), "book_line_id": line, "seq": seq,
            "outcome": random.choice(OUTCOMES), "phone_at": moment, "lon": 116.41, "lat": 39.94, "seems": "as-usual",
        }  # fmt: skip
        body = json.dumps({"device": device, "sent_at": moment, "records": [record]}).encode()
        head = (
            f"POST /api/runs/{run['token']}/records HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
            f"Accept: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        found.append((at, head.encode() + body))
    return found


def play(phones: list[Phone], port: int, started: float) -> list[tuple[float, str]]:
    """Send everything when it is due; how long each record took, in seconds, and its state."""
    poll, by_socket, found = select.epoll(), {}, []
    waiting = [(phone.letters[0][0], phone.number) for phone in phones]
    heapq.heapify(waiting)
    unanswered = sum(len(phone.letters) for phone in phones)
    while unanswered and time.perf_counter() - started < GIVES_UP_S:
        now = time.perf_counter() - started
        while waiting and waiting[0][0] <= now:
            phone = phones[heapq.heappop(waiting)[1]]
            phone.send(port, poll)
            assert phone.sock is not None
            by_socket[phone.sock.fileno()] = phone
        for number, _event in poll.poll(max(0.0, waiting[0][0] - now) if waiting else 1.0):
            phone = by_socket[number]
            if state := phone.hear(poll):
                found.append((time.perf_counter() - started - phone.letters[phone.answered][0], state))
                phone.answered += 1
                unanswered -= 1
                if phone.sent < len(phone.letters):
                    heapq.heappush(waiting, (phone.letters[phone.sent][0], phone.number))
    return found + [(GIVES_UP_S, "no answer")] * unanswered


def main(runs: list[dict[str, Any]], port: int, seconds: float, seed: int) -> None:
    random = Random(seed)
    plans = [sorted(random.uniform(0, seconds) for _line in run["lines"]) for run in runs]
    begins, started = datetime.now(UTC) + timedelta(seconds=AHEAD_S), time.perf_counter() + AHEAD_S
    phones = [
        Phone(n, written(run, port, due, begins, Random(seed * 100_003 + n)))
        for n, (run, due) in enumerate(zip(runs, plans, strict=True))
    ]
    time.sleep(max(0.0, started - time.perf_counter()))
    before = _used()
    found = play(phones, port, started)
    waits, states = sorted(wait for wait, _state in found), Counter(state for _wait, state in found)
    shares = {f"p{share}_s": round(waits[min(len(waits) - 1, len(waits) * share // 100)], 3) for share in (50, 95, 99)}
    print(json.dumps({
        "sent": len(waits), "states": dict(states), "seconds": round(time.perf_counter() - started, 2), **shares, "longest_s": round(waits[-1], 3),
        "phones_cpu_s": round(_used() - before, 1),
    }))  # fmt: skip


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[2]).read_text()), int(sys.argv[1]), float(sys.argv[3]), int(sys.argv[4]))
