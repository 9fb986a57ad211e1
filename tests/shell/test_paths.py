"""Paths: with, without and with doubled slashes they are the same resource."""

import asyncio

import pytest
from masking_emulator.server.one_slash import OneSlash
from starlette.types import Message, Receive, Scope, Send


def _seen(kind: str, path: str) -> str:
    """The path that arrives behind OneSlash."""
    arrived: list[str] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        del receive, send
        arrived.append(scope["path"])

    async def receive() -> Message:
        raise AssertionError("nothing is received")

    async def send(message: Message) -> None:
        raise AssertionError(message)

    asyncio.run(OneSlash(application)({"type": kind, "path": path}, receive, send))
    return arrived[0]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "/"),
        ("//", "/"),
        ("", ""),
        ("/a/b", "/a/b"),
        ("/a/b/", "/a/b"),
        ("//a///b//", "/a/b"),
        ("/a/b/////", "/a/b"),
        ("/a /b%/", "/a /b%"),
    ],
)
def test_slashes_are_single_and_none_is_last(path: str, expected: str) -> None:
    """Only slashes change; the root stays the root."""
    assert expected == _seen("http", path)


def test_other_scopes_are_left_alone() -> None:
    """What is no HTTP request passes as it is."""
    assert "/a//b/" == _seen("websocket", "/a//b/")
