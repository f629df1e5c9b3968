"""What a screen reader is given of a page: Chromium's accessibility tree, read through the DevTools protocol."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from playwright.sync_api import Page

CONTROLS = frozenset({
    "button", "link", "textbox", "searchbox", "combobox", "listbox", "checkbox", "radio", "spinbutton", "slider", "switch", "tab", "menuitem",
    "Date", "DateTime", "InputTime", "Time", "ColorWell", "DisclosureTriangle", "PopUpButton",
})  # fmt: skip
OF_THE_BROWSER = frozenset({"Date", "DateTime", "InputTime", "Time", "ColorWell"})
"""Fields that the browser draws: what is inside them it names itself, in its own language."""
NAMED = frozenset({"navigation", "region", "dialog", "alertdialog"})
WORD = re.compile(r"[a-z]{3,}")
FOREIGN_IN_CHINESE = frozenset({"mealroute", "english", "xlsx", "csv", "pdf"})
HAN = re.compile(r"[\u3400-\u9fff]")

Node = Mapping[str, Any]


def tree(page: Page) -> list[Node]:
    """Every node that is not left out of the tree, without the insides of fields that the browser draws."""
    session = page.context.new_cdp_session(page)
    try:
        session.send("Accessibility.enable")
        nodes: list[Node] = session.send("Accessibility.getFullAXTree")["nodes"]
    finally:
        session.detach()
    inside: set[str] = set()
    found: list[Node] = []
    for node in nodes:  # parents come before their children
        if node.get("parentId") in inside or role(node) in OF_THE_BROWSER:
            inside.add(node["nodeId"])
        if not node.get("ignored") and node.get("parentId") not in inside:
            found.append(node)
    return found


def role(node: Node) -> str:
    return str(node.get("role", {}).get("value", ""))


def name(node: Node) -> str:
    return str(node.get("name", {}).get("value", "")).strip()


def prop(node: Node, key: str) -> Any:
    return next((each["value"].get("value") for each in node.get("properties", ()) if each["name"] == key), None)


def nameless(nodes: Sequence[Node]) -> list[str]:
    """Controls and landmarks that a screen reader would call by their role alone. A form without a name is no landmark."""
    found = [node for node in nodes if role(node) in CONTROLS | NAMED]
    return [f"{role(node)} {node.get('backendDOMNodeId')}" for node in found if not name(node)]


def in_another_language(nodes: Sequence[Node], language: str, data: str = "") -> list[str]:
    """Controls whose name is not in the page's language; what stands in ``data`` (people, places, dishes) may be as it is written."""
    return [found for node in nodes if role(node) in CONTROLS for found in _foreign(name(node), language, data)]


def _foreign(text: str, language: str, data: str) -> Iterator[str]:
    if language == "zh":
        if set(WORD.findall(text.lower())) - FOREIGN_IN_CHINESE and not HAN.search(text):
            yield text
        return
    for part in re.findall(r"[\u3400-\u9fff]+", text):
        if part not in data:
            yield f"{part} in {text}"


def headings(page: Page) -> list[int]:
    """The levels of the headings that are read, as they follow each other on the page (the tree lists them otherwise)."""
    found: list[int] = page.evaluate("""() => [...document.querySelectorAll('h1, h2, h3, h4, h5, h6, [role=heading]')]
      .filter((e) => e.checkVisibility() && !e.closest('[aria-hidden=true]')).map((e) => Number(e.getAttribute('aria-level') ?? e.localName[1]))""")
    return found


def out_of_order(levels: Sequence[int]) -> list[tuple[int, int]]:
    """Steps that skip a level, the step to the first heading among them."""
    return [(before, after) for before, after in zip((0, *levels), levels, strict=False) if after > before + 1]


def tabbed(page: Page, most: int = 400) -> list[str]:
    """Where Tab leads from the top of the page until it comes back, an element once each; ``trap`` at the end where it never does."""
    page.evaluate("""() => {
      window.__seen = new Map();
      document.activeElement?.blur();
      window.getSelection().removeAllRanges();
      window.scrollTo(0, 0);
    }""")
    found: list[str] = []
    for _step in range(most):
        page.keyboard.press("Tab")
        at = page.evaluate("""() => {
          const e = document.activeElement;
          if (!e || e === document.body || e === document.documentElement) return ['out', ''];
          const said = `${e.localName}#${e.id}.${e.className}`.slice(0, 80);
          if (window.__seen.has(e)) return ['again', said];
          window.__seen.set(e, true);
          return ['new', said];
        }""")
        if at[0] == "out" or (at[0] == "again" and len(found) > 1 and at[1] == found[0]):
            return found
        if (
            at[0] == "again" and at[1] != found[-1]
        ):  # the parts of one field (a time, a date) are walked through one by one
            return [*found, f"trap at {at[1]}"]
        if at[0] == "again":
            continue
        found.append(at[1])
    return [*found, "trap"]
