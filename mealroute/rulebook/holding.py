"""For which rules a person's conditions hold, kept as bits, so that people for whom the same rules are left are known by one number. Pure."""

from collections.abc import Iterable, Iterator

from mealroute.rulebook.compiled import Compiled
from mealroute.rulebook.facts import Person


class Bits:
    """Rules, each with a bit of its own, so that some of them are one number."""

    def __init__(self) -> None:
        self._bits: dict[int, int] = {}
        self._rules: dict[int, Compiled] = {}

    def of(self, rules: Iterable[Compiled]) -> int:
        """Their bits together."""
        found = 0
        for rule in rules:
            bit = self._bits.setdefault(id(rule), 1 << len(self._bits))
            self._rules[bit] = rule
            found |= bit
        return found

    def each(self, bits: int) -> Iterator[tuple[int, Compiled]]:
        """The rules behind bits, each with its own."""
        while bits:
            bit = bits & -bits
            yield bit, self._rules[bit]
            bits ^= bit


class Holding:
    """For which rules a person's conditions hold; each rule is asked once."""

    __slots__ = ("_asked", "_holds", "_person")

    def __init__(self, person: Person) -> None:
        self._person, self._asked, self._holds = person, 0, 0

    def of(self, wanted: int, known: Bits) -> int:
        """Those of the wanted rules."""
        person = self._person
        for bit, rule in known.each(wanted & ~self._asked):
            for test in rule.person_tests:
                if not test(person, None, None):
                    break
            else:
                self._holds |= bit
        self._asked |= wanted
        return self._holds & wanted
