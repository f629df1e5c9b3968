"""A draft applied to real handovers beside the rules in force. Pure: meals and two rulebooks in, figures out."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from mealroute.core.i18n import LANGUAGES, _, speaking
from mealroute.core.money import Fen
from mealroute.rulebook.condition_words import found, say
from mealroute.rulebook.evaluate import Engine, stream
from mealroute.rulebook.facts import Figures, Meal
from mealroute.rulebook.records import Beneficiary, Cap, Rule, Rulebook
from mealroute.rulebook.results import Line, Refusal
from mealroute.rulebook.words import refusal_sentence
from mealroute.trials.records import Mover, Pair, Reason, Standing, TrialResult

MOVERS = 20
"""How many of those who gain or lose most are shown."""
REASONS = 40
Report = Callable[[int], None]


def merged(standing: Rulebook, draft: Rulebook, first: date, *, whole: bool) -> Rulebook:
    """What would be in force: the draft alone (``whole``), or the rules in force with those of the draft in place of their namesakes.

    Of each rule of the draft the newest version counts, as if it had been in force from ``first`` on.
    """
    newest: dict[str, Rule] = {}
    for rule in draft.rules:
        if rule.rule_id not in newest or rule.version > newest[rule.rule_id].version:
            newest[rule.rule_id] = rule
    tried = {key: replace(rule, valid_from=first, valid_to=None) for key, rule in newest.items()}
    rules: list[Rule] = []
    if not whole:
        for rule in standing.rules:
            if rule.rule_id not in tried:
                rules.append(rule)
            elif tried[rule.rule_id] not in rules:
                rules.append(tried[rule.rule_id])
    rules += [rule for rule in tried.values() if rule not in rules]
    return replace(
        draft, rules=tuple(rules), options={**standing.options, **draft.options}, names={**standing.names, **draft.names}, counted={**standing.counted, **draft.counted},
        calendar=draft.calendar if draft.calendar.holidays or draft.calendar.workdays else standing.calendar,
    )  # fmt: skip


def paid_as_asked(meals: Iterable[Meal], lines: Iterable[Line]) -> list[Meal]:
    """The meals as if whoever paid their own part under the rules in force paid it under the draft as well.

    Otherwise a draft that pays a yuan less would seem to take the whole subsidy from everybody.
    """
    granted: Counter[int] = Counter()
    for line in lines:
        if line.rule.beneficiary is Beneficiary.RESIDENT and line.meal is not None:
            granted[line.meal.meal_id] += line.amount_fen
    return [
        replace(meal, paid_fen=meal.price_fen * meal.portions)
        if meal.price_fen and meal.paid_fen >= meal.price_fen - granted[meal.meal_id]
        else meal
        for meal in meals
    ]


def try_out(
    meals: Sequence[Meal], standing: Rulebook, draft: Rulebook, *, figures: Sequence[Figures] = (), claimed: Iterable[str] = (),
    report: Report = lambda _done: None,
) -> TrialResult:  # fmt: skip
    """Both rulebooks on the same meals and the same figures. ``report`` hears how many meals are done, of twice their number.

    ``claimed`` are keys of figures that other months have paid.
    """
    claimed = tuple(claimed)
    standing_engine = Engine(standing)
    standing_engine.paid_already(claimed)
    before = _run(standing_engine, meals, report, 0)
    before += [line for one in figures for line in standing_engine.figures(one)]
    asked = paid_as_asked(meals, before)
    engine = Engine(draft, refusals=True)
    engine.paid_already(claimed)
    reasons: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], Refusal] = {}
    after: list[Line] = []
    for done, line in enumerate(_counted(engine, asked, reasons, examples)):
        after.append(line)
        if done % 500 == 0:
            report(len(meals) + min(done, len(meals)))
    for one in figures:
        after += engine.figures(one)
        _drain(engine, reasons, examples)
    report(2 * len(meals))
    spoken = {(one.unit, one.kind) for one in figures}
    left = [
        rule for rule in draft.rules if rule.unit.periodic and (str(rule.unit), str(rule.beneficiary)) not in spoken
    ]
    return _result(meals, before, after, draft, _reasons(reasons, examples, draft), left)


def _run(engine: Engine, meals: Iterable[Meal], report: Report, base: int) -> list[Line]:
    lines = []
    for done, line in enumerate(stream(engine, meals)):
        lines.append(line)
        if done % 500 == 0:
            report(base + done)
    return lines


def _counted(
    engine: Engine, meals: Iterable[Meal], reasons: Counter[tuple[str, str]], examples: dict[tuple[str, str], Refusal]
) -> Iterable[Line]:
    for line in stream(engine, meals):
        _drain(engine, reasons, examples)
        yield line
    _drain(engine, reasons, examples)


def _drain(engine: Engine, reasons: Counter[tuple[str, str]], examples: dict[tuple[str, str], Refusal]) -> None:
    """Refusals are counted and let go: a month of them would not fit a small machine."""
    for refusal in engine.refusals:
        key = (refusal.rule.rule_id, refusal.code)
        reasons[key] += 1
        examples.setdefault(key, refusal)
    engine.refusals.clear()


def _reasons(
    counted: Mapping[tuple[str, str], int], examples: Mapping[tuple[str, str], Refusal], draft: Rulebook
) -> tuple[Reason, ...]:
    order = sorted(counted, key=lambda key: (-counted[key], key))
    return tuple(_reason(key, counted[key], examples[key], draft) for key in order[:REASONS])


def _reason(key: tuple[str, str], meals: int, example: Refusal, draft: Rulebook) -> Reason:
    """In general words: what one person's meal said stays out of it."""
    unknown = _by_condition(example) and _unknown(example, draft)
    return Reason(
        rule_id=key[0], code=key[1], sentence=_in_each(lambda: _sentence(example, draft)), meals=meals, unknown=unknown
    )


