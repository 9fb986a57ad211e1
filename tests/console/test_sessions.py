"""Sessions and numbers on the page."""

from playwright.sync_api import expect

from tests.console.conftest import FIRST, SECOND, Console

#: A create is refused where this is out of range.
EXPIRY = "session_expiry"


def test_session_is_created_in_the_form(console: Console) -> None:
    """Every parameter is offered with its rule, and the vendor's error stands beside the field that it is about."""
    page = console.page
    console.open("sessions")
    console.click("New session")
    form = page.get_by_role("form", name="A new session")
    form.locator("#p-first_party").fill(FIRST)
    form.locator("#p-second_party").fill(SECOND)
    form.get_by_label(EXPIRY).fill("5")
    expect(form).to_contain_text("60 to 86400")
    console.click("Create", form)
    expect(form.locator(f"#p-{EXPIRY}-error")).to_contain_text("session_expiry is outside the allowed range")
    expect(form.get_by_label(EXPIRY)).to_be_focused()
    form.get_by_label(EXPIRY).fill("600")
    console.click("Create", form)

    expect(page.locator("tbody tr")).to_contain_text("+1 415-555-0100")
    expect(page.locator("tbody tr")).to_contain_text("10 min")


def test_every_field_that_is_wrong_is_told_at_once(console: Console) -> None:
    """The API names one; the form adds what is against its rule, and what nothing read, before it is sent again."""
    page = console.page
    console.open("sessions")
    console.click("New session")
    form = page.get_by_role("form", name="A new session")
    console.click("Fill in an example", form)
    form.get_by_label(EXPIRY).fill("5")
    form.get_by_label("virtual_number_cooloff_period").fill("5000")
    page.get_by_text("All other parameters").click()
    form.get_by_label("first_party_play_url").fill("here")
    form.locator("#p-pin_retry").fill("2")
    console.click("Create", form)
    expect(form.locator(f"#p-{EXPIRY}-error")).to_contain_text("session_expiry is outside the allowed range")
    expect(form.locator("#p-virtual_number_cooloff_period-error")).to_contain_text("a whole number from 0 to 3600")
    expect(form.locator("#p-first_party_play_url-error")).to_contain_text("“here” has not the form")
    unread = form.locator("#p-pin_retry-error")
    expect(unread).to_have_text("Nothing read this: read only where is_pin_authentication_required is true.")
    expect(form.get_by_label(EXPIRY)).to_be_focused()

    form.get_by_label(EXPIRY).fill("")
    form.get_by_label("virtual_number_cooloff_period").fill("")
    form.get_by_label("first_party_play_url").fill("")
    console.click("Create", form)
    expect(form.get_by_text("But nothing read pin_retry.")).to_be_visible()
    expect(unread).to_contain_text("Nothing read this")
    expect(form.get_by_role("button", name="Create")).to_have_count(0)
    console.click("Close", form)
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(form).to_have_count(0)


def test_form_has_every_parameter(console: Console) -> None:
    """Those of the vendor's page, from the table that the server judges by."""
    from masking_emulator.plivo.parameters import CREATE

    page = console.page
    console.open("sessions")
    console.click("New session")
    page.get_by_text("All other parameters").click()

    for name in CREATE:
        expect(page.locator(f"#p-{name}")).to_be_visible()


def test_list_is_live_filtered_and_paged(console: Console) -> None:
    """The API's own filters and pages; what is made elsewhere appears."""
    page = console.page
    console.open("sessions")
    for person in range(25):
        console.session(first_party=f"+1202556{person:04}", second_party=f"+1202555{person:04}")
    expect(page.get_by_text("1 to 20 of 25")).to_be_visible()
    console.click("Next")
    expect(page.get_by_text("21 to 25 of 25")).to_be_visible()
    page.get_by_label("Second party").fill("+12025550007")
    page.get_by_label("Second party").press("Enter")
    expect(page.get_by_text("1 to 1 of 1")).to_be_visible()
    page.get_by_label("Second party").fill("")
    page.get_by_label("Status").select_option("expired")
    expect(page.get_by_text("No session fits these filters.")).to_be_visible()
    page.get_by_text("More filters").click()
    page.get_by_label("Created from").fill("yesterday")
    page.get_by_label("Created from").press("Enter")
    expect(page.get_by_role("alert").filter(has_text="created_time")).to_be_visible()


