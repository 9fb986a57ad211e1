"""`make screenshots`: the pictures of the README and of the documentation. Look at them before you commit them.

`python -m tests.console.screenshots FOLDER` takes every view into that folder instead, in three widths, light and dark.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from masking_emulator.server.thread import ServerThread
from playwright.sync_api import Browser, Page, sync_playwright

from tests.console.conftest import browser_path, chromium
from tests.plivo.ask import Api, api_of

DOCUMENTS: Final = Path(__file__).parents[2] / "docs" / "screenshots"

#: Width → height of the window.
SIZES: Final = {1440: 900, 1024: 768, 390: 844}
_DOCUMENTS_SIZE: Final = (1280, 800)

#: Name of a picture → view and detail; `{session}` stands for a session with a call that rings.
VIEWS: Final = {
    "start": "demo",
    "overview": "overview",
    "phones": "phones/{session}",
    "sessions": "sessions",
    "new-session": "sessions?new=1",
    "session": "sessions/{session}",
    "numbers": "numbers",
    "number": "numbers/%2B14155550101",
    "callbacks": "callbacks",
    "callback": "callbacks/1",
    "requests": "requests",
    "request": "requests/9",
    "faults": "faults",
    "journal": "journal",
    "past": "past/22",
    "past-compared": "past/22?since=9",
}

#: Pictures of the documentation: name → view of it, and the scheme.
_OF_DOCUMENTS: Final = {
    "phones-dark": ("phones", "dark"),
    "overview-light": ("overview", "light"),
    "callbacks-light": ("callback", "light"),
    "past-dark": ("past-compared", "dark"),
}

WORLD: Final = {
    "account": {"subaccounts": [{}]},
    "numbers": [
        {"number": number}
        for number in ("+14155550100", "+14155550101", "+14155550102", "+442079460001", "+912269000001")
    ],
    "clock": {"start": "2026-01-01T12:00:00Z", "rate": 0},
}


def main(folder: Path | None = None) -> None:
    """Fill a world, and take what was asked for."""
    with (
        ServerThread("demo") as emulator,
        sync_playwright() as playwright,
        chromium(playwright, browser_path()) as browser,
    ):
        made = emulator.control.post("/worlds", {"world": WORLD, "seed": "screens"})
        api = api_of(emulator.url, made)
        session = fill(emulator, api)
        if folder is None:
            _document(browser, api, session)
        else:
            _everything(browser, api, session, folder)


def fill(emulator: ServerThread, api: Api) -> str:
    """A day at the shop: orders, a call that is over, a refusal, a fault, and a call that rings; its session."""
    receiver, world = f"{emulator.url}/_emulator/console/receiver", f"/worlds/{api.auth_id}"
    for order in range(8):
        api.create(
            first_party=f"+1415555{1230 + order}",
            second_party=f"+1415555{1450 + order}",
            callback_url=receiver,
            session_expiry=900 + 600 * order,
        )
    emulator.control.post(f"{world}/clock/advance", {"seconds": 600})
    made = api.create(first_party="+14155550123", second_party="+14155550145", record=True, callback_url=receiver).json
    call = {"from": "+14155550123", "to": made["virtual_number"]}
    emulator.control.post(f"{world}/calls", call)
    emulator.control.post(f"{world}/clock/advance", {"seconds": 60})
    api.create(first_party="12", second_party="+14155550145")
    api.create(first_party="+14155550129", second_party="+14155550145", geo_match=True)
    emulator.control.post(f"{world}/faults", {"operation": "create_session", "status": 503, "count": 3})
    emulator.control.post(f"{world}/calls", {**call, "manual": True})
    return str(made["session_uuid"])


@contextmanager
def on_page(browser: Browser, scheme: Any, width: int, height: int) -> Iterator[Page]:
    """A page of this size and scheme."""
    with browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme) as context:
        yield context.new_page()


def turn(page: Page, api: Api, view: str, session: str) -> None:
    """Open a view, and wait until it stands still."""
    page.goto(f"{api.url}/_emulator/console/#/{api.auth_id}/{VIEWS[view].format(session=session)}")
    page.locator(".connection[data-state=open]").wait_for()
    page.locator("main h1").first.wait_for()
    page.wait_for_timeout(800)


def _document(browser: Browser, api: Api, session: str) -> None:
    DOCUMENTS.mkdir(parents=True, exist_ok=True)
    for name, (view, scheme) in _OF_DOCUMENTS.items():
        with on_page(browser, scheme, *_DOCUMENTS_SIZE) as page:
            turn(page, api, view, session)
            page.screenshot(path=DOCUMENTS / f"{name}.png")
    with on_page(browser, "light", *_DOCUMENTS_SIZE) as page:
        turn(page, api, "start", session)
        page.screenshot(path=DOCUMENTS / "start-light.png")
        tell_until_connected(page)
        page.screenshot(path=DOCUMENTS / "demo-light.png")


def tell_until_connected(page: Page) -> None:
    """The story of the delivery, up to where the two talk."""
    page.get_by_role("button", name="Watch the story").click()
    page.get_by_role("button", name="Pause").click()
    steps = page.locator(".captions li")
    for count in (2, 3, 4):
        page.get_by_role("button", name="One step").click()
        steps.nth(count - 1).wait_for()
    page.locator(".handset[data-kind=talking]").nth(1).wait_for()
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)


def _everything(browser: Browser, api: Api, session: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for width, height in SIZES.items():
        for scheme in ("light", "dark"):
            with on_page(browser, scheme, width, height) as page:
                for view in VIEWS:
                    turn(page, api, view, session)
                    page.screenshot(path=folder / f"{view}-{width}-{scheme}.png", full_page=width < 700)
                turn(page, api, "start", session)
                tell_until_connected(page)
                page.screenshot(path=folder / f"story-{width}-{scheme}.png", full_page=width < 700)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
