"""The menu that plays the story of an event: what it offers, what arrives, and the code that it shows."""

from masking_emulator.plivo.stories import STORIES
from playwright.sync_api import Locator, expect

from tests.console.conftest import Console
from tests.receiver import receiving, status


def _menu(console: Console) -> Locator:
    console.open("callbacks")
    console.click("Trigger an event")
    return console.page.locator("main .menu-list")


def test_story_is_chosen_and_its_callbacks_arrive(console: Console) -> None:
    """Each way of an event is offered; the callbacks are in the list afterwards, the code of the click beside it."""
    page = console.page
    with receiving() as receiver:
        menu = _menu(console)
        menu.get_by_label("Event").select_option("SessionSecondPartyHangup")
        ways = menu.get_by_label("What is played").locator("option").all_inner_texts()
        menu.get_by_label("What is played").select_option("cause=busy")
        menu.get_by_label("Deliver to").fill(receiver.url)
        console.click("Play", menu)
        expect(page.locator("#status")).to_contain_text(
            "SessionSecondPartyHangup: 3 callbacks, each answered with 2xx."
        )
    expect(page.locator("tbody tr").filter(has_text="delivered")).to_have_count(3)
    console.show_beside()
    page.get_by_label("Language", exact=True).select_option("pytest")

    assert [story.about for story in STORIES if story.event == "SessionSecondPartyHangup"] == ways
    assert "Busy Line" == receiver.received[-1].parameters["PlivoHangupCause"]
    expect(page.locator("pre").filter(has_text="masking.trigger(")).to_contain_text('cause="busy"')


def test_receiver_that_refuses_is_said(console: Console) -> None:
    """Of the last callback alone, where that is asked for."""
    with receiving() as receiver:
        menu = _menu(console)
        menu.get_by_label("Event").select_option("SessionPartiesHangup")
        menu.get_by_label("Deliver to").fill(receiver.on("/cb", status(503)))
        menu.get_by_label("only the last callback").check()
        console.click("Play", menu)
        expect(console.page.locator("#status")).to_contain_text("SessionPartiesHangup was not answered with 2xx: 503.")

    assert ["SessionPartiesHangup"] == receiver.events()


def test_address_that_is_none_is_said(console: Console) -> None:
    """With the server's reason; the menu knows the console's own receiver before."""
    menu = _menu(console)
    expect(menu.get_by_label("Deliver to")).to_have_value(console.receiver)
    expect(menu.get_by_label("Event").locator("option")).to_have_count(len({story.event for story in STORIES}))
    menu.get_by_label("Deliver to").fill("shop")
    console.click("Play", menu)

    expect(console.page.locator("#status")).to_contain_text("to: 'shop' is not an http or https URL")
