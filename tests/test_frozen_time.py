"""A user's test that freezes time around an emulator in the same process: it follows, and nothing hangs.

The same holds under freezegun and under time-machine.

Frozen time stands still for the test, so the patience of these tests is that of locks, which freezegun leaves alone.
"""

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event, Thread, current_thread
from threading import enumerate as threads
from typing import Any, Final
from unittest.mock import patch
from urllib.request import Request, urlopen

import pytest
import time_machine
from freezegun import freeze_time
from masking_emulator.server.thread import ServerThread

from tests.receiver import first, hang, receiving, status

AUTH_ID: Final = "MAEMULATOR0000000001"
SESSIONS: Final = f"/v1/Account/{AUTH_ID}/Masking/Session/"
JOURNAL: Final = f"/worlds/{AUTH_ID}/journal"

_PATIENCE_S: Final = 20

#: So often, and so long each time, a test looks whether something has happened by itself.
_LOOKS: Final = 1000
_LOOK_S: Final = 0.01


class Travel:
    """time-machine with the words of freezegun."""

    def __init__(self, travels: time_machine.Traveller) -> None:
        self._travels = travels

    def tick(self, seconds: float) -> None:
        """Go on by so many seconds."""
        self._travels.shift(seconds)

    def move_to(self, day: str) -> None:
        """Go to the start of a day."""
        self._travels.move_to(f"{day}T00:00:00+00:00")


@contextmanager
def travel(day: str) -> Iterator[Travel]:
    """Time stands still at the start of a day, by time-machine."""
    with time_machine.travel(f"{day}T00:00:00+00:00", tick=False) as travels:
        yield Travel(travels)


Freeze = Callable[[str], AbstractContextManager[Any]]


@pytest.fixture(params=[freeze_time, travel], ids=["freezegun", "time-machine"])
def freeze(request: pytest.FixtureRequest) -> Freeze:
    """Freezes time at the start of a day."""
    freezes: Freeze = request.param
    return freezes


def within_patience(play: Callable[[], None]) -> None:
    """Runs the play of a test in a thread, so that a hang fails rather than blocks."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            play()
        except BaseException as failure:
            failures.append(failure)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(_PATIENCE_S)
    assert not thread.is_alive(), "the test hangs"
    if failures:
        raise failures[0]


def ask(emulator: ServerThread, path: str, body: dict[str, Any] | None = None) -> Any:
    """What the emulated API answers, asked as any user would."""
    credentials = b64encode(f"{AUTH_ID}:emulator-token".encode()).decode()
    content = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
    with urlopen(Request(emulator.url + path, content, headers), timeout=_PATIENCE_S) as response:
        return json.load(response)


def create(emulator: ServerThread) -> Any:
    """A new session of the usual parties."""
    return ask(emulator, SESSIONS, {"first_party": "+12025550101", "second_party": "+12025550102"})["session"]


def journal_has(emulator: ServerThread, count: int) -> bool:
    """Whether the world's journal comes to hold so many events while nobody asks the server for anything."""
    (world,) = emulator._hub.all()
    pause = Event()
    for _ in range(_LOOKS):
        if world.journal.last >= count:
            return True
        pause.wait(_LOOK_S)
    return False


def test_session_expires_when_frozen_time_is_ticked(freeze: Freeze) -> None:
    """A world at rate 1 shows the frozen instant, and half an hour later its session has expired."""

    def play() -> None:
        with freeze("2026-01-01") as frozen, ServerThread() as emulator:
            session = create(emulator)
            frozen.tick(1799)
            before = ask(emulator, SESSIONS + session["session_uuid"])["response"]
            frozen.tick(1)
            after = ask(emulator, SESSIONS + session["session_uuid"])["response"]

        assert "2026-01-01 00:00:00 +0000 UTC" == session["created_time"]
        assert ("active", "expired") == (before["status"], after["status"])

    within_patience(play)


def test_expiry_is_in_the_journal_without_any_request(freeze: Freeze) -> None:
    """Moving frozen time is enough: the world looks for itself."""

    def play() -> None:
        with freeze("2026-01-01") as frozen, ServerThread() as emulator:
            create(emulator)
            frozen.tick(1800)

            assert journal_has(emulator, 2)
            expired = emulator.control.get(JOURNAL)["events"][-1]
            assert ("SessionExpired", "2026-01-01T00:30:00Z") == (expired["event"], expired["at"])

    within_patience(play)


def test_callback_of_an_expiry_arrives_and_its_retry_too(freeze: Freeze) -> None:
    """Ticks make a callback due, and then its retry; time-outs are real seconds, which nobody freezes."""

    def play() -> None:
        with receiving() as receiver, freeze("2026-01-01") as frozen, ServerThread() as emulator:
            receiver.on("/cb", first(hang, status(200)))
            parties = {"first_party": "+12025550101", "second_party": "+12025550102"}
            ask(emulator, SESSIONS, {**parties, "callback_url": f"{receiver.url}/cb#rt=100"})
            frozen.tick(1800)
            assert journal_has(emulator, 4)  # created, expired, due, attempted
            frozen.tick(1)
            assert journal_has(emulator, 6)  # waiting, settled

            assert ["SessionTimeout"] * 2 == receiver.events()

    within_patience(play)


