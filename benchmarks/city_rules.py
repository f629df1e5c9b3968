"""A made-up rulebook for each district of the made-up city: Beijing's two rules and as many narrower ones as it takes, each district's a little different.

The narrower rules are shapes from data/rules/rulebook/examples (a targeted amount of which the greatest counts, a weekly limit, a delivery fee by care level, a rate
for a diet); their figures are invented and carry no authority.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import yaml

from benchmarks.city_world import City
from mealroute.core.rulebook import RULES

DOCUMENT = {"number": "示例〔2026〕1号", "title": "示例文件（测速用）", "issued": date(2026, 1, 1)}


def write(folder: Path, city: City, rules: int = 50) -> None:
    """``folder/<district>/district-options.yaml`` and ``rulebook/rules.yaml``, with ``rules`` rules each."""
    base = yaml.safe_load((RULES / "rulebook" / "beijing-2022.yaml").read_text("utf-8"))
    options = yaml.safe_load((RULES / "district-options.yaml").read_text("utf-8"))
    for number in range(city.districts):
        place = folder / city.district(number)
        (place / "rulebook").mkdir(parents=True, exist_ok=True)
        mine = {
            **options,
            "district": city.district(number),
            "payer": {"code": f"d{number:03d}", "name": f"第 {number} 区"},
        }
        (place / "district-options.yaml").write_text(yaml.safe_dump(mine, allow_unicode=True), "utf-8")
        book = {**base, "rules": base["rules"] + [_narrow(number, n) for n in range(rules - len(base["rules"]))]}
        (place / "rulebook" / "rules.yaml").write_text(
            yaml.safe_dump(book, allow_unicode=True, sort_keys=False), "utf-8"
        )


def _narrow(district: int, n: int) -> dict[str, object]:
    fen = 50 + 10 * ((district + n) % 20)
    kind = n % 4
    rule: dict[str, object] = {
        "id": f"narrow-{n:02d}", "title": {"zh": f"示例规则 {n}", "en": f"Example rule {n}"}, "description": "测速用，不生效。", "document": dict(DOCUMENT),
        "reference": "示例", "source": "示例（测速用）", "certainty": "S-low", "assumptions": ["数字为测速编造"],
        "beneficiary": ("operator", "operator", "deliverer", "operator")[kind], "unit": ("person-day", "meal", "delivery", "meal")[kind],
    }  # fmt: skip
    when: dict[str, object] = (
        {"age": {"from": 90 + n % 9, "to": 91 + n % 9}},
        {"ability": {"from": n % 5, "to": n % 5}, "weekdays": [("mon", "tue", "wed", "thu", "fri")[n % 5]]},
        {"ability": {"from": 3, "to": 4}, "age": {"from": 95}},
        {"diets": ["low-sugar"], "slots": ["dinner"]},
    )[kind]
    version: dict[str, object] = {
        "version": 1 + district % 3, "from": date(2026, 1, 1), "amount": {"fixed": f"{fen / 100:.2f}"}, "shares": {"city": 1, "district": 1 + district % 2},
        "when": when,
    }  # fmt: skip
    if kind < 2:
        version["stack"] = {"group": f"narrow-{kind}", "mode": "max"}
    if kind == 1:
        version["caps"] = [{"every": "week", "count": 5}]
    rule["versions"] = [version]
    return rule
