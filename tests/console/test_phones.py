"""Handsets, the diagram of a call, and the guided demo."""

from playwright.sync_api import Locator, expect

from tests.console.conftest import FIRST, SECOND, STRANGER, Console


def phone(console: Console, number: str) -> Locator:
    """The handset of this number."""
    return console.page.get_by_role("article", name=f"Phone {number}")


def test_two_phones_talk(console: Console) -> None:
    """One dials, the other rings and answers; the diagram grows, and the recording can be played afterwards."""
    console.session(record=True)
    console.open("phones")
    console.click("Dial", phone(console, FIRST))
    expect(phone(console, SECOND).get_by_role("status").first).to_have_text("Ringing")
    expect(phone(console, FIRST).get_by_role("status").first).to_have_text("Calling…")
    console.click("Answer", phone(console, SECOND))
    expect(phone(console, FIRST).get_by_role("status").first).to_have_text("Connected")
    expect(console.page.locator("svg.sequence")).to_contain_text("answers")
    console.click("+1 min")
    console.click("Hang up", phone(console, SECOND))
    expect(phone(console, FIRST).get_by_role("status").first).to_have_text("Ended: Normal Hangup, 60 s")
    console.click("+1 min")
    expect(console.page.locator("svg.sequence")).to_contain_text("recording is there")
    audio = console.page.locator("main audio")
    expect(audio).to_have_js_property("error", None)
    expect(audio).to_have_js_property("readyState", 4)


def test_call_is_rejected(console: Console) -> None:
    """Nobody has to answer."""
    console.session()
    console.open("phones")
    console.click("Dial", phone(console, SECOND))
    console.click("Reject", phone(console, FIRST))
    expect(phone(console, FIRST).get_by_role("status").first).to_contain_text("Ended: Rejected")


def test_stranger_types_a_pin(console: Console) -> None:
    """The prompt is shown as it would be played; the digits decide."""
    prompt = f"{console.emulator.url}/pin.mp3"
    console.session(
        is_pin_authentication_required=True, first_party_pin="1234", second_party_pin="9876", pin_prompt_play=prompt
    )
    console.open("phones")
    stranger = phone(console, STRANGER)
    console.click("Dial", stranger)
    expect(stranger.get_by_role("status").first).to_have_text("PIN, please")
    expect(stranger).to_contain_text(prompt)
    for key in "9876":
        console.click(key, stranger)
    console.click("Send digits", stranger)
    expect(phone(console, FIRST).get_by_role("status").first).to_have_text("Ringing")
    expect(console.page.locator("svg.sequence")).to_contain_text("PIN right")


def test_phone_is_added_and_rings_when_the_service_calls(console: Console) -> None:
    """A phone of the page waits to be told, whoever calls it."""
    console.open("phones")
    console.page.get_by_label("Number of the new phone").fill(FIRST)
    console.click("Add a phone")
    expect(phone(console, FIRST)).to_be_visible()
    console.session(initiate_call_to_first_party=True)
    console.click("Next event")
    expect(phone(console, FIRST).get_by_role("status").first).to_have_text("Ringing")
    console.click("Answer", phone(console, FIRST))
    expect(phone(console, FIRST).get_by_role("status").first).to_have_text("Calling…")


def test_sound_is_off_until_it_is_switched_on(console: Console) -> None:
    """Nobody is startled."""
    console.open("phones")
    console.click("Sound off")
    expect(console.page.get_by_role("button", name="Sound on")).to_have_attribute("aria-pressed", "true")


def test_guided_demo_plays_and_leaves_a_world(console: Console) -> None:
    """Two calls, one with a PIN, recordings, expiry and cool-off, with captions; then there is much to explore."""
    page = console.page
    console.open("demo")
    page.get_by_label("How fast").select_option("quickly")
    console.click("Play the story")
    expect(page.locator(".caption")).to_contain_text("customer", ignore_case=True)
    expect(page.locator(".caption")).to_contain_text("That was all of it.", timeout=30_000)
    captions = page.locator(".captions")
    for part in (
        "recording can be played",
        "A wrong PIN",
        "callbacks have told",
        "cools off",
        "gets +14155550101",
        "free again",
    ):
        expect(captions).to_contain_text(part)
    expect(page.locator("main audio")).to_have_count(2)

    made = page.get_by_label("World", exact=True).input_value()
    assert made != console.api.auth_id
    page.get_by_role("link", name="See its sessions").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    console.emulator.control.delete(f"/worlds/{made}")
