"""Callbacks to sign, drawn by Hypothesis: every kind of URL that the validators of SDKs can read."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, quote_plus, urlencode

from hypothesis import strategies as st

TOKEN: Final = "a-token"
MAIN_TOKEN: Final = "the-token-of-the-main-account"
V2_NONCE: Final = "05429567804466091622"
V3_NONCE: Final = "31627761595286130198"

ASCII: Final = st.characters(min_codepoint=0, max_codepoint=126)
ANY: Final = st.characters(exclude_categories=["Cs"])

#: What a path may hold beside percent-encoded characters. Python's validator cuts the last segment at ";", and Node's
#: takes what stands before an "@" for the name of a user, so neither occurs.
_PATH_CHARACTERS: Final = "abcXYZ019-._~!$&'()*+,=:"


@dataclass(frozen=True, slots=True)
class Sent:
    """A callback as it is sent."""

    method: str
    url: str
    parameters: dict[str, str]

    @property
    def received_url(self) -> str:
        """The URL that its receiver sees: parameters of a GET have joined the query."""
        if self.method == "POST" or not self.parameters:
            return self.url
        return f"{self.url}{'&' if '?' in self.url else '?'}{urlencode(self.parameters)}"

    @property
    def form(self) -> dict[str, str]:
        """The parameters that its receiver finds in the body."""
        return self.parameters if self.method == "POST" else {}


@st.composite
def sent(
    draw: st.DrawFn, query_characters: st.SearchStrategy[str], *, value_characters: st.SearchStrategy[str]
) -> Sent:
    """Any callback. Names of its parameters begin with a capital, those of its URL's query with a small letter.

    Python lets the query win where a name is in both.
    """
    names = st.from_regex("[A-Z][A-Za-z0-9]{0,8}", fullmatch=True)
    return Sent(
        method=draw(st.sampled_from(["GET", "POST"])),
        url=draw(_urls(query_characters)),
        parameters=draw(st.dictionaries(names, st.text(value_characters, max_size=12), max_size=6)),
    )


@st.composite
def _urls(draw: st.DrawFn, query_characters: st.SearchStrategy[str]) -> str:
    scheme = draw(st.sampled_from(["http", "https"]))
    host = draw(st.sampled_from(["localhost", "127.0.0.1", "example.com", "Shop.Example.org"]))
    port = draw(st.none() | st.integers(1, 65_535))
    path = "".join(f"/{segment}" for segment in draw(st.lists(_segments(), max_size=3)))
    authority = host if port is None else f"{host}:{port}"
    return f"{scheme}://{authority}{path}{draw(_queries(query_characters))}"


def _segments() -> st.SearchStrategy[str]:
    plain = st.text(_PATH_CHARACTERS, max_size=6)
    return plain | st.text(ANY, max_size=4).map(lambda text: quote(text, safe=""))


@st.composite
def _queries(draw: st.DrawFn, characters: st.SearchStrategy[str]) -> str:
    names = st.from_regex("[a-z][a-z_.-]{0,5}", fullmatch=True)
    escape = draw(st.sampled_from([quote, quote_plus]))
    pairs = draw(st.lists(st.tuples(names, st.text(characters, max_size=8)), max_size=4))
    items = [f"{name}={escape(value, safe='')}" if value else name for name, value in pairs]
    return draw(st.sampled_from(["", "?"])) if not items else f"?{'&'.join(items)}"
