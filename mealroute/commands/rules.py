"""`rulebook check`: every mistake of a rule file with its line, or its rules in sentences."""

import sys
from pathlib import Path

from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.rulebook import RULES
from mealroute.rulebook.reading import read_draft, read_options
from mealroute.rulebook.sentences import sentences, span_words
from mealroute.rulebook.words import title


def check(file: Path) -> int:
    """Exit 0 when the file can be used, 3 when it would be refused. The district's options count as known.

    Raises
    ------
    MealrouteError
        ``file-missing``, ``file-not-text``.
    """
    try:
        text = file.read_text("utf-8-sig")
    except OSError:
        raise MealrouteError("file-missing", _("%(file)s cannot be read.", file=file)) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        said = _("%(file)s, line %(line)d: the file is not text in UTF-8.", file=file.name, line=line)
        raise MealrouteError("file-not-text", said, _("Save it as UTF-8 and bring it again.")) from None
    book, problems = read_draft(text, file.name, read_options(RULES / "district-options.yaml"))
    for problem in problems:
        print(problem.sentence, file=sys.stderr)
    if problems:
        return 3
    for rule in book.rules:
        print(f"{title(rule)} ({rule.key}), {span_words(rule)}, {rule.document.number}")
        for one in sentences(rule, book.names):
            print(f"  {one.label}: {one.text}")
    return 0
