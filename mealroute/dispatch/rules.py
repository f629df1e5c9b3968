"""The signed link that opens a run on a driver's phone, and what a sheet adds up. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from itsdangerous import BadData, URLSafeSerializer

from mealroute.dispatch.records import LoadTotal, ManifestItem, RunRecord, RunState
from mealroute.residents.records import Diet
from mealroute.residents.words import diet_label

_SALT = "driver-link"
LONGEST_TOKEN = 200
"""Four times as long as any that was signed here: nobody fills the memory with longer ones."""


def sign_link(secret_key: str, run_id: int, nonce: str) -> str:
    """A short token for one run. It names nobody; what it opens is decided when it is used (``queries.run_by_token``)."""
    return str(URLSafeSerializer(secret_key, salt=_SALT).dumps([run_id, nonce]))


def read_link(secret_key: str, token: str) -> tuple[int, str] | None:
    """The run and nonce of a token that this installation signed; None for anything else."""
    return _opened(secret_key, token) if len(token) <= LONGEST_TOKEN else None


@lru_cache(maxsize=8_192)
def _opened(secret_key: str, token: str) -> tuple[int, str] | None:
    try:
        content = URLSafeSerializer(secret_key, salt=_SALT).loads(token)
    except BadData:
        return None
    match content:
        case [int(run_id), str(nonce)]:
            return run_id, nonce
        case _:
            return None


def stands(run: RunRecord) -> bool:
    """Whether the run is part of the plan in force."""
    return run.state is not RunState.WITHDRAWN


def successor(run: RunRecord, standing: Iterable[RunRecord], before: Mapping[int, int | None]) -> RunRecord | None:
    """Of the standing runs, the one with which this run's driver goes on: its own continuation first, else another of theirs.

    ``before`` gives for each run the one that it replaces. A run that goes on under another driver is no business of theirs.
    """
    theirs = [each for each in standing if each.driver_code == run.driver_code]
    for each in theirs:
        at: int | None = each.id
        while at is not None and at != run.id:
            at = before.get(at)
        if at == run.id:
            return each
    return theirs[0] if theirs and run.driver_code else None


def load_totals(items: Iterable[ManifestItem]) -> tuple[LoadTotal, ...]:
    """What to count before leaving: by diets, dish and size; sealed halal boxes first, then special diets, the ordinary last."""
    counted: Counter[tuple[tuple[str, ...], str, str]] = Counter()
    for item in items:
        counted[item.diets, item.dish_name, item.size] += item.quantity
    totals = [_total(diets, dish, size, portions) for (diets, dish, size), portions in counted.items()]
    return tuple(sorted(totals, key=lambda t: (not t.sealed, not t.diets, t.diets, t.dish_name, t.size)))


def special_diets(diets: Iterable[str]) -> tuple[str, ...]:
    """Diets in the vocabulary's order, the ordinary one left out."""
    asked = set(diets) - {str(Diet.NORMAL)}
    return tuple(str(diet) for diet in Diet if diet in asked)


def _total(diets: tuple[str, ...], dish: str, size: str, portions: int) -> LoadTotal:
    label = " ".join(diet_label(diet) for diet in diets or (str(Diet.NORMAL),))
    return LoadTotal(
        label=label, diets=diets, dish_name=dish, size=size, portions=portions, sealed=str(Diet.HALAL) in diets
    )  # fmt: skip
