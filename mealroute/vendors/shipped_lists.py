"""``data/rules/vendor-lists.yaml`` → the wordings of both lists that come with the program, or an error naming file and key."""

from functools import lru_cache
from pathlib import Path

from mealroute.core.rulebook import RULES, Node, read
from mealroute.vendors.life_records import ListItemRecord, ListName

_KEYS = ("code", "text", "text_en", "basis", "required", "valid_from")


@lru_cache(maxsize=4)
def shipped(folder: Path = RULES) -> dict[ListName, tuple[ListItemRecord, ...]]:
    """Version 0 of every item, by list."""
    root = read(folder / "vendor-lists.yaml", kind="vendor-lists").only("kind", "schema", "source", *map(str, ListName))
    root.text("source")
    return {name: tuple(_item(name, node) for node in root.nodes(str(name))) for name in ListName}


def _item(name: ListName, node: Node) -> ListItemRecord:
    node.only(*_KEYS)
    return ListItemRecord(
        list_name=name, code=node.text("code"), version=0, text=node.text("text"), text_en=node.text("text_en"),
        basis=node.text("basis"), required=node.flag("required") if name is ListName.ADMISSION else True,
        valid_from=node.day("valid_from"),
    )  # fmt: skip
