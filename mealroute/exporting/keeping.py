"""Files of exports on disk: readable by their owner alone; those with full names sealed with the field key as well."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from mealroute.core import crypto
from mealroute.exporting.records import Entry

PIECE = 1 << 20
SEALED = ".sealed"


def keep(part: Path, place: Path, *, seal: bool) -> Path:
    """Move a finished file to its place, sealed piece by piece where it shows people in full. Returns where it lies."""
    if not seal:
        part.replace(place)
        return place
    target = place.with_name(place.name + SEALED)
    half = part.with_name(part.name + SEALED)
    half.touch(mode=0o600)
    with part.open("rb") as source, half.open("wb") as out:
        while piece := source.read(PIECE):
            out.write(crypto.seal(piece) + b"\n")
    half.replace(target)
    part.unlink()
    return target


def untouched(folder: Path, *, before: float) -> tuple[Path, ...]:
    """Files of exports, whole or half, that nobody has written to since ``before`` (seconds of the epoch)."""
    return tuple(path for path in sorted(folder.glob("EX-*")) if path.is_file() and path.stat().st_mtime < before)


def copy(folder: Path, entry: Entry, to: Path) -> None:
    """A file of ``folder`` as it was made, for a command that hands it on."""
    assert entry.file is not None
    with to.open("wb") as out:
        for piece in pieces(folder / entry.file.stored):
            out.write(piece)


def pieces(path: Path) -> Iterator[bytes]:
    """The content of a kept file, piece by piece."""
    with path.open("rb") as file:
        if path.suffix == SEALED:
            for line in file:
                yield crypto.unseal(line.rstrip(b"\n"))
        else:
            while piece := file.read(PIECE):
                yield piece


def sha256(path: Path) -> str:
    """The digest of a kept file's content; empty where the file is gone."""
    if not path.is_file():
        return ""
    digest = hashlib.sha256()
    for piece in pieces(path):
        digest.update(piece)
    return digest.hexdigest()
