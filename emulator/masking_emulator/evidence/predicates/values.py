"""Values of a capture, whatever they turn out to be: a predicate survives a text where a number was expected."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

_INSTANT: Final = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)")

#: What a replaced text looks like: a counter, filled up to the length of what it stands for.
_STAND_IN: Final = re.compile(r"w[0-9]+x*")

JsonObject = Mapping[str, Any]


def seconds_of(value: Any) -> int | None:
    """The instant in whole seconds since 1970; None for what is none."""
    found = _INSTANT.match(value) if isinstance(value, str) else None
    if found is None:
        return None
    try:
        return int(datetime.fromisoformat(f"{found[1]}T{found[2]}").replace(tzinfo=UTC).timestamp())
    except ValueError:
        return None


def integer(value: Any) -> int | None:
    """A whole number, which may be written as a text; None for what is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,15}", value):
        return int(value)
    return None


def amount(value: Any) -> float | None:
    """An amount, which may be written as a text; None for what is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    return float(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value) else None


def digits(value: Any) -> str:
    """A phone number without plus and whatever stands between its digits; "" for what is none."""
    return _digits_of(value if isinstance(value, str) else str(value)) if type(value) in (str, int) else ""


@lru_cache(maxsize=10_000)
def _digits_of(text: str) -> str:
    bare = re.sub(r"[ ().-]", "", text).removeprefix("+")
    return bare if re.fullmatch(r"[0-9]{5,20}", bare) else ""


def objects(value: Any) -> Iterator[JsonObject]:
    """The objects in a list; none where it is no list."""
    yield from (each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()


def objects_of(answer: JsonObject) -> Sequence[JsonObject]:
    """What a list answers, with an envelope or without."""
    inner = answer.get("response")
    return list(objects((inner if isinstance(inner, dict) else answer).get("objects")))


def last_part(url: Any) -> str:
    """The last part of a URL's path, which is an id; "" where there is none."""
    return path_of(url).rstrip("/").rpartition("/")[2]


def path_of(url: Any) -> str:
    """The path of a URL; "" for what is none."""
    try:
        return urlsplit(url).path if isinstance(url, str) else ""
    except ValueError:
        return ""


def fragment_of(url: Any) -> Mapping[str, str]:
    """The options behind the # of a URL."""
    text = url.partition("#")[2] if isinstance(url, str) else ""
    return dict(each.split("=", 1) for each in text.split("&") if "=" in each)


def is_text(value: Any, text: str) -> bool:
    """Whether the value is this text, or may stand for it."""
    return isinstance(value, str) and (
        value == text or (_STAND_IN.fullmatch(value) is not None and len(value) == len(text))
    )


def is_close(one: float | None, other: float | None, tolerance: float = 1e-6) -> bool:
    """Whether both are there, and the same up to a tolerance."""
    return one is not None and other is not None and abs(one - other) <= tolerance


def flag(value: Any) -> bool | None:
    """A boolean, as a request may write it; None for what is none."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None
