"""Records as JSON and back: strict, and every refusal has the path to what is wrong."""

from collections.abc import Sequence
from typing import Any, Final, TypedDict

import pytest
from masking_emulator.core.codec import BadRecord, plain, record, tagged, untagged, value
from masking_emulator.core.records.base import Choice, Explained, Record, field


class _Colour(Explained):
    RED = "the colour of blood"
    BLUE = "the colour of the sky"


class _Size(Choice):
    SMALL = "s"


class _Wish(TypedDict, total=False):
    size: int


class _Leaf(Record):
    name: str
    made_at: int


class _Bud(Record):
    name: str


class _Tree(Record):
    leaves: tuple[_Leaf, ...]
    colour: _Colour
    colours: frozenset[_Colour]
    pair: tuple[int, str]
    until: int | None
    next: _Leaf | _Bud
    counts: dict[str, int] = field(default_factory=dict)
    wish: _Wish = field(default_factory=_Wish)
    weight: float = 1.0
    seed: int | str = 1
    ripe: bool = False


TREE: Final = _Tree(
    leaves=(_Leaf("a", 0),),
    colour=_Colour.RED,
    colours=frozenset(_Colour),
    pair=(1, "x"),
    until=1_000_000,
    next=_Bud("b"),
    counts={"at": 3},
    wish={"size": 2},
    seed="s",
)

GIVEN: Final[dict[str, Any]] = {
    "leaves": [{"name": "a", "made_at": "1970-01-01T00:00:00Z"}],
    "colour": "red",
    "colours": ["blue", "red"],
    "pair": [1, "x"],
    "until": "1970-01-01T00:00:01Z",
    "next": {"type": "_Bud", "name": "b"},
    "counts": {"at": 3},
    "wish": {"size": 2},
    "weight": 1.0,
    "seed": "s",
    "ripe": False,
}


def test_record_is_written_for_people() -> None:
    """Choices by their word, instants in ISO 8601, records of several types with their name."""
    assert GIVEN == plain(TREE)
    assert {"type": "_Bud", "name": "b"} == tagged(_Bud("b"))


def test_choice_is_written_by_its_value_and_one_that_is_explained_by_its_name() -> None:
    """A sentence is for people, and what it stands for is one word everywhere."""
    assert ("s", "red") == (plain(_Size.SMALL), plain(_Colour.RED))
    assert (_Size.SMALL, _Colour.RED) == (value(_Size, "s", ""), value(_Colour, "red", ""))
    with pytest.raises(BadRecord, match=r"^'small' is none of s$"):
        value(_Size, "small", "")


def test_what_was_written_is_read() -> None:
    """The record comes back, types and all."""
    assert TREE == record(_Tree, GIVEN)
    assert _Leaf("a", 0) == untagged(_Leaf | _Bud, tagged(_Leaf("a", 0)))


def test_null_is_read_where_there_may_be_none() -> None:
    """And a whole number where a fraction may be."""
    assert record(_Tree, GIVEN | {"until": None, "weight": 2}).until is None


#: What is written in its place → the path and the reason.
STRICT: Final[Sequence[tuple[dict[str, Any], str]]] = (
    ({"colour": "green"}, "colour: 'green' is none of red, blue"),
    ({"colour": ["red"]}, "colour: ['red'] is none of red, blue"),
    ({"colour": None}, "colour: None is none of red, blue"),
    ({"colours": "red"}, "colours: a list is expected, not 'red'"),
    ({"colours": ["red", "green"]}, "colours[1]: 'green' is none of"),
    ({"leaves": {}}, "leaves: a list is expected, not {}"),
    ({"leaves": [1]}, "leaves[0]: an object is expected, not 1"),
    ({"leaves": [{"name": "a"}]}, "leaves[0].made_at: missing"),
    ({"leaves": [{"name": "a", "made_at": 0}]}, "leaves[0].made_at: an instant such as"),
    ({"leaves": [{"name": "a", "made_at": "soon"}]}, "leaves[0].made_at: Invalid isoformat"),
    ({"leaves": [{"name": "a", "made_at": "1960-01-01"}]}, "leaves[0].made_at: '1960-01-01' lies outside"),
    ({"leaves": [{"name": 1, "made_at": "1970-01-01"}]}, "leaves[0].name: 1 is no str"),
    ({"pair": [1]}, "pair: a list of 2 is expected"),
    ({"pair": [1, 2]}, "pair[1]: 2 is no str"),
    ({"until": 5}, "until: an instant such as"),
    ({"next": {"name": "b"}}, "next.type: None is none of _Bud, _Leaf"),
    ({"next": {"type": "Root"}}, "next.type: 'Root' is none of _Bud, _Leaf"),
    ({"next": []}, "next.type: None is none of"),
    ({"next": {"type": "_Bud", "name": "b", "age": 1}}, "next.age: unknown key; known here are name"),
    ({"next": None}, "next: null is not possible here"),
    ({"counts": []}, "counts: an object is expected, not []"),
    ({"counts": {"a": 1.5}}, "counts.a: 1.5 is no int"),
    ({"wish": []}, "wish: an object is expected, not []"),
    ({"wish": {"colour": 1}}, "wish.colour: unknown key"),
    ({"wish": {"size": "2"}}, "wish.size: '2' is no int"),
    ({"weight": "heavy"}, "weight: 'heavy' is no float"),
    ({"weight": True}, "weight: True is no float"),
    ({"seed": 1.5}, "seed: 1.5 is none of int, str"),
    ({"ripe": 1}, "ripe: 1 is no bool"),
    ({"age": 1}, "age: unknown key; known here are leaves, colour"),
)


@pytest.mark.parametrize(("edit", "said"), STRICT, ids=[said for _, said in STRICT])
def test_what_is_no_such_record_is_refused_with_its_path(edit: dict[str, Any], said: str) -> None:
    """Unknown and missing keys, and values of another type."""
    with pytest.raises(BadRecord) as refused:
        record(_Tree, GIVEN | edit)
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize("given", [None, [], "tree", 7])
def test_record_that_is_no_object_is_refused(given: Any) -> None:
    """At the top there is no path."""
    with pytest.raises(BadRecord, match=r"^an object is expected, not "):
        record(_Tree, given)


def test_long_and_deep_values_are_quoted_in_short() -> None:
    """A refusal is a sentence."""
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]

    for given in ("x" * 10_000, deep):
        with pytest.raises(BadRecord) as refused:
            value(int, given, "a")
        assert len(str(refused.value)) < 100
