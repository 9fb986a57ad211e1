"""Acts stories in a world of its own, in this process and without a socket, and captures them as `capture` would.

What is asked of the API and every callback that the world sends goes through the writer of captures, and so through
redaction. The world's clock stands still and is moved; its instants are the times in the capture.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlencode, urlsplit

from masking_emulator.callbacks.courier import Courier
from masking_emulator.callbacks.exchange import Answer, Outgoing
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.callbacks import Outcome
from masking_emulator.evidence.captures import Capture, CapturedService, read_capture
from masking_emulator.evidence.writing import CaptureWriter, SeenAnswer, SeenRequest
from masking_emulator.plivo.service import Account
from masking_emulator.receiver import SHORT, verified
from masking_emulator.server.app import make_app
from masking_emulator.world.file import world_of
from masking_emulator.world.hub import Hub
from masking_emulator.world.surroundings import Surroundings
from masking_emulator.world.world import World

from tests.plivo.inside import authorization, replied

MAIN: Final = "MAEMULATORSTORY00001"
SUB: Final = "SAEMULATORSTORY00001"

_OUTCOMES: Final[Mapping[int, Outcome]] = {
    2: Outcome.OK,
    3: Outcome.REDIRECT,
    4: Outcome.CLIENT_ERROR,
    5: Outcome.SERVER_ERROR,
}

_WORLD: Final[Mapping[str, Any]] = {
    "account": {"auth_id": MAIN, "subaccounts": [{"auth_id": SUB}]},
    "clock": {"start": "2026-03-01T10:00:00.5Z", "rate": 0},
}


class Stage:
    """A world to act in. `answers` is what the customer's app answers callbacks with, by the path of their URL."""

    def __init__(
        self, folder: Path, *numbers: str | Mapping[str, str], service: CapturedService = "emulator", **world: Any
    ) -> None:
        """The pool has these `numbers`; `world` is what the world file says besides. The capture lies in `folder`."""
        self.answers: dict[str, int] = {}
        self._runner = asyncio.Runner()
        self._hub = Hub(Surroundings(courier=_Recording(self)))
        pool = [{"number": each} if isinstance(each, str) else each for each in numbers]
        self._world: World = self._hub.add(world_of({**_WORLD, "numbers": pool, **world}))
        self._app = make_app(self._hub)
        self._began = self._world.clock.now()
        self._file = folder / "capture"
        self._writer = CaptureWriter(self._file, service=service, made_with={}, began=self._began)
        self._count = self._records = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        self._runner.close()

    def capture(self) -> Capture:
        """What has been captured so far."""
        return read_capture(self._file)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        by: str = MAIN,
        at: str = "",
        anonymous: bool = False,
        content_type: str = "application/json",
        sending: Mapping[str, str] | None = None,
        **query: Any,
    ) -> Any:
        """A request below the account `at`, by default that of who asks. The answer's JSON; {} where it has none.

        Headers of `sending` are there instead of the usual ones of the same name.
        """
        account = next(each for each in self._world.accounts if each.auth_id == by)
        full = path if path.startswith("/") else f"/v1/Account/{at or by}/{path}"
        text = urlencode(query, doseq=True)
        content = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        headers = {"Content-Type": content_type} | ({} if anonymous else {"Authorization": authorization(account)})
        headers |= sending or {}
        self._count += 1
        when = self._seconds()
        reply = self._runner.run(replied(self._app, method, f"{full}?{text}", headers, content))
        sent = [("Host", "127.0.0.1:8080"), *headers.items()]
        request = SeenRequest(method, full, text, sent, content)
        # Without a server nobody leaves out the body that an answer to HEAD does not have.
        came = b"" if method == "HEAD" else reply.content
        answer = SeenAnswer(reply.status, list(reply.headers.items()), came)
        self._writer.exchange(self._count, request, answer, at=when, took=0.01)
        try:
            return json.loads(reply.content or b"{}")
        except ValueError:
            return {}

    def create(
        self, first: str | None, second: str | None = None, *, by: str = MAIN, at: str = "", **fields: Any
    ) -> Any:
        """The session that a create makes; {} where it was refused."""
        parties = {"first_party": first, "second_party": second}
        body = {name: party for name, party in parties.items() if party is not None} | fields
        return self.ask("POST", "Masking/Session/", body, by=by, at=at).get("session", {})

    def look(self, session: Mapping[str, Any]) -> Any:
        """The session as a get shows it."""
        return self.ask("GET", f"Masking/Session/{session['session_uuid']}/").get("response", {})

    def update(self, session: Mapping[str, Any], **fields: Any) -> Any:
        """The session after an update."""
        return self.ask("POST", f"Masking/Session/{session['session_uuid']}/", fields).get("session", {})

    def delete(self, session: Mapping[str, Any]) -> None:
        """Delete the session."""
        self.ask("DELETE", f"Masking/Session/{session['session_uuid']}/")

    def call(self, caller: str, number: str, **script: Any) -> Any:
        """Call a virtual number. Nothing of it is captured but the callbacks."""
        return self.control("POST", "calls", {"from": caller, "to": number, **script})

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._runner.run(self._world.advance_to(self._world.clock.now() + round(seconds * SECOND_US)))

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """A request of the control API, which is not captured."""
        headers = {"Content-Type": "application/json"}
        content = json.dumps(body).encode() if body is not None else b""
        reply = self._runner.run(replied(self._app, method, f"/_emulator/worlds/{MAIN}/{path}", headers, content))
        assert reply.status < 300, f"{path} was refused: {reply.content.decode()}"
        return json.loads(reply.content or b"{}")

    def take(self, request: Outgoing) -> int:
        """A callback of the world: written down, and answered with this status."""
        parts = urlsplit(request.url)
        form = request.content.decode()
        accounts: Sequence[Account] = self._world.accounts
        tokens = [account.auth_token for account in accounts]
        received = verified(request.method, request.url, dict(request.headers), form, tokens=tokens)
        status = self.answers.get(parts.path, 200)
        self._writer.callback(
            SeenRequest(request.method, parts.path, parts.query, list(request.headers.items()), request.content),
            at=self._seconds(),
            signatures={SHORT[header]: verdict.value for header, verdict in received.verdicts.items()},
            answered=status,
        )
        return status

    def _seconds(self) -> float:
        """When something is captured: no two at one instant, although the world's clock stands."""
        self._records += 1
        return (self._world.clock.now() - self._began) / SECOND_US + self._records / 10_000


class _Recording(Courier):
    """A courier that sends nothing."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage = stage

    async def send(self, request: Outgoing, *, anywhere: bool) -> Answer:
        """Hand the request to the stage."""
        del anywhere
        status = self._stage.take(request)
        return Answer(outcome=_OUTCOMES[status // 100], status=status)
