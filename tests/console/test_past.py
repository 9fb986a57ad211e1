"""Time travel on the page: a moment as it was, steps, a fork, two moments compared, and moments that are gone."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from masking_emulator.server.thread import ServerThread
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.console.conftest import FIRST, STRANGER, Console
from tests.console.relay import Relay
from tests.plivo.ask import Api, api_of


def lived(console: Console) -> list[dict[str, Any]]:
    """A session, a call that ends, and three minutes; the events of all of it."""
    made = console.session(callback_url=console.receiver, record=True)
    console.control("POST", "/calls", {"from": FIRST, "to": made["virtual_number"], "talk_s": 20})
    console.control("POST", "/clock/advance", {"seconds": 60})
    due = len(console.control("GET", "/callbacks")["callbacks"])
    console.control("GET", f"/callbacks/wait?count={due}")
    console.control("POST", "/clock/advance", {"seconds": 120})
    events: list[dict[str, Any]] = console.control("GET", "/journal")["events"]
    return events


def sequence_of(events: list[dict[str, Any]], name: str) -> int:
    """The number of the first event of this name."""
    return int(next(event["sequence"] for event in events if event["event"] == name))


def banner(page: Page) -> Locator:
    """What says which moment is shown."""
    return page.get_by_role("region", name="Which moment is shown")


def slider(page: Page) -> Locator:
    """The slider over the journal."""
    return page.get_by_role("slider", name="Moment")


def at(console: Console, sequence: int) -> None:
    """Wait until the page shows this moment, and says so in its address."""
    expect(banner(console.page)).to_contain_text(f"Event {sequence} of ")
    console.page.wait_for_url(re.compile(rf"/past/{sequence}(\?|$)"))


@pytest.fixture
def another(console: Console) -> Iterator[Callable[..., Console]]:
    """Makes the page on another world, of this structure."""
    made = []

    def make(**structure: Any) -> Console:
        answer = console.emulator.control.post("/worlds", {"world": structure})
        made.append(answer["auth_id"])
        return replace(console, api=api_of(console.emulator.url, answer))

    yield make
    for auth_id in made:
        console.emulator.control.delete(f"/worlds/{auth_id}")


def test_past_moment_is_shown_as_it_was(console: Console) -> None:
    """Sessions, calls, callbacks and the pool in the middle of a call that is over; marked, with the way back."""
    page, events = console.page, lived(console)
    began = sequence_of(events, "CallBegan")
    console.open("past", str(began + 1))
    moment = console.control("GET", f"/at?sequence={began + 1}")

    expect(banner(page)).to_contain_text("00:00:00")
    expect(banner(page)).to_contain_text("3 minutes ago")
    expect(banner(page)).to_contain_text("as it was, to look at only")
    expect(page.get_by_role("region", name="Sessions, as it was")).to_contain_text(moment["sessions"][0]["status"])
    expect(page.get_by_role("region", name="Calls, as it was")).to_contain_text(
        moment["calls"][0]["phase"].replace("_", " ")
    )
    expect(page.get_by_role("region", name="Callbacks, as it was")).to_contain_text("No callback had been due")
    expect(page.get_by_role("region", name="The pool, as it was")).to_contain_text("in use, 1 session")
    console.click("Back to now")
    expect(page.get_by_role("region", name="Calls, as it was")).to_contain_text("ended")
    expect(page.get_by_role("region", name="Callbacks, as it was")).to_contain_text("SessionPartiesHangup")
    expect(slider(page)).to_be_focused()
    page.wait_for_url(re.compile("/past$"))


def test_record_of_the_past_is_opened(console: Console) -> None:
    """Every field of a session as it was, though the session has ended since; a dialog that Esc closes."""
    page, events = console.page, lived(console)
    console.open("past", str(sequence_of(events, "SessionCreated")))
    uuid = console.control("GET", "/at?sequence=1")["sessions"][0]["session_uuid"]
    page.get_by_role("button", name=f"Open session {uuid[:8]} as it was").click()
    dialog = page.get_by_role("dialog", name=re.compile("as it was after event 1"))

    expect(dialog).to_contain_text(uuid)
    expect(dialog).to_contain_text('"interaction": null')
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_mark_of_the_past_stays_in_view_and_covers_no_focus(console: Console) -> None:
    """However far down the page is scrolled; who goes back by Tab sees what has the focus below it."""
    page, events = console.page, lived(console)
    page.set_viewport_size({"width": 1024, "height": 500})
    console.open("past", str(len(events) - 1))
    openers = page.get_by_role("button", name=re.compile("^Open callback"))
    openers.last.focus()
    expect(banner(page)).to_be_in_viewport()
    tops = []
    for _ in range(8):
        page.keyboard.press("Shift+Tab")
        tops.append(page.evaluate("document.activeElement.getBoundingClientRect().top"))
    box = banner(page).bounding_box()

    assert box is not None
    assert min(tops) >= box["y"] + box["height"]


def test_slider_is_used_by_keyboard_and_says_where_it_is(console: Console) -> None:
    """Arrows move by an event, Home and End to the ends; what is read out names event, time and what happened."""
    page, events = console.page, lived(console)
    last = events[-1]["sequence"]
    console.open("past")
    expect(slider(page)).to_have_attribute("max", str(last))
    slider(page).focus()
    page.keyboard.press("Home")
    at(console, 0)
    expect(banner(page)).to_contain_text("before anything happened")
    page.keyboard.press("ArrowRight")
    at(console, 1)
    text = f"event 1 of {last}, 00:00:00: Session created"
    expect(slider(page)).to_have_attribute("aria-valuetext", text)
    page.keyboard.press("End")
    at(console, last)
    page.keyboard.press("Shift+E")
    at(console, last - 1)


def grabbed(console: Console) -> Callable[..., None]:
    """The slider of a world that has lived, held at its left end; what is returned drags it to a part of its width."""
    lived(console)
    console.open("past", "0")
    at(console, 0)
    box = slider(console.page).bounding_box()
    assert box is not None
    left, y, width = box["x"] + 8, box["y"] + box["height"] / 2, box["width"] - 16

    def drag_to(part: float, *, steps: int = 1) -> None:
        console.page.mouse.move(left + part * width, y, steps=steps)

    drag_to(0)
    console.page.mouse.down()
    return drag_to


def test_slider_is_dragged(console: Console) -> None:
    """From one end to the other and half the way back: the page comes to where it was let go, and no further."""
    page, drag_to = console.page, grabbed(console)
    drag_to(1, steps=20)
    drag_to(1 / 2, steps=20)
    page.mouse.up()
    there = int(slider(page).input_value())

    at(console, there)
    expect(page.get_by_role("heading", name=f"What event {there} changed")).to_be_visible()


def test_moment_that_comes_late_does_not_move_the_slider_back(console: Console) -> None:
    """While it is dragged, what was asked for on the way is shown, and the knob stays under the pointer."""
    page, held, drag_to = console.page, list[Route](), grabbed(console)
    asked = re.compile(r"/at\?")
    page.route(asked, lambda route: held.append(route))
    with page.expect_request(asked):
        drag_to(1 / 4)
    late = slider(page).input_value()
    drag_to(1 / 2)
    there = slider(page).input_value()
    held[0].continue_()
    expect(banner(page)).to_contain_text(f"Event {late} of ")

    assert late != there == slider(page).input_value()
    page.unroute(asked)  # which lets the others go
    page.mouse.up()
    at(console, int(there))


def test_steps_go_by_event_by_callback_and_by_call(console: Console) -> None:
    """Keys and buttons come to the next event of the kind, both ways, and say where there is none."""
    page, events = console.page, lived(console)
    calls = [event["sequence"] for event in events if event.get("call")]
    callbacks = [event["sequence"] for event in events if event.get("callback")]
    console.open("past", "1")
    at(console, 1)
    page.keyboard.press("b")
    at(console, callbacks[0])
    expect(page.locator("main p[role=status]")).to_contain_text(f"event {callbacks[0]} of {len(events)}")
    page.get_by_role("button", name="The next callback").click()
    at(console, callbacks[1])
    page.keyboard.press("Shift+B")
    at(console, callbacks[0])
    page.keyboard.press("Shift+C")
    at(console, max(each for each in calls if each < callbacks[0]))
    page.get_by_role("button", name="The next call", exact=True).click()
    at(console, min(each for each in calls if each > callbacks[0] - 1))
    page.keyboard.press("e")
    at(console, min(each for each in calls if each > callbacks[0] - 1) + 1)
    console.open("past", str(callbacks[0]))
    at(console, callbacks[0])
    page.get_by_role("button", name="The callback before").click()
    expect(page.locator("#status")).to_have_text("There is no earlier callback to step to.")
    page.keyboard.press("n")
    expect(banner(page)).to_contain_text("Now, ")
    expect(page.locator("main p[role=status]")).to_contain_text(f"event {len(events)} of {len(events)}")


def test_keys_are_said_and_acts_are_found(console: Console) -> None:
    """In the list of keys, and in the switcher, which has them only while the view is on the page."""
    page = console.page
    lived(console)
    console.open("past", "3")
    at(console, 3)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text(
        "In Time travel: to the next event, callback or call"
    )
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Find").fill("event before")
    page.keyboard.press("Enter")
    at(console, 2)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Find").fill("compare from here")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/past/2\?since=2"))
    page.keyboard.press("9")
    expect(page.get_by_role("heading", name="Journal")).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Find").fill("compare from here")
    expect(page.get_by_text("Nothing found for “compare from here”")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)  # hidden it is before that, and may still have the focus
    page.keyboard.press("0")
    expect(page.get_by_role("heading", name="Time travel")).to_be_visible()


def test_fork_goes_on_from_the_moment(console: Console) -> None:
    """A new world in which the call has not ended, and goes on; the world that is left stays as it is."""
    page, events = console.page, lived(console)
    before = console.control("GET", "/journal")
    began = sequence_of(events, "CallBegan")
    console.open("past", str(began))
    at(console, began)
    console.click("Fork here")
    page.wait_for_url(re.compile(f"#/(?!{console.api.auth_id})[^/]+/overview"))
    expect(page.locator("#status")).to_contain_text(f"the end of what event {began} belongs to")
    expect(page.locator("#worlds .opener")).to_contain_text(f"Event {began} of ")
    expect(page.locator("main .title").first).to_contain_text("1 running of 1 calls")
    for width, height_max in ((1024, 64), (390, 110)):
        page.set_viewport_size({"width": width, "height": 800})
        head = page.locator(".top").bounding_box()
        assert head is not None
        assert head["height"] <= height_max
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    forked = f"/worlds/{console.world}"
    console.emulator.control.post(f"{forked}/clock/advance", {"seconds": 60})
    (call,) = console.emulator.control.get(f"{forked}/calls")["calls"]
    console.emulator.control.delete(forked)

    assert "ended" == call["phase"]
    assert before == console.control("GET", "/journal")


def changes_on(page: Page) -> dict[str, Mapping[str, str]]:
    """What is listed as different, once it is known: thing → field → what it was and became."""
    page.locator("section[aria-label='What changed'][aria-busy=false]").wait_for()
    found: dict[str, Mapping[str, str]] = page.evaluate("""() => Object.fromEntries(
        [...document.querySelectorAll(".changes > li")].map((thing) => [
            thing.querySelector("b").title,
            Object.fromEntries([...thing.querySelectorAll("dt")].map((name) => [
                name.textContent, [...name.nextElementSibling.querySelectorAll(".value")].map(
                    (value) => value.textContent,
                ).join(" → "),
            ])),
        ]),
    )""")
    return found


def test_two_moments_are_compared_field_by_field(console: Console) -> None:
    """By a link; whichever is earlier, the comparison goes from the earlier to the later one."""
    page, events = console.page, lived(console)
    answered, last = sequence_of(events, "LegAnswered"), sequence_of(events, "SessionCallEnded")
    console.open("past", f"{last}?since={answered}")
    expect(page.get_by_role("heading", name=f"What changed from event {answered} to event {last}")).to_be_visible()
    listed = changes_on(page)
    asked = console.control("GET", f"/at/changes?since={answered}&sequence={last}")["changes"]
    session = next(each for each in asked if each["kind"] == "session")
    (status,) = [each for each in session["fields"] if each["field"] == "status"]
    assert {each["id"] for each in asked} == set(listed)
    assert f"{status['before']} → {status['after']}" == listed[session["id"]]["status"]
    assert "active" == status["after"]
    assert any(name.startswith("interaction") for name in listed[session["id"]])
    marked = page.locator("[data-thing].is-touched").evaluate_all("all => all.map(each => each.dataset.thing)")
    shown = {"session", "call", "callback", "number"}
    assert {f"{each['kind']} {each['id']}" for each in asked if each["kind"] in shown} == set(marked)

    expect(page.locator(".past-pin")).to_be_visible()
    console.open("past", f"{answered}?since={last}")
    expect(page.get_by_role("heading", name=f"What changed from event {answered} to event {last}")).to_be_visible()
    assert listed == changes_on(page)
    console.click("Stop comparing")
    expect(page.get_by_role("heading", name=f"What event {answered} changed")).to_be_visible()
    page.wait_for_url(re.compile(f"/past/{answered}$"))


def test_moment_is_compared_from_the_page(console: Console) -> None:
    """From here on, with a number that is typed; a wrong one is refused in words, and the moment stays."""
    page = console.page
    lived(console)
    console.open("past", "2")
    console.click("Compare from here")
    expect(page.get_by_text("This is the moment itself.")).to_be_visible()
    page.keyboard.press("e")
    expect(page.get_by_role("heading", name="What changed from event 2 to event 3")).to_be_visible()
    field = page.get_by_label("Compare with event")
    field.fill("99999")
    field.press("Enter")
    expect(page.get_by_text("There is nothing to compare with at event 99999")).to_be_visible()
    field.fill("yesterday")
    field.press("Enter")
    expect(page.get_by_text("An event is named by its number")).to_be_visible()
    expect(page.get_by_role("region", name="Sessions, as it was")).to_contain_text("1 live of 1")


def test_typed_event_counts_for_what_is_pressed_next(console: Console) -> None:
    """Without Enter too, and however long the press takes: what is pressed is about the event that was typed."""
    page = console.page
    lived(console)
    console.open("past", "2")
    at(console, 2)
    field = page.get_by_label("Event", exact=True)
    field.fill("4")
    console.click("Compare from here")
    page.wait_for_url(re.compile(r"/past/4\?since=4$"))
    field.fill("3")
    console.click("The next event")
    expect(field).to_have_value("4")
    field.fill("3")
    page.get_by_role("button", name="Compare from here").or_(page.get_by_label("Stop comparing")).hover()
    page.mouse.down()
    console.settle()
    page.mouse.up()
    page.wait_for_url(re.compile("/past/3$"))
    field.fill("xx")
    field.press("Tab")
    expect(page.locator("#status")).to_contain_text("“xx” is no event")
    expect(field).to_have_value("3")


def test_event_that_is_typed_again_counts(console: Console) -> None:
    """While the step after it is on its way, the field still has it; it is where the page comes to all the same."""
    page, held = console.page, list[Route]()
    lived(console)
    console.open("past", "2")
    at(console, 2)
    page.route(re.compile(r"/at\?.*sequence=4$"), lambda route: held.append(route))
    field = page.get_by_label("Event", exact=True)
    field.fill("3")
    with page.expect_request(re.compile(r"/at\?.*sequence=4$")):
        console.click("The next event")
    field.fill("3")
    held[0].continue_()
    at(console, 4)
    field.press("Tab")

    at(console, 3)


def test_forgotten_moment_says_so(another: Callable[..., Console]) -> None:
    """Past the bound the slider begins later and says why; a link to what was before leads to what there is."""
    console = another(numbers=[{"number": "+14155550100"}], limits={"history_max": 16}, clock={"rate": 0})
    page = console.page
    for number in range(30):
        console.session(first_party=f"+1202555{1000 + number}", second_party=f"+1202555{2000 + number}")
    first = console.control("GET", "")["history"]["first"]
    assert first > 0
    console.open("past", "1")
    expect(page.get_by_text(f"Event 1 was forgotten. The past begins at event {first}")).to_be_visible()
    expect(page.get_by_text("[limits] history_max is 16")).to_be_visible()
    console.click(f"Go to event {first}")
    at(console, first)
    expect(slider(page)).to_have_attribute("min", str(first))
    expect(page.locator(".past-begins")).to_contain_text(f"The past begins at event {first}")
    expect(page.get_by_text("There is no moment before this one.")).to_be_visible()


def test_moment_outlives_its_event(another: Callable[..., Console]) -> None:
    """The journal may forget more than the history: what was is shown, and what happened is not known any more."""
    limits = {"journal_events_max": 5, "history_max": 100}
    console = another(numbers=[{"number": "+14155550100"}], limits=limits, clock={"rate": 0})
    page = console.page
    for number in range(20):
        console.session(first_party=f"+1202555{1000 + number}", second_party=f"+1202555{2000 + number}")
    console.open("past", "3")
    expect(banner(page)).to_contain_text("Event 3 of 20: the journal no longer says what happened")
    expect(page.get_by_text("The journal no longer says what happened here.")).to_be_visible()
    expect(page.get_by_role("region", name="Sessions, as it was")).to_contain_text("3 live of 3")
    page.keyboard.press("e")
    expect(page.get_by_role("region", name="Sessions, as it was")).to_contain_text("4 live of 4")
    page.keyboard.press("Shift+B")
    expect(page.locator("#status")).to_have_text("There is no earlier callback to step to.")


def test_world_without_a_past_says_so(another: Callable[..., Console]) -> None:
    """Where nothing is kept there is no slider, but what to do."""
    console = another(limits={"history_max": 0})
    console.open("past")
    expect(console.page.get_by_text("This world keeps no past: [limits] history_max is 0.")).to_be_visible()
    expect(slider(console.page)).to_be_hidden()


def test_empty_world_says_what_would_fill_its_past(another: Callable[..., Console]) -> None:
    """With the way to a first event."""
    console = another(numbers=[])
    console.open("past")
    expect(console.page.locator("main")).to_contain_text("Nothing has happened in this world yet.")
    console.page.get_by_role("link", name="Create a session").click()
    console.page.wait_for_url(re.compile(r"/sessions\?new=1"))


@pytest.mark.parametrize(
    ("detail", "says"),
    [
        ("99999", "there is no event 99999. The world may have been reset since"),
        ("yesterday", "The address names no event"),
    ],
)
def test_link_to_no_moment_says_so(console: Console, detail: str, says: str) -> None:
    """And leads to now."""
    console.session()
    console.open("past", detail)
    expect(console.page.locator("main > [role=alert]")).to_contain_text(says)
    console.click("Go to now")
    expect(banner(console.page)).to_contain_text("Now, ")


def test_world_that_is_reset_meanwhile_is_left(console: Console) -> None:
    """What was looked at is gone, which is said; the page shows the new life."""
    events = lived(console)
    console.open("past", f"{len(events) - 1}?since=2")
    at(console, len(events) - 1)
    console.control("POST", "/reset", {})
    expect(console.page.locator("#status")).to_contain_text("The world began anew meanwhile")
    expect(console.page.locator("main")).to_contain_text("Nothing has happened in this world yet.")
    console.page.wait_for_url(re.compile("/past$"))


def test_link_into_a_removed_world_does_not_show_another_ones_moment(console: Console) -> None:
    """It says so for as long as that is looked at, and shows another world as it is now."""
    lived(console)
    page = console.page
    page.goto(f"{console.url}/_emulator/console/#/MAEMULATORGONE0000000/past/1")
    expect(page.locator("main > .notice")).to_contain_text("The world MAEMULATORGONE0000000 is not on this server")
    page.wait_for_url(re.compile("#/(?!MAEMULATORGONE)[^/]+/past$"))


def test_now_is_followed_and_a_moment_stands_still(console: Console) -> None:
    """New events appear where now is shown; a moment only gets further away."""
    page = console.page
    console.session()
    console.open("past")
    expect(banner(page)).to_contain_text("Event 1 of 1")
    console.session(first_party=STRANGER)
    expect(banner(page)).to_contain_text("Event 2 of 2")
    expect(page.get_by_role("region", name="Sessions, as it was")).to_contain_text("2 live of 2")
    console.control("POST", "/clock/advance", {"seconds": 1})
    expect(banner(page)).to_contain_text("Now, unchanged since 00:00:00")
    expect(page.locator(".past-ends")).to_have_text("The beginningEvent 2, the newest")
    page.get_by_label("Compare with event").press_sequentially("1")
    console.session(first_party="+12025550178", second_party="+12025550179")
    expect(banner(page)).to_contain_text("Event 3 of 3")
    expect(page.get_by_label("Compare with event")).to_be_focused()
    expect(page.get_by_label("Compare with event")).to_have_value("1")
    console.open("past", "3")
    expect(banner(page)).to_contain_text("Event 3 of 3")
    expect(banner(page)).not_to_contain_text("as it was, to look at only")
    console.control("POST", "/clock/advance", {"seconds": 1800})
    expect(banner(page)).to_contain_text("Event 3 of 6")
    expect(banner(page)).to_contain_text("30 minutes ago")
    expect(banner(page)).to_contain_text("as it was, to look at only")
    expect(slider(page)).to_have_attribute("max", "6")


def test_server_that_is_gone_is_waited_for(browser: Browser, world: Api, emulator: ServerThread) -> None:
    """What is shown stays, and says what it is; the moment that was asked for is shown once the server is back."""
    relay = Relay(emulator.url)
    with browser.new_context() as context:
        console = Console(context.new_page(), world, emulator, relay.url)
        page = console.page
        lived(console)
        console.open("past", "3")
        at(console, 3)
        relay.cut()
        page.get_by_label("Event", exact=True).fill("2")
        page.get_by_label("Event", exact=True).press("Enter")
        expect(page.locator("main > [role=alert]")).to_contain_text("The server does not answer.")
        expect(banner(page)).to_contain_text("Event 3 of ")
        relay.mend()
        at(console, 2)
        expect(page.locator("main > [role=alert]")).to_be_empty()
    relay.close()


def test_journal_leads_to_the_moment_of_an_event(console: Console) -> None:
    """Its number is the link; the list around a moment leads on, without a page of its own."""
    page = console.page
    lived(console)
    console.open("journal")
    page.get_by_role("link", name="#3", exact=True).click()
    at(console, 3)
    page.get_by_role("region", name="Around this moment").get_by_role("link", name=re.compile("#2 ?Call")).click()
    at(console, 2)
