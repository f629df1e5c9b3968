"""Rule files → ``Rulebook``. Every mistake is found with file, line, key and reason; one mistake never hides the others.

``load`` is for the rules in force and refuses a file with any mistake. ``read_draft`` gives what can be read and all problems.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path

from mealroute.core.i18n import _
from mealroute.core.rulebook import CODE, RULES, Node, RulebookError, read, read_text
from mealroute.rulebook import reading_parts as parts
from mealroute.rulebook.agreement import disagreements
from mealroute.rulebook.reading_rules import Found, Options, Problem, problem_of, versions_of
from mealroute.rulebook.reading_values import Names, codes_of
from mealroute.rulebook.records import Calendar, Counted, Name, OptionValue, Rule, Rulebook, Unit
from mealroute.rulebook.vocabulary import CLOSED, WORDS, known

FOLDER = RULES / "rulebook"
EXAMPLES = FOLDER / "examples"
KIND = "rulebook"
MAX_BYTES = 400_000
"""A rule file is written by people; a larger upload is something else."""
MEASURES = frozenset({"meals", "person-days", "persons", "deliveries"})
"""What a count of the file's own may count."""
LONGEST = 40
"""Characters of a code of the file's own: payers' stand in the payments."""
_OPEN = re.compile(r"rules\[\d+\]\.(versions\[\d+\]\.to|document\.issued)")
"""What may be left empty: a version without an end, a document without a day."""
_FAMILIES = (frozenset(WORDS) - CLOSED) | {"category", "diet"}


@lru_cache(maxsize=8)
def load(folder: Path = FOLDER) -> Rulebook:
    """The rules in force: every ``*.yaml`` of the folder that does not say ``in_force: false``, with the options of
    ``district-options.yaml`` beside or above it.

    Raises
    ------
    RulebookError
        Names file, line, key and reason of the first mistake.
    """
    options: Options = {}
    for place in (folder / "district-options.yaml", folder.parent / "district-options.yaml"):
        if place.exists():
            options = read_options(place)
            break
    books = [_strict(path, options) for path in sorted(folder.glob("*.yaml")) if path.name != "district-options.yaml"]
    return together([book for book in books if book.in_force], options)


@lru_cache(maxsize=32)
def load_file(path: Path) -> Rulebook:
    """One file by itself with the options that it brings along, such as an example. Raises RulebookError."""
    return _strict(path, {})


def _strict(path: Path, options: Options) -> Rulebook:
    book, problems = _book(read(path, kind=KIND), options)
    if problems:
        first = problems[0]
        hint = _("Mend the file in data/rules and start again; docs/rules.md explains every key.")
        facts = {"file": first.file, "key": first.key, "line": first.line, "trouble": first.reason}
        raise RulebookError("rulebook-invalid", first.sentence, hint, **facts)
    return book


def read_draft(text: str, name: str, options: Options | None = None) -> tuple[Rulebook, tuple[Problem, ...]]:
    """What can be read of a file that somebody brings, and every problem in it. Never raises for what stands in the file."""
    if len(text.encode()) > MAX_BYTES:
        return Rulebook(rules=()), (
            Problem(file=name, line=None, key="", reason=_("the file is too large for a rule file")),
        )
    try:
        root = read_text(text, name, kind=KIND)
    except RulebookError as error:
        return Rulebook(rules=()), (problem_of(error),)
    return _book(root, options or {})


def together(books: list[Rulebook], options: Options) -> Rulebook:
    """Several files as one rulebook. Raises RulebookError for an id that stands in two of them."""
    rules: list[Rule] = []
    for book in books:
        both = {rule.rule_id for rule in rules} & {rule.rule_id for rule in book.rules}
        if both:
            Node(KIND, "rules", {}).fail("id", _("this id stands twice"))
        rules += book.rules
    names = {code: name for book in books for code, name in book.names.items()}
    calendar = Calendar(
        holidays=frozenset[date]().union(*(book.calendar.holidays for book in books)),
        workdays=frozenset[date]().union(*(book.calendar.workdays for book in books)),
    )
    every = {**{key: value for book in books for key, value in book.options.items()}, **options}
    counted = {name: one for book in books for name, one in book.counted.items()}
    return Rulebook(
        rules=tuple(rules),
        options=every,
        names=names,
        calendar=calendar,
        in_force=all(b.in_force for b in books),
        counted=counted,
    )


