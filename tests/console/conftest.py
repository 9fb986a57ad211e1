"""A headless browser on the console of the server that all tests share, each test with a world of its own.

Every test fails that leaves an error in the browser's console, or lets the page ask another host.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import pytest
from masking_emulator.server.thread import ServerThread

from tests.console import fonts
from tests.plivo.ask import Api, api_of
from tests.programs import may_start

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Playwright, Request

#: The first one is the same Chromium without the windows around the page; a page takes it a third of the time.
NAMES: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"),
    *fonts.ARGUMENTS,
)

#: A refused request is written into the browser's console by the browser itself.
_REFUSED: Final = "Failed to load resource: the server responded with a status of"

_PATIENCE_MS: Final = 10_000

#: Without playwright, only what needs no browser is collected.
collect_ignore_glob = [] if find_spec("playwright") else ["test_[!f]*.py", "screenshots.py"]

#: Counts the requests of the page that have no answer yet, and remembers when the last one was begun or answered.
_COUNT_REQUESTS: Final = """
    window.underWay = 0;
    window.lastStir = 0;
    const ask = window.fetch;
    window.fetch = async (...words) => {
        window.underWay += 1;
        window.lastStir = performance.now();
        try {
            return await ask(...words);
        } finally {
            window.underWay -= 1;
            window.lastStir = performance.now();
        }
    };
"""
#: The page has no request under way, and has begun none for a while.
STANDS_STILL: Final = "() => !window.underWay && performance.now() - window.lastStir > 120"

FIRST, SECOND, STRANGER = "+14155550123", "+14155550145", "+12025550177"


@dataclass(frozen=True)
class Console:
    """The page on one world."""

    page: "Page"
    api: Api
    emulator: ServerThread
    url: str

    def open(self, view: str, detail: str = "") -> None:
        """Go to a view, and wait until it stands."""
        tail = f"/{detail}" if detail else ""
        self.page.goto(f"{self.url}/_emulator/console/#/{self.api.auth_id}/{view}{tail}")
        self.page.locator(f"main[data-view={view}] h1").wait_for()
        self.page.locator(".connection[data-state=open]").wait_for()

    def settle(self) -> None:
        """Wait until what the view reads on its own has come; for pages that `watched` made."""
        self.page.wait_for_function(STANDS_STILL)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the control API about the world, past the page."""
        path = f"/worlds/{self.api.auth_id}{path}"
        ask = self.emulator.control
        return {"GET": ask.get, "DELETE": ask.delete}[method](path) if body is None else self._write(method, path, body)

    def _write(self, method: str, path: str, body: Any) -> Any:
        ask = self.emulator.control
        return ask.put(path, body) if method == "PUT" else ask.post(path, body)

    def session(self, **fields: Any) -> Any:
        """A session of the two usual parties, made past the page."""
        return self.api.create(**{"first_party": FIRST, "second_party": SECOND, **fields}).json

    def click(self, name: str, within: "Locator | None" = None) -> None:
        """Click the button of this name."""
        (within or self.page).get_by_role("button", name=name, exact=True).click()

    def await_copied(self, text: str) -> None:
        """Wait until the clipboard, which the page may read, has this text: it gets there a little later."""
        self.page.wait_for_function(
            "wanted => navigator.clipboard.readText().then(text => text.trim() === wanted.trim())", arg=text
        )

    def pull_down(self, menu: str) -> None:
        """Open one of the header's menus: world, clock or tools."""
        self.page.locator(f"#{menu} .opener").click()

    def show_beside(self) -> None:
        """Open what stands beside the view: the newest events and the code of the last clicks."""
        toggle = self.page.get_by_role("button", name="Events & code")
        if toggle.get_attribute("aria-expanded") == "false":
            toggle.click()

    @property
    def world(self) -> str:
        """The Auth ID of the world that the page is on."""
        return self.page.url.partition("#/")[2].partition("/")[0]

    @property
    def receiver(self) -> str:
        """Where callbacks are taken."""
        return f"{self.emulator.url}/_emulator/console/receiver"


def browser_path() -> str | None:
    """The system's Chromium; None where there is none, or none may be started."""
    return None if not may_start else next((path for path in map(shutil.which, NAMES) if path), None)


@contextmanager
def chromium(playwright: "Playwright", path: str | None) -> Iterator["Browser"]:
    """The browser at `path`, or playwright's own where that is None, with the same fonts on every machine."""
    with TemporaryDirectory() as folder:
        env: dict[str, str | float | bool] = {**os.environ, **fonts.environment(Path(folder))}
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS), env=env)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def browser() -> Iterator["Browser"]:
    """One browser for the package, and no longer: playwright keeps an event loop in this thread."""
    sync_api = pytest.importorskip("playwright.sync_api")
    found = browser_path()
    if found is None:
        pytest.skip("there is no Chromium")
    with sync_api.sync_playwright() as playwright, chromium(playwright, found) as browser:
        yield browser


@contextmanager
def watched(browser: "Browser", url: str, **options: Any) -> Iterator["Page"]:
    """A page whose mistakes are counted."""
    mistakes: list[str] = []

    def hear(message: "ConsoleMessage") -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_REFUSED):
            mistakes.append(message.text)

    def note(request: "Request") -> None:
        if request.url.startswith("http") and urlsplit(request.url).netloc != urlsplit(url).netloc:
            mistakes.append(f"asked {request.url}")

    with browser.new_context(**options) as context:
        context.set_default_timeout(_PATIENCE_MS)
        context.add_init_script(_COUNT_REQUESTS)
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.on("request", note)
        yield page
    assert [] == mistakes


@pytest.fixture
def world(emulator: ServerThread) -> Iterator[Api]:
    """A world of two American numbers and a British one; time stands still."""
    numbers = [{"number": number} for number in ("+14155550100", "+14155550101", "+442079460001")]
    structure = {
        "account": {"subaccounts": [{}]},
        "numbers": numbers,
        "clock": {"start": "2026-01-01T00:00:00Z", "rate": 0},
    }
    api = api_of(emulator.url, emulator.control.post("/worlds", {"world": structure}))
    yield api
    if api.auth_id in emulator.control.get("/health")["worlds"]:
        emulator.control.delete(f"/worlds/{api.auth_id}")


@pytest.fixture
def console(browser: "Browser", world: Api, emulator: ServerThread) -> Iterator[Console]:
    """The page on that world."""
    with watched(browser, emulator.url, viewport={"width": 1400, "height": 900}) as page:
        yield Console(page, world, emulator, emulator.url)


#: The accessibility checker, as npm has installed it.
AXE: Final = Path(__file__).parents[1] / "node" / "node_modules" / "axe-core" / "axe.min.js"
