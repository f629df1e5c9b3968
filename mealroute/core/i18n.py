"""Words for people. The English sentence is the key; Chinese is what most people read.

``_("Route %(n)d is full.", n=4)`` gives the sentence in the language of the current context (Chinese unless set), without Flask.
Translations stand in ``mealroute/locale/parts/<feature>.yaml``, English sentence to Chinese sentence; a guard test holds that
every sentence of the program has one. English needs no file.
"""

from collections.abc import Iterator, Mapping
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
NOTED = 400
"""How many sentences ``noting`` keeps, the newest."""


class Noted:
    """The newest sentences that were made, and from what: they can be said again in another language."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[str, str, Mapping[str, Any]]] = {}

    def keep(self, text: str, one: str, many: str, values: Mapping[str, Any]) -> None:
        """Note that ``text`` is the sentence ``one`` (``many``: its English plural where it has one) with ``values``."""
        self._made.pop(text, None)
        self._made[text] = one, many, values
        if len(self._made) > NOTED:
            del self._made[next(iter(self._made))]

    def in_each(self, text: str) -> dict[str, str]:
        """The sentence by language; one that was not noted is the same in each."""
        said = {}
        for code in LANGUAGES:
            with speaking(code):
                said[code] = self._again(text)
        return said

    def _again(self, text: str) -> str:
        if text not in self._made:
            return text
        one, many, values = self._made[text]
        again = {
            key: self._again(value) if isinstance(value, str) and value != text else value
            for key, value in values.items()
        }
        translated = WORDS.ngettext(one, many, values["n"]) if many else WORDS.gettext(one)
        return translated % again if again else translated


_noted: ContextVar[Noted | None] = ContextVar("mealroute_noted", default=None)


@contextmanager
def noting() -> Iterator[Noted]:
    """Note the sentences that are made inside the block, in this thread."""
    noted = Noted()
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)


def _(message: str, **values: Any) -> str:
    """The sentence in the current language, with ``%(name)s`` filled in."""
    translated = WORDS.gettext(message)
    text = translated % values if values else translated
    if (noted := _noted.get()) is not None:
        noted.keep(text, message, "", values)
    return text


def ngettext(one: str, many: str, n: int, **values: Any) -> str:
    """English singular or plural by ``n``; Chinese has one form, kept under the singular."""
    text = WORDS.ngettext(one, many, n) % {"n": n, **values}
    if (noted := _noted.get()) is not None:
        noted.keep(text, one, many, {"n": n, **values})
    return text


def in_each(message: str, **values: Any) -> dict[str, str]:
    """The sentence by language, to be written down and read out by ``chosen``."""
    said = {}
    for code in LANGUAGES:
        with speaking(code):
            said[code] = _(message, **values)
    return said


def chosen(said: str | Mapping[str, str]) -> str:
    """A written sentence in the current language; one that was written in a single language as it is."""
    return said if isinstance(said, str) else said.get(language(), said.get(DEFAULT_LANGUAGE, ""))


@lru_cache(maxsize=1)
def _english() -> dict[str, str]:
    return {theirs: ours for ours, theirs in chinese().items() if "%" not in ours}


def again(text: str) -> str:
    """A sentence of the program without figures that was written in either language, in the current one; any other text as it is."""
    return _(_english().get(text, text))


def _l(message: str) -> str:
    """Mark a constant as a sentence; it is translated by ``_`` where it is shown."""
    return message
