"""Put pinned figures into docs/solver.md: ``python benchmarks/report.py BARS.json [ABLATION.json]``.

The page has places between ``<!-- bars -->`` and ``<!-- /bars -->`` and so on; only what stands there is written.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a file, the checkout is not on the path

from benchmarks.ablation import CLASSES, shown  # noqa: E402
from benchmarks.bars import BARS  # noqa: E402
from benchmarks.book import run_from  # noqa: E402
from benchmarks.chart import chart  # noqa: E402
from benchmarks.details import details  # noqa: E402
from benchmarks.judge import Verdict  # noqa: E402
from benchmarks.tables import table_of  # noqa: E402

PAGE: Final = ROOT / "docs" / "solver.md"
PICTURE: Final = ROOT / "docs" / "solver-cost.svg"
PANELS: Final = ("district/lunch-600.json", "district/lunch-600.json#no-ride", "vrptw/C2_10_3.vrp")


def between(text: str, name: str, content: str) -> str:
    """The text with other content in one place. Raises ValueError where the page has no such place."""
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    head, found, rest = text.partition(begin)
    _, closed, tail = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"the page has no place for {name}")
    return f"{head}{begin}\n{content.strip()}\n\n{end}{tail}"


def told(data: dict[str, Any]) -> str:
    """Where and when figures were measured."""
    machine = data["machine"]
    beside = ", two runs at a time" if data.get("side_by_side") else ""
    part = "" if data["seconds_scale"] == 1 else f", at {data['seconds_scale']:g} of the time"
    return (
        f"Measured {data['began'][:10]} at commit {data['commit']}: {machine['processor']}, {machine['cores']} cores, "
        f"Python {machine['python']}, ortools {machine['ortools']}, pyvrp {machine['pyvrp']}, numba {machine['numba']}; "
        f"{data['seeds']} seeds{beside}{part}."
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks/report.py", description="Put pinned figures into docs/solver.md.")
    parser.add_argument("bars", type=Path)
    parser.add_argument("ablation", type=Path, nargs="?")
    options = parser.parse_args()
    data = json.loads(options.bars.read_text(encoding="utf-8"))
    runs = [run_from(values) for values in data["runs"]]
    verdicts = {values["key"]: Verdict(**values) for values in data["bars"]}
    bars = [bar for bar in BARS if bar.key in verdicts]
    table = table_of(bars, [verdicts[bar.key] for bar in bars], data["seconds_scale"])
    page = between(PAGE.read_text(encoding="utf-8"), "bars", f"{told(data)}\n\n{table}\n\n{details(runs)}")
    PICTURE.write_text(chart(runs, PANELS), encoding="utf-8")
    page = between(page, "chart", "![Cost over time of each engine](solver-cost.svg)")
    if options.ablation:
        data = json.loads(options.ablation.read_text(encoding="utf-8"))
        runs = [run_from(values) for values in data["runs"]]
        page = between(page, "ablation", f"{told(data)}\n\n{shown(list(CLASSES), runs)}")
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
