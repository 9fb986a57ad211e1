"""A stage: a world of ours that plays the service, in this process, and writes a capture of what it is asked."""

import asyncio
import json
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import urlsplit

from masking_emulator.callbacks.exchange import Outgoing
from masking_emulator.comparing.service import OurService
from masking_emulator.core.commands import Command, PlaceCall, ReplaceNumber, SetPhone, StepCall, TypeDigits
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.calls import CallSignal, Habit, Phone, Pins, Script
from masking_emulator.evidence.captures import Capture, CapturedService, SignatureVerdict, read_capture
from masking_emulator.evidence.redaction import decoded
from masking_emulator.evidence.writing import CaptureWriter, SeenRequest
from masking_emulator.receiver import SHORT, verified
from masking_emulator.world.file import world_of

#: PIN authentication with everything that it needs.
PIN: Final[Mapping[str, Any]] = {
    "is_pin_authentication_required": True,
    "generate_pin": True,
    "pin_prompt_play": "https://app.example.com/prompt.mp3",
    "incorrect_pin_play": "https://app.example.com/wrong.mp3",
}

#: Where the service's clock begins, and whom it knows.
_BEGAN: Final = "2026-07-01T12:00:00Z"
_ANNA, _BEN, _CARA, _DAVE, _RAVI = "+14155550123", "+14155550145", "+12125550167", "+12125550189", "+919876543210"
PEOPLE: Final = (_ANNA, _BEN, _CARA, _DAVE, _RAVI)
NUMBERS: Final = ("+14155550100", "+14155550101", "+14155550102", "+14155550103", "+911155550100", "+911155550101")
_URL: Final = "https://app.example.com/hooks/status"
_RECORDING_URL: Final = "https://app.example.com/hooks/recording"
_WEEK_S: Final = 7 * 86_400


