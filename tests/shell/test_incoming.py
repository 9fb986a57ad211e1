"""JSON that comes in pieces: wherever it is cut, it is what the whole is, or refused as the whole is."""

import json
import tracemalloc
from collections.abc import Iterator, Mapping
from itertools import repeat
from random import Random
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from masking_emulator.core import codec
from masking_emulator.core import snapshot as core
from masking_emulator.core.arriving import ArrivingList, items_of
from masking_emulator.core.bulk import Writing, reader_of_many
from masking_emulator.core.readers import is_record
from masking_emulator.core.records.sessions import Number
from masking_emulator.keeping.snapshot import BadSnapshot, arriving, read_snapshot, snapshot_of
from masking_emulator.world.incoming import Incoming, Readers
from masking_emulator.world.world import World

from tests.plivo.ask import Api
from tests.shell.asking import control, create, good
from tests.shell.mutations import mutated
from tests.shell.runs import new_world, play
from tests.shell.test_snapshot_mutations import lively

_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 10**15)
    | st.text(max_size=9)
    | st.sampled_from(["},{", "\\", '"', "]"]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=30,
)


class _Items:
    """Keeps the items of a list; its guesses are right wherever the text is a list."""

    def __init__(self) -> None:
        self.kept: list[Any] = []

    def begin(self) -> None:
        self.kept = []

    def guess(self, content: bytes) -> bool:
        try:
            self.read(content)
        except ValueError:
            return False
        return True

    def read(self, content: bytes) -> None:
        self.kept += msgspec.json.decode(content, type=list[Any])


#: What is put before or in the place of a character.
_CHANGES: Final = (b"", b",", b"]", b"}", b"[", b"{", b'"', b":", b"1", b" ")


def _read(text: bytes, readers: Readers, cuts: Iterator[int], piece_bytes: int = 16) -> Any:
    """What the text is, read in pieces of these lengths."""
    incoming = Incoming(piece_bytes)
    for _ in incoming.reading(readers):
        if incoming.is_wanted:
            length = next(cuts)
            incoming.add(text[:length])
            text = text[length:]
    return incoming.whole


def _cuts(seed: int) -> Iterator[int]:
    chance = Random(seed)
    longest = chance.choice((1, 3, 10, 100))
    while True:
        yield chance.randint(1, longest)


def _written(value: Any, chance: Random) -> bytes:
    """JSON of a value, with blanks or without, and with characters as they are or escaped."""
    indent, ascii_only = chance.choice((None, 0, 2)), chance.choice((True, False))
    return json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()


def _whole(value: Any) -> Any:
    """The value with what a reader kept in the reader's place."""
    if isinstance(value, Mapping):
        return {key: _whole(item) for key, item in value.items()}
    return value.kept if isinstance(value, _Items) else value


@given(many=st.lists(_json, max_size=40), other=_json, seed=st.integers(0, 2**32))
def test_json_in_pieces_is_what_the_whole_is(many: list[Any], other: Any, seed: int) -> None:
    """Cut within texts, escapes and characters of several bytes; in lists that are read in runs, and elsewhere."""
    value = {"é": other, "a": {"many": many, "other": other}, "many": many}
    text = _written(value, Random(seed))

    assert value == _whole(_read(text, {"a": {"many": _Items(), "other": _Items()}, "many": _Items()}, _cuts(seed)))


@settings(max_examples=40)
@given(many=st.lists(st.dictionaries(st.sampled_from("ab"), _json, max_size=2), max_size=9), seed=st.integers(0, 2**32))
def test_broken_json_is_refused_in_pieces_as_at_once(many: list[Any], seed: int) -> None:
    """A character more, one less, or another one: it is what the whole is, or no JSON if that is none."""
    chance = Random(seed)
    text = _written({"many": many, "b": [1, {"many": many}]}, chance)
    at, more = chance.randrange(len(text) + 1), chance.choice(_CHANGES)
    broken = text[:at] + more + text[at + chance.choice((0, 1)) :]
    try:
        expected = msgspec.json.decode(broken)
    except ValueError:
        with pytest.raises(ValueError, match=r"(JSON is malformed|it is no UTF-8|out of range).* \(byte \d+\)$"):
            _read(broken, {"many": _Items()}, _cuts(seed))
        return

    assert expected == _whole(_read(broken, {"many": _Items()}, _cuts(seed)))


def test_member_that_is_there_twice_is_what_it_is_at_last() -> None:
    """Whether it is a list that is read in runs, an object that has such lists, or becomes something else."""
    text = b'{"a": {"many": [1, 2]}, "many": [3], "many": [4, 5], "a": {"many": [6]}, "b": 1, "b": 2}'
    other = text[:-1] + b', "many": 7}'

    for whole in (text, other):
        readers: Readers = {"a": {"many": _Items()}, "many": _Items()}
        assert msgspec.json.decode(whole) == _whole(_read(whole, readers, _cuts(1)))


