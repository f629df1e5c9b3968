"""summary.json: the figures of the day and of the last month, with the equations that must hold between them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DAY_EQUATIONS = (
    ("residents_active", ("residents_ordered", "residents_paused", "residents_not_due")),
    ("ordered", ("planned", "unassigned")),
    ("planned", ("portions_loaded",)),
)
DELIVERY_EQUATIONS = (
    ("portions_loaded", ("delivered", "not_delivered")),
    ("delivered", ("subsidised", "self_paid", "explained")),
)


def broken(figures: Mapping[str, Any]) -> tuple[str, ...]:
    """The equations that do not hold, each with its figures; empty when the whole summary agrees."""
    month = figures.get("month", {})
    found = [
        *_broken(figures, (*DAY_EQUATIONS, *DELIVERY_EQUATIONS), ""),
        *_broken(
            month,
            (("ordered", ("planned", "unassigned")), ("planned", ("portions_loaded",)), *DELIVERY_EQUATIONS),
            "month.",
        ),
    ]
    if figures.get("violations"):
        found.append(f"violations = {figures['violations']}, not 0")
    return tuple(found)


def _broken(figures: Mapping[str, Any], equations: tuple[tuple[str, tuple[str, ...]], ...], where: str) -> list[str]:
    wrong = []
    for total, parts in equations:
        if total not in figures or any(part not in figures for part in parts):
            continue
        if figures[total] != sum(figures[part] for part in parts):
            terms = " + ".join(f"{where}{part} {figures[part]}" for part in parts)
            wrong.append(f"{where}{total} {figures[total]} ≠ {terms}")
    return wrong


def write(path: Path, figures: Mapping[str, Any]) -> None:
    """Write the file whole or not at all. Raises ValueError when an equation is broken: a wrong summary is not published."""
    wrong = broken(figures)
    if wrong:
        raise ValueError("the figures do not agree: " + "; ".join(wrong))
    part = path.with_suffix(".part")
    part.write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    part.replace(path)
