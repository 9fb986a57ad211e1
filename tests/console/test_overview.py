"""The overview: what is wrong stands first, everything is on one line of time, and a crowd stays smooth."""

import re

from playwright.sync_api import expect

from tests.console.conftest import SECOND, STRANGER, Console
from tests.console.crowd import NEXT_FRAMES


def test_problems_stand_first(console: Console) -> None:
    """Refusals with text and reason, a field that nothing read, a callback that was not delivered."""
    page = console.page
    console.api.create(first_party="12", second_party=SECOND)
    console.session(callback_url="http://203.0.113.9/", session_expiry=60, geo_match=True)
    console.control("POST", "/clock/advance", {"seconds": 60})
    console.open("demo")
    expect(page.locator("main .notice")).to_contain_text("3 things in this world need a look")
    page.get_by_role("link", name="see what and why").click()
    wrong = page.get_by_role("region", name="What is wrong")
    expect(wrong).to_contain_text("create session answered 400")
    expect(wrong).to_contain_text("first_party is '12'")
    expect(wrong).to_contain_text("did you mean geomatch?")
    expect(wrong).to_contain_text("SessionTimeout blocked")
    wrong.get_by_role("link", name="create session answered 400").click()
    expect(page.get_by_role("region", name="Request 1")).to_contain_text("first_party is '12'")


def test_callbacks_that_failed_for_one_cause_are_one_problem(console: Console) -> None:
    """A receiver that is down does not crowd out what else is wrong."""
    console.session(geo_match=True)
    made = console.session(first_party=STRANGER, callback_url="http://203.0.113.9/")
    console.control("POST", "/calls", {"from": STRANGER, "to": made["virtual_number"]})
    console.control("POST", "/clock/advance", {"seconds": 600})
    console.open("overview")
    wrong = console.page.get_by_role("region", name="What is wrong")
    expect(wrong).to_contain_text("blocked, and 5 other callbacks")
    expect(wrong).to_contain_text("did you mean geomatch?")


def test_world_without_trouble_says_so(console: Console) -> None:
    """Nobody has to look for what is not there."""
    console.session()
    console.open("overview")
    expect(console.page.get_by_text("Nothing is wrong.")).to_be_visible()


def test_pool_that_runs_dry_is_a_problem(console: Console) -> None:
    """Three numbers, and each has a session."""
    for person in range(2):
        console.session(second_party=f"+1202555010{person}")
    console.session(first_party="+442079460123", second_party="+442079460124")
    console.open("overview")
    expect(console.page.get_by_role("region", name="What is wrong")).to_contain_text("0 of 3 numbers are free")


def test_timeline_is_hovered_and_opened(console: Console) -> None:
    """A bar says what it is, and a click leads to it."""
    page = console.page
    made = console.session(session_expiry=3600)
    console.open("overview")
    canvas = page.locator(".timeline-canvas")
    page.wait_for_function("() => document.querySelector('.timeline-canvas').width > 300")
    box = canvas.bounding_box()
    assert box is not None
    canvas.hover(position={"x": box["width"] / 2, "y": 36})
    expect(page.locator(".timeline-tip")).to_contain_text("on +1 415-555-0100, active")
    canvas.click(position={"x": box["width"] / 2, "y": 36})
    page.wait_for_url(re.compile(f"sessions/{made['session_uuid']}"))


def test_timeline_is_zoomed_by_keyboard(console: Console) -> None:
    """Plus looks closer, 0 shows all again: what is under the same place changes and comes back."""
    page = console.page
    console.session(session_expiry=3600)
    console.open("overview")
    canvas = page.locator(".timeline-canvas")
    tip = page.locator(".timeline-tip")
    box = canvas.bounding_box()
    assert box is not None
    late = {"x": box["width"] - 4, "y": 36.0}
    page.wait_for_function("() => document.querySelector('.timeline-canvas').width > 300")
    canvas.hover(position=late)  # type: ignore[arg-type]  # it is a Position
    expect(tip).to_have_text("")
    canvas.focus()
    page.keyboard.press("+")
    page.evaluate(NEXT_FRAMES)
    page.mouse.move(box["x"] + late["x"] - 1, box["y"] + late["y"])
    page.mouse.move(box["x"] + late["x"], box["y"] + late["y"])
    expect(tip).to_contain_text("Session")
    page.keyboard.press("0")
    page.evaluate(NEXT_FRAMES)
    page.mouse.move(box["x"] + late["x"] - 1, box["y"] + late["y"])
    expect(tip).to_have_text("")


def test_timeline_is_brushed(console: Console) -> None:
    """What is drawn over with the pointer fills the canvas; the wheel looks closer, and a button shows all again."""
    page = console.page
    console.session(session_expiry=3600)
    console.open("overview")
    canvas = page.locator(".timeline-canvas")
    tip = page.locator(".timeline-tip")
    page.wait_for_function("() => document.querySelector('.timeline-canvas').width > 300")
    page.evaluate(NEXT_FRAMES)
    box = canvas.bounding_box()
    assert box is not None
    right, middle, y = box["x"] + box["width"] - 4, box["x"] + box["width"] / 2, box["y"] + 36

    def says() -> str:
        page.evaluate(NEXT_FRAMES)
        page.mouse.move(right - 1, y)
        page.mouse.move(right, y)
        return tip.inner_text()[:7]

    seen = [says()]
    page.mouse.move(middle - 100, y)
    page.mouse.down()
    page.mouse.move(middle, y)
    page.mouse.move(middle + 100, y)
    page.mouse.up()
    seen.append(says())
    console.click("All")
    seen.append(says())
    page.keyboard.down("Control")
    page.mouse.move(middle, y)
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    seen.append(says())

    assert ["", "Session", "", "Session"] == seen


def test_overview_has_a_table_for_who_sees_no_canvas(console: Console) -> None:
    """The newest sessions, with links."""
    page = console.page
    made = console.session()
    console.open("overview")
    page.get_by_text("The same as a table").click()
    expect(page.get_by_role("table", name="Sessions on the timeline")).to_contain_text(made["session_uuid"][:8])
