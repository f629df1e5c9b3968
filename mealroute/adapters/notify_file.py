"""The default gateway: one small file a message, for an operator who reads it out. Numbers stay in the database."""

import hashlib
import os
from pathlib import Path

from mealroute.adapters.notify import Message
from mealroute.core.text import mask_phone

KEEP_S = 7 * 86_400.0


class FileGateway:
    """Writes ``<folder>/<key>.txt`` (readable by this user alone). The same key again finds its file and does nothing."""

    name = "file"
    once = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: Message) -> str:
        """Always ``tray``: nobody has been told before a person says so."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.folder / f"{_file_name(message.key)}.txt"
        text = f"{message.channel}  {message.to_name}  {mask_phone(message.phone)}\n{message.text}\n"
        whole = path.with_suffix(f".{os.getpid()}.part")
        with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        whole.replace(path)
        return "tray"

    def sweep(self, now_s: float) -> int:
        """Remove files of a week ago: the messages themselves stay in the database."""
        gone = 0
        for path in self.folder.glob("*.txt"):
            if path.stat().st_mtime < now_s - KEEP_S:
                path.unlink(missing_ok=True)
                gone += 1
        return gone


def _file_name(key: str) -> str:
    readable = "".join(ch if ch.isalnum() else "-" for ch in key)[:60]
    return f"{readable}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
