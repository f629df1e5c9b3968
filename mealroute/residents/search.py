"""The one box that finds a resident: by name, pinyin, initials, phone, address or code.

The same on both databases: stored keys are lower-case and free of spaces, so plain LIKE means the same in each; order is by
binary collation. Phone numbers are found whole, through the blind index; their last digits are stored nowhere.
"""

import re
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, collate, func, or_, select
from sqlalchemy.orm import Session

from mealroute.areas.queries import street_names
from mealroute.core.actor import Scope
from mealroute.core.crypto import blind_index
from mealroute.core.text import compact, half_width
from mealroute.residents import build
from mealroute.residents.loading import around_of, category_table, in_scope
from mealroute.residents.models import Contact, Resident
from mealroute.residents.records import ResidentSummary

AREA_CODE = "010"
"""Landline numbers are often written without it, so both forms are tried."""
LEAST_NUMBER, LEAST_INSIDE = 3, 4
"""Figures of a code, and letters inside a name, that are worth looking for: shorter ones would match half the ledger."""


def search(
    db: Session, text: str, *, scope: Scope, day: date, limit: int = 50, offset: int = 0
) -> tuple[ResidentSummary, ...]:
    """The best matches first; every word of ``text`` must be found somewhere, or all as one. Empty text lists everyone by street and name.

    Better is: code, then the beginning of the name (characters, initials or pinyin), then its inside, then the address. A phone number
    (with spaces, dashes or +86) finds its owner and whoever names it as a contact.
    """
    query = _matching(text, scope)
    words = _words(text)
    rank = _rank("".join(words)) if words else None
    binary = "C" if db.get_bind().dialect.name == "postgresql" else "BINARY"
    order: list[Any] = [] if rank is None else [rank]
    order += [collate(column, binary) for column in (Resident.street_code, Resident.name_pinyin, Resident.code)]
    rows = db.scalars(query.order_by(*order).limit(limit).offset(offset)).all()
    around = around_of(db, select(Resident).where(Resident.id.in_([row.id for row in rows])), contacts=False)
    streets, table = street_names(db), category_table()
    return tuple(build.summary(row, around[row.id], day, table, streets) for row in rows)


def count(db: Session, text: str, *, scope: Scope) -> int:
    """How many residents ``search`` would list without a limit."""
    return db.scalar(select(func.count()).select_from(_matching(text, scope).subquery())) or 0


def _matching(text: str, scope: Scope) -> Select[Resident]:
    words = _words(text)
    query = select(Resident).where(*in_scope(scope))
    if not words:
        return query
    # "wang yu lan" is one name, "景山 曾" are two things to find: either reading will do.
    return query.where(or_(_found("".join(words)), and_(*(_found(word) for word in words))))


def _words(text: str) -> list[str]:
    """The words to look for; a phone number written in groups is one word."""
    whole = half_width(text)
    digits = re.sub(r"[\s\-()+]", "", whole)
    if len(digits) >= 7 and digits.isascii() and digits.isdigit():
        return [digits]
    return [word for part in whole.split() if (word := compact(part))]


def _found(word: str) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = [
        Resident.name_key.contains(word, autoescape=True),
        Resident.address_key.contains(word, autoescape=True),
        Resident.code == word.upper(),
    ]
    if (
        word.isascii() and word.isdigit() and len(word) >= LEAST_NUMBER
    ):  # "1234" of DC-001234, as it is read from a card
        ways.append(Resident.code.endswith(word, autoescape=True))
    if re.search("[a-zü]", word):  # "𠮷yulan" too: a rare character has no reading
        for latin in _spellings(word):
            ways += [
                Resident.name_initials.startswith(latin, autoescape=True),
                Resident.name_pinyin.startswith(latin, autoescape=True),
            ]
            if len(latin) >= LEAST_INSIDE:  # the given name alone
                ways.append(Resident.name_pinyin.contains(latin, autoescape=True))
    if phones := _phones(word):
        ways.append(Resident.phone_index.in_(phones))
        ways.append(Resident.id.in_(select(Contact.resident_id).where(Contact.phone_index.in_(phones))))
    return or_(*ways)


def _spellings(word: str) -> tuple[str, ...]:
    """吕 is kept as ``lv``; people type ``lü``, ``lyu`` (as in passports), ``lu`` as well."""
    latin = word.replace("'", "").replace("ü", "v")
    return tuple(dict.fromkeys((latin, re.sub("([ln])yu", r"\1v", latin), re.sub("^([ln])u", r"\1v", latin))))


def _phones(word: str) -> list[str]:
    """Blind indexes of the number as it may have been written: with +86 or not, with the area code or not."""
    if not (word.isascii() and word.isdigit() and len(word) >= 7):
        return []
    forms = {word, re.sub(r"^(?:0086|86)(?=\d{7,})", "", word)}
    forms |= {AREA_CODE + form for form in forms if len(form) in {7, 8}}
    forms |= {form.removeprefix(AREA_CODE) for form in forms}
    return [blind_index("phone", form) for form in sorted(forms)]


def _rank(word: str) -> ColumnElement[object]:
    return case(
        (Resident.code == word.upper(), 0),
        (Resident.name_key == word, 1),
        (Resident.name_key.startswith(word, autoescape=True), 2),
        (Resident.name_initials == word, 3),
        (Resident.name_initials.startswith(word, autoescape=True), 4),
        (Resident.name_pinyin.startswith(word, autoescape=True), 5),
        (Resident.name_key.contains(word, autoescape=True), 6),
        else_=7,
    )
