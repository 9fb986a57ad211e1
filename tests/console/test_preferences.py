"""What a browser says of who looks: less motion, colours of their own. Nothing moves then, and nothing disappears."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, Final, Literal

import pytest
from masking_emulator.server.thread import ServerThread
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.console.conftest import FIRST, SECOND, Console, watched
from tests.plivo.ask import Api

#: What is read or pressed, with where it is; nothing that is covered or out of the window.
_SEEN: Final = """() => {
    const wanted = "button, a, input, select, summary, h1, h2, th, .badge, .connection, .recorded, .cell, .timer";
    const boxes = [...document.querySelectorAll(wanted)].map((each) => {
        const { x, y, width, height } = each.getBoundingClientRect();
        const top = each.checkVisibility() ? document.elementFromPoint(x + width / 2, y + height / 2) : null;
        const is = top && (each.contains(top) || top.contains(each));
        return is ? [each.outerHTML.slice(0, 100), x, y, x + width, y + height] : null;
    });
    return boxes.filter((box) => box && box[1] >= 0 && box[2] >= 0 && box[3] < innerWidth && box[4] < innerHeight);
}"""

#: How many colours are well apart on the timeline.
_INKS: Final = """canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const inks = new Set();
    for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3] === 255) inks.add([data[at] >> 5, data[at + 1] >> 5, data[at + 2] >> 5].join());
    }
    return inks.size;
}"""

#: How far the brightest point of something that is seen is from its darkest one, of 255.
_CONTRAST_MIN: Final = 90


@contextmanager
def looked_at(browser: Browser, world: Api, emulator: ServerThread, **options: Any) -> Iterator[Console]:
    """The phones of a session while a recorded call rings, for a browser that has these preferences."""
    with watched(browser, emulator.url, viewport={"width": 1440, "height": 900}, **options) as page:
        console = Console(page, world, emulator, emulator.url)
        made = console.session(record=True)
        call = {"from": FIRST, "to": made["virtual_number"], "manual": True}
        console.control("POST", "/calls", call)
        console.open("phones")
        expect(page.locator(".handset[data-kind=ringing]")).to_be_visible()
        yield console


def talk(console: Console) -> None:
    """The second party answers; the call is recorded."""
    console.click("Answer", console.page.get_by_role("article", name=f"Phone {SECOND}"))
    expect(console.page.locator(".recorded")).to_have_count(2)


def test_reduced_motion_is_heeded(browser: Browser, world: Api, emulator: ServerThread) -> None:
    """A ringing phone, the wire and the dot of a recording move, and stand still for who wants it so."""
    moving = "document.getAnimations().length"
    with looked_at(browser, world, emulator, reduced_motion="no-preference") as console:
        page = console.page
        rings = page.evaluate(moving)
        page.emulate_media(reduced_motion="reduce")
        assert (True, 0) == (rings > 0, page.evaluate(moving))
        talk(console)

        assert 0 == page.evaluate(moving)
        page.emulate_media(reduced_motion="no-preference")
        assert page.evaluate(moving) >= 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_disappears_in_forced_colours(
    browser: Browser, world: Api, emulator: ServerThread, scheme: Literal["light", "dark"]
) -> None:
    """Each control, text and mark is apart from its ground; states that are colours are still other ones."""
    unseen = []
    with looked_at(browser, world, emulator, forced_colors="active", color_scheme=scheme) as console:
        talk(console)
        unseen += indistinct(console, "phones")
        console.open("callbacks")
        unseen += indistinct(console, "callbacks")
        switches = console.page.get_by_role("switch")
        on, off = (shot(switches.nth(place).bounding_box(), console) for place in (0, 1))
        assert colours(on, 40) != colours(off, 40)
        console.open("overview")
        console.page.wait_for_function("() => document.querySelector('.timeline-canvas').width > 300")
        unseen += indistinct(console, "overview")
        cells = [shot(each.bounding_box(), console).getpixel((12, 12)) for each in console.page.locator(".cell").all()]
        assert {True, False} == {each == cells[0] for each in cells}
        assert console.page.locator(".timeline-canvas").evaluate(_INKS) >= 4
        console.page.keyboard.press("Tab")
        assert "solid" == console.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")

    assert [] == unseen


def indistinct(console: Console, view: str) -> list[tuple[str, str]]:
    """What cannot be told from its ground."""
    picture = Image.open(BytesIO(console.page.screenshot(animations="disabled"))).convert("L")
    found = []
    for markup, *box in console.page.evaluate(_SEEN):
        left, top, right, bottom = map(round, box)
        points = picture.crop((left, top, right, bottom)).tobytes()
        if max(points) - min(points) < _CONTRAST_MIN:
            found.append((view, markup))
    return found


def shot(box: Any, console: Console) -> Image.Image:
    """This part of the page."""
    return Image.open(BytesIO(console.page.screenshot(clip=box))).convert("RGB")


def colours(picture: Image.Image, width: int) -> list[tuple[int, Any]] | None:
    """The colours at its left end, and how many points each has."""
    return picture.crop((0, 0, width, picture.height)).getcolors(maxcolors=10_000)
