"""The port that everybody reaches: thousands of phones with open connections, one thread, TLS where the settings ask for it.

The server of the pages looks at every open connection whenever one of them stirs; a thousand phones would keep it busy with nothing else.
Here a connection that is quiet costs nothing, and the pages see only those that ask them for something.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from contextlib import suppress

from web.porch import heads, pages
from web.porch.door import Door

IDLE_S = 180
"""Phones keep their connection between two doors."""
CONNECTIONS = 4_000
BACKLOG = 2_048
TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Porch:
    """Listens at ``host:port`` in a thread of its own; the pages answer at port ``inner`` of this machine."""

    def __init__(self, host: str, port: int, inner: int, *, door: Door, context: ssl.SSLContext | None = None) -> None:
        self._host, self._port, self._inner, self._door, self._context = host, port, inner, door, context
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="porch")
        self._open = 0

    def start(self) -> int:
        """Listen; the port that was taken."""
        self._thread.start()
        serving = asyncio.start_server(
            self._one, self._host, self._port, ssl=self._context, backlog=BACKLOG, limit=pages.CHUNK
        )
        self._server = asyncio.run_coroutine_threadsafe(serving, self._loop).result()
        return int(self._server.sockets[0].getsockname()[1])

    def close(self) -> None:
        """Take nothing more; a letter that is being written is stored, its phone asks again."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    async def _end(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            if self._open <= CONNECTIONS:
                while await self._answered(reader, writer):
                    pass
        except asyncio.LimitOverrunError:
            writer.write(TOO_LONG)
        except (OSError, EOFError, TimeoutError):
            pass  # the visitor has gone
        finally:
            self._open -= 1
            with suppress(OSError):
                writer.close()

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request; whether another may follow."""
        async with asyncio.timeout(IDLE_S):
            head = heads.read(await reader.readuntil(heads.END))
        body = b""
        if self._door.opens_for(head):
            async with asyncio.timeout(IDLE_S):
                body = await reader.readexactly(head.length)
            answer = await self._door.take(head, body)
            if answer is not None:
                writer.write(answer)
                return not head.last
        address = heads.visitor_of(head, (writer.get_extra_info("peername") or ("",))[0])
        return await pages.hand_on(head, body, (reader, writer), address, self._inner)