class Stage:
    """What a story has at hand. Time passes only where the story lets it."""

    def __init__(self, service: OurService, writer: CaptureWriter) -> None:
        self.service = service
        self._writer = writer
        self._began = service.world.clock.now()
        self._written = 0
        account = service.world.accounts[0]
        self.auth_id = account.auth_id
        self._basic = f"Basic {b64encode(f'{account.auth_id}:{account.auth_token}'.encode()).decode()}"
        self._n = 0
        self.sessions: list[str] = []

    async def ask(
        self, method: str, path: str, query: str = "", body: Any = None, *, after_s: float = 0.25, **headers: str
    ) -> Mapping[str, Any]:
        """One request below the account, a little later than what was before. Its answer's JSON object."""
        await self.wait(after_s)
        named = {"User-Agent": "plivo-python/4.60.1", "Content-Type": "application/json", "Authorization": self._basic}
        content = b"" if body is None else body if isinstance(body, bytes) else _json(body)
        full = path if path.startswith("/") else f"/v1/Account/{self.auth_id}/{path}"
        request = SeenRequest(method, full, query, list((named | headers).items()), content)
        at = (self.service.world.clock.now() - self._began) / SECOND_US
        answer = await self.service.ask(request)
        self._n += 1
        self._writer.exchange(self._n, request, answer, at=at, took=0.0)
        self._write_callbacks()
        try:
            value = decoded(answer.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    async def create(self, first: str, second: str, **fields: Any) -> str:
        """A session that reports to the customer's app; "" where it was refused."""
        urls = {"callback_url": _URL, "recording_callback_url": _RECORDING_URL}
        parties = {"first_party": first, "second_party": second}
        made = await self.ask("POST", "Masking/Session/", body={**parties, **urls, **fields})
        uuid = str(made.get("session_uuid", ""))
        if uuid and uuid not in self.sessions:
            self.sessions.append(uuid)
        return uuid

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        await self.service.advance(self.service.world.clock.now() + round(seconds * SECOND_US))
        self._write_callbacks()

    async def do(self, command: Command) -> bool:
        """Something happens that no request asks for."""
        done = await self.service.do(command)
        self._write_callbacks()
        return done

    async def dial(self, caller: str, session: str, **script: Any) -> str:
        """Somebody dials the session's number, on a phone that waits. The call; "" where there is none."""
        await self.wait(0.25)
        number = self.service.world.caught_up().session(session).number
        await self.phones_wait()
        if not await self.do(PlaceCall(caller.removeprefix("+"), number, Script(**{"manual": True} | script))):
            return ""
        return self.newest_call()

    async def phones_wait(self) -> None:
        """From now on, everybody does only what they are told."""
        for person in PEOPLE:
            await self.do(SetPhone(Phone(person.removeprefix("+"), Habit.MANUAL, None, None, ())))

    def newest_call(self) -> str:
        """The call that began last."""
        return next(iter(self.service.world.caught_up().calls())).uuid

    def pins(self, session: str) -> Pins:
        """The PINs of a session."""
        pins = self.service.world.caught_up().session(session).pins
        assert pins is not None, "the session has PINs"
        return pins

    async def step(self, call: str, signal: CallSignal) -> bool:
        """The next thing of a call, a little later."""
        await self.wait(0.25)
        return await self.do(StepCall(call, signal))

    async def type(self, call: str, digits: str) -> bool:
        """Somebody types."""
        await self.wait(0.25)
        return await self.do(TypeDigits(call, digits))

    async def replace_number(self, session: str) -> bool:
        """The session's number works badly."""
        await self.wait(0.25)
        return await self.do(ReplaceNumber(self.service.world.caught_up().session(session).number))

    def _write_callbacks(self) -> None:
        tokens = [account.auth_token for account in self.service.world.accounts]
        for sent in self.service.sent[self._written :]:
            self._written += 1
            request = sent.request
            if b"EventName" in request.content or "EventName" in request.url:
                self._write_callback((sent.at - self._began) / SECOND_US, request, tokens[0])

    def _write_callback(self, at: float, request: Outgoing, token: str) -> None:
        parts = urlsplit(request.url)
        seen = SeenRequest(request.method, parts.path, parts.query, list(request.headers.items()), request.content)
        verdicts = _verdicts(request, token)
        self._writer.callback(seen, at=at, signatures=verdicts, answered=200)


Story = Callable[[Stage], Awaitable[None]]


def staged(file: Path, story: Story, *, service: CapturedService = "emulator", **policy: Any) -> Capture:
    """The capture of a story, told by a world of this policy."""
    spec = world_of(
        {
            "seed": "stage",
            "egress": "any",
            "numbers": [{"number": number} for number in NUMBERS],
            "policy": policy,
            "clock": {"start": _BEGAN, "rate": 0},
        }
    )

    async def play() -> None:
        ours = OurService(spec, lambda _: 200)
        try:
            with CaptureWriter(file, service=service, made_with={}, began=ours.world.clock.now()) as writer:
                await story(Stage(ours, writer))
        finally:
            await ours.close()

    asyncio.run(play())
    return read_capture(file)


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _verdicts(request: Outgoing, token: str) -> Mapping[str, SignatureVerdict]:
    form = request.content.decode()
    received = verified(request.method, request.url, dict(request.headers), form, tokens=[token])
    return {SHORT[header]: verdict.value for header, verdict in received.verdicts.items()}


#: What a random story asks for beside the parties.
_FIELDS: Final[tuple[Mapping[str, Any], ...]] = (
    {},
    {},
    {"session_expiry": 60},
    {"session_expiry": 300, "record": True},
    {"record": True, "record_file_format": "wav"},
    {"ring_timeout": 5},
    {"call_time_limit": 60},
    {"virtual_number_cooloff_period": 60},
    {"geomatch": False},
    {"is_pin_authentication_required": True, "generate_pin": True, "pin_prompt_play": "https://app.example.com/p.mp3"},
    {"session_expiry": 10},
    {"call_time_limit": 5},
    {"record": "perhaps"},
    {"callback_url": "nowhere"},
    {"callback_method": "GET"},
)
_QUERIES: Final = (
    "",
    "limit=3",
    "limit=2&offset=1",
    "status=active",
    "status=expired",
    "limit=21",
    "status=asleep",
    "first_party=%2B14155550123",
    "offset=-1",
    "created_time__gt=soon",
    "colour=red",
)
_CHANGES: Final[tuple[Mapping[str, Any], ...]] = (
    {},
    {"session_expiry": 120},
    {"record": True},
    {"ring_timeout": 10},
    {"call_time_limit": 1},
    {"callback_method": "GET"},
    {"first_party": "+14155550199"},
)


def random_story(seed: int, requests: int) -> Story:
    """So many requests as a customer's program might make them, wrong ones too, and people who call meanwhile."""

    async def tell(stage: Stage) -> None:
        random = Random(seed)
        asked = 0
        while asked < requests:
            asked += 1
            match random.randrange(10):
                case 0 | 1 | 2:
                    first, second = random.sample(PEOPLE, 2)
                    await stage.create(first, second, **random.choice(_FIELDS))
                case 3:
                    await stage.ask("GET", "Masking/Session/", random.choice(_QUERIES))
                case 4 if stage.sessions:
                    path = f"Masking/Session/{random.choice(stage.sessions)}/"
                    await stage.ask("POST", path, body=random.choice(_CHANGES))
                case 5 if stage.sessions:
                    await stage.ask("GET", f"Masking/Session/{random.choice(stage.sessions)}/")
                case 6 if stage.sessions:
                    await stage.ask("DELETE", f"Masking/Session/{random.choice(stage.sessions)}/")
                case 7:
                    await _nonsense(stage, random)
                case 8 if stage.sessions:
                    await _call(stage, random)
                    asked -= 1
                case _:
                    await stage.wait(random.choice([0.5, 3, 20, 61]))
                    asked -= 1

    return tell


async def _nonsense(stage: Stage, random: Random) -> None:
    """A request that is wrong in some way."""
    match random.randrange(6):
        case 0:
            await stage.ask("PUT", "Masking/Session/", body={})
        case 1:
            await stage.ask("POST", "Masking/Session/", body=b"{")
        case 2:
            await stage.ask("POST", "Masking/Session/", body=[])
        case 3:
            await stage.ask("GET", "Masking/Session/", Authorization="Basic bm9ib2R5Om5vdGhpbmc=")
        case 4:
            await stage.ask("GET", "Nothing/Here/")
        case _:
            await stage.ask("GET", "Masking/Session/00000000-0000-4000-8000-00000000abcd/")


async def _call(stage: Stage, random: Random) -> None:
    """Somebody dials the number of a session, and the call goes one way or another."""
    session = stage.service.world.caught_up().session(random.choice(stage.sessions))
    if not session.is_live or session.running:
        return
    caller = random.choice([session.first_party, session.second_party])
    call = await stage.dial(caller, session.uuid)
    await stage.wait(random.choice([1, 2, 7]))
    match random.randrange(5):
        case 0:
            await stage.step(call, CallSignal.BUSY)
        case 1:
            await stage.step(call, CallSignal.CALLER_HUNG_UP)
        case 2:
            await stage.wait(50)  # nobody answers
        case _:
            if await stage.step(call, CallSignal.ANSWERED):
                await stage.wait(random.choice([5, 70]))
                if random.randrange(4) == 0:
                    await stage.ask("GET", f"Masking/Session/{session.uuid}/")
                await stage.step(call, random.choice([CallSignal.CALLER_HUNG_UP, CallSignal.CALLEE_HUNG_UP]))
