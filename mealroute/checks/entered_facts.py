"""What was written about people after the days that it is about: facts of the checks; pure."""

from datetime import date
from typing import NamedTuple


class Entered(NamedTuple):
    """A fact that may open somebody's claims, and that was entered (``on``) after days that it holds for.

    It holds from ``since`` to ``until`` (both inclusive; None: until further notice). ``name`` is a dated fact of the card, ``active``
    (served again) or ``pause`` (one that was taken back). ``before`` and ``value`` are texts.
    """

    name: str
    since: date
    on: date
    before: str = ""
    value: str = ""
    until: date | None = None

    def opens(self, day: date) -> bool:
        """Whether that day lies before the entry and within what was entered."""
        return self.since <= day < self.on and (self.until is None or day <= self.until)