def _book(root: Node, options: Options) -> tuple[Rulebook, tuple[Problem, ...]]:
    found = Found()
    with found.on():
        root.only("kind", "schema", "title", "in_force", "names", "calendar", "options", "counted", "rules")
    if root.has("title"):
        _title(root, found)
    names = found.of(lambda: _names(root)) or {}
    calendar = found.of(lambda: _calendar(root)) or Calendar()
    counted = found.of(lambda: _counted(root, names)) or {}
    own = found.of(lambda: _options(root)) if root.has("options") else {}
    every = {**(own or {}), **options}
    in_force = found.of(lambda: root.flag("in_force")) if root.has("in_force") else True
    rules: list[Rule] = []
    for node in found.of(lambda: root.nodes("rules")) or ():
        with found.on():
            if node.value.get("id") in {rule.rule_id for rule in rules}:
                node.fail("id", _("this id stands twice"))
        rules += versions_of(node, names, every, found)
    book = Rulebook(
        rules=tuple(rules),
        options=every,
        names=names,
        calendar=calendar,
        in_force=in_force is not False,
        counted=counted,
    )
    found.problems += [
        Problem(file=root.file, line=rule.line, key=rule.rule_id, reason=reason) for rule, reason in disagreements(book)
    ]
    empty = tuple(_empty(root, set()))
    told = {one.key for one in empty}
    problems = [*empty, *(one for one in found.problems if one.key not in told)]
    return book, tuple(sorted(problems, key=lambda one: (one.line or 0, one.key)))


def _title(root: Node, found: Found) -> None:
    block = found.of(lambda: root.node("title").only("zh", "en"))
    for key in ("zh", "en") if block else ():
        with found.on():
            block.text(key)  # type: ignore[union-attr]


def _empty(node: Node, seen: set[int]) -> Iterator[Problem]:
    """Keys with nothing behind them: a bound or a condition that was left open must not be passed over. What is written once (an anchor) is told once."""
    seen.add(id(node.value))
    for key, value in node.value.items():
        where = f"{node.path}.{key}" if node.path else str(key)
        if value is None and not _OPEN.fullmatch(where):
            yield Problem(
                file=node.file, line=node.line(str(key)), key=where,
                reason=_("nothing stands behind this key; fill it in or take it out"),
            )  # fmt: skip
        for number, one in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(one, dict) and id(one) not in seen:
                path = f"{where}[{number}]" if isinstance(value, list) else where
                yield from _empty(Node(node.file, path, one), seen)


def _names(root: Node) -> Names:
    if not root.has("names"):
        return {}
    found: Names = {}
    block = root.node("names").only(*sorted(_FAMILIES))
    for family, entries in block.entries():
        for code, _node in entries.entries():
            both = entries.node(code).only("zh", "en")
            if code in known(family, {}):
                entries.fail(code, _("this code is known already"))
            if not CODE.fullmatch(code) or len(code) > LONGEST:
                entries.fail(
                    code, _("expected at most %(most)d letters, digits, “-”, “_” or “.”, without blanks", most=LONGEST)
                )
            found[f"{family}:{code}"] = Name(both.text("zh"), both.text("en"))
    return found


def _counted(root: Node, names: Names) -> dict[str, Counted]:
    """The counts that the file defines; their names join ``names``, so that rules may use them."""
    found: dict[str, Counted] = {}
    if not root.has("counted"):
        return found
    for code, node in root.node("counted").entries():
        node.only("zh", "en", "of", "when")
        if code in known("count", names):
            root.node("counted").fail(code, _("this code is known already"))
        when = parts.conditions(node.node("when"), Unit.MEAL, names, inside=True)
        if not when:
            node.fail("when", _("a block without any condition"))
        found[code] = Counted(node.choice("of", MEASURES), when)
        names[f"count:{code}"] = Name(node.text("zh"), node.text("en"))
    return found


def _calendar(root: Node) -> Calendar:
    if not root.has("calendar"):
        return Calendar()
    block = root.node("calendar").only("holidays", "workdays")
    calendar = Calendar(**{key: _days(block, key) for key in block.value})
    if calendar.holidays & calendar.workdays:
        block.fail(
            "workdays", _("%(day)s stands among the holidays as well", day=min(calendar.holidays & calendar.workdays))
        )
    return calendar


def _days(block: Node, key: str) -> frozenset[date]:
    found = block.value.get(key)
    if not isinstance(found, list) or not all(type(one) is date for one in found):
        block.fail(key, _("expected a list of dates like 2022-03-14"))
    return frozenset(found)


def read_options(path: Path) -> Options:
    """The district's options. Raises RulebookError."""
    district = read(path, kind="district-options")
    district.only("kind", "schema", "district", "payer", "options")
    return _options(district)


def _options(root: Node) -> Options:
    return {key: _option(node) for key, node in root.node("options").entries()}


def _option(node: Node) -> tuple[OptionValue, ...]:
    node.only("description", "type", "values")
    node.text("description")
    kind = node.choice("type", frozenset({"flag", "outcomes"}))
    values: list[OptionValue] = []
    for entry in node.nodes("values"):
        entry.only("from", "value", "source")
        value = entry.flag("value") if kind == "flag" else codes_of(entry, "value", "outcome", {})
        begins = entry.day("from")
        if values and begins <= values[-1].valid_from:
            entry.fail("from", _("must be later than the entry before it"))
        values.append(OptionValue(valid_from=begins, value=value, source=entry.text("source")))
    return tuple(values)
