"""The walls of docs/architecture.md, held by machine: imports, sizes, the one clock, words in two languages."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from mealroute.core import i18n

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("mealroute", "web", "solver")


def _sources(*folders: str, ending: str = ".py") -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob(f"*{ending}")) if "vendor" not in path.parts)


def test_imports_point_upstream_only() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    folders = (*PACKAGES, "tests", "benchmarks", "data", "scripts")
    kept = [
        *_sources(*folders),
        *_sources("web", ending=".html"),
        *_sources("web", ending=".css"),
        *_sources("web", ending=".mjs"),
    ]
    long = {
        str(path.relative_to(ROOT)): count
        for path in kept
        if (count := len(path.read_text("utf-8").splitlines())) > 400
    }
    assert long == {}


def test_half_of_all_files_fit_on_a_few_screens() -> None:
    sizes = sorted(
        len(path.read_text("utf-8").splitlines()) for path in _sources(*PACKAGES) if path.name != "__init__.py"
    )
    assert sizes[len(sizes) // 2] <= 130


def test_only_the_clock_asks_what_time_it_is() -> None:
    asking = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today)\(|\bfunc\.now\(")
    found = [
        f"{path.relative_to(ROOT)}:{n}"
        for path in _sources(*PACKAGES)
        if path != ROOT / "mealroute/core/clock.py"
        for n, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if asking.search(line)
    ]
    assert found == []


def _messages() -> dict[str, str]:
    """Every English sentence marked for translation in Python and templates, with the place where it stands."""
    found: dict[str, str] = {}
    for path in _sources("mealroute", "web"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"_", "_l", "gettext", "ngettext"}
            ):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found[first.value] = f"{path.relative_to(ROOT)}:{node.lineno}"
    call = re.compile(r"""\b(?:_|gettext|ngettext)\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")""")
    for path in _sources("web", ending=".html"):
        for match in call.finditer(path.read_text("utf-8")):
            text = (
                (match[1] if match[1] is not None else match[2])
                .replace("\\'", "'")
                .replace('\\"', '"')
                .replace("\\n", "\n")
            )
            found[text] = str(path.relative_to(ROOT))
    return found


def test_every_sentence_has_a_chinese_translation() -> None:
    known = i18n.chinese()
    assert {text: place for text, place in _messages().items() if text.strip() and text not in known} == {}


def test_a_translation_keeps_every_blank_of_its_sentence() -> None:
    blank = re.compile(r"%\((\w+)\)")
    wrong = {
        en: zh
        for en, zh in i18n.chinese().items()
        if not isinstance(zh, str) or set(blank.findall(zh)) - set(blank.findall(en))
    }
    assert wrong == {}


def test_a_sentence_has_one_translation_whatever_part_it_stands_in() -> None:
    found: dict[str, dict[str, str]] = {}
    for part, sentences in i18n.parts().items():
        for english, translated in sentences.items():
            found.setdefault(english, {})[part] = translated
    assert {english: words for english, words in found.items() if len(set(words.values())) > 1} == {}


def test_translations_are_chinese() -> None:
    han = re.compile(r"[\u3400-\u9fff]")
    words = re.compile(r"%\(\w+\)[sd]")
    plain = [en for en, zh in i18n.chinese().items() if len(words.sub("", en)) > 12 and not han.search(zh)]
    assert plain == []
