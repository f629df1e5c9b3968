"""Pure rules of exports: numbers, names of files, what a wish must say."""

import re

from mealroute.exporting.records import FORMATS, UNMASKABLE, Format, Wanted, What

LEAST_PURPOSE = 2
MOST_PURPOSE = 200
_NUMBER = re.compile(r"EX-(\d{4})-(\d{6,})")


def number_of(year: int, serial: int) -> str:
    """``EX-2026-000123``."""
    return f"EX-{year}-{serial:06d}"


def parse_number(text: str) -> tuple[int, int] | None:
    """Year and serial of the first export number in ``text``; None where there is none."""
    found = _NUMBER.search(text.upper())
    return (int(found[1]), int(found[2])) if found else None


def fault(wanted: Wanted, *, may_unmask: bool) -> str | None:
    """A stable code for what is wrong with a wish; None where nothing is."""
    if wanted.format not in FORMATS[wanted.what]:
        return "export-kind-unknown"
    if not LEAST_PURPOSE <= len(wanted.purpose.strip()) <= MOST_PURPOSE:
        return "reason-needed"
    if wanted.masked:
        return None
    if wanted.what not in UNMASKABLE or wanted.format is Format.PDF:
        return "export-names-nobody"
    if not may_unmask:
        return "export-unmasked-forbidden"
    return None if len(wanted.reason.strip()) >= LEAST_PURPOSE else "reveal-without-reason"


def file_name(number: str, wanted: Wanted) -> str:
    """``EX-2026-000123-settlement-2026-02.csv``; ASCII, so that every system keeps it."""
    part = "".join(f"-{code}" for code in (wanted.street, wanted.vendor) if code)
    full = "" if wanted.masked else "-unmasked"
    return f"{number}-{wanted.what}-{wanted.month}{re.sub(r'[^A-Za-z0-9-]', '', part)}{full}.{wanted.format}"


def plain_name(wanted: Wanted) -> str:
    """``settlement-2026-02.csv``: what other programs look for."""
    return f"{wanted.what}-{wanted.month}.{wanted.format}"


def is_of_people(what: What) -> bool:
    """Whether the rows are about persons, so that unmasked ones would be reveals."""
    return what in UNMASKABLE
