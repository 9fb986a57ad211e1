"""Callbacks, API requests and faults on the page, and the code of every click."""

import re
import subprocess
from typing import Any

import plivo
import plivo.rest.client
import pytest
from masking_emulator.testing.masking import Masking
from playwright.sync_api import expect

from tests.console.conftest import FIRST, SECOND, Console
from tests.receiver import receiving


def test_callback_is_shown_with_everything(console: Console) -> None:
    """Headers, body, signature check and the receiver's answer; it can be sent again."""
    page = console.page
    console.session(callback_url=console.receiver, session_expiry=60)
    console.open("callbacks")
    console.click("+1 min")
    expect(page.locator("tbody tr")).to_contain_text("delivered")
    page.get_by_role("button", name="Open callback 1").click()
    shown = page.get_by_role("region", name="Callback 1")
    expect(shown).to_contain_text("V3 right, V2 right")
    expect(shown).to_contain_text("X-Plivo-Signature-V3-Nonce")
    expect(shown).to_contain_text("EventName=SessionTimeout")
    expect(shown).to_contain_text("taken by the console")

    console.click("Replay", shown)
    expect(page.locator("tbody tr")).to_have_count(2)


def test_routed_callback_is_shown_with_both_urls(console: Console) -> None:
    """Where it was meant to go, and where it was delivered; the signature is right for the first."""
    page, public = console.page, "https://shop.example.com/in"
    with receiving() as receiver:
        console.emulator.control.put(
            f"/worlds/{console.api.auth_id}/routes", {"routes": [{"from": public, "to": f"{receiver.url}/app"}]}
        )
        console.session(callback_url=f"{public}/events", session_expiry=60)
        console.open("callbacks")
        console.click("+1 min")
        expect(page.locator("tbody tr")).to_contain_text("delivered")
    page.get_by_role("button", name="Open callback 1").click()
    shown = page.get_by_role("region", name="Callback 1")
    expect(shown).to_contain_text(f"{public}/events")
    expect(shown).to_contain_text(f"Delivered to{receiver.url}/app/events")
    expect(shown).to_contain_text("V3 right, V2 right")


def test_callbacks_are_held_released_and_filtered(console: Console) -> None:
    """The laboratory's switches."""
    page = console.page
    console.session(callback_url=console.receiver, session_expiry=60)
    console.open("callbacks")
    hold = page.get_by_role("switch", name="Hold new ones")
    hold.click()
    expect(hold).to_have_attribute("aria-checked", "true")
    console.click("+1 min")
    expect(page.locator("tbody")).to_contain_text("held")
    page.get_by_label("State").select_option("delivered")
    expect(page.get_by_text("No callback fits these filters.")).to_be_visible()
    page.get_by_label("State").select_option("")
    console.click("Release all held")
    expect(page.locator("tbody")).to_contain_text("delivered")


def test_tampered_signature_is_found_wrong(console: Console) -> None:
    """The page checks as a customer would, and does not take the server's word."""
    page = console.page
    console.session(callback_url=console.receiver, session_expiry=60)
    console.open("callbacks")
    page.get_by_role("switch", name="Tamper with signatures").click()
    expect(page.get_by_role("switch", name="Tamper with signatures")).to_have_attribute("aria-checked", "true")
    console.click("+1 min")
    page.get_by_role("button", name="Open callback 1").click()
    expect(page.get_by_role("region", name="Callback 1")).to_contain_text("wrong")


def test_requests_appear_and_the_pages_own_reads_do_not(console: Console) -> None:
    """What a customer sends, with what nothing read."""
    page = console.page
    console.open("sessions")
    expect(page.get_by_text("No session yet.")).to_be_visible()
    page.get_by_role("link", name="Requests").click()
    expect(page.get_by_text("Nothing has arrived.")).to_be_visible()
    console.session(geo_match=True)
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Open request 1").click()
    expect(page.get_by_role("region", name="Request 1")).to_contain_text("did you mean geomatch?")
    page.get_by_label("Status").fill("404")
    page.get_by_label("Status").press("Enter")
    expect(page.get_by_text("No request fits these filters.")).to_be_visible()


