"""Handsets, the number between them, and the diagram of a call."""

import re
from itertools import combinations
from typing import Final

from playwright.sync_api import Locator, expect

from tests.console.conftest import FIRST, SECOND, STRANGER, Console

#: The dot before "Recording": its size, and its colour in red, green and blue.
_DOT: Final = """element => {
    const { width, height, backgroundColor } = getComputedStyle(element, "::before");
    return { width, height, colour: backgroundColor.match(/\\d+/g).map(Number) };
}"""


def phone(console: Console, number: str) -> Locator:
    """The handset of this number."""
    return console.page.get_by_role("article", name=f"Phone {number}")


def screen(console: Console, number: str) -> Locator:
    """What the screen of this handset says."""
    return phone(console, number).locator(".screen")


def test_ringing_phone_shows_the_virtual_number_and_hides_the_real_one(console: Console) -> None:
    """Who is called believes that the virtual number calls; the caller's own is struck through."""
    console.session()
    console.open("phones")
    console.click("Dial", phone(console, FIRST))

    expect(screen(console, SECOND)).to_contain_text("Incoming call")
    expect(screen(console, SECOND).locator(".shown-number")).to_have_text("+1 415-555-0100")
    expect(screen(console, SECOND).locator("s")).to_have_text("+1 415-555-0123")
    expect(screen(console, FIRST).locator(".shown-number")).to_have_text("+1 415-555-0100")
    expect(console.page.locator(".mask")).to_have_attribute("data-through", "rings")


def test_two_phones_talk(console: Console) -> None:
    """One dials, the other rings and answers; the diagram grows, and the recording can be played afterwards."""
    console.session(record=True)
    console.open("phones")
    console.click("Dial", phone(console, FIRST))
    expect(screen(console, FIRST)).to_contain_text("Calling…")
    console.click("Answer", phone(console, SECOND))
    expect(screen(console, FIRST)).to_contain_text("On the line")
    expect(screen(console, FIRST)).to_contain_text("Recording")
    expect(console.page.locator("svg.sequence")).to_contain_text("answers")
    console.click("+1 min")
    expect(screen(console, FIRST).locator(".timer")).to_have_text("1:00")
    console.click("Hang up", phone(console, SECOND))
    expect(screen(console, FIRST)).to_contain_text("Second party hung up")
    expect(screen(console, FIRST)).to_contain_text("1:00 on the line, 60 s billed, US$ 0.0")
    console.click("+1 min")
    expect(console.page.locator("svg.sequence")).to_contain_text("recording is there")
    audio = console.page.locator("main audio")
    expect(audio).to_have_js_property("error", None)
    expect(audio).to_have_js_property("readyState", 4)


def test_timer_runs_on_the_clock_of_the_world(console: Console) -> None:
    """A minute a second: a talk of some minutes takes no longer than that, and its recording has a red dot."""
    console.session(record=True)
    console.open("phones")
    console.click("Dial", phone(console, FIRST))
    console.click("Answer", phone(console, SECOND))
    timer = screen(console, FIRST).locator(".timer")
    expect(timer).to_have_text("0:00")
    dot = screen(console, FIRST).locator(".recorded").evaluate(_DOT)
    console.pull_down("clock")
    console.click("60x")
    expect(timer).to_have_text(re.compile(r"^[1-9]\d?:\d\d$"))
    console.click("Stop")
    red, *others = dot["colour"]

    assert (dot["width"], dot["height"], True) == ("9px", "9px", red > 2 * max(others))


def test_diagram_stands_above_the_fold_and_grows(console: Console) -> None:
    """Beside the phones at 1440 x 900, from the first step to the last, with nothing asked for by hand."""
    page = console.page
    page.set_viewport_size({"width": 1440, "height": 900})
    made = console.session(record=True)
    console.open("phones")
    expect(page.locator(".the-call")).to_contain_text("No call yet")
    steps = page.locator(".sequence line.message")
    seen = []
    uuid = console.control("POST", "/calls", {"from": FIRST, "to": made["virtual_number"], "manual": True})["call_uuid"]
    for act, count in (
        ({}, 3),
        ({"action": "answer", "party": "callee"}, 4),
        ({"action": "hangup", "party": "caller"}, 6),
    ):
        if act:
            console.control("POST", f"/calls/{uuid}/actions", act)
        expect(steps).to_have_count(count)
        box = page.locator(".sequence").bounding_box()
        assert box is not None
        seen.append((box["y"] > 57, box["y"] + box["height"] <= 900))

    assert [(True, True)] * 3 == seen
    # Whoever dials is answered by the number, and the number by whom it calls.
    ways = "lines => lines.map((line) => (line.x1.baseVal.value < line.x2.baseVal.value ? '>' : '<')).join('')"
    assert "><><>>" == steps.evaluate_all(ways)


