"""What caps and long choices within a group have already given. One purse for a whole run; a day's own part is added at its end."""

from datetime import date

from mealroute.core.money import Fen
from mealroute.rulebook.facts import Earlier, Figures, Meal, Person
from mealroute.rulebook.records import AmountKind, Cap, CapPer, Every, Rule

Key = tuple[str, str, str, int | str, object]
Group = tuple[str, int | str, tuple[str, object]]
_SHORT = frozenset({"meal", "day"})
_NTH = {"nth-of-day": Every.DAY, "nth-of-week": Every.WEEK, "nth-of-month": Every.MONTH, "nth-of-year": Every.YEAR}


def nth_cap(rule: Rule) -> Cap | None:
    """What counts the paid times for a table by the n-th; it has no limit."""
    amounts = [rule.amount, *(amount for _when, amount in rule.amount.cases)]
    table = next((amount for amount in amounts if amount.kind is AmountKind.TIERS and amount.by in _NTH), None)
    if table is None:
        return None
    return Cap(per=table.per, every=_NTH[table.by], count=None, fen=None, pool=f"{rule.rule_id}:{table.by}")


def caps_of(rule: Rule) -> tuple[Cap, ...]:
    """The caps of a rule and what else has to be counted for it."""
    nth = nth_cap(rule)
    return rule.caps if nth is None else (*rule.caps, nth)


def span(every: Every, day: date, slot: str) -> object:
    """Which meal, day, week (Monday to Sunday), month or year this is."""
    match every:
        case Every.MEAL:
            return day.toordinal(), slot
        case Every.DAY:
            return day.toordinal()
        case Every.WEEK:
            return day.toordinal() - day.weekday()
        case Every.MONTH:
            return day.year * 12 + day.month
        case Every.QUARTER:
            return day.year * 4 + (day.month - 1) // 3
        case Every.YEAR:
            return day.year
        case Every.EVER:
            return 0


def _who(per: CapPer, person: Person | None, item: Meal | Figures | Earlier) -> int | str:
    match per:
        case CapPer.PERSON:
            return person.person_id if person is not None else getattr(item, "person_id", None) or 0
        case CapPer.HOUSEHOLD:  # who shares a door with nobody is a household alone
            household = person.household if person is not None else getattr(item, "household", "")
            return household or f"#{_who(CapPer.PERSON, person, item)}"
        case CapPer.STREET:
            return item.place[:9]
        case CapPer.ALL:
            return ""
        case CapPer.OPERATOR | CapPer.SITE | CapPer.DELIVERER | CapPer.SUBJECT:
            found: str = getattr(item, str(per), "")
            return found


def _slot(item: Meal | Figures | Earlier) -> str:
    return "" if isinstance(item, Figures) else item.slot


def cap_key(cap: Cap, person: Person | None, item: Meal | Figures | Earlier) -> Key:
    """The counter of a cap for this person or payee in this span."""
    return cap.pool, str(cap.per), str(cap.every), _who(cap.per, person, item), span(cap.every, item.day, _slot(item))


class Purse:
    """Counts and sums by cap, and who holds a group for longer than a day."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._used: dict[Key, tuple[int, Fen]] = {}
        self._own: dict[Key, tuple[int, Fen]] = {}
        self._days: dict[Key, tuple[int, date]] = {}
        self._dated = frozenset(cap.pool for rule in rules for cap in rule.caps if cap.days is not None)
        self._groups: dict[Group, Rule] = {}
        self._own_groups: dict[Group, Rule] = {}
        self._rules = rules

    def used(self, key: Key) -> tuple[int, Fen]:
        """Count and fen so far, this day's included."""
        count, fen = self._used.get(key, (0, 0))
        more, further = self._own.get(key, (0, 0))
        return count + more, fen + further

    def reached(self, cap: Cap, key: Key, day: date) -> bool:
        """Whether the cap leaves no room for a further line of this day."""
        count, fen = self.used(key)
        if (cap.count is not None and count >= cap.count) or (cap.fen is not None and fen >= cap.fen):
            return True
        if cap.days is None or key in self._own:  # a day that counts already may have more lines
            return False
        days, newest = self._days.get(key, (0, None))
        return days >= cap.days and newest != day

    def _date(self, key: Key, day: date) -> None:
        days, newest = self._days.get(key, (0, None))
        if newest != day:
            self._days[key] = days + 1, day

    def add(self, caps: tuple[Cap, ...], person: Person | None, item: Meal | Figures, fen: Fen) -> None:
        """A line of the day that is being worked out."""
        for key in {cap_key(cap, person, item) for cap in caps}:
            count, before = self._own.get(key, (0, 0))
            self._own[key] = count + 1, before + fen

    def holder(self, group: Group) -> Rule | None:
        """The rule that already pays within the group."""
        return self._own_groups.get(group) or self._groups.get(group)

    def hold(self, group: Group, rule: Rule) -> None:
        self._own_groups[group] = rule

    def keep(self, day: date) -> None:
        """The day is worked out. What only counted within a person's day is forgotten."""
        for key, (count, fen) in self._own.items():
            if key[0] in self._dated:
                self._date(key, day)
            if key[1] == CapPer.PERSON and key[2] in _SHORT:
                continue
            before = self._used.get(key, (0, 0))
            self._used[key] = before[0] + count, before[1] + fen
        for group, rule in self._own_groups.items():
            if group[2][0] not in _SHORT:
                self._groups[group] = rule
        self.drop()

    def drop(self) -> None:
        """Begin the day again."""
        if self._own:
            self._own = {}
        if self._own_groups:
            self._own_groups = {}

    def remember(self, line: Earlier) -> None:
        """A line of an earlier claim, under the caps of every version of its rule."""
        rules = [rule for rule in self._rules if rule.rule_id == line.rule_id]
        for key in {cap_key(cap, None, line) for rule in rules for cap in caps_of(rule)}:
            count, fen = self._used.get(key, (0, 0))
            self._used[key] = count + 1, fen + line.amount_fen
            if key[0] in self._dated:
                self._date(key, line.day)
        for rule in rules:
            if rule.stack is not None:
                who = line.person_id if line.person_id is not None else line.subject
                self._groups[group_key(rule, who, line.day, line.slot)] = rule


def group_key(rule: Rule, who: int | str, day: date, slot: str) -> Group:
    """The group of a rule for one person or payee within its span."""
    assert rule.stack is not None
    return rule.stack.group, who, (str(rule.stack.every), span(rule.stack.every, day, slot))
