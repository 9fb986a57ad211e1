"""`make screenshots`: the main views in light and dark, for the README. Look at them before you commit them."""

from pathlib import Path
from typing import Any, Final

from masking_emulator.server.thread import ServerThread
from playwright.sync_api import Browser, Page, sync_playwright

from tests.console.conftest import ARGUMENTS, browser_path
from tests.plivo.ask import Api, api_of

_FOLDER: Final = Path(__file__).parents[2] / "docs" / "screenshots"
_SIZE: Final = {"width": 1280, "height": 800}
_PATIENCE_MS: Final = 60_000

#: View → which schemes are taken.
_VIEWS: Final = {
    "demo": ("light", "dark"),
    "sessions": ("light",),
    "numbers": ("dark",),
    "phones": ("light", "dark"),
    "callbacks": ("light",),
}


def main() -> None:
    """Play the demo, fill its world a little, and take each view."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    found = browser_path()
    with ServerThread("demo") as emulator, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        auth_id = _story(browser, emulator)
        world = emulator.control.get(f"/worlds/{auth_id}")
        _fill(emulator, api_of(emulator.url, world))
        for scheme in ("light", "dark"):
            _take(browser, emulator, auth_id, scheme)
        browser.close()


def _story(browser: Browser, emulator: ServerThread) -> str:
    """The world that the story left, and the story in both schemes."""
    auth_id = ""
    for scheme in ("light", "dark"):
        page = _page(browser, scheme)
        page.goto(f"{emulator.url}/_emulator/console/")
        page.get_by_role("button", name="Play the story").click()
        page.locator(".caption", has_text="is right").wait_for(timeout=_PATIENCE_MS)
        page.locator(".handset.rings").wait_for()
        page.screenshot(path=_FOLDER / f"demo-{scheme}.png")
        page.locator(".caption", has_text="That was all").wait_for(timeout=_PATIENCE_MS)
        auth_id = page.get_by_label("World", exact=True).input_value()
        page.close()
    return auth_id


def _fill(emulator: ServerThread, api: Api) -> None:
    """A day at the shop: some orders, one of them with a call that rings."""
    receiver = f"{emulator.url}/_emulator/console/receiver"
    for order in range(8):
        api.create(
            first_party=f"+1415555{1230 + order}",
            second_party=f"+1415555{1450 + order}",
            callback_url=receiver,
            session_expiry=900 + 600 * order,
        )
    emulator.control.post(f"/worlds/{api.auth_id}/clock/advance", {"seconds": 600})
    made = api.create(first_party="+14155550123", second_party="+14155550145", record=True, callback_url=receiver).json
    emulator.control.post(f"/worlds/{api.auth_id}/numbers/+14155550102/replace", {})
    call = {"from": "+14155550123", "to": made["virtual_number"], "manual": True}
    emulator.control.post(f"/worlds/{api.auth_id}/calls", call)


def _take(browser: Browser, emulator: ServerThread, auth_id: str, scheme: str) -> None:
    for view, schemes in _VIEWS.items():
        if view == "demo" or scheme not in schemes:
            continue
        page = _page(browser, scheme)
        page.goto(f"{emulator.url}/_emulator/console/#/{auth_id}/{view}")
        page.locator({"phones": ".handset.rings", "numbers": ".tile"}.get(view, "tbody tr")).first.wait_for()
        if view == "callbacks":
            page.get_by_role("button", name="Open callback 19", exact=True).click()
            page.get_by_role("region", name="Callback 19", exact=True).wait_for()
        if view == "numbers":
            page.get_by_role("button", name="+14155550101").click()
            page.get_by_role("table", name="Who uses it now").wait_for()
        page.locator(".feed li").first.wait_for()
        page.screenshot(path=_FOLDER / f"{view}-{scheme}.png")
        page.close()


def _page(browser: Browser, scheme: Any) -> Page:
    return browser.new_page(viewport=_SIZE, color_scheme=scheme)  # type: ignore[arg-type]  # it is a ViewportSize


if __name__ == "__main__":
    main()
