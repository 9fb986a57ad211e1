"""Ways through the page: the switcher, keys, links that hold what is looked at, numbers that are copied, and words."""

import re
from dataclasses import replace
from typing import Any

import pytest
from masking_emulator.server.thread import ServerThread
from playwright.sync_api import Browser, Page, expect

from tests.console.conftest import FIRST, SECOND, Console
from tests.console.relay import Relay
from tests.plivo.ask import Api, api_of


def find(page: Page, text: str) -> None:
    """Type into the switcher and take what is found first."""
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Find").fill(text)


def test_choice_in_the_switcher_presses_nothing_else(console: Console) -> None:
    """The button that had the focus before has it again, and Enter was not meant for it."""
    page = console.page
    console.open("overview")
    drawer = page.get_by_role("button", name="Events & code")
    drawer.focus()
    find(page, "phones")
    page.locator(".switcher [aria-selected=true]").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/phones$"))

    expect(drawer).to_have_attribute("aria-expanded", "false")


def test_escape_closes_what_lies_over_the_view(console: Console) -> None:
    """At 1024 pixels the newest events cover the right half; Escape or a button of theirs closes them."""
    page = console.page
    page.set_viewport_size({"width": 1024, "height": 800})
    console.open("overview")
    console.click("Events & code")
    expect(page.locator("#beside")).to_be_visible()
    page.locator("main").click(position={"x": 5, "y": 5})
    page.keyboard.press("Escape")
    expect(page.locator("#beside")).to_be_hidden()

    for width in (1024, 390):
        page.set_viewport_size({"width": width, "height": 800})
        console.click("Events & code")
        console.click("Close events & code")
        expect(page.locator("#beside")).to_be_hidden()
        expect(page.get_by_role("button", name="Events & code")).to_be_focused()


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("overview", "/overview"),
        ("415 555 0123", "/sessions/"),
        ("442079", "/numbers/"),
        ("SessionTimeout", "/callbacks/"),
    ],
)
def test_switcher_finds_anything(console: Console, text: str, where: str) -> None:
    """Views, sessions by their parties however written, numbers, callbacks."""
    page = console.page
    console.session(callback_url=console.receiver, session_expiry=60)
    console.control("POST", "/clock/advance", {"seconds": 60})
    console.open("journal")
    find(page, text)
    expect(page.locator(".switcher [role=option]").first).to_contain_text(re.compile(r"\w"))
    page.locator(".switcher [aria-selected=true]").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(re.escape(where)))
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_switcher_acts(console: Console) -> None:
    """An act is found by its name, chosen by the arrow keys, and done; where nothing is found it says for what."""
    console.open("journal")
    find(console.page, "qqq")
    expect(console.page.get_by_role("listbox")).to_contain_text("Nothing found for “qqq”: no view, act or number")
    console.page.get_by_role("combobox", name="Find").fill("one minute")
    console.page.keyboard.press("ArrowDown")
    console.page.keyboard.press("Enter")
    expect(console.page.locator(".face")).to_have_text("2026-01-01 00:01:00")


