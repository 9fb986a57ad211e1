"""The console: a web page over the control API. This module only serves its files, and a receiver of callbacks.

The files are read once, at the first request. The page may load nothing but what is served here: it works offline,
and what callbacks and parties bring along cannot become a script.

The page asks for its files below a digest of them all. What is found there never changes, so a browser that has shown
this console before asks for the page alone, and not for eighty files.
"""

import re
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from masking_emulator.control.kernel import PREFIX, ControlError, refuse
from masking_emulator.core.quoting import quoted

URL: Final = f"{PREFIX}/console"

_TYPES: Final[Mapping[str, str]] = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

_HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_FOR_EVER: Final = {**_HEADERS, "Cache-Control": "max-age=31536000, immutable"}

_DIGITS: Final = 12

_PAGE: Final = "index.html"


def routes() -> list[Route]:
    """The page, its files, and the receiver. The page is found with and without a slash at its end."""
    return [
        Route(URL, _show_file),
        Route(f"{URL}/receiver", _receive, methods=["GET", "POST"]),
        Route(f"{URL}/{{file:path}}", _show_file),
    ]


async def _show_file(request: Request) -> Response:
    # Asynchronous, because starlette would run a plain function in a thread.
    asked = name = request.path_params.get("file", _PAGE)
    folder, slash, file = asked.partition("/")
    if slash and len(folder) == _DIGITS:  # a page that was opened before the server was replaced has another digest
        name = file
    content = _page() if asked == _PAGE else console_files().get(name)
    if content is None:
        return refuse(ControlError(404, f"the console has no file {quoted(asked)}"))
    headers = _FOR_EVER if folder == digest() else _HEADERS
    return Response(content, headers=headers, media_type=_TYPES[Path(name).suffix])


async def _receive(request: Request) -> Response:
    """Take any callback: for a demo without a server of one's own."""
    async for _ in request.stream():
        pass
    return Response("taken by the console\n", media_type="text/plain", headers={"Cache-Control": "no-store"})


@cache
def _page() -> bytes:
    """The page, which asks for its files below the digest."""
    return re.sub(rb'(?<==")(?=[a-z]+\.(?:css|js|svg)")', f"{digest()}/".encode(), console_files()[_PAGE])


@cache
def digest() -> str:
    """Of all files: another one as soon as a byte of them is another."""
    whole = sha256()
    for name, content in sorted(console_files().items()):
        whole.update(f"{name} {len(content)}\n".encode() + content)
    return whole.hexdigest()[:_DIGITS]


@cache
def console_files() -> Mapping[str, bytes]:
    """Path below the console → content."""
    folder = Path(__file__).parent
    found = (path for path in folder.rglob("*") if path.suffix in _TYPES)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
