"""No two fields of a page are called alike: a screen reader says the name alone, and must not leave open which row it belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mealroute.core.actor import Role
from tests import money_world, web_world
from tests.web.test_every_page import addresses

SignIn = Callable[[Role | str], FlaskClient]
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
UNASKED = frozenset({"hidden", "submit", "button", "reset", "image"})


class Names(HTMLParser):
    """The accessible names of a page's fields: by ``aria-label``, ``aria-labelledby``, labels for them or around them.

    A choice among several (radio, checkbox) is also called by the legend around it. What a ``template`` holds is shown one at a time.
    """

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self.labels: dict[str, list[str]] = {}
        self.fields: list[tuple[dict[str, str], list[str], list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        inside = [each for each, _attrs in self.open]
        asked = tag in {"select", "textarea"} or (tag == "input" and given.get("type") not in UNASKED)
        if asked and "template" not in inside:
            around = [attrs["_text"] for each, attrs in self.open if each == "label"]
            legend = [attrs["_text"] for each, attrs in self.open if each == "fieldset"]
            self.fields.append((given, around, legend))
        if tag == "label":
            given["_text"] = f"label {len(self.texts)}"
            self.texts[given["_text"]] = []
            if "for" in given:
                self.labels.setdefault(given["for"], []).append(given["_text"])
        if tag == "fieldset":
            given["_text"] = f"legend {len(self.texts)}"
            self.texts[given["_text"]] = []
        if "id" in given:
            self.texts.setdefault(f"#{given['id']}", [])
        if tag not in VOID:
            self.open.append((tag, given))

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            last, _given = self.open.pop()
            if last == tag:
                return

    def handle_data(self, data: str) -> None:
        inside = [each for each, _given in self.open]
        for tag, given in self.open:
            if "id" in given:
                self.texts[f"#{given['id']}"].append(data)
            if tag == "label" and not {"option", "select", "textarea"} & set(inside):
                self.texts[given["_text"]].append(data)
            if tag == "fieldset" and "legend" in inside:
                self.texts[given["_text"]].append(data)

    def names(self) -> Iterator[str]:
        for given, around, legend in self.fields:
            of = [f"#{each}" for each in given.get("aria-labelledby", "").split()]
            by_label = [*self.labels.get(given.get("id", "-"), ()), *around]
            own = given.get("aria-label") or " ".join("".join(self.texts.get(each, ())) for each in of or by_label)
            more = " ".join("".join(self.texts[each]) for each in legend)
            yield " ".join(f"{more} {own}".split())


def alike(page: str) -> list[str]:
    """Names that two fields of the page bear, and fields without any."""
    parser = Names()
    parser.feed(page)
    return sorted(name or "(no name)" for name, n in Counter(parser.names()).items() if n > 1 or not name)


def test_two_fields_with_one_name_are_found() -> None:
    page = '<label for="a">Portions</label><input id="a"><label>Portions<input></label><label for="c">Note <i>1</i></label><input id="c">'
    assert alike(page) == ["Portions"]
    assert alike('<fieldset><legend>A</legend><label>yes<input type=radio></label></fieldset><label>yes<input></label><input aria-label="x">') == []  # fmt: skip
    assert alike("<input><label>n<select><option>n</select></label>") == ["(no name)"]


def test_no_page_of_the_money_has_two_fields_of_one_name(money: Flask) -> None:
    clients: dict[str, FlaskClient] = {}
    found = {}
    for page, (login, address) in money_world.pages().items():
        if login not in clients:
            clients[login] = money.test_client()
            clients[login].post("/sign-in", data={"login": login, "password": web_world.PASSWORD})
        answer = clients[login].get(address)
        assert answer.status_code == 200, f"{page} {address} {answer.status_code}"
        found[page] = alike(answer.text)
    assert {page: names for page, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "role", [Role.DISPATCHER, Role.DISTRICT, Role.FINANCE, Role.HOTLINE, Role.KITCHEN, Role.STATION, Role.VENDOR]
)
def test_no_page_of_a_running_month_has_two_fields_of_one_name(app: Flask, signed_in: SignIn, role: Role) -> None:
    client = signed_in(role)
    found = {}
    for address, _permission in addresses(app):
        answer = client.get(address)
        if answer.status_code == 200 and answer.mimetype.endswith("html") and (names := alike(answer.text)):
            found[address] = names
    assert found == {}
