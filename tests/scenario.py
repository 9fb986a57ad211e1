"""Scenarios: transcripts that people can read, played by the pure engine.

A scenario is a text of blocks: commands, a line `----`, and the trace of what they did. `play` runs the commands and
writes the trace anew; everything else stays as it stands. Sessions and calls are called by their ordinal, times are
those of a clock that starts at noon on 2026-01-01. What the customer's server is told stands behind an arrow, with its
number in the session.

    pool NUMBER… [owner=N]
    create [first=NUMBER] [second=NUMBER] [expiry=S] [cooloff=S] [geomatch=no] [owner=N] [pins=generate|PIN,PIN]
           [retries=N] [forced=yes] [callback=yes] [record=yes] [initiate=yes] [unknown-play=yes] [ring=S] [limit=S]
    update SESSION [first=NUMBER] [second=NUMBER] [expiry=S] [record=yes|no]
    delete SESSION
    replace NUMBER
    phone NUMBER [outcome=HABIT] [after=S] [hangup=S] [digits=PIN,…]
    call FROM TO [outcome=HABIT] [after=S] [talk=S] [hangup=caller|callee] [digits=PIN,…] [manual=yes] [recording=fails]
    act CALL answer|busy|reject|hangup-caller|hangup-callee|digits=PIN
    wait SECONDS
    list [live=yes|no] [first=NUMBER] [second=NUMBER] [number=NUMBER] [owner=N]
    explain SESSION

The only place that knows the transcripts' language; what happens is the engine's affair.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from masking_emulator.core.books.session_query import SessionQuery
from masking_emulator.core.commands import PinWish, SettingsChanges
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.calls import CallSignal, Habit, Side
from masking_emulator.core.records.sessions import MAIN_ACCOUNT, Candidate, Session, Settings
from masking_emulator.core.refusals import Refused

from tests.core.play import RECORDING, SETTINGS, TELLING, World, pin_wish
from tests.trace import Trace, clock, session_line

_RULE: Final = "----"
_YES: Final = {"yes": True, "no": False}
_UNKNOWN_PLAY: Final = "https://example.com/unknown.mp3"

_ACTS: Final[Mapping[str, CallSignal]] = {
    "answer": CallSignal.ANSWERED,
    "busy": CallSignal.BUSY,
    "reject": CallSignal.REJECTED,
    "hangup-caller": CallSignal.CALLER_HUNG_UP,
    "hangup-callee": CallSignal.CALLEE_HUNG_UP,
}


def play(scenario: str) -> str:
    """The scenario with the trace that its commands really leave."""
    stage = _Stage()
    return "\n\n".join(_played(block, stage) for block in scenario.strip().split("\n\n")) + "\n"


def _played(block: str, stage: "_Stage") -> str:
    lines = block.splitlines()
    if _RULE not in lines:
        assert all(line.startswith("#") for line in lines), f"neither a comment nor commands and {_RULE}: {block!r}"
        return block
    head = lines[: lines.index(_RULE)]
    trace = [line for command in head if not command.startswith("#") for line in stage.run(command)]
    return "\n".join([*head, _RULE, *(trace or ["nothing"])])


class _Words:
    """The words of one command: a verb, plain words and options, each taken once."""

    def __init__(self, line: str) -> None:
        self.verb, *words = line.split()
        self.plain = [word for word in words if "=" not in word]
        self.options = dict(word.split("=", 1) for word in words if "=" in word)

    def text(self, name: str) -> str | None:
        return self.options.pop(name, None)

    def number(self, name: str) -> str | None:
        number = self.text(name)
        return None if number is None else number.removeprefix("+")

    def whole(self, name: str) -> int | None:
        text = self.text(name)
        return None if text is None else int(text)

    def flag(self, name: str) -> bool | None:
        text = self.text(name)
        return None if text is None else _YES[text]

    def seconds(self, name: str) -> float | None:
        text = self.text(name)
        return None if text is None else float(text)

    def habit(self) -> Habit | None:
        text = self.text("outcome")
        return None if text is None else Habit(text)

    def digits(self) -> Sequence[str] | None:
        text = self.text("digits")
        return None if text is None else [digits for digits in text.split(",") if digits]

    def pins(self) -> PinWish | None:
        text, retries, forced = self.text("pins"), self.whole("retries"), self.flag("forced")
        if text is None:
            return None
        first, second = (None, None) if text == "generate" else text.split(",")
        return pin_wish(first, second, retries=1 if retries is None else retries, forced=forced is True)

    def settings(self) -> Settings:
        callback, record = self.flag("callback"), self.flag("record")
        settings = RECORDING if record else TELLING if callback else SETTINGS
        return replace(
            settings,
            initiate_call=self.flag("initiate") is True,
            unknown_caller_play=_UNKNOWN_PLAY if self.flag("unknown-play") else "",
            ring_timeout_s=self.whole("ring") or settings.ring_timeout_s,
            call_time_limit_s=self.whole("limit") or settings.call_time_limit_s,
        )


class _Stage:
    """A world, and the trace of what happens in it."""

    def __init__(self) -> None:
        self.world = World()
        self.trace = Trace()

    def run(self, line: str) -> Sequence[str]:
        """The trace of one command."""
        words, start = _Words(line), len(self.world.journal)
        try:
            answer = _VERBS[words.verb](self, words)
        except Refused as refused:
            return [f"{self._time()} refused: {refused.reason.value}", *self._details(refused)]
        assert not words.options, f"{line!r}: unknown {', '.join(words.options)}"
        return [*map(self.trace.line, self.world.journal[start:]), *answer]

    def pool(self, words: _Words) -> Iterable[str]:
        numbers = (number.removeprefix("+") for number in words.plain)
        self.world.add(*numbers, owner=words.whole("owner") or MAIN_ACCOUNT)
        return ()

    def create(self, words: _Words) -> Iterable[str]:
        self.world.create(
            words.number("first") or "",
            words.number("second") or "",
            owner=words.whole("owner") or MAIN_ACCOUNT,
            geomatch=words.flag("geomatch") is not False,
            expiry_s=words.whole("expiry") or 1800,
            cooloff_s=words.whole("cooloff") or 0,
            pins=words.pins(),
            settings=words.settings(),
        )
        return ()

    def update(self, words: _Words) -> Iterable[str]:
        record = words.flag("record")
        self.world.update(
            self._session(words),
            first=words.number("first"),
            second=words.number("second"),
            expiry_s=words.whole("expiry"),
            **(SettingsChanges() if record is None else SettingsChanges(record=record)),
        )
        return ()

    def delete(self, words: _Words) -> Iterable[str]:
        self.world.delete(self._session(words))
        return ()

    def replace(self, words: _Words) -> Iterable[str]:
        self.world.replace_number(words.plain[0].removeprefix("+"))
        return ()

    def phone(self, words: _Words) -> Iterable[str]:
        self.world.phone(
            words.plain[0].removeprefix("+"),
            words.habit() or Habit.ANSWER,
            after_s=words.seconds("after"),
            hangup_after_s=words.seconds("hangup"),
            digits=words.digits() or (),
        )
        return ()

    def call(self, words: _Words) -> Iterable[str]:
        caller, number = (word.removeprefix("+") for word in words.plain)
        hangup_by = words.text("hangup")
        self.world.call(
            caller,
            number,
            habit=words.habit(),
            after_s=words.seconds("after"),
            talk_s=words.seconds("talk"),
            hangup_by=None if hangup_by is None else Side(hangup_by),
            digits=words.digits(),
            manual=words.flag("manual") is True,
            recording_fails=words.text("recording") == "fails",
        )
        return ()

    def act(self, words: _Words) -> Iterable[str]:
        ordinal, *acts = words.plain
        call = next(call for call in self.world.engine.state.calls.all() if call.ordinal == int(ordinal))
        digits = words.text("digits")
        if digits is not None:
            self.world.type_digits(call, digits)
        for act in acts:
            self.world.step(call, _ACTS[act])
        return ()

    def wait(self, words: _Words) -> Iterable[str]:
        self.world.wait(float(words.plain[0]))
        return ()

    def listed(self, words: _Words) -> Iterable[str]:
        query = SessionQuery(
            limit=20,
            offset=0,
            owner=words.whole("owner"),
            first_party=words.number("first"),
            second_party=words.number("second"),
            number=words.number("number"),
            live=words.flag("live"),
        )
        count, sessions = self.world.engine.select(query)
        return [f"{self._time()} found {count}", *(f"  {session_line(session)}" for session in sessions)]

    def explain(self, words: _Words) -> Iterable[str]:
        session = self._session(words)
        asked = session.allocation
        country = "any country" if asked.calling_code is None else f"country +{asked.calling_code}"
        alone = ", to itself" if asked.alone else ""
        return [
            f"{self._time()} session {session.ordinal} wanted a number of owner {asked.owner}, {country}{alone}",
            *map(self._dropped, asked.dropped),
            f"  +{session.number} fits",
        ]

    def _session(self, words: _Words) -> Session:
        ordinal = int(words.plain[0])
        return self.world.now(next(session for session in self.trace.known.values() if session.ordinal == ordinal))

    def _time(self) -> str:
        return clock(self.world.engine.now)

    def _details(self, refused: Refused) -> Iterable[str]:
        for name, value in refused.detail.items():
            if name == "dropped" and isinstance(value, tuple):
                yield from map(self._dropped, value)
            elif name == "calling_code":
                yield "  looked at any country" if value is None else f"  looked at country +{value}"
            elif isinstance(value, str) and value in self.trace.known:
                yield f"  {name} {self.trace.ordinal(value)}"
            elif isinstance(value, Session):
                yield f"  {name} {value.ordinal}"
            elif value:
                yield f"  {name} {value}"

    def _dropped(self, candidate: Candidate) -> str:
        session = "" if candidate.session is None else f", session {self.trace.ordinal(candidate.session)}"
        until = "" if candidate.until is None else f" until {clock(candidate.until)}"
        return f"  +{candidate.number} dropped: {candidate.why.value}{session}{until}"


_VERBS: Final[Mapping[str, Callable[[_Stage, _Words], Iterable[str]]]] = {
    "pool": _Stage.pool,
    "create": _Stage.create,
    "update": _Stage.update,
    "delete": _Stage.delete,
    "replace": _Stage.replace,
    "phone": _Stage.phone,
    "call": _Stage.call,
    "act": _Stage.act,
    "wait": _Stage.wait,
    "list": _Stage.listed,
    "explain": _Stage.explain,
}
