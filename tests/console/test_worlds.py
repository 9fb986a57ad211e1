"""The console's worlds and clock, and the files that it is made of."""

import re
from typing import get_args

from masking_emulator.core.events import Event
from masking_emulator.plivo.callbacks import EVENTS
from masking_emulator.server.thread import ServerThread
from playwright.sync_api import Route, expect

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
    words = ask(emulator.url, "GET", "/_emulator/console/events.js", None, {}).content.decode()

    assert [] == [event.__name__ for event in get_args(Event) if f"  {event.__name__}: " not in words]


def test_page_has_the_vendors_name_of_every_callback(emulator: ServerThread) -> None:
    """What a callback is about and whose leg that was → its name, as the server writes it on the wire."""
    words = ask(emulator.url, "GET", "/_emulator/console/events.js", None, {}).content.decode()
    keys = {f"{kind.value} {who.value}" if who else kind.value: name for (kind, who), name in EVENTS.items()}

    assert [] == [name for key, name in keys.items() if not re.search(rf'\n  "?{key}"?: "{name}"', words)]


def test_world_is_made_and_looked_at(console: Console) -> None:
    """A form makes a world, and the page turns to it; a refusal is shown in the form."""
    page = console.page
    console.open("sessions")
    console.pull_down("worlds")
    console.click("New world…")
    page.get_by_label("Numbers of the pool").fill("nonsense")
    console.click("Make the world")
    expect(page.get_by_role("alert").filter(has_text="numbers[0].number")).to_be_visible()

    page.get_by_label("Numbers of the pool").fill("+14155550150")
    console.click("Make the world")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("link", name="Numbers").click()
    expect(page.get_by_role("button", name="+1 415-555-0150")).to_be_visible()
    assert console.world != console.api.auth_id

    console.pull_down("worlds")
    page.get_by_label("World", exact=True).select_option(console.api.auth_id)
    expect(page.get_by_role("button", name="+1 415-555-0101")).to_be_visible()


def test_clock_is_moved_and_what_happens_appears(console: Console) -> None:
    """By a minute, by half an hour, to the next event, and to an instant."""
    page = console.page
    console.session(session_expiry=60)
    console.open("journal")
    face, feed = page.locator(".face"), page.get_by_label("Newest events")
    expect(face).to_have_text("2026-01-01 00:00:00")
    console.click("Next event")
    expect(face).to_have_text("2026-01-01 00:01:00")
    expect(feed).to_contain_text("Session ended")
    expect(page.locator("main")).to_contain_text("Session ended")
    console.click("+1 min")
    expect(face).to_have_text("2026-01-01 00:02:00")
    console.pull_down("clock")
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
    console.pull_down("clock")
    console.click("60x")
    expect(page.locator(".face")).to_contain_text("00:01:")
    console.click("Stop")
    expect(page.get_by_role("button", name="Stop", exact=True)).to_have_attribute("aria-pressed", "true")
    assert 0 == console.control("GET", "/clock")["rate"]


def test_cool_off_is_named_with_its_number(console: Console) -> None:
    """In the newest events: which number, and until when."""
    made = console.session(virtual_number_cooloff_period=300)
    console.control("POST", "/clock/advance", {"seconds": 1800})
    console.open("sessions")
    number = made["virtual_number"].removeprefix("+1415555")
    newest = console.page.get_by_label("Newest events")
    expect(newest).to_contain_text(f"+1 415-555-{number} until 00:35:00")


def test_reset_is_seen(console: Console) -> None:
    """The journal begins anew, and the page with it."""
    page = console.page
    console.session()
    console.open("sessions")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_label("Newest events")).to_contain_text("Session created")
    console.control("POST", "/reset", {})
    expect(page.get_by_text("No session yet.")).to_be_visible()
    expect(page.get_by_label("Newest events")).not_to_contain_text("Session created")


def test_page_leaves_a_world_that_was_removed(console: Console) -> None:
    """By somebody else, too: the page says so and turns to another one."""
    page = console.page
    console.open("demo")
    console.emulator.control.delete(f"/worlds/{console.api.auth_id}")
    expect(page.locator("#status")).to_have_text("The world was removed.")
    page.wait_for_url(re.compile("MAEMULATOR0000000001"))
    expect(page.locator("main > .notice")).to_have_text(
        f"The world {console.api.auth_id} was removed. This is another one."
    )


def test_world_that_is_removed_while_it_is_opened_is_left(console: Console) -> None:
    """It was still listed, and gone when the page asked for it; what the page asks of it then is no mistake either."""
    page, auth_id = console.page, console.api.auth_id

    def remove_first(route: Route) -> None:
        if auth_id in console.emulator.control.get("/health")["worlds"]:
            console.emulator.control.delete(f"/worlds/{auth_id}")
        route.continue_()

    page.route(f"**/_emulator/worlds/{auth_id}", remove_first)
    console.open("phones")
    expect(page.locator("main > .notice")).to_contain_text(f"The world {auth_id} is not on this server")
    page.wait_for_url(re.compile("MAEMULATOR0000000001"))


def test_what_a_view_asks_of_a_removed_world_is_no_mistake(console: Console) -> None:
    """The page turns to another world, and its browser's console stays empty."""
    page, auth_id = console.page, console.api.auth_id
    console.open("demo")
    console.emulator.control.delete(f"/worlds/{auth_id}")
    page.evaluate(
        f"""void import(document.querySelector("script").src.replace("app.js", "api.js"))
        .then(({{ control }}) => control("GET", "/_emulator/worlds/{auth_id}/clock"))"""
    )
    page.wait_for_url(re.compile("MAEMULATOR0000000001"))
    expect(page.locator("#status")).to_have_text("The world was removed.")


def test_world_is_forked(console: Console) -> None:
    """The copy has what the original had."""
    page = console.page
    console.session()
    console.open("sessions")
    console.pull_down("worlds")
    console.click("Fork")
    expect(page.locator("#status")).to_have_text("A copy of the world, as it stood.")
    page.wait_for_url(re.compile(f"#/(?!{console.api.auth_id})"))
    expect(page.locator("tbody tr")).to_have_count(1)
    copy = console.world
    page.goto("about:blank")  # what the page still asks of the copy would be refused
    console.emulator.control.delete(f"/worlds/{copy}")
