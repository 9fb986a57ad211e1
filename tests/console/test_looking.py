"""Looking at a world changes nothing in it, and what destroys something asks, says what is lost, and can be undone."""

import json
import re
from typing import Any, Final

import pytest
from playwright.sync_api import expect

from tests.console.conftest import FIRST, Console

VIEWS: Final = (
    *("demo", "overview", "phones", "sessions", "numbers", "callbacks", "requests", "faults", "journal"),
    *("sessions/{session}", "phones/{session}", "callbacks/1", "numbers/%2B14155550100", "requests/1"),
    *("past", "past/3", "past/5?since=2"),
)


def state(console: Console) -> str:
    """Everything that is known of the world: snapshot, journal, requests, faults and phones."""
    paths = ("/snapshot", "/journal", "/requests", "/faults", "/phones", "/callbacks/policy", "/callbacks")
    return json.dumps({path: console.control("GET", path) for path in paths}, indent=1)


def busy(console: Console) -> dict[str, Any]:
    """A world in which there is something to see in every view: a session with a call, callbacks, a fault."""
    made: dict[str, Any] = console.session(callback_url=console.receiver, record=True)
    console.control("POST", "/calls", {"from": FIRST, "to": made["virtual_number"]})
    console.control("POST", "/clock/advance", {"seconds": 60})
    console.control("POST", "/calls", {"from": FIRST, "to": made["virtual_number"], "manual": True})
    console.control("POST", "/faults", {"operation": "create_session", "status": 503})
    due = len(console.control("GET", "/callbacks")["callbacks"])
    console.control("GET", f"/callbacks/wait?count={due}")
    return made


def test_looking_at_every_view_changes_nothing(console: Console) -> None:
    """Snapshot, journal, requests, faults, phones and callbacks are byte for byte what they were."""
    made = busy(console)
    before = state(console)
    for view in VIEWS:
        name, _, detail = view.format(session=made["session_uuid"]).partition("/")
        console.open(name, detail)
        console.settle()
        assert before == state(console), view


def test_looking_for_something_changes_nothing(console: Console) -> None:
    """Nor does the switcher, a filter, a menu, or the panel beside the view."""
    busy(console)
    console.open("sessions")
    before = state(console)
    console.page.get_by_label("Status").select_option("active")
    expect(console.page.locator("tbody tr")).to_have_count(1)
    console.page.keyboard.press("Control+k")
    console.page.get_by_label("Find", exact=True).fill("415")
    expect(console.page.locator(".switcher [role=option]").first).to_be_visible()
    console.page.keyboard.press("Escape")
    console.pull_down("worlds")
    console.page.keyboard.press("Escape")

    assert before == state(console)


@pytest.mark.parametrize("act", ["Reset", "Remove"])
def test_what_destroys_asks_first(console: Console, act: str) -> None:
    """It names what is lost, and nothing is where the answer is no."""
    busy(console)
    console.open("sessions")
    before = state(console)
    console.pull_down("worlds")
    console.click(f"{act}…")
    dialog = console.page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 live of 1 sessions")
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    console.click("Keep it")

    expect(dialog).to_have_count(0)
    assert before == state(console)


def test_reset_is_undone(console: Console) -> None:
    """For ten seconds the page has a snapshot of what was."""
    busy(console)
    before = console.control("GET", "/snapshot")
    console.open("sessions")
    console.pull_down("worlds")
    console.click("Reset…")
    console.click("Reset")
    expect(console.page.get_by_text("No session yet.")).to_be_visible()
    console.click("Undo")
    expect(console.page.locator("tbody tr")).to_have_count(1)

    after = console.control("GET", "/snapshot")
    assert before["engine"] == after["engine"]


def test_removal_is_undone(console: Console) -> None:
    """The world is back under the same Auth ID, with its sessions."""
    busy(console)
    before = console.control("GET", "/snapshot")
    console.open("sessions")
    console.pull_down("worlds")
    console.click("Remove…")
    console.click("Remove")
    console.page.wait_for_url(re.compile(f"#/(?!{console.api.auth_id})"))
    assert console.api.auth_id not in console.emulator.control.get("/health")["worlds"]
    console.click("Undo")
    console.page.wait_for_url(re.compile(console.api.auth_id))

    assert before["engine"] == console.control("GET", "/snapshot")["engine"]


def test_menu_closes_on_escape_and_on_a_click_outside(console: Console) -> None:
    """And gives the focus back to its button."""
    console.open("sessions")
    opener = console.page.locator("#worlds .opener")
    items = console.page.get_by_role("button", name="New world…")
    opener.click()
    expect(items).to_be_visible()
    console.page.keyboard.press("Escape")
    expect(items).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    console.page.mouse.click(700, 700)
    expect(items).to_be_hidden()
