"""Verifying: asks a service our own story, within a budget, and leaves nothing behind.

Every session that was created is deleted at the end, whatever ends the story: its last request, the budget, an error,
or Ctrl-C. The budget counts those deletes too, so there is always room for them. Where the answer to a create was lost,
the session may be there all the same; it is looked for by its parties.
"""

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

from msgspec import Struct, json

from masking_emulator.clock import real_seconds
from masking_emulator.evidence.redaction import decoded
from masking_emulator.evidence.story import Cast, tell
from masking_emulator.evidence.upstream import Upstream, UpstreamFailed
from masking_emulator.evidence.writing import CaptureWriter, SeenAnswer, SeenRequest

#: How many requests find and delete the session of a create whose answer was lost.
_LOST_REQUESTS: Final = 2

_AGENT: Final = "masking-emulator"


class NoMoreRequests(Exception):
    """The budget is spent, but for what clears away."""


class CannotVerify(Exception):
    """The story is not played; the message says why. Nothing was changed."""


class Verification(Struct, frozen=True):
    """How it went: requests made, whether the story was cut short and why, and sessions that could not be deleted."""

    requests: int
    cut_short: str | None
    left_over: tuple[str, ...]


class Asker:
    """Asks a service for one account, and writes everything down."""

    def __init__(
        self,
        upstream: Upstream,
        writer: CaptureWriter,
        *,
        auth_id: str,
        auth_token: str,
        requests_max: int,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """It makes at most `requests_max` requests. `pause` lets so many seconds pass at the service."""
        self._pause = pause
        self._upstream = upstream
        self._writer = writer
        self._auth_id = auth_id
        self._own = f"Basic {b64encode(f'{auth_id}:{auth_token}'.encode()).decode()}"
        self._requests_max = requests_max
        self._began_s = real_seconds()
        self._alive: dict[str, None] = {}
        self._lost: list[Mapping[str, Any]] = []
        self.requests = 0

    async def ask(
        self,
        method: str,
        path: str,
        *rows: str,
        query: str = "",
        body: Any = None,
        text: str | None = None,
        content_type: str = "application/json",
        authorization: str | None = "",
    ) -> Mapping[str, Any]:
        """One request, as `story.Asking` says. Raises NoMoreRequests."""
        self._require_room()
        answer = _object(await self._exchange(method, path, rows, query, body, text, content_type, authorization))
        session = answer.get("response")
        if isinstance(session, dict) and session.get("status") == "expired":
            self._alive.pop(str(session.get("session_uuid")), None)  # it needs no delete
        return answer

    async def session(self, *rows: str, **fields: Any) -> str | None:
        """Create a session, as `story.Asking` says. Raises NoMoreRequests."""
        self._require_room(further=_LOST_REQUESTS)
        self._lost.append(fields)  # until its answer is there
        answer = await self._exchange("POST", "Masking/Session/", rows, body=fields)
        if answer is None:
            return None
        self._lost.pop()
        uuid = _object(answer).get("session_uuid")
        if answer.status >= 300 or not isinstance(uuid, str):
            return None
        self._alive[uuid] = None
        return uuid

    async def delete(self, session: str, *rows: str) -> None:
        """Delete a session, as `story.Asking` says. Raises NoMoreRequests."""
        if session not in self._alive:
            self._require_room()  # otherwise there is room for it
        answer = await self._exchange("DELETE", f"Masking/Session/{session}/", rows)
        if answer is not None and answer.status < 500:
            self._alive.pop(session, None)

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        await self._pause(seconds)

    async def clear_away(self) -> tuple[str, ...]:
        """Delete every session that is still there. Those that could not be deleted, or looked for."""
        left: list[str] = []
        for fields in self._lost:
            left += await self._find(fields)
        for session in list(self._alive):
            answer = await self._exchange("DELETE", f"Masking/Session/{session}/", ())
            if answer is None or answer.status >= 500 or answer.status in (401, 403, 429):
                left.append(session)
        self._alive.clear()
        self._lost.clear()
        return tuple(left)

    async def _find(self, fields: Mapping[str, Any]) -> list[str]:
        """Take note of the session that a create without an answer has made; its parties where that cannot be asked."""
        named = {key: str(fields[key]) for key in ("first_party", "second_party") if key in fields}
        query = "&".join(f"{key}={quote(value, safe='')}" for key, value in named.items())
        answer = await self._exchange("GET", "Masking/Session/", (), query=f"{query}&status=active&limit=20")
        if answer is None or answer.status != 200:
            return [" and ".join(named.values()) or "one without parties"]
        listed = _object(answer).get("response")
        objects = listed.get("objects") if isinstance(listed, dict) else None
        for each in objects if isinstance(objects, list) else []:
            if isinstance(each, dict) and isinstance(each.get("session_uuid"), str):
                self._alive[each["session_uuid"]] = None
        return []

    def _require_room(self, *, further: int = 0) -> None:
        """Raise NoMoreRequests where one more would leave no room for clearing away."""
        owed = len(self._alive) + _LOST_REQUESTS * len(self._lost)
        if self.requests + 1 + further + owed > self._requests_max:
            raise NoMoreRequests

    async def _exchange(
        self,
        method: str,
        path: str,
        rows: tuple[str, ...],
        query: str = "",
        body: Any = None,
        text: str | None = None,
        content_type: str = "application/json",
        authorization: str | None = "",
    ) -> SeenAnswer | None:
        self.requests += 1
        content = b"" if body is None and text is None else json.encode(body) if text is None else text.encode()
        headers = [("User-Agent", _AGENT), ("Accept", "application/json"), ("Content-Type", content_type)]
        named = self._own if authorization == "" else authorization
        if named is not None:
            headers.append(("Authorization", named))
        full = path if path.startswith("/") else f"/v1/Account/{self._auth_id}/{path}"
        request = SeenRequest(method, full, query, headers, content)
        n, begun_s = self.requests, real_seconds()
        answer, reason = None, "the story ended before there was an answer"
        try:
            answer = await self._upstream.exchange(request)
        except UpstreamFailed as error:
            reason = error.reason
        finally:
            at, took = begun_s - self._began_s, real_seconds() - begun_s
            failed = reason if answer is None else None
            self._writer.exchange(n, request, answer, at=at, took=took, failed=failed, about=rows)
        return answer


async def verify(asker: Asker, cast: Cast) -> Verification:
    """Play the story and clear away. Raises CannotVerify, and OSError where the capture cannot be written.

    Being cancelled only ends the story: what was made is deleted first.
    """
    cut_short: str | None = None
    try:
        await _require_free(asker, cast)
        await tell(asker, cast)
    except NoMoreRequests:
        cut_short = "the budget was spent"
    except asyncio.CancelledError:
        cut_short = "it was interrupted"
    left = await asker.clear_away()
    return Verification(asker.requests, cut_short, left)


async def _require_free(asker: Asker, cast: Cast) -> None:
    """Raise CannotVerify where a live session of the account has a party: it would be changed, and deleted."""
    listed = await asker.ask("GET", "Masking/Session/", query="status=active&limit=20")
    if "response" not in listed:
        raise CannotVerify(f"the service refused its first request: {listed.get('error', 'there was no answer')}")
    found = _parties(listed)
    if _total(listed) > len(found):
        for party in cast.parties:
            for role in ("first_party", "second_party"):
                query = f"{role}={party.removeprefix('+')}&status=active&limit=1"
                found += _parties(await asker.ask("GET", "Masking/Session/", query=query))
    for party in cast.parties:
        if any(party.removeprefix("+") in each for each in found):
            raise CannotVerify(
                f"{party} is in a live session of this account, which would be changed and deleted; choose others"
            )


def _parties(listed: Mapping[str, Any]) -> list[set[str]]:
    """Who is in the sessions of a list, without plus."""
    response = listed.get("response")
    objects = response.get("objects") if isinstance(response, dict) else None
    return [
        {str(each.get(role)).removeprefix("+") for role in ("first_party", "second_party")}
        for each in (objects if isinstance(objects, list) else [])
        if isinstance(each, dict)
    ]


def _total(listed: Mapping[str, Any]) -> int:
    response = listed.get("response")
    meta = response.get("meta") if isinstance(response, dict) else None
    total = meta.get("total_count") if isinstance(meta, dict) else None
    return total if isinstance(total, int) else 0


def _object(answer: SeenAnswer | None) -> Mapping[str, Any]:
    if answer is None:
        return {}
    try:
        value = decoded(answer.body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
