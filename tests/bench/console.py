"""Measures of the console in a real browser: what it is like with 10,000 sessions and 1,000 callbacks."""

from statistics import median

from playwright.sync_api import sync_playwright

from tests.bench.table import Effort, Row, alone
from tests.console.conftest import browser_path, chromium
from tests.console.crowd import burst, crowded, open_sessions, scroll, tell

#: The browser calls a task long from 50 ms on, and says nothing of shorter ones.
_LONG_MS = 50


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
        alone("console, 10,000 sessions: first paint", painted, "ms", target="≤ 1,000", met=painted <= 1000),
        alone("console, longest task in 1,000 callbacks", in_burst, "ms", target="≤ 250", met=in_burst <= 250),
        alone("console, longest task in scrolling", scrolling, "ms", target="< 50", met=scrolling < _LONG_MS),
        alone("console, longest task while a story plays", telling, "ms", target="< 50", met=telling < _LONG_MS),
    ]
