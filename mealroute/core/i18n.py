"""Words for people. The English sentence is the key; Chinese is what most people read.

``_("Route %(n)d is full.", n=4)`` gives the sentence in the language of the current context (Chinese unless set), without Flask.
Translations stand in ``mealroute/locale/parts/<feature>.yaml``, English sentence to Chinese sentence; a guard test holds that
every sentence of the program has one. English needs no file.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any

LANGUAGES = ("zh", "en")
DEFAULT_LANGUAGE = "zh"
PARTS = Path(__file__).resolve().parents[1] / "locale" / "parts"

_language: ContextVar[str] = ContextVar("mealroute_language", default=DEFAULT_LANGUAGE)


def language() -> str:
    """The language of the current context: ``zh`` or ``en``."""
    return _language.get()


def set_language(code: str) -> None:
    """Set the language for the rest of this context (a request, a command)."""
    _language.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak ``code`` inside the block."""
    token = _language.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)
    try:
        yield
    finally:
        _language.reset(token)


@lru_cache(maxsize=1)
def chinese() -> dict[str, str]:
    """Every English sentence and its Chinese, from all parts; the first part by name wins where two differ."""
    found: dict[str, str] = {}
    for sentences in parts().values():
        found = {**sentences, **found}
    return found


def parts() -> dict[str, dict[str, str]]:
    """The sentences of each part by file name. A guard test holds that no two parts differ."""
    import yaml

    Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # noqa: N806 -- a class
    return {
        part.name: yaml.load(part.read_text("utf-8"), Loader) or {}  # noqa: S506 -- a safe loader
        for part in sorted(PARTS.glob("*.yaml"))
    }


class Words(NullTranslations):
    """The catalogue in gettext's own shape, for Jinja's i18n extension."""

    def gettext(self, message: str) -> str:
        return chinese().get(message, message) if language() == "zh" else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        if language() == "zh":
            return chinese().get(msgid1, msgid1)
        return msgid1 if n == 1 else msgid2


WORDS = Words()


def _(message: str, **values: Any) -> str:
    """The sentence in the current language, with ``%(name)s`` filled in."""
    translated = WORDS.gettext(message)
    return translated % values if values else translated


def ngettext(one: str, many: str, n: int, **values: Any) -> str:
    """English singular or plural by ``n``; Chinese has one form, kept under the singular."""
    return WORDS.ngettext(one, many, n) % {"n": n, **values}


def _l(message: str) -> str:
    """Mark a constant as a sentence; it is translated by ``_`` where it is shown."""
    return message
