"""One request handed on to the pages, and their answer back; nothing of either is kept here."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from web.porch import heads
from web.porch.heads import Head

CHUNK = 65_536
AWAY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 5\r\nContent-Length: 19\r\n"
    b"Connection: close\r\n\r\nTry again in a bit.\n"
)
"""While the pages start or end. Phones keep what they hold and send it again."""


async def hand_on(
    head: Head, read: bytes, visitor: tuple[asyncio.StreamReader, asyncio.StreamWriter], address: str, port: int
) -> bool:
    """Whether the visitor's connection can serve another request. ``read``: what was read of the body already."""
    reader, writer = visitor
    try:
        answers, asking = await asyncio.open_connection("127.0.0.1", port, limit=CHUNK)
    except OSError:
        writer.write(AWAY)
        return False
    asking.write(heads.for_pages(head, address) + read)
    left = head.length - len(read) if head.plain else None
    sending = asyncio.create_task(_copy(reader, asking, left))
    try:
        answer = heads.read(await answers.readuntil(heads.END))
        while 100 <= answer.status < 200:
            writer.write(heads.for_visitor(answer, stays=True))
            answer = heads.read(await answers.readuntil(heads.END))
        size = 0 if head.method == b"HEAD" or answer.status in {204, 304} else _size(answer)
        stays = head.plain and not head.last and size is not None
        writer.write(heads.for_visitor(answer, stays=stays))
        whole = await _copy(answers, writer, size)
        return stays and whole and sending.done()
    finally:
        sending.cancel()
        asking.close()
        with suppress(asyncio.CancelledError, OSError):
            await sending


def _size(answer: Head) -> int | None:
    return answer.length if answer.plain and b"content-length" in answer.fields else None


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, size: int | None) -> bool:
    """``size`` bytes, or up to the end; whether all of them came."""
    left = size
    while left is None or left > 0:
        chunk = await reader.read(CHUNK if left is None else min(CHUNK, left))
        if not chunk:
            return left is None
        writer.write(chunk)
        await writer.drain()
        left = None if left is None else left - len(chunk)
    return True
