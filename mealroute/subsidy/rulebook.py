"""The rules in force with the district that pays by them: ``data/rules/rulebook/*.yaml`` and ``district-options.yaml``."""

from functools import lru_cache
from pathlib import Path

from mealroute.core.rulebook import RULES, read
from mealroute.rulebook.reading import load
from mealroute.subsidy.records import Rulebook


@lru_cache(maxsize=4)
def load_rulebook(folder: Path = RULES) -> Rulebook:
    """All rules in ``folder/rulebook`` and the district's options; read once per process.

    Raises
    ------
    RulebookError
        Names the file, the line and the key.
    """
    district = read(folder / "district-options.yaml", kind="district-options")
    payer = district.node("payer").only("code", "name")
    return Rulebook(
        payer=payer.text("code"), payer_name=payer.text("name"), book=load(folder / "rulebook"), district=district.text("district")
    )  # fmt: skip
