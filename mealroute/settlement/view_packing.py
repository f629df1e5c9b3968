"""A reckoned month as compressed JSON and back. Names of people are left out; so are words that follow from codes and figures."""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from functools import cache
from itertools import accumulate
from typing import Any

from mealroute.settlement.chain_records import NAMES, Cell, Chain, CountDifference, Place
from mealroute.settlement.lines import packed, unpacked
from mealroute.settlement.records import HeldRecord, StreetPart
from mealroute.settlement.view_records import Lines, Reckoned, Way
from mealroute.subsidy.reconcile import identities
from mealroute.subsidy.records import Imbalance, PeriodState
from mealroute.subsidy.statements import MonthFigures, MonthStatement, OpenPortion, Sum

LEVEL = 6
_GROUPS = ("by_rule", "by_vendor", "by_street")


def figures_to(found: Reckoned) -> bytes:
    """Everything but the lines."""
    return _squeezed(
        {
            "statements": {language: _statement_to(one) for language, one in found.statements.items()},
            "parts": [asdict(part) for part in found.parts.values()],
            "held": [[packed(one.line), list(one.reasons), list(one.findings)] for one in found.held],
            "cells": [[*_place_to(cell.place), *_chain_to(cell.chain)] for cell in found.cells],
            "differences": [asdict(one) | {"place": _place_to(one.place)} for one in found.differences],
        }
    )


def figures_from(kept: bytes) -> Reckoned:
    """The month of ``figures_to``."""
    found = _swelled(kept)
    parts = [StreetPart(**part) for part in found["parts"]]
    return Reckoned(
        statements={language: _statement_from(one) for language, one in found["statements"].items()},
        parts={part.street: part for part in parts},
        held=tuple(_held_from(*row) for row in found["held"]),
        cells=tuple(Cell(place=_place_from(row[:_PLACES]), chain=_chain_from(row[_PLACES:])) for row in found["cells"]),
        differences=tuple(CountDifference(**one | {"place": _place_from(one["place"])}) for one in found["differences"]),
    )  # fmt: skip


def _held_from(line: Mapping[str, Any], why: Sequence[str], findings: Sequence[int] = ()) -> HeldRecord:
    return HeldRecord(line=unpacked(line), resident_name="", reasons=tuple(why), findings=tuple(findings))


def lines_to(found: Lines) -> bytes:
    """The lines by their ways; numbers as steps from one to the next, which are small."""
    return _squeezed(
        [
            [_place_to(way.place), _chain_to(way.chain), way.outcome, way.route, _steps(lines)]
            for way, lines in found.items()
        ]
    )


def lines_from(kept: bytes) -> Lines:
    """The lines of ``lines_to``. Few places and chains are many ways: each is made once."""
    place_of, chain_of = cache(_place_from), cache(_chain_from)
    return {
        Way(place=place_of(tuple(place)), chain=chain_of(tuple(chain)), outcome=outcome, route=route): tuple(
            accumulate(steps)
        )
        for place, chain, outcome, route, steps in _swelled(kept)
    }


def _steps(numbers: Iterable[int]) -> list[int]:
    found, at = [], 0
    for number in numbers:
        found.append(number - at)
        at = number
    return found


_PLACES = 5


def _place_to(place: Place) -> list[str]:
    return [place.day.isoformat(), place.slot, place.street, place.vendor, place.kitchen]


def _place_from(row: Sequence[Any]) -> Place:
    day, slot, street, vendor, kitchen = row
    return Place(day=date.fromisoformat(day), slot=slot, street=street, vendor=vendor, kitchen=kitchen)


def _chain_to(chain: Chain) -> list[int]:
    return [getattr(chain, name) for name in NAMES]


def _chain_from(row: Sequence[int]) -> Chain:
    return Chain(**dict(zip(NAMES, row, strict=True)))


def _statement_to(found: MonthStatement) -> dict[str, Any]:
    return {
        "payer": found.payer, "figures": asdict(found.figures), "service_days": found.service_days, "residents": found.residents,
        "copay_paid_fen": found.copay_paid_fen, "outstanding_fen": found.outstanding_fen, "explanations": dict(found.explanations),
        **{
            name: [[one.key, one.lines, one.portions, one.residents, one.amount_fen, list(one.shares)] for one in getattr(found, name)]
            for name in _GROUPS
        },
        "imbalances": [asdict(one) | {"day": one.day.isoformat() if one.day else None} for one in found.imbalances],
        "open_portions": [asdict(one) | {"day": one.day.isoformat(), "resident_name": ""} for one in found.open_portions],
    }  # fmt: skip


def _statement_from(kept: Mapping[str, Any]) -> MonthStatement:
    figures = MonthFigures(**kept["figures"])
    sums = {name: tuple(_sum(row) for row in kept[name]) for name in _GROUPS}
    return MonthStatement(
        payer=kept["payer"], payer_name="", state=PeriodState.OPEN, closed_by=None, closed_at=None, csv_sha256=None, figures=figures,
        service_days=kept["service_days"], residents=kept["residents"], copay_paid_fen=kept["copay_paid_fen"],
        outstanding_fen=kept["outstanding_fen"], **sums, identities=identities(figures), explanations=kept["explanations"],
        imbalances=tuple(
            Imbalance(**one | {"day": date.fromisoformat(one["day"]) if one["day"] else None}) for one in kept["imbalances"]
        ),
        open_portions=tuple(OpenPortion(**one | {"day": date.fromisoformat(one["day"])}) for one in kept["open_portions"]),
    )  # fmt: skip


def _sum(row: list[Any]) -> Sum:
    key, lines, portions, residents, amount, shares = row
    return Sum(
        key=key,
        label=key,
        lines=lines,
        portions=portions,
        residents=residents,
        amount_fen=amount,
        shares=tuple((payer, fen) for payer, fen in shares),
    )


def _squeezed(content: object) -> bytes:
    return zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), LEVEL)


def _swelled(kept: bytes) -> Any:
    return json.loads(zlib.decompress(kept))
