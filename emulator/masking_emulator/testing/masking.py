"""A world as a test has it: its account, its clock, its pool, phones, calls and journal.

Everything here is the control API; the code under test speaks to the emulated API and knows nothing of this.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal, Unpack

from masking_emulator.client import Control, segment
from masking_emulator.testing.aio import (
    AsyncCallbacks,
    AsyncFaults,
    AsyncNumbers,
    AsyncPhones,
    AsyncRequests,
    AsyncRoutes,
    AsyncSessions,
    awaited,
)
from masking_emulator.testing.apps import AppKind
from masking_emulator.testing.callbacks import Callbacks, warn_of
from masking_emulator.testing.exchanges import CallbackView, RouteView
from masking_emulator.testing.faults import Faults
from masking_emulator.testing.keys import CallScript, EventWord, StoryOverrides
from masking_emulator.testing.parts import Numbers, Phones, Sessions
from masking_emulator.testing.past import ChangeView, MomentView
from masking_emulator.testing.redirect import redirect_plivo
from masking_emulator.testing.requests import Requests
from masking_emulator.testing.routes import Routes
from masking_emulator.testing.serving import Serving
from masking_emulator.testing.views import CallView, EventView
from masking_emulator.wholefile import read_file, text_of


class Masking:
    """One world of a running emulator.

    `auth_id` and `auth_token` are its main account's; `subaccounts` lists pairs of the same kind. `url` is the plain
    HTTP address of the emulated API and the control API.
    """

    def __init__(self, control: Control, world: Mapping[str, Any]) -> None:
        """`world` is what the control API answered when it made the world."""
        self.control = control
        self.url = control.url
        self.auth_id: str = world["auth_id"]
        self.auth_token: str = world["auth_token"]
        self.subaccounts: Sequence[tuple[str, str]] = [(s["auth_id"], s["auth_token"]) for s in world["subaccounts"]]
        self.path = f"/worlds/{segment(self.auth_id)}"
        self.callbacks = Callbacks(control, self.path)
        self.faults = Faults(control, self.path)
        self.numbers = Numbers(control, self.path)
        self.phones = Phones(control, self.path)
        self.requests = Requests(control, self.path)
        self.routes = Routes(control, self.path)
        self.sessions = Sessions(control, self.path)

    @cached_property
    def client(self) -> Any:
        """A `plivo.RestClient` of the main account, redirected: the SDK's own class, which has no types.

        All that it sends goes to the emulator; a resource that is not emulated is answered 404. Raises ImportError
        without the SDK.
        """
        try:
            redirect_plivo(self.url)
            # Imported here: the SDK is the user's, and may not be installed.
            import plivo
        except ModuleNotFoundError as missing:
            if missing.name != "plivo":
                raise
            raise ImportError("masking.client is Plivo's SDK for Python, which is missing: pip install plivo") from None
        return plivo.RestClient(self.auth_id, self.auth_token)

    @cached_property
    def aio(self) -> "AsyncMasking":
        """The same for coroutines: `await masking.aio.advance(60)` leaves the event loop free meanwhile.

        A test whose own loop serves the callbacks needs this, because `advance` waits until they are answered.
        """
        return AsyncMasking(self)

    def now(self) -> str:
        """What the world's clock shows, ISO 8601."""
        return str(self.control.get(f"{self.path}/clock")["now"])

    def advance(
        self,
        seconds: float | None = None,
        *,
        to: str | None = None,
        next: bool = False,  # noqa: A002  # the API's word
        patience: float | None = None,
    ) -> list[EventView]:
        """Let time pass, by `seconds`, to an instant, or to the next thing that is due; what happened, in order.

        Callbacks that fall due are delivered and answered before it returns; it waits for them up to `patience` real
        seconds in all, 10 where it is left out, and past it warns with CallbacksOut. Raises ControlRefused.
        """
        given = {"seconds": seconds, "to": to, "next": next or None, "patience_s": patience}
        body = {name: value for name, value in given.items() if value is not None}
        answer = self.control.post(f"{self.path}/clock/advance", body)
        warn_of(self.callbacks.still_out(answer.get("callbacks_out", ())))
        return [EventView.of(event) for event in answer["events"]]

    def route(self, public: str, target: str) -> RouteView:
        """Deliver to `target` what goes to the URL `public` or to anything below it, signed for the public URL.

        The same as `routes.add`. Raises ControlRefused.
        """
        return self.routes.add(public, target)

    def serving(
        self,
        app: object,
        *,
        at: str,
        kind: AppKind | None = None,
        host: str = "127.0.0.1",
        url_host: str | None = None,
    ) -> Serving:
        """The app at work, for as long as a `with` or an `async with` lasts, at its public URL `at`.

        `app` is an ASGI or WSGI app (FastAPI, Starlette, Django, Flask), or `module:name` of one; `kind` says which
        where its signature does not. It runs on a real socket, with its lifespan, and callbacks for `at` and below it
        are delivered there, signed for the public URL. `async with` runs an ASGI app in the running loop. What the app
        raises is raised when it is left, with its traceback. An emulator in a container reaches it with `host` and
        `url_host`, as with `Receiver`. Raises TypeError where it is neither kind of app.
        """
        return Serving(self.routes, app, at, kind, host=host, url_host=url_host)

    def trigger(
        self,
        event: EventWord,
        *,
        to: str,
        only: bool = False,
        in_order: bool = False,
        patience: float | None = None,
        **overrides: Unpack[StoryOverrides],
    ) -> list[CallbackView]:
        """Play the shortest story that ends in `event`, in a session of its own, and deliver its callbacks to `to`.

        The callbacks in order, the event's as the last. `overrides` are parameters of the session's create, and what
        chooses between the ways to an event, such as `cause="busy"`. With `only` no callback but the last is sent; with
        `in_order` each once the one before was answered with 2xx, and none after one that was not. The clock goes on as
        far as the story takes. It waits for answers up to `patience` real seconds in all, 10 where it is left out, and
        past it warns with CallbacksOut. Raises ControlRefused.
        """
        wish = {"event": event, "to": to, "only": only, "in_order": in_order, "overrides": overrides}
        body = wish | ({} if patience is None else {"patience_s": patience})
        played = [CallbackView.of(one) for one in self.control.post(f"{self.path}/trigger", body)["callbacks"]]
        warn_of(played)
        return played

    def call(self, caller: str, number: str, **script: Unpack[CallScript]) -> CallView:
        """Somebody dials a virtual number, and the clock plays the rest. What `script` leaves out, the phones' habits
        decide; its times are seconds. Raises ControlRefused.
        """
        return CallView.of(self.control.post(f"{self.path}/calls", {"from": caller, "to": number, **script}))

    def act(
        self,
        call: CallView | str,
        action: Literal["answer", "reject", "busy", "unreachable", "digits", "hangup"],
        *,
        party: Literal["caller", "callee"] | None = None,
        digits: str | None = None,
    ) -> CallView:
        """One step of a manual call; `party` says who does it, `digits` are for the action digits.

        Raises ControlRefused.
        """
        uuid = call.uuid if isinstance(call, CallView) else call
        given = {"action": action, "party": party, "digits": digits}
        body = {name: value for name, value in given.items() if value is not None}
        return CallView.of(self.control.post(f"{self.path}/calls/{segment(uuid)}/actions", body))

    def calls(self, session: str | None = None) -> list[CallView]:
        """The calls of the world, newest first; of one session where it is named."""
        query: dict[str, Any] = {"limit": _CALLS_MAX} | ({} if session is None else {"session": session})
        return [CallView.of(call) for call in self.control.get(f"{self.path}/calls", **query)["calls"]]

    def journal(self) -> list[EventView]:
        """Everything that happened in the world, as far as it is kept, oldest first."""
        happened = list[EventView]()
        while True:
            after = happened[-1].sequence if happened else 0
            page = self.control.get(f"{self.path}/journal", after=after, limit=_EVENTS_MAX)["events"]
            happened += map(EventView.of, page)
            if len(page) < _EVENTS_MAX:
                return happened

    def at(self, sequence: int | None = None) -> MomentView:
        """The world as it stood after the event of this number in the journal; left out, after the newest one.

        To look at: nothing changes. 0 is before anything happened. Raises ControlRefused for what is not kept.
        """
        query = {} if sequence is None else {"sequence": sequence}
        return MomentView.of(self.control.get(f"{self.path}/at", **query))

    def changes(self, since: int, sequence: int | None = None) -> list[ChangeView]:
        """What is different after the event `sequence` (left out: the newest) from what was so after `since`.

        Raises ControlRefused for what is not kept.
        """
        query = {"since": since} | ({} if sequence is None else {"sequence": sequence})
        return [ChangeView.of(change) for change in self.control.get(f"{self.path}/at/changes", **query)["changes"]]

    def snapshot(self) -> dict[str, object]:
        """The whole state, as JSON."""
        return dict(self.control.get(f"{self.path}/snapshot"))

    def restore(self, snapshot: Mapping[str, object] | Path) -> None:
        """Put a snapshot's state, or that in a file, in place of this one. Raises ControlRefused, and OSError."""
        given = json.loads(text_of(read_file(snapshot))) if isinstance(snapshot, Path) else snapshot
        self.control.put(f"{self.path}/snapshot", given)

    def pool_report(self) -> dict[str, object]:
        """How many numbers would have served what happened so far."""
        return dict(self.control.get(f"{self.path}/pool-report"))

    def report(self) -> str:
        """What a failed test wants to show: the ends of the journal, the API requests and the callbacks.

        Asks for `REPORT_S` real seconds at most each. Raises ControlRefused, Unreachable.
        """
        account = {"auth_id": self.auth_id, "auth_token": self.auth_token, "subaccounts": ()}
        world = Masking(Control(self.url, timeout_s=REPORT_S), account)
        callbacks = world.callbacks.all()
        events = {callback.id: callback.event for callback in callbacks}
        parts: dict[str, Sequence[str]] = {
            "journal": [event.described(events) for event in world.journal()],
            "requests": [str(request) for request in world.requests.all()],
            "callbacks": [str(callback) for callback in callbacks],
        }
        return "\n".join(line for name, lines in parts.items() if lines for line in _listed(name, lines))


