"""YAML as it stands in a rule file: mappings and lists remember their lines, and nothing is read in a way that a person would not mean."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

_PLAIN_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_KEY = re.compile(r"[\s-]*([\w-]+)\s*[:：]")
FULL_WIDTH = "：，“”｛｝［］"


class Block(dict[str, Any]):
    """A mapping as it stands in a file: ``line`` where it begins, ``lines`` where each key stands, counted from 1."""

    __slots__ = ("line", "lines")

    def __init__(self) -> None:
        super().__init__()
        self.line = 0
        self.lines: dict[str, int] = {}


class Listed(list[Any]):
    """A list as it stands in a file: ``lines`` where each entry begins, counted from 1."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []


def key_of(line: str) -> str:
    """The key that a line of a file begins with, as far as it can be told; empty where there is none."""
    match = _KEY.match(line)
    return match[1] if match else ""


def full_width_colon(line: str) -> bool:
    """Whether a full-width colon stands behind the key of a line, where YAML wants its own."""
    match = _KEY.match(line)
    return match is not None and match[0].endswith("：")


@lru_cache(maxsize=1)
def loader() -> Any:
    """A safe loader for ``Block`` and ``Listed`` that refuses a key which stands twice.

    A day that no calendar has (30 February), a number that is not written plainly (``015`` is octal to YAML, ``1:30`` is 90) and the
    words yes, no, on and off stay the text that they are, so that whoever reads the key can say what is wrong with it.
    """
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """The compiled one, ten times as quick, where the library has it."""

    def mapping(loader: Any, node: Any) -> Iterator[Block]:
        block = Block()
        block.line = node.start_mark.line + 1
        yield block
        for key_node, _value in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = loader.construct_object(key_node, deep=True)
            if str(key) in block.lines:
                error = yaml.constructor.ConstructorError(None, None, "twice", key_node.start_mark)
                error.twice = key  # type: ignore[attr-defined]
                raise error
            block.lines[str(key)] = key_node.start_mark.line + 1
        loader.flatten_mapping(node)
        block.update(loader.construct_mapping(node))

    def sequence(loader: Any, node: Any) -> Iterator[Listed]:
        found = Listed()
        found.lines = [entry.start_mark.line + 1 for entry in node.value]
        yield found
        found.extend(loader.construct_sequence(node))

    def whole(_loader: Any, node: Any) -> int | str:
        text = str(node.value)
        return int(text) if _PLAIN_WHOLE.fullmatch(text) else text

    def day(loader: Any, node: Any) -> object:
        try:
            return loader.construct_yaml_timestamp(node)
        except ValueError:
            return str(node.value)

    def flag(_loader: Any, node: Any) -> bool | str:
        text = str(node.value)
        return {"true": True, "false": False}.get(text.lower(), text)

    for tag, make in (("map", mapping), ("seq", sequence), ("int", whole), ("timestamp", day), ("bool", flag)):
        Loader.add_constructor(f"tag:yaml.org,2002:{tag}", make)
    return Loader