def test_nothing_expires_while_frozen_time_stands_still(freeze: Freeze) -> None:
    """Looking again and again is no passing of time."""

    def play() -> None:
        with freeze("2026-01-01"), ServerThread() as emulator:
            create(emulator)
            pause = Event()
            for _ in range(10):
                pause.wait(_LOOK_S)

            assert "2026-01-01T00:00:00Z" == emulator.control.get(f"/worlds/{AUTH_ID}/clock")["now"]
            assert ["SessionCreated"] == [event["event"] for event in emulator.control.get(JOURNAL)["events"]]

    within_patience(play)


def test_server_that_runs_before_time_is_frozen_follows_ticks(freeze: Freeze) -> None:
    """Freezing moves nothing, ticking does, thawing moves nothing."""

    def play() -> None:
        with ServerThread() as emulator:
            with freeze("2001-01-01") as frozen:
                session = create(emulator)
                active = ask(emulator, SESSIONS + session["session_uuid"])["response"]["status"]
                frozen.tick(1800)

                assert journal_has(emulator, 2)
            other = create(emulator)
            later = ask(emulator, SESSIONS + other["session_uuid"])["response"]["status"]

        assert ("active", "active") == (active, later)

    within_patience(play)


def test_move_of_frozen_time_back_changes_nothing(freeze: Freeze) -> None:
    """A world's clock only moves forward."""

    def play() -> None:
        with freeze("2026-01-01") as frozen, ServerThread() as emulator:
            frozen.move_to("2025-01-01")
            held = emulator.control.get(f"/worlds/{AUTH_ID}/clock")["now"]
            frozen.tick(5)

            assert "2026-01-01T00:00:00Z" == held
            assert "2026-01-01T00:00:05Z" == emulator.control.get(f"/worlds/{AUTH_ID}/clock")["now"]

    within_patience(play)


@pytest.mark.parametrize("start", ["inside", "outside"])
def test_server_stops_inside_frozen_time(freeze: Freeze, start: str) -> None:
    """Its end needs no clock of the test, with an open session and wherever it was started."""

    def play() -> None:
        if start == "inside":
            with freeze("2026-01-01"), ServerThread() as emulator:
                create(emulator)
        else:
            emulator = ServerThread()
            emulator.__enter__()
            with freeze("2026-01-01"):
                create(emulator)
                emulator.__exit__(None, None, None)

    within_patience(play)


@pytest.mark.parametrize("clock", ["time.time", "time.monotonic", "time.perf_counter", "time.time_ns"])
def test_patched_clock_keeps_its_values_and_the_world_its_time(clock: str) -> None:
    """What a test puts in the place of a clock is for its own code, and the world's timer outlives it."""

    def play() -> None:
        pause = Event()
        others = set(threads())
        asked: list[Thread] = []

        def patched() -> float:
            asked.append(current_thread())
            return 1.0

        with ServerThread() as emulator, freeze_time("2026-01-01") as frozen:
            session = create(emulator)
            with patch(clock, patched):
                for _ in range(15):  # the server's timers and its date have had their turns
                    pause.wait(_LOOK_S * 10)
                ask(emulator, SESSIONS + session["session_uuid"])
            frozen.tick(1800)

            assert journal_has(emulator, 2)
            assert set() == set(asked) - others

    within_patience(play)


def test_clock_that_ticks_when_it_is_asked_is_not_asked() -> None:
    """freezegun's auto-tick counts what the test's own code asks for; in a process where no other thread asks."""
    code = f"""
from freezegun import freeze_time
from masking_emulator.server.thread import ServerThread

with freeze_time("2026-01-01", auto_tick_seconds=60), ServerThread() as emulator:
    print(*(emulator.control.get("/worlds/{AUTH_ID}/clock")["now"] for _ in range(3)))
"""
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=_PATIENCE_S, check=False
    )

    assert ("", 0) == (ended.stderr, ended.returncode)
    assert 1 == len(set(ended.stdout.split()))


def test_freeze_within_a_freeze_is_no_passing_of_time(freeze: Freeze) -> None:
    """Neither its beginning nor its end, though the system's clock was replaced before."""

    def play() -> None:
        with freeze("2026-01-01"), ServerThread() as emulator:
            path = f"/worlds/{AUTH_ID}/clock"
            with freeze("2030-01-01") as inner:
                emulator.control.get(path)
                inner.tick(60)
                within = emulator.control.get(path)["now"]
            after = emulator.control.get(path)["now"]

        assert ["2026-01-01T00:01:00Z"] * 2 == [within, after]

    within_patience(play)


def test_world_goes_on_after_an_error_in_its_timer(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever a test replaced under it: the error is logged, and the next expiry is not lost."""

    def play() -> None:
        parties = {"first_party": "+12025550103", "second_party": "+12025550104"}
        with ServerThread() as emulator, freeze_time("2026-01-01") as frozen:
            # An address that no other test has: what is known of one is remembered.
            ask(emulator, SESSIONS, {**parties, "callback_url": "http://127.9.8.7:9/"})
            with patch("ipaddress.IPv4Address", side_effect=RuntimeError("not in this test")) as asked:
                frozen.tick(1800)
                pause = Event()
                while not asked.called:
                    pause.wait(_LOOK_S)
            expired = emulator.control.get(JOURNAL)["last"]
            create(emulator)
            frozen.tick(1800)

            assert journal_has(emulator, expired + 2)

    within_patience(play)

    assert "not in this test" in caplog.text