#: How long a report waits for each answer, in real seconds.
REPORT_S: Final = 3.0

#: The most things that the control API lists at once.
_EVENTS_MAX = 1000
_CALLS_MAX = 1000

#: The most things of each kind that a report shows; earlier ones are counted.
_REPORTED_MAX = 40


def _listed(name: str, what: Sequence[object]) -> list[str]:
    left_out = len(what) - _REPORTED_MAX
    before = [f"  ({left_out} before)"] if left_out > 0 else []
    return [f"{name}:", *before, *(f"  {one}" for one in what[-_REPORTED_MAX:])]


class AsyncMasking:
    """A world to be awaited: `Masking`, method by method, each in a thread while the event loop goes on."""

    def __init__(self, masking: Masking) -> None:
        self.auth_id, self.auth_token = masking.auth_id, masking.auth_token
        self.url, self.subaccounts, self.path = masking.url, masking.subaccounts, masking.path
        self.act = awaited(masking.act)
        self.advance = awaited(masking.advance)
        self.at = awaited(masking.at)
        self.call = awaited(masking.call)
        self.calls = awaited(masking.calls)
        self.changes = awaited(masking.changes)
        self.journal = awaited(masking.journal)
        self.now = awaited(masking.now)
        self.pool_report = awaited(masking.pool_report)
        self.route = awaited(masking.route)
        self.report = awaited(masking.report)
        self.restore = awaited(masking.restore)
        self.serving = masking.serving
        self.snapshot = awaited(masking.snapshot)
        self.trigger = awaited(masking.trigger)
        self.callbacks = AsyncCallbacks(masking.callbacks)
        self.faults = AsyncFaults(masking.faults)
        self.numbers = AsyncNumbers(masking.numbers)
        self.phones = AsyncPhones(masking.phones)
        self.requests = AsyncRequests(masking.requests)
        self.routes = AsyncRoutes(masking.routes)
        self.sessions = AsyncSessions(masking.sessions)