def test_stage_has_room_beside_the_newest_events(console: Console) -> None:
    """With what stands beside the view open, nothing lies under it, and what a phone shows stays in the phone."""
    page = console.page
    page.set_viewport_size({"width": 1440, "height": 900})
    made = console.session()
    console.open("phones")
    console.control("POST", "/calls", {"from": FIRST, "to": made["virtual_number"], "manual": True})
    page.get_by_role("button", name="Events & code").click()
    expect(page.locator("#beside")).to_be_visible()
    right = "element => element.getBoundingClientRect().right"

    assert page.locator(".the-call").evaluate(right) <= page.locator("main").evaluate(right)
    for phone in page.locator(".pair .handset").all():
        assert phone.locator(".screen").evaluate(right) < phone.evaluate(right)


def test_caller_stands_where_its_phone_does(console: Console) -> None:
    """The second party's phone is the right one, so in the diagram its call comes from the right."""
    page = console.page
    made = console.session()
    console.open("phones")
    console.control("POST", "/calls", {"from": SECOND, "to": made["virtual_number"], "manual": True})
    steps = page.locator(".sequence line.message")
    expect(steps).to_have_count(3)
    ways = "lines => lines.map((line) => (line.x1.baseVal.value < line.x2.baseVal.value ? '>' : '<')).join('')"

    assert "<><" == steps.evaluate_all(ways)


def test_call_is_announced_to_who_listens(console: Console) -> None:
    """Ring, answer and hangup are read out."""
    console.session()
    console.open("phones")
    expect(screen(console, SECOND)).to_contain_text("Ready")
    heard = console.page.locator("#announcer")
    console.click("Dial", phone(console, FIRST))
    expect(heard).to_have_text("Second party's phone rings, and shows +1 415-555-0100.")
    console.click("Answer", phone(console, SECOND))
    expect(heard).to_have_text("Second party's phone is on the line with +1 415-555-0100.")
    console.click("Hang up", phone(console, FIRST))
    expect(heard).to_have_text("Second party's phone: First party hung up.")


def test_call_is_rejected(console: Console) -> None:
    """Nobody has to answer."""
    console.session()
    console.open("phones")
    console.click("Dial", phone(console, SECOND))
    console.click("Reject", phone(console, FIRST))
    expect(screen(console, FIRST)).to_contain_text("Ended: Rejected")


def test_only_what_can_be_pressed_is_there(console: Console) -> None:
    """An idle phone can dial; a ringing one can be answered or rejected; keys are for a PIN."""
    console.session()
    console.open("phones")
    buttons = phone(console, SECOND).get_by_role("button")
    expect(buttons).to_have_text(["Dial"])
    console.click("Dial", phone(console, FIRST))
    expect(buttons).to_have_text(["Answer", "Reject"])
    expect(phone(console, FIRST).get_by_role("button")).to_have_text(["Hang up"])


def test_stranger_types_a_pin(console: Console) -> None:
    """The prompt is shown as it would be played; the digits decide, and a wrong PIN says how many tries are left."""
    prompt = f"{console.emulator.url}/pin.mp3"
    console.session(
        is_pin_authentication_required=True,
        first_party_pin="1234",
        second_party_pin="9876",
        pin_prompt_play=prompt,
        pin_retry=1,
    )
    console.open("phones")
    stranger = phone(console, STRANGER)
    console.click("Dial", stranger)
    expect(screen(console, STRANGER)).to_contain_text("PIN, please")
    expect(stranger).to_contain_text(prompt)
    expect(stranger).to_contain_text("The call waits")
    console.click("1", stranger)
    console.click("Send digits", stranger)
    expect(screen(console, STRANGER)).to_contain_text("Wrong PIN, 1 try left")
    console.click("Next event")
    for key in "9876":
        console.click(key, stranger)
    console.click("Send digits", stranger)
    expect(screen(console, FIRST)).to_contain_text("Incoming call")
    expect(console.page.locator("svg.sequence")).to_contain_text("PIN right")


