"""Measures of the console in a real browser: what it is like with 10,000 sessions and 1,000 callbacks."""

from statistics import median

from playwright.sync_api import sync_playwright

from tests.bench.table import Effort, Row, alone, at_most
from tests.console.conftest import browser_path, chromium
from tests.console.crowd import burst, crowded, open_sessions, scroll, tell

#: The browser calls a task long from 50 ms on, and says nothing of shorter ones: their figure is 0.
_SHORT_MS = 49


def console(effort: Effort) -> list[Row]:
    """The median of some rounds: first contentful paint, and the longest tasks of the page."""
    paints, bursts, scrolls, stories = [], [], [], []
    with sync_playwright() as playwright, chromium(playwright, browser_path()) as browser:
        for _ in range(min(effort.rounds, 3)):
            with crowded(browser) as page:
                paints.append(open_sessions(page))
                bursts.append(burst(page))
                scrolls.append(max(scroll(page.page, view) for view in ("Callbacks", "Journal", "Sessions")))
            stories.append(tell(browser))
    painted, in_burst, scrolling, telling = map(median, (paints, bursts, scrolls, stories))
    return [
        alone("console, 10,000 sessions: first paint", painted, "ms", at_most(1000)),
        alone("console, longest task in 1,000 callbacks", in_burst, "ms", at_most(250)),
        alone("console, longest task in scrolling", scrolling, "ms", at_most(_SHORT_MS)),
        alone("console, longest task while a story plays", telling, "ms", at_most(_SHORT_MS)),
    ]
