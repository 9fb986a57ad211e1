"""The media file of a recording: whole, in parts, without credentials, until it is deleted."""

import wave
from io import BytesIO
from typing import Final
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.core.records.calls import Call
from masking_emulator.plivo.ranges import part_of
from masking_emulator.plivo.refusals import ApiError

from tests.plivo.ask import Reply
from tests.plivo.bodies import outcome
from tests.plivo.inside import House, answered, house

_SIZE: Final = 1000


@pytest.fixture
def home() -> House:
    """A world of its own."""
    return house()


def _recorded(home: House, audio_format: str = "mp3") -> tuple[str, Call]:
    home.create(record=True, record_file_format=audio_format)
    call = home.call(talk_s=20)
    return f"/v1/Account/{home.main.auth_id}/Recording/{call.recording}.{audio_format}", call


def _get(home: House, path: str, method: str = "GET", **headers: str) -> Reply:
    """A request that carries no credentials."""
    return answered(home.app, method, path, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(("audio_format", "media_type"), [("mp3", "audio/mpeg"), ("wav", "audio/wav")])
def test_audio_is_served_without_credentials(home: House, audio_format: str, media_type: str) -> None:
    """Its length is told before it is sent."""
    path, _ = _recorded(home, audio_format)

    served = _get(home, path)
    assert (served.status, served.headers["content-type"]) == (200, media_type)
    assert served.headers["content-length"] == str(len(served.content))
    assert served.headers["accept-ranges"] == "bytes"


def test_file_is_as_long_as_its_resource_says(home: House) -> None:
    """Half a second of the call is half a second of the file."""
    home.create(record=True, record_file_format="wav")
    call = home.call(talk_s=20.5, wait_s=60)
    shown = home.ask(f"/Recording/{call.recording}").json
    with wave.open(BytesIO(_get(home, urlsplit(shown["recording_url"]).path).content)) as file:
        frames = file.getnframes()

    assert float(shown["recording_duration_ms"]) == 20_500
    assert float(shown["recording_duration_ms"]) * 8 == frames


def test_head_tells_what_get_would(home: House) -> None:
    """And sends nothing."""
    path, _ = _recorded(home)

    head = _get(home, path, "HEAD")
    assert head.headers == _get(home, path).headers
    assert head.content == b""


def test_part_is_the_same_bytes_as_in_the_whole(home: House) -> None:
    """A player that seeks asks for a part."""
    path, _ = _recorded(home)
    whole = _get(home, path).content

    part = _get(home, path, Range="bytes=100-299")
    assert (part.status, part.content) == (206, whole[100:300])
    assert part.headers["content-range"] == f"bytes 100-299/{len(whole)}"
    assert part.headers["content-length"] == "200"


def test_part_of_another_version_is_the_whole(home: House) -> None:
    """If-Range with the file's own tag gives the part."""
    path, call = _recorded(home)

    assert _get(home, path, Range="bytes=0-9", If_Range='"other"').status == 200
    assert _get(home, path, Range="bytes=0-9", If_Range=f'"{call.recording}"').status == 206


def test_part_beyond_the_end_is_refused(home: House) -> None:
    """With the size, so that the client can ask again."""
    path, _ = _recorded(home)

    refused = _get(home, path, Range="bytes=999999999-")
    assert refused.status == 416
    assert refused.headers["content-range"] == f"bytes */{_get(home, path).headers['content-length']}"


def test_media_of_a_subaccount_is_found_under_both_accounts(home: House) -> None:
    """As its record is."""
    home.create(by=home.sub, record=True)
    call = home.call(number="912269000009", talk_s=20)

    for account in (home.main, home.sub):
        assert _get(home, f"/v1/Account/{account.auth_id}/Recording/{call.recording}.mp3").status == 200


def test_media_of_the_main_account_is_not_its_subaccounts(home: House) -> None:
    """Nor anybody else's."""
    _, call = _recorded(home)

    for auth_id in (home.sub.auth_id, "MANOBODY000000000000"):
        assert _get(home, f"/v1/Account/{auth_id}/Recording/{call.recording}.mp3").status == 404


def test_media_takes_no_other_method(home: House) -> None:
    """A recording is deleted, not its file."""
    path, _ = _recorded(home)

    refused = _get(home, path, "DELETE")
    assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        (None, None),
        ("bytes=0-0", (0, 1)),
        ("bytes=10-", (10, _SIZE)),
        ("bytes=-10", (_SIZE - 10, _SIZE)),
        ("bytes=-5000", (0, _SIZE)),
        ("bytes=990-5000", (990, _SIZE)),
        ("Bytes = 1-2", (1, 3)),
        ("bytes=5-4", None),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-1", None),
        ("nonsense", None),
    ],
)
def test_range_is_read_as_http_has_it(wanted: str | None, part: tuple[int, int] | None) -> None:
    """Source: RFC 9110, section 14. What is no single range of bytes is ignored."""
    assert part == part_of(wanted, _SIZE)


@pytest.mark.parametrize("wanted", ["bytes=1000-", "bytes=-0", "bytes=2000-3000"])
def test_range_beyond_the_end_is_none(wanted: str) -> None:
    """Source: RFC 9110, 15.5.17."""
    with pytest.raises(ApiError) as refused:
        part_of(wanted, _SIZE)
    assert refused.value.status == 416


@given(wanted=st.text(), size=st.integers(0, 10**12))
def test_any_range_lies_within_the_file(wanted: str, size: int) -> None:
    """Whatever is sent."""
    part = outcome(lambda: part_of(f"bytes={wanted}", size))

    if isinstance(part, ApiError):
        assert part.status == 416
    else:
        assert part is None or 0 <= part[0] < part[1] <= size
