"""Paths: with, without and with doubled slashes they name the same resource, and nothing is ever redirected.

A redirect would turn the POST of several HTTP clients into a GET (ledger: slashes, no_redirects).
"""

import re
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

_SLASHES: Final = re.compile("//+")


class OneSlash:
    """Hands every request on with single slashes and none at the end of its path."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = scope["path"]
            if "//" in path:
                path = _SLASHES.sub("/", path)
            if path.endswith("/"):
                path = path.rstrip("/") or "/"
            scope["path"] = path
        await self.app(scope, receive, send)