def test_text_of_many_escapes_takes_no_memory_of_its_own() -> None:
    """A million line ends in a text: it is looked at as it stands, and not with a way back from every one of them."""
    text = b'{"a":"' + b"\\n" * 1_000_000 + b'"}'
    tracemalloc.start()
    read = _read(text, {}, repeat(len(text)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert {"a": "\n" * 1_000_000} == read
    assert peak < 12 * len(text)


def test_long_text_is_held_once_while_it_is_read() -> None:
    """Its bytes, and what they are read as: what was read is let go first."""
    text = b'{"a":"' + b"x" * 4_000_000 + b'"}'
    tracemalloc.start()
    read = _read(text, {}, repeat(65_536))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert {"a": "x" * 4_000_000} == read
    assert peak < 2.5 * len(text)


def test_place_of_what_is_wrong_is_that_in_the_whole_text() -> None:
    """However many pieces came before it."""
    text = json.dumps({"many": [{"a": 1}] * 100, "b": 1}).encode()[:-2] + b"x}"
    with pytest.raises(ValueError, match="byte") as at_once:
        msgspec.json.decode(text)

    with pytest.raises(ValueError, match="byte") as in_pieces:
        _read(text, {"many": _Items()}, _cuts(1))
    assert str(at_once.value) == str(in_pieces.value)


# -- snapshots --


def _records(world: World) -> Iterator[tuple[type, Any]]:
    """The lists of records in a snapshot, each with their type."""
    taken = world._life.engine.snapshot()
    yield from ((kind, getattr(taken, name)) for name, kind in items_of(core.Snapshot).items() if is_record(kind))


def _lively(seed: int) -> World:
    world = new_world()
    play(world, lively(Random(seed)))
    return world


@pytest.mark.parametrize("seed", range(4))
def test_many_records_at_once_are_what_each_of_them_is(seed: int) -> None:
    """Of every kind that a snapshot has: written, read, and read in pieces."""
    for kind, records in _records(_lively(seed)):
        expected = json.dumps([codec.plain(record) for record in records], separators=(",", ":"), ensure_ascii=False)
        content = b"[%b]" % b",".join(Writing(kind, records).texts(b","))

        assert expected == content.decode()
        assert list(records) == reader_of_many(kind)(content)


def _outcome(given: Any) -> Any:
    try:
        return read_snapshot(given)
    except BadSnapshot as bad:
        return str(bad)


@pytest.mark.parametrize("seed", range(3))
def test_snapshot_in_pieces_is_taken_or_refused_as_at_once(seed: int) -> None:
    """Mutated in any place: the same state, or the same refusal with the same path."""
    chance, taken = Random(seed), json.loads(json.dumps(snapshot_of(_lively(seed))))
    compared = 0
    for _ in range(40):
        changed, mutation = mutated(taken, chance)
        try:
            text = _written(changed, chance)
            at_once = _outcome(msgspec.json.decode(text))
        except ValueError:  # a number or a text that no JSON may have
            continue
        compared += 1

        assert at_once == _outcome(_read(text, arriving(), _cuts(seed), 512)), mutation
    assert compared > 20


@pytest.mark.parametrize("seed", range(2))
def test_session_that_the_world_has_is_not_made_a_second_time(seed: int) -> None:
    """Put back where it was taken: one that has changed meanwhile is made, and timers name their sessions' UUIDs."""
    world = _lively(seed)
    text = json.dumps(snapshot_of(world)).encode()
    kept = {session.uuid: session for session in world.caught_up().sessions()}
    world.clock.jump_to(world.clock.now() + 3_600_000_000)
    changed = {session.uuid for session in world.caught_up().sessions() if session != kept[session.uuid]}
    _, saved = read_snapshot(_read(text, arriving(world), _cuts(seed), 512))
    uuids = {session.uuid: session.uuid for session in saved.engine.sessions}
    shared = {session.uuid for session in saved.engine.sessions if session is world.caught_up().session(session.uuid)}
    ends = [timer for timer in saved.engine.timers if timer.key in uuids]

    assert list(kept.values()) == list(saved.engine.sessions)
    assert kept.keys() - changed == shared
    assert len(ends) > 0
    assert all(timer.key is uuids[timer.key] for timer in ends)


def test_what_comes_after_a_refused_record_is_still_read() -> None:
    """The first that is wrong is named, and where no JSON comes after it, that is said instead."""
    good_number = {"digits": "14155550100", "calling_code": 1, "owner": 0, "place": 0}
    numbers = ArrivingList(Number)
    numbers.read(json.dumps([good_number, {**good_number, "owner": "x"}, 7]).encode())
    numbers.read(json.dumps([good_number]).encode())

    with pytest.raises(codec.BadRecord, match=r"^numbers\[1\]\.owner: 'x' is no int$"):
        numbers.items("numbers")
    with pytest.raises(ValueError, match="malformed"):
        numbers.read(b"[1 2]")


_BLANKS: Final = b" " * 1_100_000


@pytest.mark.parametrize("before", [b"", _BLANKS], ids=["short", "long"])
def test_long_body_is_answered_as_a_short_one(api: Api, before: bytes) -> None:
    """A megabyte of blanks makes a body long: it is read as it comes, and taken or refused in the same words."""
    create(api, 0, 1)
    taken = good(control(api, "GET", "{w}/snapshot"))
    wrong = json.loads(json.dumps(taken))
    wrong["engine"]["sessions"][0]["uuid"] = "x"
    refused = control(api, "PUT", "{w}/snapshot", before + json.dumps(wrong).encode())
    broken = control(api, "PUT", "{w}/snapshot", before + json.dumps(taken).encode()[:-1] + b"]")
    good(control(api, "POST", "{w}/reset"))
    put = control(api, "PUT", "{w}/snapshot", before + json.dumps(taken).encode())

    assert (400, "engine.sessions[0].uuid") == (refused.status, refused.json["field"])
    assert 400 == broken.status
    assert "the body is no JSON" in broken.json["error"]
    assert 200 == put.status
    assert taken["engine"]["sessions"] == good(control(api, "GET", "{w}/snapshot"))["engine"]["sessions"]
