"""What Python prints of a value, the same in every process: sets, which have an order of their own in each, stand in one order."""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from types import MappingProxyType


def lasting(content: object) -> str:
    """As ``repr``; the members of sets by what they print."""
    match content:
        case frozenset():
            return f"frozenset({{{_listed(content, sort=True)}}})" if content else repr(content)
        case set():
            return f"{{{_listed(content, sort=True)}}}" if content else repr(content)
        case tuple() if hasattr(content, "_fields"):
            return _named(type(content).__name__, content, content._fields)
        case tuple():
            return f"({_listed(content)}{',' if len(content) == 1 else ''})"
        case list():
            return f"[{_listed(content)}]"
        case dict():
            return f"{{{', '.join(f'{lasting(key)}: {lasting(value)}' for key, value in content.items())}}}"
        case MappingProxyType():
            return f"mappingproxy({lasting(dict(content))})"
        case _ if is_dataclass(content) and not isinstance(content, type):
            return _named(type(content).__qualname__, content, [each.name for each in fields(content) if each.repr])
        case _:
            return repr(content)


def _named(kind: str, content: object, names: Iterable[str]) -> str:
    return f"{kind}({', '.join(f'{name}={lasting(getattr(content, name))}' for name in names)})"


def _listed(content: Iterable[object], *, sort: bool = False) -> str:
    each = map(lasting, content)
    return ", ".join(sorted(each) if sort else each)
