"""Callback routes before real web frameworks: each takes its public URL from the proxy's headers, as its page says.

The programs are what a user would write: the framework's own setting for a proxy, and Plivo's own validators.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from typing import Final

import pytest
from masking_emulator.callbacks.routes import SENDER

from tests.plivo.ask import Api
from tests.shell.asking import control, good
from tests.shell.telling import advance, callbacks, end

_SHOP: Final = "https://shop.example.com"
_PROGRAMS: Final = Path(__file__).parent / "programs"
_NODE: Final = Path(__file__).parent.parent / "node"

#: Behind a proxy, as the framework knows it, or not.
_BEHIND: Final = "behind-a-proxy"
_ALONE: Final = "alone"


def _python(program: str) -> Callable[[str, str], list[str]]:
    return lambda token, place: [sys.executable, str(_PROGRAMS / program), token, place]


def _uvicorn(token: str, place: str) -> list[str]:
    del token
    proxy = "--proxy-headers" if place == _BEHIND else "--no-proxy-headers"
    words = ["proxied_fastapi:app", "--app-dir", str(_PROGRAMS), "--port", "0", proxy]
    return [sys.executable, "-m", "uvicorn", *words]


def _express(token: str, place: str) -> list[str]:
    node = which("node")
    if node is None or not (_NODE / "node_modules" / "express").is_dir():
        pytest.skip("needs Node and `npm install --prefix tests/node`")
    return [node, str(_NODE / "proxied.cjs"), token, place]


_FRAMEWORKS: Final[dict[str, Callable[[str, str], list[str]]]] = {
    "Flask": _python("proxied_flask.py"),
    "Django": _python("proxied_django.py"),
    "FastAPI": _uvicorn,
    "Express": _express,
}


@contextmanager
def _app(name: str, token: str, place: str) -> Iterator[str]:
    """The program at work; where it listens."""
    environment = {**os.environ, "PLIVO_AUTH_TOKEN": token}
    command = _FRAMEWORKS[name](token, place)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            said = ""
            for line in process.stdout:
                said += line
                found = re.search(r"^(\d+)$|running on http://127\.0\.0\.1:(\d+)", line)
                if found:
                    yield f"http://127.0.0.1:{found[1] or found[2]}"
                    return
            pytest.fail(f"{name} did not start:\n{said}")
        finally:
            process.kill()


def _answers(api: Api, public: str, target: str) -> list[tuple[int, str]]:
    """What the app answers to a callback of each method that goes to the route's URL and below."""
    good(control(api, "PUT", "{w}/routes", {"routes": [{"from": public, "to": target}]}))
    for method in ("POST", "GET"):
        end(api, f"{public}/events?tenant=7&a=b%20c", callback_method=method)
    advance(api)
    responses = [attempt["response"] for one in callbacks(api) for attempt in one["attempts"][:1]]
    return [(response["status"], response["body"]) for response in responses]


@pytest.mark.parametrize("name", _FRAMEWORKS)
def test_validators_accept_what_a_route_delivers(fresh_api: Api, name: str) -> None:
    """POST and GET, with a query; the app sees the public URL, and the address that the proxy saw."""
    with _app(name, fresh_api.auth_token, _BEHIND) as url:
        posted, got = _answers(fresh_api, f"{_SHOP}/plivo", f"{url}/plivo")

    assert (200, 200) == (posted[0], got[0]), (posted, got)
    assert posted[1].startswith(f"{SENDER} {_SHOP}/plivo/events?tenant=7&a=b")
    assert got[1].startswith(f"{SENDER} {_SHOP}/plivo/events?tenant=7&a=b")


@pytest.mark.parametrize("name", _FRAMEWORKS)
def test_validators_refuse_where_the_app_does_not_know_its_proxy(fresh_api: Api, name: str) -> None:
    """As in production: what is signed is https, and the app believes that it was asked by http."""
    with _app(name, fresh_api.auth_token, _ALONE) as url:
        answers = _answers(fresh_api, f"{_SHOP}/plivo", f"{url}/plivo")

    assert [403, 403] == [status for status, _ in answers]


def test_app_below_a_prefix_finds_its_public_url(fresh_api: Api) -> None:
    """ProxyFix puts X-Forwarded-Prefix in front of the path."""
    with _app("Flask", fresh_api.auth_token, _BEHIND) as url:
        answers = _answers(fresh_api, f"{_SHOP}/shop", url)

    assert [200, 200] == [status for status, _ in answers]
    assert [f"{SENDER} {_SHOP}/shop/events"] * 2 == [body.partition("?")[0] for _, body in answers]
