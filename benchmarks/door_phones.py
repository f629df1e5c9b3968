"""1,000 phones in one process: each sends its records one after another at its own times, over a connection that stays open.

    python -m benchmarks.door_phones PORT FILE SECONDS SEED

FILE holds links and lines. A record's time runs from the moment at which it was due, waiting behind an earlier one included.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from random import Random

OUTCOMES = ["handed-over"] * 9 + ["no-answer"]


async def phone(
    port: int, run: dict[str, object], due: list[float], started: float, random: Random
) -> list[tuple[float, str]]:
    device, found = str(uuid.UUID(int=random.getrandbits(128), version=4)), []
    reader = writer = None
    for seq, (line, at) in enumerate(zip(run["lines"], due, strict=True), 1):  # type: ignore[call-overload]
        await asyncio.sleep(max(0.0, started + at - time.perf_counter()))
        record = {
            "kind": "proof", "client_id": str(uuid.UUID(int=random.getrandbits(128), version=4)), "book_line_id": line, "seq": seq,
            "outcome": random.choice(OUTCOMES), "phone_at": datetime.now(UTC).isoformat(), "lon": 116.41, "lat": 39.94, "seems": "as-usual",
        }  # fmt: skip
        body = json.dumps({"device": device, "sent_at": datetime.now(UTC).isoformat(), "records": [record]}).encode()
        head = (
            f"POST /api/runs/{run['token']}/records HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
            f"Accept: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()
        if writer is None:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head + body)
        assert reader is not None
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(
            next(part.split(b":")[1] for part in answer.split(b"\r\n") if part.lower().startswith(b"content-length"))
        )
        content = await reader.readexactly(length)
        state = (
            json.loads(content)["answers"][0]["state"] if answer.startswith(b"HTTP/1.1 200") else answer[9:12].decode()
        )
        found.append((time.perf_counter() - started - at, state))
        if b"connection: close" in answer.lower():
            writer.close()
            writer = None
    return found


async def main(runs: list[dict[str, object]], port: int, seconds: float, seed: int) -> None:
    random = Random(seed)
    plans = [sorted(random.uniform(0, seconds) for _line in run["lines"]) for run in runs]
    started = time.perf_counter() + 1
    given = zip(runs, plans, strict=True)
    found = await asyncio.gather(
        *(phone(port, run, due, started, Random(seed * 100_003 + n)) for n, (run, due) in enumerate(given))
    )
    waits = sorted(wait for records in found for wait, _state in records)
    states: dict[str, int] = {}
    for records in found:
        for _wait, state in records:
            states[state] = states.get(state, 0) + 1
    print(json.dumps({
        "sent": len(waits), "states": states, "seconds": round(time.perf_counter() - started, 2),
        **{f"p{share}_s": round(waits[min(len(waits) - 1, len(waits) * share // 100)], 3) for share in (50, 95, 99)}, "longest_s": round(waits[-1], 3),
    }))  # fmt: skip


if __name__ == "__main__":
    asyncio.run(main(json.loads(Path(sys.argv[2]).read_text()), int(sys.argv[1]), float(sys.argv[3]), int(sys.argv[4])))
