"""Who is signed with a site whose claim counts them: facts of the checks; pure."""

from collections.abc import Mapping
from typing import NamedTuple


class SignedSite(NamedTuple):
    """A site that is paid by its signed persons, how many it counts, and why some of them (resident → reason) are nobody to be counted."""

    station: str
    vendor: str
    street: str
    rule: str
    counted: int
    wrong: Mapping[int, str]
