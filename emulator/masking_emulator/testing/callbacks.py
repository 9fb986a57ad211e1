"""The callbacks of a world, as a test has them: looked at, waited for, held back, sent again."""

import asyncio
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Final, Unpack

from masking_emulator.client import WAIT_S, Control, ControlRefused
from masking_emulator.testing.exchanges import CallbackView
from masking_emulator.testing.keys import CallbackFilters, CallbackRule

#: The most callbacks that the control API lists at once.
_LISTED_MAX: Final = 1000

#: The most arrived callbacks that an explanation names.
_EXPLAINED_MAX: Final = 20

#: What the control API answers where nothing matched in time.
_IN_VAIN: Final = 409


class Callbacks:
    """The callbacks of a world."""

    def __init__(self, control: Control, world: str) -> None:
        self._control, self._path = control, f"{world}/callbacks"

    def all(self, **filters: Unpack[CallbackFilters]) -> list[CallbackView]:
        """Every callback that is kept, oldest first; `event`, `session`, `state` and `after` leave others out."""
        callbacks = list[CallbackView]()
        while True:
            query: dict[str, Any] = {"limit": _LISTED_MAX, **filters}
            if callbacks:
                query["after"] = callbacks[-1].id
            page = self._control.get(self._path, **query)["callbacks"]
            callbacks += map(CallbackView.of, page)
            if len(page) < _LISTED_MAX:
                return callbacks

    def of(self, session: str) -> list[CallbackView]:
        """Every callback of one session, oldest first."""
        return self.all(session=session)

    def wait_for(
        self,
        *,
        event: str | None = None,
        session: str | None = None,
        state: str = "delivered",
        after: int | None = None,
        timeout: float = WAIT_S,
    ) -> CallbackView:
        """The first callback of this `event` and `session` that is in `state` ("any": in whatever), with an id above
        `after`; what is left out does not matter.

        Waits up to `timeout` real seconds. Raises AssertionError that says what did come, and how it differs.
        """
        given = {"event": event, "session": session, "state": state, "after": after}
        wish = {name: value for name, value in given.items() if value is not None}
        try:
            answer = self._control.wait(f"{self._path}/wait", timeout, **wish)
        except ControlRefused as refused:
            if refused.status != _IN_VAIN:
                raise
            wanted = {name: value for name, value in wish.items() if value != "any"}
            raise AssertionError(_explained(wanted, self.all(), timeout)) from None
        return CallbackView.of(answer["callbacks"][0])

    def replay(self, callback: CallbackView | int, *, patience: float | None = None) -> CallbackView:
        """Send it once more; the copy, once it has been answered, has failed or is blocked.

        Waits up to `patience` real seconds, 10 where it is left out. Warns with CallbacksOut past it.
        """
        ordinal = callback.id if isinstance(callback, CallbackView) else callback
        copy = CallbackView.of(self._control.post(f"{self._path}/{ordinal}/replay", _patient(patience)))
        warn_of([copy])
        return copy

    def rules(self, *rules: CallbackRule) -> None:
        """The laboratory's rules in place of those before, such as `{"action": "hold", "event": "SessionTimeout"}`."""
        self._control.put(f"{self._path}/policy", {"rules": list(rules)})

    def release(self, *callbacks: CallbackView | int, patience: float | None = None) -> list[CallbackView]:
        """Let held callbacks go, in this order; without any, all of them. Those that went, in their order.

        Waits until each has been answered, has failed or is blocked, up to `patience` real seconds, 10 where it is
        left out. Warns with CallbacksOut past it.
        """
        ids = [callback.id if isinstance(callback, CallbackView) else callback for callback in callbacks]
        body = ({"ids": ids} if ids else {}) | _patient(patience)
        released = [CallbackView.of(one) for one in self._control.post(f"{self._path}/release", body)["callbacks"]]
        warn_of(released)
        return released

    def still_out(self, ids: Sequence[int]) -> list[CallbackView]:
        """Those of these callbacks that are kept."""
        wanted = set(ids)
        return [callback for callback in self.all(after=min(ids) - 1) if callback.id in wanted] if ids else []


class CallbacksOut(UserWarning):
    """Callbacks were sent and not answered in the time for it, and nobody waits for them any longer."""


def warn_of(callbacks: Sequence[CallbackView], *, stacklevel: int = 3) -> None:
    """Warn of those callbacks that are still waiting for an answer."""
    out = [callback for callback in callbacks if callback.state == "waiting"]
    if not out:
        return
    named = "; ".join(f"{callback} to {callback.data['url']}" for callback in out[:_EXPLAINED_MAX])
    more = f" and {len(out) - _EXPLAINED_MAX} more" if len(out) > _EXPLAINED_MAX else ""
    text = f"not answered in time, and no longer waited for: {named}{more}."
    warnings.warn(f"{text} {_IN_A_LOOP}" if _is_in_loop() else text, CallbacksOut, stacklevel=stacklevel)


_IN_A_LOOP: Final = (
    "This was called inside a running event loop, which it held up: if your receiver runs in that loop, it could not "
    "answer; use `await masking.aio.advance(…)` and `await masking.aio.callbacks.release(…)`."
)


def _is_in_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _patient(patience: float | None) -> dict[str, float]:
    return {} if patience is None else {"patience_s": patience}


def _explained(wish: Mapping[str, Any], came: Sequence[CallbackView], waited_s: float) -> str:
    """What did come instead of what was wished for, and how each differs; the nearest first."""
    wanted = " ".join(f"{name}={value}" for name, value in wish.items()) or "any"
    lines = [
        f"no callback with {wanted} within {waited_s:g} seconds; " + ("what came:" if came else "none came at all")
    ]
    nearest = sorted(came, key=lambda callback: (len(_differences(wish, callback)), callback.id))
    for callback in nearest[:_EXPLAINED_MAX]:
        differs = ", ".join(_differences(wish, callback))
        lines.append(f"  {callback}: {differs}")
    if len(came) > _EXPLAINED_MAX:
        lines.append(f"  and {len(came) - _EXPLAINED_MAX} more")
    return "\n".join(lines)


def _differences(wish: Mapping[str, Any], callback: CallbackView) -> list[str]:
    is_now = {"event": callback.event, "session": callback.session, "state": callback.state}
    differing = [
        f"{name} is {is_now[name]}, not {wanted}" for name, wanted in wish.items() if is_now.get(name, wanted) != wanted
    ]
    late = "after" in wish and callback.id <= wish["after"]
    return [*differing, *([f"id is {callback.id}, not after {wish['after']}"] if late else [])]
