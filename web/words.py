"""The language of a page: what was chosen in this session (at sign-in: the account's), else Chinese."""

from flask import Flask, request, session

from mealroute.core.i18n import DEFAULT_LANGUAGE, LANGUAGES, WORDS, language, set_language

TAGS = {"zh": "zh-Hans", "en": "en"}


def register(app: Flask) -> None:
    """Choose the language before each request and give the templates its words."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_translations(WORDS, newstyle=True)  # type: ignore[attr-defined]
    app.before_request(choose_language)
    app.context_processor(lambda: {"lang": TAGS[language()], "other_lang": "en" if language() == "zh" else "zh"})


def choose_language() -> None:
    """Set the words of this request; static files need none."""
    if request.endpoint == "static":
        return
    chosen = session.get("language")
    set_language(chosen if chosen in LANGUAGES else DEFAULT_LANGUAGE)
