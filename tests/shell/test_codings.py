"""Answers and bodies in gzip and zstd, where a client asks for one or sends one (RFC 9110, 8.4 and 12.5.3)."""

import asyncio
import gzip
import json
import sys
import zlib
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.control import codings
from masking_emulator.control.codings import BadCoding, decoded, encoded, known, wanted
from masking_emulator.plivo.http import BodyTooLong

from tests.packing import PACKED, PLAIN, zstd
from tests.plivo.ask import Api
from tests.shell.asking import control, create, good
from tests.shell.turns import turns_beside

codings_known = pytest.mark.parametrize("coding", list(PACKED))


@pytest.fixture
def without_zstd(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An environment in which nobody has zstd."""
    for name in ("compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    codings._zstd.cache_clear()
    yield
    codings._zstd.cache_clear()


def _said(body: bytes, coding: str, *, step: int = 7, bytes_max: int = 1_000_000) -> bytes:
    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(body), step):
            yield body[at : at + step]

    async def read() -> bytes:
        return b"".join([piece async for piece in decoded(pieces(), coding, bytes_max)])

    return asyncio.run(read())


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("GZIP;Q=0.5", "gzip"),
        ("x-gzip", "gzip"),
        ("zstd;q=0.5, X-GZIP", "gzip"),
        ("gzip;level=1;q=0.5, identity;q=0.4", "gzip"),
        ("zstd;q=0.4, gzip;q=0.5", "gzip"),
        ("zstd;q=0, *", "gzip"),
        ("*", "zstd"),
        ("gzip;q=0", None),
        ("*;q=0", None),
        ("identity", None),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.5, gzip", "gzip"),
        ("gzip, identity", "gzip"),
        ("identity;q=0.5, *;q=0.1", None),
        ("br, deflate", None),
        ("gzip;q=best", None),
        (" , ;", None),
        ("", None),
    ],
)
def test_client_has_the_coding_that_it_likes_best(accepted: str, coding: str | None) -> None:
    """Of those that it likes as well, the quicker one."""
    assert coding == wanted(accepted)


@codings_known
@given(pieces=st.lists(st.binary(max_size=300)), step=st.integers(1, 50))
def test_what_was_encoded_is_read_back(coding: str, pieces: list[bytes], step: int) -> None:
    """However it is cut; and as others read it."""
    packed = b"".join(encoded(iter(pieces), coding))

    assert b"".join(pieces) == PLAIN[coding](packed) == _said(packed, coding, step=step)


@codings_known
def test_much_comes_out_in_small_pieces(coding: str) -> None:
    """A body that is mostly alike is a thousand times as long as it looks."""
    text = b"one and the same " * 50_000

    assert text == _said(PACKED[coding](text), coding, step=1_000_000)


@codings_known
def test_texts_may_follow_each_other(coding: str) -> None:
    """As in a file to which somebody has added."""
    packed = PACKED[coding](b"one, ") + PACKED[coding](b"two")

    assert b"one, two" == _said(packed, coding) == _said(packed, coding, step=1_000)
    assert b"" == _said(b"", coding)


@codings_known
@pytest.mark.parametrize("text", [b"", b" "])
def test_others_have_their_turns_while_many_texts_say_little(coding: str, text: bytes) -> None:
    """Whoever reads hears of nothing, or has read too little to look at the time."""
    body = PACKED[coding](text) * 5_000

    async def read() -> bytes:
        async def whole() -> AsyncIterator[bytes]:
            yield body

        return b"".join([piece async for piece in decoded(whole(), coding, 1_000_000)])

    said, turns = asyncio.run(turns_beside(read()))
    assert text * 5_000 == said
    assert turns >= len(body) // 4096


@codings_known
def test_body_that_ends_too_soon_is_refused(coding: str) -> None:
    """A half of it might be right by chance."""
    packed = PACKED[coding](bytes(range(256)) * 10)

    for end in range(1, len(packed)):
        with pytest.raises(BadCoding, match="ends too soon"):
            _said(packed[:end], coding)


def test_zstd_that_refers_far_back_is_refused() -> None:
    """Whoever sends it decides how much memory it takes to read."""
    text = zstd.compress(b"x" * 1000, options={zstd.CompressionParameter.window_log: 27})
    frame = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27})
    streamed = frame.compress(b"x" * 1000) + frame.flush()

    assert b"x" * 1000 == _said(text, "zstd")  # it says that it is short
    with pytest.raises(BadCoding, match="zstd"):
        _said(streamed, "zstd")


@codings_known
def test_body_may_say_so_much_and_no_more(coding: str) -> None:
    """It counts what it says, not what came."""
    packed = PACKED[coding](b" " * 100_000)

    assert 100_000 == len(_said(packed, coding, bytes_max=100_000))
    with pytest.raises(BodyTooLong):
        _said(packed, coding, bytes_max=99_999)


@codings_known
def test_snapshot_goes_out_and_in_again(api: Api, coding: str) -> None:
    """What it says is the same, in a fraction of the bytes."""
    good(control(api, "PUT", "{w}/clock", {"rate": 0}))
    for first in range(3):
        create(api, first, 3)
    plain = control(api, "GET", "{w}/snapshot")
    packed = control(api, "GET", "{w}/snapshot", **{"Accept-Encoding": coding})

    assert (coding, "Accept-Encoding") == (packed.headers["content-encoding"], packed.headers["vary"])
    assert "content-encoding" not in plain.headers
    assert plain.content == PLAIN[coding](packed.content)
    assert len(packed.content) < len(plain.content) / 2
    good(control(api, "POST", "/worlds/" + api.auth_id + "/reset"))
    good(control(api, "PUT", "{w}/snapshot", packed.content, **{"Content-Encoding": coding.upper()}))
    assert plain.json == good(control(api, "GET", "{w}/snapshot"))


@pytest.mark.parametrize("coding", ["x-gzip", "X-GZip"])
def test_gzip_has_an_old_name(api: Api, coding: str) -> None:
    """Source: RFC 9110, section 8.4.1.3."""
    good(control(api, "POST", "{w}/clock/advance", gzip.compress(b'{"seconds": 60}'), **{"Content-Encoding": coding}))

    assert "2026-01-01T00:01:00Z" == good(control(api, "GET", "{w}/clock"))["now"]


def test_short_answer_stays_as_it_is(api: Api) -> None:
    """It would only become longer."""
    reply = control(api, "POST", "{w}/clock/advance", {"seconds": 1}, **{"Accept-Encoding": "gzip"})

    assert ("Accept-Encoding", None) == (reply.headers["vary"], reply.headers.get("content-encoding"))
    assert [] == reply.json["events"]


@pytest.mark.parametrize(
    ("coding", "body", "status", "reason"),
    [
        ("gzip", b"{}", 400, "the body is no gzip"),
        ("zstd", b"{}", 400, "the body is no zstd"),
        ("gzip", gzip.compress(b'{"seconds": 60}', mtime=0)[:-9], 400, "the body is no whole gzip"),
        ("gzip", gzip.compress(b" " * 5_000_000, mtime=0), 413, "4194304 bytes"),
        ("zstd", zstd.compress(b" " * 5_000_000), 413, "4194304 bytes"),
        ("gzip", gzip.compress(b'{"seconds": 60', mtime=0), 400, "the body is no JSON"),
        ("br", b"{}", 415, "'br' is no coding that is read here, as zstd, gzip are"),
        ("gzip, zstd", b"{}", 415, "'gzip, zstd' is no coding"),
        ("deflate", zlib.compress(b"{}"), 415, "'deflate' is no coding"),
    ],
)
def test_body_that_is_not_what_it_says_is_refused(api: Api, coding: str, body: bytes, status: int, reason: str) -> None:
    """With the header's name where it is the coding, and nothing has changed."""
    before = good(control(api, "GET", "{w}/clock"))
    refused = control(api, "POST", "{w}/clock/advance", body, **{"Content-Encoding": coding})

    assert status == refused.status
    assert reason in refused.error
    assert ("JSON" in reason or status == 413) is (refused.json.get("field") is None)
    assert ("zstd, gzip" if status == 415 else None) == refused.headers.get("accept-encoding")
    assert before == good(control(api, "GET", "{w}/clock"))


def test_long_body_that_breaks_off_is_refused(api: Api) -> None:
    """The rest is read, so that whoever is still sending reads the answer."""
    body = json.dumps({"version": 1, "filler": [str(number) for number in range(400_000)]}).encode()
    packed = gzip.compress(body)
    refused = control(api, "PUT", "{w}/snapshot", packed[: len(packed) // 2] * 3, **{"Content-Encoding": "gzip"})

    assert (400, "Content-Encoding") == (refused.status, refused.json["field"])


@pytest.mark.usefixtures("without_zstd")
def test_without_the_extra_there_is_gzip(api: Api) -> None:
    """Python has it always; zstd comes with 3.14, or the extra of this name."""
    assert ("gzip",) == known()
    assert "gzip" == wanted("zstd, gzip;q=0.1")
    assert wanted("zstd") is None
    refused = control(api, "POST", "{w}/clock/advance", b"{}", **{"Content-Encoding": "zstd"})
    assert "'zstd' is no coding that is read here, as gzip are" in refused.error
