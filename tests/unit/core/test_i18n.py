"""Sentences that are said again in another language than they were made in."""

from __future__ import annotations

from mealroute.core.i18n import NOTED, _, again, chosen, in_each, ngettext, noting, speaking

OPEN = "%(month)s has not begun."


def test_a_noted_sentence_is_said_in_each_language_with_what_stands_in_it() -> None:
    with noting() as noted:
        outer = _("Sent back: %(reason)s", reason=_(OPEN, month="2026-05"))
    assert noted.in_each(outer) == {"zh": outer, "en": "Sent back: 2026-05 has not begun."}
    assert outer != "Sent back: 2026-05 has not begun."


def test_a_counted_sentence_keeps_its_number() -> None:
    with speaking("en"), noting() as noted:
        one, many = (ngettext("%(n)d line", "%(n)d lines", n) for n in (1, 2))
    assert [noted.in_each(text)["en"] for text in (one, many)] == ["1 line", "2 lines"]
    assert noted.in_each(many)["zh"] == "2 行"


def test_a_text_of_somebody_else_stays() -> None:
    with noting() as noted:
        pass
    _(OPEN, month="2026-05")
    assert noted.in_each("王阿姨说不要") == {"zh": "王阿姨说不要", "en": "王阿姨说不要"}
    with speaking("en"):
        assert again("王阿姨说不要") == "王阿姨说不要"


def test_a_sentence_that_fills_only_itself_ends() -> None:
    with noting() as noted:
        said = _("%(first)s", first="x")
    assert noted.in_each(said) == {"zh": "x", "en": "x"}


def test_no_more_is_noted_than_the_newest() -> None:
    with noting() as noted:
        texts = [_(OPEN, month=f"{number}") for number in range(NOTED + 1)]
    assert noted.in_each(texts[0])["en"] == texts[0]
    assert noted.in_each(texts[-1])["en"] == f"{NOTED} has not begun."


def test_a_written_sentence_is_chosen_by_the_reader_and_an_old_one_stays() -> None:
    said = in_each(OPEN, month="2026-05")
    with speaking("en"):
        assert chosen(said) == "2026-05 has not begun."
        assert chosen("旧的话") == "旧的话"
    assert chosen(said) == said["zh"]


def test_a_plain_sentence_in_one_language_is_found_in_the_other() -> None:
    with speaking("en"):
        assert again(chinese := in_each("The work ended without a result.")["zh"]) == "The work ended without a result."
    assert again("The work ended without a result.") == chinese