_UNPAID = frozenset({"paid-too-little", "paid-nothing"})


def _by_condition(example: Refusal) -> bool:
    condition = example.condition
    return condition is not None and not isinstance(condition.value, Cap | str) and example.code not in _UNPAID


def _unknown(example: Refusal, draft: Rulebook) -> bool:
    assert example.condition is not None
    known = found(example.condition, example.person, example.item, example.money, draft.names)
    return known == _("not known")


def _sentence(example: Refusal, draft: Rulebook) -> str:
    condition = example.condition
    if condition is None or isinstance(condition.value, Cap | str):
        return refusal_sentence(example, draft.names)
    if example.code in _UNPAID:
        return _("The resident did not pay their own part.")
    return _("Asked for: %(wanted)s", wanted=say(condition, draft.names))


def _in_each(text: Callable[[], str]) -> dict[str, str]:
    """What ``text`` says in each language, to be kept with the trial."""
    said = {}
    for code in LANGUAGES:
        with speaking(code):
            said[code] = text()
    return said


def _result(
    meals: Sequence[Meal],
    before: Sequence[Line],
    after: Sequence[Line],
    draft: Rulebook,
    reasons: tuple[Reason, ...],
    left: Sequence[Rule],
) -> TrialResult:
    def sums(of: Callable[[Line], Iterable[tuple[str, Fen]]]) -> dict[str, Pair]:
        one, two = _sums(before, of), _sums(after, of)
        return {key: Pair(before=one[key], after=two[key]) for key in sorted({*one, *two})}

    people = sums(lambda line: [(line.payee, line.amount_fen)] if line.rule.beneficiary is Beneficiary.RESIDENT else [])
    operators = sums(
        lambda line: [(line.payee, line.amount_fen)] if line.rule.beneficiary is not Beneficiary.RESIDENT else []
    )
    everybody = {meal.person.code for meal in meals}
    known = {line.rule.rule_id: line.rule for line in (*before, *after)}
    known |= {rule.rule_id: rule for rule in draft.rules if rule.rule_id not in known}
    named = {key: {"zh": rule.title, "en": rule.title_en} for key, rule in known.items()}
    return TrialResult(
        meals=len(meals), people=len(everybody),
        total=Pair(before=sum(line.amount_fen for line in before), after=sum(line.amount_fen for line in after)),
        lines=Pair(before=len(before), after=len(after)), by_payer=sums(lambda line: line.parts),
        by_street=sums(lambda line: [(line.item.place, line.amount_fen)]),
        by_rule=sums(lambda line: [(line.rule.rule_id, line.amount_fen)]),
        titles=named, residents=_standing(people, len(everybody)),
        operators=_standing(operators, len(operators)), movers=_movers({masked(code): pair for code, pair in people.items()}),
        operator_movers=_movers(operators), reasons=reasons,
        left_out=tuple(dict.fromkeys(rule.rule_id for rule in left)),
    )  # fmt: skip


def _sums(lines: Iterable[Line], of: Callable[[Line], Iterable[tuple[str, Fen]]]) -> dict[str, Fen]:
    found_sums: dict[str, Fen] = defaultdict(int)
    for line in lines:
        for key, amount in of(line):
            found_sums[key] += amount
    return found_sums


def _standing(pairs: Mapping[str, Pair], everybody: int) -> Standing:
    more = [pair.difference for pair in pairs.values() if pair.difference > 0]
    less = [pair.difference for pair in pairs.values() if pair.difference < 0]
    return Standing(
        more=len(more),
        less=len(less),
        same=everybody - len(more) - len(less),
        gained_fen=sum(more),
        lost_fen=-sum(less),
    )


def _movers(pairs: Mapping[str, Pair]) -> tuple[Mover, ...]:
    moved = [Mover(code=code, pair=pair) for code, pair in pairs.items() if pair.difference]
    return tuple(sorted(moved, key=lambda one: (-abs(one.pair.difference), one.code))[:MOVERS])


def masked(code: str) -> str:
    """``R00123`` → ``R•••23``: enough to tell two apart, not enough to find one."""
    return code[:1] + "•" * max(len(code) - 3, 1) + code[-2:] if len(code) > 3 else "•••"
