"""Markup: HTML made of elements, in which every text is escaped unless it is markup itself."""

from collections.abc import Iterable
from html import escape
from typing import Final

#: Elements that have no end.
_EMPTY: Final = frozenset({"meta", "rect", "line", "br"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(name: str, /, *content: object, **attributes: str | float | bool | None) -> Markup:
    """An element. Attributes that are None or False are left out, True has no value; a last underscore is dropped, an
    inner one is a hyphen. Content is text, markup, or several of both; None is nothing.
    """
    named = "".join(
        f" {_attribute(key)}" + ("" if value is True else f'="{escape(_number(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in _EMPTY:
        return Markup(f"<{name}{named}>")
    return Markup(f"<{name}{named}>{joined(content)}</{name}>")


def joined(content: object) -> Markup:
    """Content as one piece of markup."""
    match content:
        case None:
            return Markup("")
        case Markup():
            return content
        case str():
            return Markup(escape(content, quote=False))
        case Iterable():
            return Markup("".join(map(joined, content)))
        case _:
            return Markup(escape(str(content), quote=False))


def _attribute(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def _number(value: str | float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
