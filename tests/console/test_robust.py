"""The page under load, with a broken network, with hostile strings, and for everybody."""

from collections.abc import Iterator
from typing import Final

import pytest
from masking_emulator.server.thread import ServerThread
from playwright.sync_api import Browser, expect

from tests.console.conftest import FIRST, SECOND, Console
from tests.console.crowd import SESSIONS, burst, crowded, open_sessions, scroll
from tests.console.relay import Relay
from tests.plivo.ask import Api

#: What would run, load or break something where it became markup.
HOSTILE: Final = "<img/src=x/onerror=alert(1)><script>alert(2)</script>\"'&lt;"

ROWS_MAX: Final = 201

#: How many points of the canvas have another colour than the point at its lower right corner.
_PAINTED = """canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let painted = 0;
    for (let at = 0; at < data.length; at += 4) painted += data[at + 3] !== 0;
    return painted;
}"""


@pytest.fixture
def relayed(browser: Browser, world: Api, emulator: ServerThread) -> Iterator[tuple[Console, Relay]]:
    """The page behind a relay."""
    relay = Relay(emulator.url)
    with browser.new_context() as context:
        yield Console(context.new_page(), world, emulator, relay.url), relay
    relay.close()


def test_interrupted_stream_recovers(relayed: tuple[Console, Relay]) -> None:
    """What happened while the network was down is there once it is up again, and nothing twice."""
    console, relay = relayed
    page = console.page
    console.open("sessions")
    console.session()
    feed = page.get_by_label("Newest events")
    expect(feed.get_by_text("Session created")).to_have_count(1)
    relay.cut()
    expect(page.locator(".connection")).to_have_text("reconnecting")
    console.session(first_party="+12025550150", second_party="+12025550151")
    relay.mend()

    expect(page.locator(".connection")).to_have_text("live")
    expect(feed.get_by_text("Session created")).to_have_count(2)
    expect(page.locator("tbody tr")).to_have_count(2)


def test_hostile_strings_are_text(console: Console) -> None:
    """In URLs, in callback bodies and answers, in requests, in faults: nothing of it becomes markup."""
    page = console.page
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    url = f"{console.receiver}?x={HOSTILE}".replace('"', "%22")
    made = console.api.create(first_party=FIRST, second_party=SECOND, callback_url=url, session_expiry=60).json
    console.api.create(first_party=HOSTILE, second_party=SECOND)
    console.control("POST", "/faults", {"operation": "get_session", "status": 500, "text": HOSTILE, "path": "/none"})
    console.control("POST", "/clock/advance", {"seconds": 60})

    console.open("callbacks", "1")
    expect(page.get_by_role("region", name="Callback 1")).to_contain_text("<script>alert(2)</script>")
    console.open("requests")
    page.get_by_role("button", name="Open request 2").click()
    expect(page.get_by_role("region", name="Request 2")).to_contain_text("<script>alert(2)</script>")
    console.open("faults")
    expect(page.locator("tbody")).to_contain_text("<script>alert(2)</script>")
    console.open("sessions", made["session_uuid"])
    expect(page.locator("main")).to_contain_text("<script>alert(2)</script>")
    console.open("sessions", HOSTILE.replace("/", "%2F").replace("<", "%3C"))
    expect(page.locator("main")).to_contain_text("No such session")
    console.open("past", "2?since=0")
    page.get_by_role("button", name="Open session").click()
    expect(page.get_by_role("dialog")).to_contain_text("<script>alert(2)</script>")
    assert 0 == page.locator("main script, main img").count()


def test_page_is_used_by_keyboard(console: Console) -> None:
    """Skip to the content, reach a view, move the clock: no mouse."""
    page = console.page
    console.open("demo")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.get_by_role("link", name="Sessions").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sessions")).to_be_visible()
    page.get_by_role("button", name="+1 min").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".face")).to_have_text("2026-01-01 00:01:00")


def test_theme_is_kept(console: Console) -> None:
    """The choice outlives the page."""
    page = console.page
    console.open("demo")
    console.pull_down("tools")
    console.click("Change to dark colours")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_crowd_is_drawn_in_part(browser: Browser) -> None:
    """10,000 sessions and 1,000 callbacks in a burst: every view works, and none draws more rows than a page has.

    On the overview each is a bar. How long the browser's tasks are is measured by the bench.
    """
    with crowded(browser) as console:
        console.open("overview")
        expect(console.page.locator("main")).to_contain_text(f"{SESSIONS} live of {SESSIONS} sessions")
        console.page.wait_for_function("() => document.querySelector('.timeline-canvas').width > 300")
        assert 10_000 < console.page.locator(".timeline-canvas").evaluate(_PAINTED)
        open_sessions(console)
        burst(console)
        for view in ("Callbacks", "Journal", "Sessions"):
            scroll(console.page, view)
            assert 0 < console.page.locator("main tr").count() <= ROWS_MAX
