"""A world of very many sessions behind the page, and what the browser says of how busy it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from masking_emulator.core.records.base import replace
from masking_emulator.server.thread import ServerThread
from playwright.sync_api import Browser, Page, expect

from tests.console.conftest import Console, watched
from tests.core.play import SETTINGS, creation
from tests.plivo.ask import api_of

SESSIONS: Final = 10_000
CALLBACKS: Final = 1_000

_WORLD: Final = """
clock = { start = "2026-01-01T00:00:00Z", rate = 0 }
numbers = [{ number = "+14155550100" }]
"""

_WATCH_LONG_TASKS: Final = """
    window.longTasks = [];
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map(({ duration }) => duration)))
        .observe({ type: "longtask", buffered: true });
"""

#: What is changed now has been drawn after this.
NEXT_FRAMES: Final = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@contextmanager
def crowded(browser: Browser) -> Iterator[Console]:
    """The page on a server of its own; a tenth of the sessions end after a minute and say so."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "crowded.toml")
        file.write_text(_WORLD, encoding="utf-8")
        server = ServerThread(str(file))
    # A thousand at once wait for each other; the world's clock stands, so what is tried again would never come.
    told = replace(SETTINGS, callback_url=f"{server.url}/_emulator/console/receiver#ct=10000")
    (world,) = server._hub.all()
    for number in range(SESSIONS):
        parties = (f"1415{2000000 + number}", f"1415{3000000 + number}")
        ends = number < CALLBACKS
        world.do(creation(*parties, expiry_s=60 if ends else 7200, settings=told if ends else SETTINGS))
    with server, watched(browser, server.url) as page:
        page.add_init_script(_WATCH_LONG_TASKS)
        api = api_of(server.url, server.control.get(f"/worlds/{world.auth_id}"))
        yield Console(page, api, server, server.url)


def open_sessions(console: Console) -> float:
    """The list of all of them; milliseconds to the first contentful paint."""
    console.open("sessions")
    expect(console.page.get_by_text(f"1 to 20 of {SESSIONS}")).to_be_visible()
    return float(console.page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))


def burst(console: Console) -> float:
    """A minute passes and the callbacks arrive in the list; milliseconds of the longest task meanwhile."""
    console.page.get_by_role("link", name="Callbacks", exact=True).click()
    console.control("POST", "/clock/advance", {"seconds": 60})
    console.control("GET", f"/callbacks/wait?count={CALLBACKS}&timeout_s=50")
    expect(console.page.locator("tbody")).to_contain_text("delivered")
    return _longest(console.page)


def scroll(page: Page, view: str) -> float:
    """A view is scrolled from its top to its end; milliseconds of the longest task meanwhile."""
    page.get_by_role("link", name=view, exact=True).click()
    expect(page.locator("tbody tr").first).to_be_visible()
    page.evaluate(NEXT_FRAMES)
    _longest(page)
    page.locator("main").hover()
    for _ in range(20):
        page.mouse.wheel(0, 300)
        page.evaluate(NEXT_FRAMES)
    return _longest(page)


def tell(browser: Browser) -> float:
    """A story is told to its end, on a server of its own; milliseconds of the longest task meanwhile."""
    with ServerThread("demo") as server, watched(browser, server.url) as page:
        page.add_init_script(_WATCH_LONG_TASKS)
        (auth_id,) = server.control.get("/health")["worlds"]
        page.goto(f"{server.url}/_emulator/console/#/{auth_id}/demo")
        page.get_by_label("How fast").select_option("quickly")
        page.evaluate(NEXT_FRAMES)
        _longest(page)
        page.locator(".story").first.click()
        expect(page.locator(".caption")).to_contain_text("That was all of it.", timeout=30_000)
        return _longest(page)


def _longest(page: Page) -> float:
    """The longest task since this was asked last; the browser counts those of 50 ms and more."""
    return float(page.evaluate("Math.max(0, ...window.longTasks.splice(0))"))
