"""Encrypted columns and the blind index that finds them again.

ID numbers and phone numbers are stored as Fernet tokens (AES-128-CBC with HMAC, a fresh IV each time). Equal values give
different tokens, so equality is looked up in a second column that holds an HMAC-SHA256 of the normalised value under a key
derived from the first field key. The keys live outside the database (MEALROUTE_FIELD_KEYS, newest first).
"""

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import JSON, Dialect, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

from mealroute.core.errors import MealrouteError

SEALED = "sealed"


class _Keys:
    cipher: MultiFernet | None = None
    index_key: bytes = b""


def configure_keys(keys: Sequence[str]) -> None:
    """Set the field keys of this process, newest first. The **last** (oldest) key also makes the blind index.

    The index must not change when a key is added, so it hangs on the oldest one; see docs/operations.md for rotation.
    """
    if not keys:
        raise ValueError("at least one field key is needed")
    _Keys.cipher = MultiFernet([Fernet(key) for key in keys])
    _Keys.index_key = hashlib.sha256(b"mealroute blind index\x00" + keys[-1].encode()).digest()


def _cipher() -> MultiFernet:
    if _Keys.cipher is None:
        raise MealrouteError("keys-not-configured", "No field keys are configured.", "Set MEALROUTE_FIELD_KEYS.")
    return _Keys.cipher


def normalise(kind: str, value: str) -> str:
    """The form under which a value is indexed: half-width, no spaces or dashes, upper case; phones without +86."""
    text = unicodedata.normalize("NFKC", value)
    text = "".join(ch for ch in text if ch.isalnum() or ch == "+").upper()
    if kind == "phone":
        text = text.removeprefix("+86") if text.startswith("+86") else text.removeprefix("0086")
    return text


def blind_index(kind: str, value: str) -> str:
    """A keyed fingerprint (64 hex digits) by which equal values of one ``kind`` are found without reading them."""
    if not _Keys.index_key:
        _cipher()
    message = f"{kind}\x00{normalise(kind, value)}".encode()
    return hmac.new(_Keys.index_key, message, hashlib.sha256).hexdigest()


class EncryptedStr(TypeDecorator[str]):
    """Text that is encrypted on the way in and decrypted on the way out."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else _cipher().encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        return _opened(value)


class EncryptedDict(TypeDecorator[dict[str, Any]]):
    """A JSON object whose content is encrypted: stored as ``{"sealed": token}``. One stored in the clear is still read."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else JSON())

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> dict[str, Any] | None:  # noqa: ARG002
        return {SEALED: _cipher().encrypt(json.dumps(value).encode()).decode()} if value else value

    def process_result_value(self, value: dict[str, Any] | None, dialect: Dialect) -> dict[str, Any] | None:  # noqa: ARG002
        if value is None or set(value) != {SEALED}:
            return value
        opened: dict[str, Any] = json.loads(_opened(value[SEALED]))
        return opened


def seal(content: bytes) -> bytes:
    """A whole file's content under the newest field key."""
    return _cipher().encrypt(content)


def unseal(sealed: bytes) -> bytes:
    """What ``seal`` was given. Raises MealrouteError ``field-key-missing``."""
    try:
        return _cipher().decrypt(sealed)
    except InvalidToken:
        raise _no_key() from None


def _opened(token: str) -> str:
    try:
        return _cipher().decrypt(token.encode()).decode()
    except InvalidToken:
        raise _no_key() from None


def _no_key() -> MealrouteError:
    return MealrouteError(
        "field-key-missing",
        "A stored field cannot be read with the keys that are set.",
        "Add the key it was written with to MEALROUTE_FIELD_KEYS.",
    )
