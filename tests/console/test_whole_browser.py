"""The console in the whole of Chromium, with its windows: the other tests take the smaller one, where it is there."""

import shutil

import pytest
from masking_emulator.server.thread import ServerThread
from playwright.sync_api import Browser, expect

from tests.console.conftest import ARGUMENTS, NAMES, Console, watched
from tests.console.test_looking import VIEWS
from tests.plivo.ask import Api


def test_whole_browser_shows_every_view_and_tells_a_story(browser: Browser, world: Api, emulator: ServerThread) -> None:
    """Without a mistake in its own console."""
    found = next(filter(None, map(shutil.which, NAMES[1:])), None)
    if found is None:
        pytest.skip("needs Chromium")
    whole = browser.browser_type.launch(executable_path=found, args=list(ARGUMENTS))
    with watched(whole, emulator.url) as page:
        console = Console(page, world, emulator, emulator.url)
        console.session()
        for view in (view for view in VIEWS if "/" not in view):
            console.open(view)
        console.open("demo")
        page.get_by_label("How fast").select_option("quickly")
        page.locator(".story").first.click()
        expect(page.locator(".caption")).to_contain_text("That was all of it.", timeout=30_000)
        emulator.control.delete(f"/worlds/{console.world}")
    whole.close()
