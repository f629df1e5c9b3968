"""Who has worked how much lately, against the others: what fairness is measured by. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from statistics import mean

Work = tuple[date, str, str, int]
"""Day, kitchen, driver, seconds from the first loading to the end."""


@dataclass(frozen=True, slots=True)
class Workload:
    """Driver → seconds above (negative: below) the mean of the same kitchen; kitchen → that mean, of a driver and a day."""

    above: Mapping[str, int] = field(default_factory=dict)
    usual: Mapping[str, int] = field(default_factory=dict)

    def fair(self, kitchen: str, driver: str) -> int | None:
        """Seconds of work from which on a driver does more than their share today; None where nothing is known of the kitchen's days."""
        usual = self.usual.get(kitchen)
        return None if usual is None else max(0, usual - self.above.get(driver, 0))


def balance(work: Iterable[Work]) -> Workload:
    """The sum over days of each driver's work less the mean of all who drove for the same kitchen that day."""
    days: Mapping[tuple[date, str], dict[str, int]] = defaultdict(dict)
    for day, kitchen, driver, seconds in work:
        days[day, kitchen][driver] = days[day, kitchen].get(driver, 0) + seconds
    found: dict[str, float] = defaultdict(float)
    everybody: dict[str, list[int]] = defaultdict(list)
    for (_day, kitchen), drivers in days.items():
        usual = mean(drivers.values())
        everybody[kitchen] += drivers.values()
        for driver, seconds in drivers.items():
            found[driver] += seconds - usual
    return Workload(
        above={driver: round(above) for driver, above in sorted(found.items()) if driver},
        usual={kitchen: round(mean(each)) for kitchen, each in sorted(everybody.items())},
    )
