"""A draft rule file: checked line by line, read out in sentences, set beside the rules in force."""

from pathlib import PurePath

from flask import render_template, request
from flask.typing import ResponseReturnValue

from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.rulebook import compare, words
from mealroute.rulebook.reading import MAX_BYTES, load, read_draft
from mealroute.rulebook.sentences import sentences, span_words
from web import here
from web.permissions import requires
from web.rulebook import shelf
from web.rulebook.views import bp


@bp.get("/rulebook/draft")
@requires("subsidy.view")
def draft() -> ResponseReturnValue:
    return render_template("rulebook/draft.html", name="", problems=(), book=None, day=here.clock().today())


@bp.post("/rulebook/draft")
@requires("subsidy.view")
def check_draft() -> ResponseReturnValue:
    """Reads the file and forgets it: nothing comes into force here."""
    return draft_page(*uploaded())


def draft_page(name: str, text: str) -> str:
    """What is wrong with the file, and what it says."""
    standing = load()
    book, problems = read_draft(text, name, dict(standing.options))
    day = shelf.day_asked()
    begins = max([day, *(rule.valid_from for rule in book.rules)])
    return render_template(
        "rulebook/draft.html", name=name, problems=problems, book=book, day=begins, sentences=sentences, span=span_words, title_of=words.title,
        changes=compare.books(standing, book, begins),
    )  # fmt: skip


def uploaded() -> tuple[str, str]:
    """Name and text of the uploaded file."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise MealrouteError("file-missing", _("Choose a file first."))
    name = PurePath(file.filename.replace("\\", "/")).name[:120]
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise MealrouteError("file-too-large", _("the file is too large for a rule file"))
    try:
        return name, content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MealrouteError(
            "file-not-text", _("The file is not text in UTF-8."), _("Save it as UTF-8 and bring it again.")
        ) from None
