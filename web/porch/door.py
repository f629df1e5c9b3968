"""The records of phones, past the pages: read here, written by the doorway, answered when they are stored.

Only what goes well is answered here. Whatever cannot be read, is forged, or fails is handed on to the pages, which say what is wrong
with it; sending a record twice is safe.
"""

from __future__ import annotations

import asyncio
import json
from email.utils import formatdate

from mealroute.core.clock import Clock
from mealroute.core.config import Settings
from mealroute.core.i18n import set_language
from mealroute.delivery.doorway import Doorway
from mealroute.dispatch import queries
from web.driver import taking
from web.porch.heads import Head
from web.security import HEADERS

BEFORE = b"/api/runs/"
LARGEST = 1_000_000
"""Bytes of one letter that are read here; photos and whatever is larger go the long way."""
READ = {b"records": taking.records, b"proofs": taking.proof}
WORDS = {200: "OK", 201: "CREATED"}


class Door:
    """Takes letters for one installation."""

    def __init__(self, doorway: Doorway, clock: Clock, settings: Settings) -> None:
        self._doorway, self._clock, self._secret = doorway, clock, settings.secret_key
        fields = {**HEADERS, "Cache-Control": "no-store", "Content-Type": "application/json"}
        if settings.https_only:
            fields["Strict-Transport-Security"] = "max-age=31536000"
        self._fields = "".join(f"{name}: {value}\r\n" for name, value in fields.items())

    def opens_for(self, head: Head) -> bool:
        """Whether this is a letter that can be read here."""
        return (
            head.plain and head.method == b"POST" and head.target.startswith(BEFORE) and head.length <= LARGEST
            and _parts(head)[1] in READ and head.fields.get(b"content-type", b"").startswith(b"application/json")
            and b"expect" not in head.fields
        )  # fmt: skip

    async def take(self, head: Head, body: bytes) -> bytes | None:
        """The whole answer once the letter is stored; None where the pages have to answer."""
        token, kind = _parts(head)
        key = queries.link_key(token.decode("latin-1"), secret_key=self._secret)
        if key is None:
            return None
        try:
            content = json.loads(body)
            set_language(taking.language_of(content))
            asked = READ[kind](content, key, self._clock.now())
            if not asked.letter.items:
                return None
            answers = await asyncio.wrap_future(self._doorway.submit(asked.letter))
            return None if answers is None else self._answer(*asked.tell(answers), last=head.last)
        except Exception:  # noqa: BLE001 -- the pages take it again and say what is wrong
            return None

    def _answer(self, told: dict[str, object], status: int, *, last: bool) -> bytes:
        content = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        head = (
            f"HTTP/1.1 {status} {WORDS[status]}\r\n{self._fields}Date: {formatdate(usegmt=True)}\r\nContent-Length: {len(content)}\r\n"
            f"{'Connection: close' if last else 'Connection: keep-alive'}\r\n\r\n"
        )  # fmt: skip
        return head.encode("latin-1") + content


def _parts(head: Head) -> tuple[bytes, bytes]:
    """The token and what it is about."""
    token, _slash, kind = head.target[len(BEFORE) :].partition(b"/")
    return token, kind
