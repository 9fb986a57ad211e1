"""The start page and its stories: played to their ends, paused, stepped through, and broken off with the server."""

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import expect

from tests.console.conftest import Console

#: Title → what its captions must say.
STORIES: Final = {
    "A delivery": (
        "never the customer's",
        "the recording can be played",
        "signed callbacks",
        "cools off",
        "gets +1 415-555-0101",
        "is free again",
    ),
    "A marketplace with a PIN": ("asked for a PIN", "A wrong PIN", "is the seller's PIN", "The buyer answers"),
    "A call center": ("one party", "Nobody registered this caller", "reaches the last caller"),
    "Expiry during a call": ("nobody is cut off", "does not connect any more"),
    "What if callbacks come late?": ("Not one callback has arrived", "all at once", "Its callbacks wait", "let go"),
}

#: What a page sees of it that its tab is not looked at.
_PUT_ASIDE: Final = """() => {
    Object.defineProperty(document, "hidden", { get: () => true });
    Object.defineProperty(document, "visibilityState", { get: () => "hidden" });
    document.dispatchEvent(new Event("visibilitychange"));
}"""

#: How many captions the story of the call center has.
_STEPS_OF_CALL_CENTER: Final = 8

#: What is said of the number at the end of the stories in which its session is over by then.
_NUMBER_AT_THE_END: Final = dict.fromkeys(("A delivery", "Expiry during a call"), "whoever dials it reaches nobody")


@pytest.fixture
def told(console: Console) -> Iterator[Console]:
    """The start page; the world that a story makes is removed afterwards."""
    console.open("demo")
    yield console
    if console.world != console.api.auth_id:
        console.emulator.control.delete(f"/worlds/{console.world}")


def begin(console: Console, title: str) -> None:
    """Start a story, quickly."""
    console.page.get_by_label("How fast").select_option("quickly")
    console.page.locator(".story", has_text=title).click()


def test_start_page_says_what_masking_is(told: Console) -> None:
    """A still, a few sentences, and two buttons."""
    page = told.page
    expect(page.get_by_role("img", name="Two phones and a virtual number between them")).to_be_visible()
    expect(page.get_by_role("button", name="Watch the story")).to_be_visible()
    page.get_by_role("link", name="Open the console").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


@pytest.mark.parametrize("title", STORIES)
def test_story_plays_to_its_end_and_leaves_a_world(told: Console, title: str) -> None:
    """Every caption comes true, and afterwards there is a world to explore."""
    page = told.page
    begin(told, title)
    expect(page.locator(".caption")).to_contain_text("That was all of it.", timeout=30_000)
    for part in STORIES[title]:
        expect(page.locator(".captions")).to_contain_text(part)
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    expect(page.locator(".mask")).to_contain_text(_NUMBER_AT_THE_END.get(title, "to reach the other"))
    page.get_by_role("link", name="See its sessions").click()
    expect(page.locator("tbody tr").first).to_be_visible()
    assert told.world != told.api.auth_id


def test_double_click_tells_a_story_once(told: Console) -> None:
    """One world is made for it, not two."""
    health = told.emulator.control.get("/health")["worlds"]
    told.page.get_by_role("button", name="Watch the story").dblclick()
    expect(told.page.locator(".captions li").first).to_be_visible()

    assert 1 == len(set(told.emulator.control.get("/health")["worlds"]) - set(health))


def test_story_goes_on_in_the_background(told: Console) -> None:
    """A tab that is put aside draws no frame any more, not even one that was asked for; the story ends all the same."""
    page = told.page
    page.evaluate("window.requestAnimationFrame = () => 0")
    told.session()
    page.evaluate(_PUT_ASIDE)
    begin(told, "Expiry during a call")
    expect(page.locator(".caption")).to_contain_text("That was all of it.", timeout=30_000)
    expect(page.locator(".told-of a").first).to_have_text("SessionPartiesHangup")
    expect(page.locator(".sequence")).to_contain_text("ends: not connected")


def test_story_is_paused_stepped_and_told_again(told: Console) -> None:
    """While it pauses nothing happens; each step is one caption. At reading pace, so that a slow browser is in time."""
    page = told.page
    page.locator(".story", has_text="A call center").click()
    captions = page.locator(".captions li")
    expect(captions.first).to_be_visible()
    told.click("Pause")
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    # A step that was being done is done to its end, and its caption comes.
    expect(page.locator(".captions")).to_have_attribute("aria-busy", "false")
    count = captions.count()
    told.click("One step")
    expect(captions).to_have_count(count + 1)
    told.click("One step")
    expect(captions).to_have_count(count + 2)
    page.set_viewport_size({"width": 1440, "height": 900})
    diagram = page.locator(".sequence").bounding_box()
    assert diagram is not None
    assert diagram["y"] + diagram["height"] <= 900
    told.click("Go on")
    expect(captions).to_have_count(count + 3)
    for more in range(count + 4, _STEPS_OF_CALL_CENTER + 1):
        told.click("One step")
        expect(captions).to_have_count(more)
    expect(page.locator(".caption")).to_contain_text("That was all of it.")
    first = told.world
    told.click("From the start")
    expect(captions).to_have_count(1)
    page.wait_for_function("world => !location.hash.includes(world)", arg=first)
    told.emulator.control.delete(f"/worlds/{first}")
    told.click("All stories")
    expect(page.locator(".story").first).to_be_visible()