def test_phone_is_added_and_rings_when_the_service_calls(console: Console) -> None:
    """A phone of the page can be answered, whoever calls it."""
    console.open("phones")
    console.page.get_by_label("Number of the new phone").fill("+1 415-555-0123")
    console.click("Add a phone")
    expect(phone(console, FIRST)).to_be_visible()
    console.session(initiate_call_to_first_party=True)
    console.click("Next event")
    expect(screen(console, FIRST)).to_contain_text("Incoming call")
    console.click("Answer", phone(console, FIRST))
    expect(screen(console, FIRST)).to_contain_text("Calling…")


def test_phone_that_is_not_added_says_why(console: Console) -> None:
    """At the field; a phone that is added takes no other one's place."""
    console.session()
    console.open("phones")
    field = console.page.get_by_label("Number of the new phone")
    trouble = console.page.locator("#no-phone")
    for typed, says in (
        ("", "Type the number"),
        ("xx", "“xx” is no phone number"),
        (FIRST, "has a phone here already"),
    ):
        field.fill(typed)
        console.click("Add a phone")
        expect(trouble).to_contain_text(says)
        expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("(202) 555-0101")
    expect(trouble).to_be_empty()
    console.click("Add a phone")
    expect(field).to_have_value("")
    expect(phone(console, "+12025550101")).to_be_visible()

    numbers = console.page.get_by_role("article").evaluate_all("all => all.map(each => each.ariaLabel)")
    assert [f"Phone {number}" for number in (FIRST, SECOND, STRANGER, "+12025550101")] == numbers


def test_link_to_a_call_shows_that_one(console: Console) -> None:
    """However many came after it; where there is no such call the page says so, and never shows another in silence."""
    made = console.session()
    to = made["virtual_number"]
    wanted = console.control("POST", "/calls", {"from": "+12025550101", "to": to})["call_uuid"]
    for _ in range(30):
        console.control("POST", "/calls", {"from": STRANGER, "to": to})
    console.open("phones", f"{made['session_uuid']}?call={wanted}")
    expect(console.page.locator("svg.sequence .actor-number").first).to_have_text("+1 202-555-0101")
    console.page.goto("about:blank")
    console.open("phones", f"{made['session_uuid']}?call=none")
    expect(console.page.locator(".the-call")).to_contain_text("This world has no call none")


def test_sound_is_off_until_it_is_switched_on(console: Console) -> None:
    """Nobody is startled."""
    console.open("phones")
    console.pull_down("tools")
    console.click("Sound off")
    expect(console.page.get_by_role("button", name="Sound on")).to_have_attribute("aria-pressed", "true")


def test_stage_has_room_at_every_width(console: Console) -> None:
    """Phones and the number between them stand side by side or one below the other, and nothing covers another."""
    console.session()
    console.open("phones")
    covered = []
    for width in (1440, 1280, 1264, 1263, 1024, 800, 720, 390):
        console.page.set_viewport_size({"width": width, "height": 900})
        stands = [each.bounding_box() for each in console.page.locator(".pair .handset, .pair .plate, .the-call").all()]
        boxes = [(box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]) for box in stands if box]
        covered += [(width, one, other) for one, other in combinations(boxes, 2) if _cover(one, other)]
        # The page draws anew for its new width, in its own time; what does not fit then never will.
        console.page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)
        assert 4 == len(boxes)

    assert [] == covered


def test_number_fits_into_the_picture_of_the_start_page(console: Console) -> None:
    """Each text of the picture has air on both sides of what it stands in."""
    console.open("demo")
    picture = console.page.locator(".still")
    wide = picture.locator(".strong").evaluate_all("texts => texts.map(text => text.getBBox().width)")
    room = picture.locator(".glass[width], .plate-box").evaluate_all(
        "boxes => boxes.map(box => box.width.baseVal.value)"
    )

    assert 3 == len(wide) == len(room)
    assert max(wide) <= min(room) - 10


def _cover(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether two boxes, each (left, top, right, bottom), have a point in common."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
