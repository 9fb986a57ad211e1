"""The page under load, with a broken network, with hostile strings, and for everybody."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from emulator.server import Emulator
from tests.console.conftest import AXE, FIRST, SECOND, Console, watched
from tests.console.relay import Relay
from tests.plivo.ask import Api

VIEWS: Final = ("demo", "sessions", "numbers", "phones", "callbacks", "requests", "faults", "journal")

#: What would run, load or break something where it became markup.
HOSTILE: Final = "<img/src=x/onerror=alert(1)><script>alert(2)</script>\"'&lt;"

SESSIONS: Final = 10_000
CALLBACKS: Final = 1_000
FIRST_PAINT_MS_MAX: Final = 1_000
LONG_TASK_MS_MAX: Final = 200

_WATCH_LONG_TASKS: Final = """
    window.longTasks = [];
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map(({ duration }) => duration)))
        .observe({ type: "longtask", buffered: true });
"""


@pytest.fixture
def relayed(browser: Browser, world: Api, emulator: Emulator) -> Iterator[tuple[Console, Relay]]:
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
    expect(feed.get_by_text("SessionCreated")).to_have_count(1)
    relay.cut()
    expect(page.locator(".connection")).to_have_text("reconnecting")
    console.session(first_party="+12025550150", second_party="+12025550151")
    relay.mend()

    expect(page.locator(".connection")).to_have_text("live")
    expect(feed.get_by_text("SessionCreated")).to_have_count(2)
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
    assert 0 == page.locator("main script, main img").count()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_views_are_accessible(browser: Browser, world: Api, emulator: Emulator, scheme: Any) -> None:
    """axe finds nothing wrong in any view, in light and in dark."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed in tests/node")
    axe = AXE.read_text(encoding="utf-8")
    found = []
    with watched(browser, emulator.url, color_scheme=scheme) as page:
        console = Console(page, world, emulator, emulator.url)
        made = console.session(callback_url=console.receiver, record=True)
        console.control("POST", "/calls", {"from": FIRST, "to": made["virtual_number"]})
        console.control("POST", "/clock/advance", {"seconds": 60})
        for view, detail in [*((view, "") for view in VIEWS), ("sessions", made["session_uuid"]), ("callbacks", "1")]:
            console.open(view, detail)
            page.evaluate(axe)
            answer = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
            found += [(view, each["id"], node["html"][:120]) for each in answer["violations"] for node in each["nodes"]]

    assert [] == found


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


def test_page_fits_a_phone(browser: Browser, world: Api, emulator: Emulator) -> None:
    """At 380 pixels nothing sticks out sideways."""
    with watched(browser, emulator.url, viewport={"width": 380, "height": 800}) as page:
        console = Console(page, world, emulator, emulator.url)
        made = console.session(callback_url=console.receiver, session_expiry=60)
        console.control("POST", "/clock/advance", {"seconds": 60})
        for view, detail in [*((view, "") for view in VIEWS), ("sessions", made["session_uuid"]), ("callbacks", "1")]:
            console.open(view, detail)
            assert page.evaluate("document.documentElement.scrollWidth") <= 380, view


def test_theme_is_kept(console: Console) -> None:
    """The choice outlives the page."""
    page = console.page
    console.open("demo")
    console.click("Change to dark colours")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_page_stays_quick(console: Console) -> None:
    """10,000 sessions and 1,000 callbacks: painted within a second, and no long task while it is scrolled and fed."""
    page = console.page
    _fill(console)
    console.control("POST", "/clock/advance", {"seconds": 60})
    page.add_init_script(_WATCH_LONG_TASKS)
    console.open("sessions")
    expect(page.get_by_text(f"1 to 20 of {SESSIONS}")).to_be_visible()
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    for view in ("callbacks", "journal", "sessions"):
        page.get_by_role("link", name=view.capitalize(), exact=True).click()
        expect(page.locator("tbody tr").first).to_be_visible()
        for _ in range(10):
            page.mouse.wheel(0, 400)
    console.control("POST", "/clock/advance", {"seconds": 60})
    expect(page.get_by_label("Newest events")).to_contain_text("CallbackSettled")
    longest = max(page.evaluate("window.longTasks"), default=0)

    import os

    os.write(2, f"PERF paint {painted:.0f} longest {longest:.0f}\n".encode())
    assert painted < FIRST_PAINT_MS_MAX
    assert longest < LONG_TASK_MS_MAX
    assert page.locator("main tr").count() <= 201


def _fill(console: Console) -> None:
    """Sessions of other people each; a tenth of them have a callback after a minute, another tenth after two."""
    parts = urlsplit(console.emulator.url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    headers = {"Authorization": console.api.authorization, "Content-Type": "application/json"}
    for number in range(SESSIONS):
        parties = {"first_party": f"+1415{2000000 + number}", "second_party": f"+1415{3000000 + number}"}
        told = {"callback_url": console.receiver, "session_expiry": 60 if number < CALLBACKS else 120}
        body = json.dumps(parties | (told if number < 2 * CALLBACKS else {"session_expiry": 7200}))
        connection.request("POST", console.api.sessions, body, headers)
        response = connection.getresponse()
        response.read()
        assert 201 == response.status
    connection.close()
