"""The vendor's reference page in parts: each heading's request, table row, sentence and sample, in the page's order.

The page's words are not ours to copy, so a part is known by a hash of its normalized words. The text of the page is
what a browser copies: a row of a table is "NAME TYPE |", then its words, which end in "|"; a sample of code is preceded
by the numbers of its lines and followed by "Was this code helpful"; a sample of JSON is from "{" to its "}".
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

TABLE: Final = Path(__file__).parents[2] / "fixtures" / "vendor-page.jsonl"

#: Where the text of the page is at hand, this variable names its file.
PAGE_VARIABLE: Final = "MASKING_EMULATOR_VENDOR_PAGE"

_END_OF_CODE: Final = "Was this code helpful"
_HASH_CHARACTERS: Final = 16

#: A sentence ends with its full stop. The page leaves many of them out before these words.
_NEXT_SENTENCE: Final = re.compile(
    r"(?<=[a-z0-9)\]][.!])\s+(?=[A-Z])"
    r"|\s+(?=(?:Default|Note|Possible values|Allowed \w+)\s?:)"
    r"|\s+(?=Applicable (?:when|only)|The (?:first|second)_party_pin provided)"
    r"|(?<=attribute:)\s+|(?<=returned\.)\s+(?=limit)"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the page: `row` is the name of a table's row, whose sentences follow it."""

    kind: str
    text: str

    @property
    def hash(self) -> str:
        """Its words in lower case, joined by one blank, hashed."""
        words = " ".join(re.findall(r"\w+", self.text.lower()))
        return hashlib.sha256(words.encode()).hexdigest()[:_HASH_CHARACTERS]


def parts_of(page: str) -> Iterator[Part]:
    """Every part of the page, in order."""
    lines = iter(page.splitlines())
    for line in lines:
        if line == "1":
            yield Part("sample", "\n".join(_code(lines)))
        elif line == "{":
            yield Part("sample", "\n".join(_json(lines)))
        elif line in ("GET", "POST", "DELETE"):
            yield Part("request", f"{line} {next(lines)}")
        elif line.endswith("|"):
            yield Part("row", line.rstrip(" |"))
            yield from _sentences(" ".join(_cell(lines)))
        else:
            yield from _sentences(line)


def entries() -> Sequence[Mapping[str, Any]]:
    """The table: one entry for each part, in the page's order."""
    return [json.loads(line) for line in TABLE.read_text(encoding="utf-8").splitlines()]


def _sentences(text: str) -> Iterator[Part]:
    return (Part("sentence", sentence) for sentence in _NEXT_SENTENCE.split(text) if sentence.strip())


def _cell(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line.removesuffix("|").strip()
        if line.endswith("|"):
            return


def _code(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if line == _END_OF_CODE:
            return
        if not line.isdigit():
            yield line


def _json(lines: Iterator[str]) -> Iterator[str]:
    depth = 1
    yield "{"
    for line in lines:
        depth += line.count("{") + line.count("[") - line.count("}") - line.count("]")
        yield line
        if depth == 0:
            return
