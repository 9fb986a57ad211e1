"""The page hears of everything by one connection: no polling, many tabs, and nothing missed over a cut."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

import pytest
from masking_emulator.clock import looks
from masking_emulator.server.thread import ServerThread
from playwright.sync_api import Browser, BrowserContext, Request, expect

from tests.console.conftest import SECOND, STRANGER, Console
from tests.console.relay import Relay
from tests.plivo.ask import Api

#: More than the six connections that a browser opens to one server.
TABS: Final = 8

_NO_WORKER: Final = "delete window.SharedWorker"


def streams(console: Console) -> int:
    """How many streams of the world somebody follows."""
    return len(console.emulator._hub.world(console.api.auth_id).faults.listeners)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser's profile, for several pages."""
    with browser.new_context() as context:
        yield context


def test_many_tabs_share_one_connection(context: BrowserContext, world: Api, emulator: ServerThread) -> None:
    """Each of eight tabs lives, which six connections to a server would not allow, and hears of the past too."""
    tabs = [Console(context.new_page(), world, emulator, emulator.url) for _ in range(TABS)]
    tabs[0].open("sessions")
    tabs[0].session()
    for tab in tabs[1:]:
        tab.open("sessions")
    assert 1 == streams(tabs[0])

    tabs[0].session(first_party=STRANGER, second_party=SECOND[:-1] + "6")
    for tab in tabs:
        tab.show_beside()
        expect(tab.page.get_by_label("Newest events").get_by_text("Session created")).to_have_count(2)
        expect(tab.page.locator("tbody tr")).to_have_count(2)


def test_connection_ends_with_the_last_tab(context: BrowserContext, world: Api, emulator: ServerThread) -> None:
    """A tab that is closed or left takes nothing from the others, and the last one leaves nothing behind."""
    tabs = [Console(context.new_page(), world, emulator, emulator.url) for _ in range(2)]
    for tab in tabs:
        tab.open("sessions")
    tabs[0].page.close()
    tabs[1].session()
    expect(tabs[1].page.locator("tbody tr")).to_have_count(1)
    assert 1 == streams(tabs[1])
    tabs[1].page.goto(f"{emulator.url}/_emulator/health")
    tabs[1].control("POST", "/faults", {"operation": "get_session", "status": 503})

    for _ in looks(timeout_s=10, pause_s=0.02):
        if not streams(tabs[1]):
            break
    assert 0 == streams(tabs[1])


def test_page_lives_without_shared_workers(context: BrowserContext, world: Api, emulator: ServerThread) -> None:
    """A browser without them has one connection a tab."""
    context.add_init_script(_NO_WORKER)
    tabs = [Console(context.new_page(), world, emulator, emulator.url) for _ in range(2)]
    for tab in tabs:
        tab.open("sessions")
    assert 2 == streams(tabs[0])

    tabs[0].session()
    for tab in tabs:
        expect(tab.page.locator("tbody tr")).to_have_count(1)


@pytest.mark.parametrize("view", ["requests", "faults"])
def test_nothing_is_asked_again_and_again(console: Console, view: str) -> None:
    """Minutes in which nothing happens cost no request; what happens is there at once."""
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    console.page.clock.install()
    console.open(view)
    console.page.on("request", note)
    for _ in range(20):
        console.page.clock.fast_forward(10_000)
    console.control("POST", "/faults", {"operation": "create_session", "status": 503, "count": 1})
    console.session()
    expect(console.page.locator("tbody")).to_contain_text("503" if view == "requests" else "used up")

    # Twice when the view and its stream begin, and after what happened; each minute would have added some.
    assert len(asked) <= 5


def test_page_that_was_cut_off_during_a_reset_notices(
    context: BrowserContext, world: Api, emulator: ServerThread
) -> None:
    """The new journal has come further than the old one had; what the page shows is of the new one only."""
    relay = Relay(emulator.url)
    with ExitStack() as stack:
        stack.callback(relay.close)
        console = Console(context.new_page(), world, emulator, relay.url)
        console.open("journal")
        console.session()
        feed = console.page.get_by_label("Newest events")
        console.show_beside()
        expect(feed.get_by_text("Session created")).to_have_count(1)
        relay.cut()
        expect(console.page.locator(".connection")).to_have_text("reconnecting")
        console.control("POST", "/reset", {})
        for number in ("+442071838750", "+442071838751", "+442071838752"):
            console.control("POST", "/numbers", {"number": number})
        relay.mend()
        expect(console.page.locator(".connection")).to_have_text("live")

        expect(feed.get_by_text("Number added to the pool")).to_have_count(3)
        expect(feed.get_by_text("Session created")).to_have_count(0)
