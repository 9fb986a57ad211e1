"""The console: a web page over the control API. This module only serves its files, and a receiver of callbacks.

The files are read once, at the first request. The page may load nothing but what is served here: it works offline,
and what callbacks and parties bring along cannot become a script.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from masking_emulator.control.kernel import PREFIX, ControlError, refuse

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


def routes() -> list[Route]:
    """The page, its files, and the receiver. The page is found with and without a slash at its end."""
    return [
        Route(URL, _show_file),
        Route(f"{URL}/receiver", _receive, methods=["GET", "POST"]),
        Route(f"{URL}/{{file:path}}", _show_file),
    ]


async def _show_file(request: Request) -> Response:
    # Asynchronous, because starlette would run a plain function in a thread.
    name = request.path_params.get("file", "index.html")
    content = console_files().get(name)
    if content is None:
        return refuse(ControlError(404, f"the console has no file {name[:100]!r}"))
    return Response(content, headers=_HEADERS, media_type=_TYPES[Path(name).suffix])


async def _receive(request: Request) -> Response:
    """Take any callback: for a demo without a server of one's own."""
    async for _ in request.stream():
        pass
    return Response("taken by the console\n", media_type="text/plain", headers={"Cache-Control": "no-store"})


@cache
def console_files() -> Mapping[str, bytes]:
    """Path below the console → content."""
    folder = Path(__file__).parent
    found = (path for path in folder.rglob("*") if path.suffix in _TYPES)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
