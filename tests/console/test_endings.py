"""How a call ended, in the words of the page: who hung up, and whose leg ended only because of that."""

import re

from playwright.sync_api import expect

from tests.console.conftest import FIRST, SECOND, Console
from tests.console.test_phones import phone, screen


def call(console: Console, number: str, *actions: tuple[str, str]) -> None:
    """A call from the first party, and what is done then: (action, party)."""
    uuid = console.control("POST", "/calls", {"from": FIRST, "to": number, "manual": True})["call_uuid"]
    for action, party in actions:
        console.control("POST", f"/calls/{uuid}/actions", {"action": action, "party": party})


def endings(console: Console) -> list[str]:
    """What the newest events say of legs that ended, newest first."""
    console.settle()
    lines = console.page.get_by_label("Newest events").locator("li").filter(has_text=re.compile("Leg ended|hung up"))
    return [line.split("\n", 1)[1].replace("\n", " ") for line in lines.all_inner_texts()]


def test_each_leg_says_why_it_ended(console: Console) -> None:
    """Only who hung up is said to have. The other leg ended because of that, or because its own phone declined."""
    made = console.session()
    call(console, made["virtual_number"], ("answer", "callee"), ("hangup", "callee"))
    call(console, made["virtual_number"], ("reject", "callee"))
    call(console, made["virtual_number"], ("hangup", "caller"))
    console.open("journal")
    journal = console.page.locator("main tbody")
    expect(journal.locator("tr").filter(has_text="Phone hung up")).to_have_count(2)

    assert [
        "Leg ended +1 415-555-0145, because +1 415-555-0123 hung up",
        "Phone hung up +1 415-555-0123",
        "Leg ended +1 415-555-0123, because +1 415-555-0145 declined",
        "Leg ended +1 415-555-0145, rejected",
        "Leg ended +1 415-555-0123, because +1 415-555-0145 hung up",
        "Phone hung up +1 415-555-0145",
    ] == endings(console)


def test_screen_of_the_caller_says_why_nobody_talked(console: Console) -> None:
    """The callee rejected the call, and did not hang up."""
    console.session()
    console.open("phones")
    console.click("Dial", phone(console, FIRST))
    console.click("Reject", phone(console, SECOND))

    expect(screen(console, SECOND)).to_contain_text("Ended: Rejected")
    expect(screen(console, FIRST)).to_contain_text("Second party: Rejected")


def test_call_of_other_people_has_a_caller_and_a_callee(console: Console) -> None:
    """Its people have no phone here, and the number between the phones has nothing to do with it."""
    made = console.session()
    others = console.session(first_party="+12025550101", second_party="+12025550102")
    assert made["virtual_number"] == others["virtual_number"]
    british = console.session(first_party="+442079460111", second_party="+442079460112")
    body = {"from": "+442079460111", "to": british["virtual_number"], "manual": True}
    console.control("POST", "/calls", body)
    console.open("phones", made["session_uuid"])

    expect(console.page.locator("svg.sequence .name")).to_have_text(["The caller", "Virtual number", "The callee"])
    expect(console.page.locator(".mask")).to_have_attribute("data-through", "still")