def test_faults_are_switched_on_and_off(console: Console) -> None:
    """Ready-made ones by a switch, others by a form; a refusal names its field."""
    page = console.page
    console.open("faults")
    switch = page.get_by_role("switch", name="Every create answers 503")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    assert 503 == console.api.create(first_party=FIRST, second_party=SECOND).status
    expect(page.locator("tbody")).to_contain_text("applied 1 times")
    switch.click()
    expect(page.get_by_text("Nothing goes wrong. Switch on")).to_be_visible()
    assert 201 == console.api.create(first_party=FIRST, second_party=SECOND).status

    page.get_by_label("Status", exact=True).fill("99")
    console.click("Add the fault")
    expect(page.get_by_role("alert").filter(has_text="status")).to_be_visible()
    page.get_by_label("Status", exact=True).fill("500")
    console.click("Add the fault")
    expect(page.locator("tbody")).to_contain_text("fault-2")


def test_every_click_shows_its_code(console: Console) -> None:
    """As curl, as Python and as a line of a test."""
    page = console.page
    console.open("sessions")
    code = page.get_by_label("Code of the last click")
    console.click("+1 min")
    expect(code).to_contain_text("clock/advance'")
    expect(code).to_contain_text('{"seconds":60}')
    language = page.get_by_label("Language")
    language.select_option("Python")
    expect(code).to_contain_text(
        re.compile(rf"control.post\(\s*\"/worlds/{console.api.auth_id}/clock/advance\", *\s*\{{\"seconds\": 60")
    )
    language.select_option("pytest")
    expect(code).to_contain_text('masking.control.post(f"{masking.path}/clock/advance", {"seconds": 60})')

    console.click("New session")
    console.click("Fill in an example")
    console.click("Create")
    expect(code).to_contain_text("client.masking_sessions.create_masking_session(")
    expect(code).to_contain_text('first_party="+14155550123"')
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    console.click("Copy")
    console.await_copied(code.inner_text())
    page.get_by_role("link", name=re.compile("[0-9a-f]{8}")).click()
    expect(code).to_contain_text("client.masking_sessions.get_masking_session(")
    page.get_by_label("Which click").select_option(index=2)
    expect(code).to_contain_text("clock/advance")


def test_copy_that_the_browser_refuses_is_said_so(console: Console) -> None:
    """And is no mistake of the page."""
    page = console.page
    page.add_init_script("navigator.clipboard.writeText = async () => { throw new DOMException('no'); }")
    console.open("sessions")
    console.click("+1 min")
    console.click("Copy")

    expect(page.locator("#status")).to_have_text("The browser does not let this page copy; select the text instead.")


def test_code_that_is_shown_runs(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is copied does the same again, in a shell and with Plivo's own SDK."""
    for constant in ("API_VOICE_BASE_URI", "API_VOICE_BASE_URI_FALLBACK_1", "API_VOICE_BASE_URI_FALLBACK_2"):
        monkeypatch.setattr(plivo.rest.client, constant, f"{console.emulator.url}/v1/Account")
    code = console.page.get_by_label("Code of the last click")
    console.open("sessions")
    console.click("New session")
    console.click("Fill in an example")
    console.click("Create")
    expect(code).to_contain_text("first_party")
    done = subprocess.run(["sh", "-c", code.inner_text()], capture_output=True, text=True, check=True)
    assert '"virtual_number":"+14155550100"' in done.stdout

    console.page.get_by_label("Language").select_option("Python")
    names: dict[str, Any] = {}
    exec(f"{code.inner_text()}\nclient.session.close()", names)
    console.page.get_by_label("Status").select_option("active")
    expect(code).to_contain_text("list_masking_session")
    exec(code.inner_text().replace("client.masking_sessions", "answer = client.masking_sessions"), names)
    assert 1 == names["answer"].response.meta.total_count
    names["client"].session.close()

    console.click("+1 min")
    expect(code).to_contain_text("Control(")
    exec(code.inner_text(), names)
    assert "2026-01-01T00:02:00Z" == console.control("GET", "/clock")["now"]

    made = {"auth_id": console.api.auth_id, "auth_token": console.api.auth_token, "subaccounts": []}
    console.page.get_by_label("Language").select_option("pytest")
    clicks = console.page.get_by_label("Which click")
    for index in range(clicks.locator("option").count()):
        clicks.select_option(index=index)
        exec(code.inner_text(), names)
        names["test_it"](Masking(console.emulator.control, made))
    assert console.control("GET", "/clock")["now"] == "2026-01-01T00:03:00Z"
