"""Origin: whether a foreign web page is behind a write. Any page may send to a local port, and its browser says so.

Browsers add an Origin to what a page sends to another server. It must be the page that we served ourselves. Whether
the Host is ours, the server looks at before.
"""

from collections.abc import Mapping


def is_from_foreign_page(headers: Mapping[str, str]) -> bool:
    """Whether the Origin is another server's than the one that is asked."""
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != headers.get("host", "")