def test_keys_turn_to_views_and_filters(console: Console) -> None:
    """A slash goes to the filter, a question mark shows the keys, a digit turns to a view."""
    page = console.page
    console.open("journal")
    page.keyboard.press("/")
    expect(page.get_by_label("Filter")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("Ctrl K")
    page.keyboard.press("Escape")
    page.keyboard.press("4")
    expect(page.get_by_role("heading", name="Sessions")).to_be_visible()
    page.keyboard.press("?")
    dialog.get_by_label("Use the keys of a single character, such as / and N").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("9")
    expect(page.get_by_role("heading", name="Sessions")).to_be_visible()


def test_link_holds_filters(console: Console) -> None:
    """What is filtered is in the address: a link that is handed on shows the same."""
    page = console.page
    console.session()
    console.session(first_party="+12025550150", second_party="+12025550151")
    console.open("sessions")
    page.get_by_label("Second party").fill("+12025550151")
    page.get_by_label("Second party").press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    link = page.url
    assert "second_party=%2B12025550151" in link

    page.goto("about:blank")
    page.goto(link)
    expect(page.get_by_label("Second party")).to_have_value("+12025550151")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_copied_number_is_plain(console: Console) -> None:
    """What is read is formatted; the clipboard gets what code needs."""
    page = console.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    console.session()
    console.open("sessions")
    number = page.locator("tbody .tel").first
    expect(number).to_have_text("+1 415-555-0123")
    expect(number).to_have_attribute("title", FIRST)
    page.evaluate("""() => {
        const range = document.createRange();
        range.selectNodeContents(document.querySelector("tbody tr td:nth-child(3)"));
        getSelection().removeAllRanges();
        getSelection().addRange(range);
    }""")
    page.keyboard.press("Control+c")

    console.await_copied(f"{FIRST}\n{SECOND}")


def test_number_is_taken_as_people_type_it(console: Console) -> None:
    """With the country beside it: what goes out has a plus and digits."""
    page = console.page
    console.open("sessions")
    console.click("New session")
    page.locator("#p-first_party").fill("(415) 555-0123")
    page.get_by_label("Country of second_party").select_option("44")
    page.locator("#p-second_party").fill("020 7946 0199")
    console.click("Create")
    expect(page.locator("tbody tr")).to_contain_text("+44 20 7946 0199")

    (request,) = console.control("GET", "/requests")["requests"]
    assert {"first_party": "+14155550123", "second_party": "+442079460199"} == request["body"]


def test_refused_field_is_in_view_below_the_header(console: Console) -> None:
    """The error stands under its field, and neither is covered."""
    page = console.page
    page.set_viewport_size({"width": 1024, "height": 500})
    console.open("sessions")
    console.click("New session")
    console.click("Fill in an example")
    page.get_by_text("All other parameters").click()
    page.locator("#p-pin_retry").fill("99")
    page.locator("#p-is_pin_authentication_required").select_option("true")
    console.click("Create")
    shown = page.locator("small.trouble:not(:empty)")
    expect(shown).to_be_in_viewport()
    box, head = shown.bounding_box(), page.locator(".top").bounding_box()

    assert box is not None
    assert head is not None
    assert box["y"] > head["y"] + head["height"]


@pytest.mark.parametrize(
    ("view", "says"),
    [
        ("sessions", "One appears here as soon as your code creates it"),
        ("callbacks", "A session that has a callback_url sends one"),
        ("requests", "Point your SDK here"),
        ("faults", "Switch on a fault above"),
        ("phones", "Create one, and both parties get a phone here"),
        ("journal", "Nothing has happened in this world yet"),
    ],
)
def test_empty_list_says_what_would_fill_it(console: Console, view: str, says: str) -> None:
    """Nobody looks at a blank page."""
    if view == "journal":
        made = console.emulator.control.post("/worlds", {"world": {"numbers": []}})
        console = replace(console, api=api_of(console.emulator.url, made))
    console.open(view)
    expect(console.page.locator("main")).to_contain_text(says)


@pytest.mark.parametrize("view", ["__proto__", "constructor", "nothing"])
def test_unknown_view_says_so(console: Console, view: str) -> None:
    """With the views that there are; what every object of the language has is no view."""
    page = console.page
    console.open(view)
    expect(page.get_by_role("heading", name="No such view")).to_be_visible()
    expect(page.locator("main")).to_contain_text(f"This page has no view “{view}”.")
    expect(page.locator("main").get_by_role("link", name="Overview")).to_be_visible()
    expect(page).to_have_title(re.compile("^No such view"))


def test_link_to_what_is_not_there_says_so_in_the_view(console: Console) -> None:
    """For as long as it is looked at."""
    for view, detail, says in (
        ("numbers", "%2B15550000000", "The pool has no number +15550000000"),
        ("callbacks", "999", "there is no callback 999"),
        ("requests", "999", "request 999 is not there"),
    ):
        console.open(view, detail)
        expect(console.page.locator("main .empty").first).to_contain_text(says)
        expect(console.page.locator("#status")).to_be_empty()


def test_unknown_session_says_so(console: Console) -> None:
    """And what may have become of it."""
    console.open("sessions", "00000000-0000-4000-8000-000000000000")
    expect(console.page.get_by_role("heading", name="No such session")).to_be_visible()
    expect(console.page.locator("main")).to_contain_text("It may be of another world")


def test_replay_names_what_it_copies(console: Console) -> None:
    """A line of the list, and the whole callback."""
    console.session(callback_url=console.receiver, session_expiry=60)
    console.control("POST", "/clock/advance", {"seconds": 60})
    console.open("callbacks", "1")
    console.page.get_by_role("region", name="Callback 1").get_by_role("button", name="Replay").click()
    expect(console.page.locator("tbody")).to_contain_text("SessionTimeout, a copy of #1")


def test_our_own_names_are_in_the_raw_view_only(console: Console) -> None:
    """A journal's event has the vendor's name of its callback; ours is in the record."""
    page = console.page
    made: dict[str, Any] = console.session(callback_url=console.receiver)
    console.control("POST", "/calls", {"from": FIRST, "to": made["virtual_number"]})
    console.control("POST", "/clock/advance", {"seconds": 60})
    for view in ("journal", "callbacks", "overview", f"sessions/{made['session_uuid']}"):
        name, _, detail = view.partition("/")
        console.open(name, detail)
        console.settle()
        assert None is re.search("leg_|LegAnswered|CallbackDue|call_over", page.locator("main").inner_text()), view
    console.open("journal")
    expect(page.locator("main")).to_contain_text("SessionFirstPartyAnswer due")
    page.get_by_text("JSON", exact=True).first.click()
    expect(page.locator("main pre")).to_be_visible()


def test_page_says_that_the_server_is_gone(browser: Browser, world: Api, emulator: ServerThread) -> None:
    """A banner, and a story stands still; what is asked for meanwhile breaks it off. The page goes on by itself."""
    relay = Relay(emulator.url)
    with browser.new_context() as context:
        console = Console(context.new_page(), world, emulator, relay.url)
        console.open("demo")
        page = console.page
        page.locator(".story").first.click()
        expect(page.locator(".captions li").first).to_be_visible()
        console.click("Pause")
        expect(page.locator(".captions")).to_have_attribute("aria-busy", "false")
        told = page.locator(".caption").inner_text()
        relay.cut()
        banner = page.get_by_text("The server is gone. What is shown is how it was")
        expect(banner).to_be_visible()
        expect(page.locator(".caption")).to_have_text(told)
        console.click("One step")
        expect(page.locator(".caption")).to_have_text("The server is gone, and the story with it.")
        relay.mend()
        expect(banner).to_be_hidden()
        emulator.control.delete(f"/worlds/{console.world}")
    relay.close()
