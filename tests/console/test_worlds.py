"""The console's worlds and clock, and the files that it is made of."""

from typing import get_args

from masking_emulator.core.events import Event
from masking_emulator.server.thread import ServerThread
from playwright.sync_api import expect

from tests.console.conftest import Console
from tests.plivo.ask import ask


def test_page_is_served_with_and_without_slash(emulator: ServerThread) -> None:
    """With its type, asked for anew each time, and bound to what the server itself has."""
    for path in ("/_emulator/console", "/_emulator/console/", "/_emulator/console/index.html"):
        reply = ask(emulator.url, "GET", path, None, {})

        assert (200, "text/html; charset=utf-8") == (reply.status, reply.headers["content-type"])
        assert "no-cache" == reply.headers["cache-control"]
        assert "default-src 'self'" in reply.headers["content-security-policy"]
    assert 404 == ask(emulator.url, "GET", "/_emulator/console/../app.py", None, {}).status
    assert 404 == ask(emulator.url, "GET", "/_emulator/console/nothing.js", None, {}).status


def test_page_listens_to_every_event(emulator: ServerThread) -> None:
    """Server-sent events are listened to by name, so none may be missing from the page's list."""
    stream = ask(emulator.url, "GET", "/_emulator/console/stream.js", None, {}).content.decode()

    assert [] == [event.__name__ for event in get_args(Event) if f'"{event.__name__}"' not in stream]


def test_world_is_made_and_looked_at(console: Console) -> None:
    """A form makes a world, and the page turns to it; a refusal is shown in the form."""
    page = console.page
    console.open("sessions")
    page.locator("summary", has_text="World").click()
    console.click("New world…")
    page.get_by_label("Numbers of the pool").fill("nonsense")
    console.click("Make the world")
    expect(page.get_by_role("alert").filter(has_text="numbers[0].number")).to_be_visible()

    page.get_by_label("Numbers of the pool").fill("+14155550150")
    console.click("Make the world")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_label("World", exact=True)).not_to_have_value(console.api.auth_id)
    page.get_by_role("link", name="Numbers").click()
    expect(page.get_by_role("button", name="+14155550150")).to_be_visible()

    page.get_by_label("World", exact=True).select_option(console.api.auth_id)
    expect(page.get_by_role("button", name="+14155550101")).to_be_visible()


def test_clock_is_moved_and_what_happens_appears(console: Console) -> None:
    """By a minute, by half an hour, to the next event, and to an instant."""
    page = console.page
    console.session(session_expiry=60)
    console.open("journal")
    face, feed = page.locator(".face"), page.get_by_label("Newest events")
    expect(face).to_have_text("2026-01-01 00:00:00")
    console.click("Next event")
    expect(face).to_have_text("2026-01-01 00:01:00")
    expect(feed).to_contain_text("SessionExpired")
    expect(page.locator("main")).to_contain_text("SessionExpired")
    console.click("+1 min")
    expect(face).to_have_text("2026-01-01 00:02:00")
    console.click("+30 min")
    expect(face).to_have_text("2026-01-01 00:32:00")
    page.get_by_label("Go to an instant, UTC").fill("2026-02-01 00:00")
    console.click("Go")
    expect(face).to_have_text("2026-02-01 00:00:00")

    page.get_by_label("Go to an instant, UTC").fill("2026-01-01T00:00:00Z")
    console.click("Go")
    expect(page.locator("#status")).to_contain_text("only moves forward")


def test_clock_runs_and_stands_still(console: Console) -> None:
    """The rate is that of the world, and the face follows it."""
    page = console.page
    console.open("demo")
    console.click("60x")
    expect(page.locator(".face")).to_contain_text("00:01:")
    console.click("Stop")
    expect(page.get_by_role("button", name="Stop")).to_have_attribute("aria-pressed", "true")
    assert 0 == console.control("GET", "/clock")["rate"]


def test_reset_is_seen(console: Console) -> None:
    """The journal begins anew, and the page with it."""
    page = console.page
    console.session()
    console.open("sessions")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("summary", has_text="World").click()
    console.click("Reset")
    expect(page.get_by_text("No session fits.")).to_be_visible()
    expect(page.get_by_label("Newest events")).not_to_contain_text("SessionCreated")


def test_page_leaves_a_world_that_was_removed(console: Console) -> None:
    """By somebody else, too: the page says so and turns to another one."""
    page = console.page
    console.open("demo")
    console.emulator.control.delete(f"/worlds/{console.api.auth_id}")
    expect(page.get_by_label("World", exact=True)).to_have_value("MAEMULATOR0000000001")
    expect(page.locator("#status")).to_have_text("The world was removed.")


def test_world_is_forked(console: Console) -> None:
    """The copy has what the original had."""
    page = console.page
    console.session()
    console.open("sessions")
    page.locator("summary", has_text="World").click()
    console.click("Fork")
    expect(page.get_by_label("World", exact=True)).not_to_have_value(console.api.auth_id)
    expect(page.locator("tbody tr")).to_have_count(1)
    console.emulator.control.delete(f"/worlds/{page.get_by_label('World', exact=True).input_value()}")
