"""The heads of HTTP messages: as much as is needed to know where each ends and who it is for. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

END = b"\r\n\r\n"
OURS = frozenset({b"connection", b"keep-alive", b"proxy-connection", b"forwarded"})
"""Fields that end here: each side of the porch has its own connection. So does every ``X-Forwarded-…``: nobody says who they are themselves."""


@dataclass(frozen=True, slots=True)
class Head:
    """A message's first line and its fields, names in small letters. ``plain``: it is clear where the body ends."""

    first: bytes
    lines: tuple[bytes, ...]
    fields: Mapping[bytes, bytes]
    plain: bool
    length: int

    @property
    def method(self) -> bytes:
        return self.first.partition(b" ")[0]

    @property
    def target(self) -> bytes:
        return self.first.split(b" ")[1] if self.first.count(b" ") == 2 else b""

    @property
    def status(self) -> int:
        """Of an answer; 0 where there is none."""
        word = self.first.split(b" ")[1:2]
        return int(word[0]) if word and word[0].isdigit() else 0

    @property
    def last(self) -> bool:
        """Whether the client ends the connection after this request."""
        asked = self.fields.get(b"connection", b"").lower()
        return b"close" in asked or (not self.first.endswith(b"HTTP/1.1") and b"keep-alive" not in asked)


def read(raw: bytes) -> Head:
    """The head in ``raw``, which ends with an empty line. What is odd about it is for the pages to refuse: it is not ``plain``."""
    first, *lines = raw[: -len(END)].split(b"\r\n")
    fields: dict[bytes, bytes] = {}
    plain = True
    for line in lines:
        name, colon, value = line.partition(b":")
        name = name.lower()
        plain = plain and bool(colon) and name == name.strip() and not (name in fields and name == b"content-length")
        fields[name] = value.strip()
    told = fields.get(b"content-length", b"0")
    known = told.isdigit() and len(told) < 16
    plain = plain and known and not {b"transfer-encoding", b"upgrade"} & fields.keys()
    return Head(first, tuple(lines), fields, plain, int(told) if known else 0)


def for_pages(head: Head, visitor: str) -> bytes:
    """The request as the pages get it: on a connection of its own, with the address from which it came."""
    kept = [line for line in head.lines if not _ours(line)]
    return b"\r\n".join([head.first, *kept, b"Connection: close", b"X-Forwarded-For: " + visitor.encode(), b"", b""])


def for_visitor(head: Head, *, stays: bool) -> bytes:
    """The answer as the visitor gets it; whether the connection stays open is between them and the porch."""
    kept = [line for line in head.lines if not _ours(line)]
    return b"\r\n".join([head.first, *kept, *(() if stays else (b"Connection: close",)), b"", b""])


def visitor_of(head: Head, peer: str) -> str:
    """Who asks: the other end, or whom a reverse proxy on this very machine names last."""
    named = head.fields.get(b"x-forwarded-for", b"").rpartition(b",")[2].strip().decode("latin-1")
    return named if named and peer in {"127.0.0.1", "::1"} else peer


def _ours(line: bytes) -> bool:
    name = line.partition(b":")[0].strip().lower()
    return name in OURS or name.startswith(b"x-forwarded-")
