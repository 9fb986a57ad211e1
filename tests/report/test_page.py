"""The page of a report: one file that loads nothing and runs nothing, whole, readable at any width and on paper."""

from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from masking_emulator.report.collect import collected
from masking_emulator.report.files import FORMS
from masking_emulator.report.markup import element
from masking_emulator.report.model import Report
from masking_emulator.report.page import page
from masking_emulator.server.thread import ServerThread
from msgspec import structs
from playwright.sync_api import Browser, Page, sync_playwright

from tests.console.conftest import ARGUMENTS, browser_path
from tests.plivo.ask import api_of
from tests.report.eventful import Eventful

#: What a page may load or follow by itself.
_ADDRESSES = ("href", "src", "srcset", "action", "data", "poster", "xlink:href", "background", "style")


class _Elements(HTMLParser):
    """The elements of a page: their names, attributes and ids; and that each is closed where it must be."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "rect", "line", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Its end must be that of the innermost open element."""
        assert self.open.pop() == tag


@pytest.fixture
def report(found: Eventful) -> Report:
    """The report of the eventful world."""
    return found.report


def test_page_is_one_whole_file(report: Report) -> None:
    """Every element is closed, every id is there once, every link leads to one of them."""
    elements = _Elements(page(report))
    ids = [attributes["id"] for _, attributes in elements.found if "id" in attributes]
    links = {attributes["href"] for _, attributes in elements.found if "href" in attributes}

    assert [] == elements.open
    assert len(set(ids)) == len(ids)
    assert links <= {f"#{one}" for one in ids}
    assert links


def test_page_has_no_address_outside_of_itself_and_no_script(report: Report) -> None:
    """Nothing is loaded, nothing runs; what is linked is on the page."""
    html = page(report)
    elements = _Elements(html).found
    addresses = [attributes[name] or "" for _, attributes in elements for name in _ADDRESSES if name in attributes]

    assert set() == {name for name, _ in elements} & {"script", "link", "img", "iframe", "object", "form", "base"}
    assert [] == [each for each in addresses if not each.startswith(("#", "left:"))]
    assert [] == [name for _, attributes in elements for name in attributes if name.startswith("on")]
    assert "url(" not in html.partition("</style>")[0]
    assert "@import" not in html


def test_page_holds_all_that_happened(report: Report) -> None:
    """Requests with unread fields and hints, callbacks with attempts and signed texts, faults, routes, the pool."""
    (world,) = report.worlds
    html = page(report)
    ids = {attributes.get("id") for _, attributes in _Elements(html).found}

    assert {f"w1-request-{request.sequence}" for request in world.requests} <= ids
    assert {f"w1-callback-{callback.id}" for callback in world.callbacks} <= ids
    for words in (
        "did you mean geomatch?",
        "Signed for V2",
        "Signed for V3",
        "Attempt 1 at",
        "fault-1",
        "+14155550100",
    ):
        assert words in html
    assert all(element("pre", callback.signature_inputs.v2) in html for callback in world.callbacks)
    assert "status" in html
    assert "https://shop.example.com/in" in html


def test_markup_of_users_stays_text(report: Report) -> None:
    """Whatever stands in a body, a name or a header."""
    (world,) = report.worlds
    nasty = "</pre><script>alert(1)</script><img src=x onerror=y>"
    request = structs.replace(world.requests[0], body={nasty: nasty}, headers={nasty: nasty}, url=nasty, reason=nasty)
    spoiled = structs.replace(world, requests=[request], name=nasty, cut=[nasty], seed=nasty)
    html = page(structs.replace(report, worlds=[spoiled, spoiled], subject=nasty))

    assert set() == {name for name, _ in _Elements(html).found} & {"script", "img"}


@pytest.mark.parametrize("render", FORMS.values())
def test_half_a_character_is_written_as_a_question(render: Callable[[Report], str], emulator: ServerThread) -> None:
    """JSON can name a surrogate alone, and no file can hold one."""
    api = api_of(emulator.url, emulator.control.post("/worlds", {}))
    api.ask("POST", api.sessions, b'{"\\ud800": "a \\ud83d b", "first_party": "\\udfff"}')
    text = render(collected(emulator.control, api.auth_id))
    emulator.control.delete(f"/worlds/{api.auth_id}")

    assert text.encode()


def test_report_of_nothing_is_a_page(report: Report) -> None:
    """Without worlds, and with one in which nothing happened."""
    (world,) = report.worlds
    idle = structs.replace(
        world,
        **dict.fromkeys(("requests", "callbacks", "sessions", "calls", "numbers", "problems", "operations"), ()),
        problems_found=0,
        callback_states={},
        faults=[],
    )

    assert "Nothing is wrong." in page(structs.replace(report, worlds=[], strangers=[], exit_code=0))
    assert "Nothing is wrong." in page(structs.replace(report, worlds=[idle], strangers=[], exit_code=0))


def test_worlds_with_problems_are_first_in_the_contents(report: Report) -> None:
    """Of several; each is led to."""
    (world,) = report.worlds
    good = structs.replace(world, name="good", problems=[], problems_found=0, outcome="passed")
    bad = structs.replace(world, name="bad", outcome="failed")
    html = page(structs.replace(report, worlds=[good, bad]))

    assert html.index('href="#w2">bad') < html.index('href="#w1">good')


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    path = browser_path()
    if path is None:
        pytest.skip("there is no Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


def _shown(browser: Browser, report: Report, folder: Path, **options: Any) -> tuple[Page, list[str]]:
    """The page in a tab without scripts, and what it asked for."""
    file = folder / "report.html"
    file.write_text(page(report), encoding="utf-8")
    tab = browser.new_page(java_script_enabled=False, **options)
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(file.as_uri())
    return tab, asked


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_fits_the_window(browser: Browser, report: Report, tmp_path: Path, width: int, scheme: Any) -> None:
    """Nothing is wider than the window, problems are seen at once, and nothing else is asked for."""
    tab, asked = _shown(browser, report, tmp_path, viewport={"width": width, "height": 900}, color_scheme=scheme)
    boxes = [tab.locator(which).first.bounding_box() for which in ("main", ".card", ".timeline svg")]
    wrong = tab.get_by_text("create session answered 400").first.bounding_box()
    tab.close()

    assert wrong is not None
    assert wrong["y"] < 900
    assert all(box is not None and 0 <= box["x"] and box["x"] + box["width"] <= width for box in boxes)
    assert 1 == len(asked)


def test_bars_and_ticks_are_drawn(browser: Browser, report: Report, tmp_path: Path) -> None:
    """Sessions, calls in them, requests and callbacks; a tick leads to what it stands for."""
    tab, _ = _shown(browser, report, tmp_path)
    drawn = {kind: tab.locator(f".timeline .{kind} rect").count() for kind in ("session", "call", "tick")}
    tab.locator(".timeline .tick.is-bad").first.click()
    target = tab.locator("details:target")

    assert all(drawn.values())
    assert "w1-request-" in (target.get_attribute("id") or "")
    tab.close()


def test_everything_is_open_on_paper(browser: Browser, report: Report, tmp_path: Path) -> None:
    """What is folded on the screen is printed."""
    tab, _ = _shown(browser, report, tmp_path)
    folded = tab.locator("details:not([open]) > dl").first
    before = folded.is_visible()
    tab.emulate_media(media="print")
    after = folded.bounding_box()
    tab.close()

    assert not before
    assert after is not None
    assert after["height"] > 10
