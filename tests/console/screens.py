"""Every view as a picture: what is shown, how it is brought to a standstill, and what in it differs at each start.

`make golden-screens` takes the pictures that tests/console/test_screens.py compares with. Look at them before you
commit them: git shows which have changed.
"""

import sys
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from masking_emulator.server.thread import ServerThread
from PIL.Image import Image
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from tests.console import fonts
from tests.console.conftest import STANDS_STILL, browser_path, chromium, watched
from tests.console.pictures import keep, shrunk
from tests.console.screenshots import SIZES, VIEWS, WORLD, fill, tell_until_connected
from tests.plivo.ask import Api, api_of

FOLDER: Final = Path(__file__).with_name("golden")

Scheme = Literal["light", "dark"]
SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")

#: A long page is kept up to here: what follows is more of the same.
_HEIGHT_MAX: Final = 1400

_PAUSE_MS: Final = 150

#: What is another at each start is replaced: the server's port, how long something took, signatures, and real dates.
_REPLACE: Final = r"""() => {
    scrollTo(0, 0);
    document.activeElement?.blur();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const text = node.data
            .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:8080")
            .replaceAll(/\b\d+(\.\d+)?(\s)ms/g, "3$2ms")
            .replaceAll(/[\w+/]{43}=/g, "c2lnbmF0dXJl".repeat(4).slice(0, 43) + "=")
            .replaceAll(/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g, "Thu, 01 Jan 2026 12:00:00 GMT");
        if (text !== node.data) node.data = text;
    }
    return document.documentElement.scrollHeight;
}"""


@dataclass(frozen=True)
class Stage:
    """A page on a world in which there is something to see in every view."""

    page: Page
    camera: CDPSession
    api: Api
    session: str

    def turn(self, screen: str) -> None:
        """Bring this one of SCREENS to a standstill."""
        self.page.goto("about:blank")
        view = SCREENS[screen]
        where = VIEWS.get(screen, view if isinstance(view, str) else "demo").format(session=self.session)
        self.page.goto(f"{self.api.url}/_emulator/console/#/{self.api.auth_id}/{where}")
        self.page.locator("main h1").first.wait_for()
        self.page.locator(".connection[data-state=open]").wait_for()
        if not isinstance(view, str):
            view(self.page)
        # What stands below the pointer looks otherwise.
        self.page.mouse.move(0, 0)
        self.settle()

    def settle(self) -> None:
        """Wait until the page has asked for nothing for a while."""
        self.page.wait_for_function(STANDS_STILL)

    def pictures(self) -> Iterator[tuple[str, Image]]:
        """The screen in each width and scheme, by name; the page is resized, not loaded again."""
        for width, height in SIZES.items():
            self.page.set_viewport_size({"width": width, "height": height})
            for scheme in SCHEMES:
                self.page.emulate_media(color_scheme=scheme)
                yield f"{width}-{scheme}", self.picture(width)

    def settled(self, picture: Image, width: int) -> Image:
        """The picture, or the first later one that two looks in a row agree on."""
        while True:
            self.page.wait_for_timeout(_PAUSE_MS)
            later = self.picture(width)
            if later.tobytes() == picture.tobytes():
                return later
            picture = later

    def picture(self, width: int) -> Image:
        """The screen as it is now, in the size that is kept."""
        height = min(_HEIGHT_MAX, self.page.evaluate(_REPLACE))
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        options = {"format": "png", "captureBeyondViewport": True, "optimizeForSpeed": True, "clip": clip}
        return shrunk(b64decode(self.camera.send("Page.captureScreenshot", options)["data"]))


def width_of(name: str) -> int:
    """The width in the name of a picture, such as `1024-dark`."""
    return int(name.partition("-")[0])


def _find(page: Page) -> None:
    """The switcher, with something found."""
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Find").fill("415 555 01")
    page.locator(".switcher [aria-selected=true]").wait_for()


def _make_world(page: Page) -> None:
    """The dialog of a new world, which stands over the view."""
    page.locator("#worlds .opener").click()
    page.get_by_role("button", name="New world…").click()
    page.get_by_role("dialog").wait_for()


def _move_clock(page: Page) -> None:
    """The clock's menu, and what is beside the view."""
    page.locator("#clock .opener").click()


#: Name → the view's address, or what brings about what is looked at.
SCREENS: Final[Mapping[str, str | Callable[[Page], None]]] = {
    **VIEWS,
    "story": tell_until_connected,
    "switcher": _find,
    "new-world": _make_world,
    "clock": _move_clock,
}


@contextmanager
def staged(browser: Browser) -> Iterator[Stage]:
    """A server of its own, so that every identifier is the same at each start."""
    with ServerThread("demo") as emulator, watched(browser, emulator.url, reduced_motion="reduce") as page:
        made = emulator.control.post("/worlds", {"world": WORLD, "seed": "screens"})
        api = api_of(emulator.url, made)
        session = fill(emulator, api)
        emulator.control.get(f"/worlds/{api.auth_id}/callbacks/wait?count=8")
        yield Stage(page, page.context.new_cdp_session(page), api, session)


def main() -> None:
    """Write every picture anew."""
    if not fonts.are_installed():
        sys.exit("the pictures need the fonts: npm install --prefix tests/node --no-package-lock")
    for old in FOLDER.glob("*.png"):
        old.unlink()
    with sync_playwright() as playwright, chromium(playwright, browser_path()) as browser, staged(browser) as stage:
        for screen in SCREENS:
            stage.turn(screen)
            for name, picture in stage.pictures():
                keep(stage.settled(picture, width_of(name)), FOLDER / f"{screen}-{name}.png")


if __name__ == "__main__":
    main()
