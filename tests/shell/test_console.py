"""What the server has for the console beyond its files: a receiver, reads that do not count, callbacks newest first."""

import re

import pytest
from httpx import get as get_raw
from masking_emulator import console
from masking_emulator.server.intake import CONSOLE_HEADER
from masking_emulator.server.thread import ServerThread

from tests.plivo.ask import Api, ask
from tests.shell.asking import control, create, good


def test_pages_own_reads_are_not_kept_and_meet_no_fault(api: Api) -> None:
    """A view that refreshes itself must not use up what somebody set up for their own requests."""
    good(control(api, "POST", "{w}/faults", {"status": 503, "count": 1}), 201)
    read = api.ask("GET", api.sessions, headers={CONSOLE_HEADER: "refresh"})

    assert 200 == read.status
    assert 0 == good(control(api, "GET", "{w}/requests"))["last"]
    assert 503 == api.list().status


def test_header_of_the_page_changes_nothing_for_writes(api: Api) -> None:
    """Only reading is left out."""
    good(control(api, "POST", "{w}/faults", {"status": 503, "count": 1}), 201)

    assert 503 == api.ask("POST", api.sessions, b"{}", headers={CONSOLE_HEADER: "refresh"}).status
    assert 1 == good(control(api, "GET", "{w}/requests"))["last"]


def test_receiver_takes_everything(emulator: ServerThread) -> None:
    """Callbacks come by GET and by POST."""
    for method in ("GET", "POST"):
        assert 200 == ask(emulator.url, method, "/_emulator/console/receiver?x=1", b"EventName=x", {}).status


def test_files_that_the_page_asks_for_never_change(emulator: ServerThread) -> None:
    """Below a digest of them all; below another one a page that was opened earlier gets what there is now."""
    page = get_raw(f"{emulator.url}/_emulator/console/")
    asked = re.findall(r'(?:href|src)="([^"#]*\.[a-z]+)"', page.text)
    assert asked
    for file in asked:
        digest, _, name = file.partition("/")
        here, plain, other = (
            get_raw(f"{emulator.url}/_emulator/console/{path}") for path in (file, name, f"{'0' * 12}/{name}")
        )
        assert "immutable" in here.headers["cache-control"]
        assert ["no-cache"] * 3 == [each.headers["cache-control"] for each in (page, plain, other)]
        assert here.content == plain.content == other.content
        assert console.digest() == digest


def test_file_is_found_whose_name_is_as_long_as_a_digest(emulator: ServerThread) -> None:
    """Under its own name, as every other file."""
    long = [name for name in console.console_files() if len(name) == len(console.digest())]

    assert [200] * len(long) == [get_raw(f"{emulator.url}/_emulator/console/{name}").status_code for name in long]
    assert len(long) > 0


def test_browser_is_led_to_the_page(emulator: ServerThread) -> None:
    """Whoever opens the bare address wants to see something."""
    answer = ask(emulator.url, "GET", "/", None, {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})

    assert (307, "/_emulator/console/") == (answer.status, answer.headers["location"])


@pytest.mark.parametrize("accept", ["*/*", "application/json, text/html;q=0"])
def test_program_gets_the_vendors_404_at_the_bare_address(emulator: ServerThread, accept: str) -> None:
    """A client whose URL lost its path must not take a page for an answer."""
    answer = ask(emulator.url, "GET", "/", None, {"Accept": accept})

    assert (404, {"api_id", "error"}) == (answer.status, set(answer.json))


def test_callbacks_are_listed_newest_first_and_page_by_page(api: Api, emulator: ServerThread) -> None:
    """`before` goes on where a page ended."""
    told = {"callback_url": f"{emulator.url}/_emulator/console/receiver", "session_expiry": 60}
    for pair in range(3):
        create(api, pair, pair + 3, **told)
    good(control(api, "POST", "{w}/clock/advance", {"seconds": 60}))

    def ids(query: str) -> list[int]:
        return [each["id"] for each in good(control(api, "GET", f"{{w}}/callbacks?{query}"))["callbacks"]]

    assert [3, 2] == ids("order=newest&limit=2")
    assert [1] == ids("order=newest&limit=2&before=2")
    assert [1, 2, 3] == ids("")
    assert 400 == control(api, "GET", "{w}/callbacks?order=best").status


def test_head_of_the_stream_ends(api: Api) -> None:
    """A HEAD has no body to wait for."""
    assert 200 == control(api, "HEAD", "{w}/journal/stream").status