def test_calls_and_legs_are_counted_apart(console: Console) -> None:
    """The API's total_call_count is of legs: one call through the number has two, in the list and on its own page."""
    made = console.session()
    console.control("POST", "/calls", {"from": FIRST, "to": made["virtual_number"], "talk_s": 5})
    console.control("POST", "/clock/advance", {"seconds": 60})
    console.open("sessions")
    expect(console.page.locator("td[data-head='Ended calls']")).to_have_text("1 (2 legs)")

    console.open("sessions", made["session_uuid"])
    bills = console.page.get_by_role("region", name="Calls and bills")
    expect(bills.locator("dt", has_text="Ended calls").locator("+ dd")).to_have_text("1 (2 legs)")


def test_time_left_shrinks(console: Console) -> None:
    """The bar follows the world's clock."""
    page = console.page
    console.session(session_expiry=600)
    console.open("sessions")
    expect(page.locator("tbody tr")).to_contain_text("10 min 0 s")
    console.click("+1 min")
    expect(page.locator("tbody tr")).to_contain_text("9 min 0 s")


def test_session_is_opened_changed_and_expired(console: Console) -> None:
    """All that is known of it: timeline, calls, callbacks, why it got its number, raw JSON."""
    page = console.page
    made = console.session(callback_url=console.receiver, record=True)
    console.control("POST", "/calls", {"from": FIRST, "to": made["virtual_number"]})
    console.control("POST", "/clock/advance", {"seconds": 120})
    console.open("sessions")
    page.get_by_role("link", name=made["session_uuid"][:8]).click()
    main = page.locator("main")
    expect(main).to_contain_text("Call on the bill")
    expect(main).to_contain_text("SessionPartiesHangup")
    expect(main).to_contain_text("the first number in pool order that fits")
    expect(main.locator("audio")).to_have_attribute("src", _media(console))
    page.get_by_text("Raw JSON").click()
    expect(main.locator("pre").filter(has_text=f'"session_uuid": "{made["session_uuid"]}"')).to_be_visible()

    console.click("Change")
    form = page.get_by_role("form", name="Change the session")
    form.get_by_label(EXPIRY).fill("7200")
    console.click("Change", form)
    expect(main).to_contain_text("Session changed")
    console.click("Expire")
    expect(main.locator(".title .badge")).to_have_text("expired")


def _media(console: Console) -> str:
    recording = console.control("GET", "/calls")["calls"][0]["recording_uuid"]
    return f"/v1/Account/{console.api.auth_id}/Recording/{recording}.mp3"


def test_pool_is_a_map(console: Console) -> None:
    """By country and owner: who is on a number, until when it cools, another one where it is bad, and a new one."""
    page = console.page
    made = console.session(session_expiry=60, virtual_number_cooloff_period=300)
    console.open("numbers")
    expect(page.get_by_role("heading", name="United Kingdom, main account")).to_be_visible()
    tile = page.get_by_role("button", name="+1 415-555-0100")
    expect(tile).to_contain_text("1 session")
    tile.click()
    expect(page.get_by_role("table", name="Who uses it now")).to_contain_text(made["session_uuid"][:8])
    console.click("Report as sub-optimal")
    expect(page.locator("#status")).to_contain_text("has +1 415-555-0101")
    expect(tile).to_contain_text("suspended")
    expect(page.get_by_role("button", name="+1 415-555-0101")).to_contain_text("1 session")
    console.click("+1 min")
    expect(page.get_by_role("button", name="+1 415-555-0101")).to_contain_text("until 00:06:00")

    page.get_by_label("New number").fill("xx")
    console.click("Add")
    expect(page.locator("#no-number")).to_contain_text("number: 'xx'")
    page.get_by_label("New number").fill("+14155550177")
    expect(page.locator("#no-number")).to_be_empty()
    page.get_by_label("Owner").select_option(index=1)
    console.click("Add")
    expect(
        page.get_by_role("heading", name=f"United States and Canada, {console.api.subaccounts[0].auth_id}")
    ).to_be_visible()
