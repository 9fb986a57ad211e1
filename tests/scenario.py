"""Scenarios: transcripts that people can read, played by the pure engine.

A scenario is a text of blocks: commands, a line `----`, and the trace of what they did. `play` runs the commands and
writes the trace anew; everything else stays as it stands. Sessions are called by their ordinal, times are those of a
clock that starts at noon on 2026-01-01.

    pool NUMBER… [owner=N]
    create [first=NUMBER] [second=NUMBER] [expiry=S] [cooloff=S] [geomatch=no] [owner=N] [pins=generate|PIN,PIN]
    update SESSION [first=NUMBER] [second=NUMBER] [expiry=S] [record=yes|no]
    delete SESSION
    wait SECONDS
    list [live=yes|no] [first=NUMBER] [second=NUMBER] [number=NUMBER] [owner=N]
    explain SESSION

The only place that knows the transcripts' language; what happens is the engine's affair.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Final, assert_never

from emulator.core.book import Query
from emulator.core.commands import PinWish, SettingsChanges
from emulator.core.events import (
    Event,
    NumberAdded,
    NumberHeld,
    NumberReleased,
    SessionCreated,
    SessionExpired,
    SessionRefreshed,
    SessionsForgotten,
    SessionUpdated,
)
from emulator.core.instants import written
from emulator.core.records import MAIN_ACCOUNT, Candidate, Session, Settings
from emulator.core.refusals import Refused
from tests.core.play import World, pin_wish

_RULE: Final = "----"
_TODAY: Final = "2026-01-01T"
_YES: Final = {"yes": True, "no": False}


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

    def pins(self) -> PinWish | None:
        text = self.text("pins")
        if text is None:
            return None
        return pin_wish() if text == "generate" else pin_wish(*text.split(","))


class _Stage:
    """A world, and the last known record of each of its sessions."""

    def __init__(self) -> None:
        self.world = World()
        self.known: dict[str, Session] = {}

    def run(self, line: str) -> Sequence[str]:
        """The trace of one command."""
        words, start = _Words(line), len(self.world.journal)
        try:
            answer = _VERBS[words.verb](self, words)
        except Refused as refused:
            return [f"{self._time()} refused: {refused.reason.value}", *self._details(refused)]
        assert not words.options, f"{line!r}: unknown {', '.join(words.options)}"
        return [*map(self._told, self.world.journal[start:]), *answer]

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

    def wait(self, words: _Words) -> Iterable[str]:
        self.world.wait(float(words.plain[0]))
        return ()

    def listed(self, words: _Words) -> Iterable[str]:
        query = Query(
            limit=20,
            offset=0,
            owner=words.whole("owner"),
            first_party=words.number("first"),
            second_party=words.number("second"),
            number=words.number("number"),
            live=words.flag("live"),
        )
        count, sessions = self.world.engine.select(query)
        return [f"{self._time()} found {count}", *(f"  {_line(session)}" for session in sessions)]

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
        return self.world.now(next(session for session in self.known.values() if session.ordinal == ordinal))

    def _ordinal(self, uuid: str) -> int:
        return self.known[uuid].ordinal

    def _time(self) -> str:
        return _clock(self.world.engine.now)

    def _details(self, refused: Refused) -> Iterable[str]:
        for name, value in refused.detail.items():
            if name == "dropped" and isinstance(value, tuple):
                yield from map(self._dropped, value)
            elif name == "calling_code":
                yield "  looked at any country" if value is None else f"  looked at country +{value}"
            elif isinstance(value, str) and value in self.known:
                yield f"  {name} {self._ordinal(value)}"
            elif isinstance(value, Session):
                yield f"  {name} {value.ordinal}"
            elif value:
                yield f"  {name} {value}"

    def _dropped(self, candidate: Candidate) -> str:
        session = "" if candidate.session is None else f", session {self._ordinal(candidate.session)}"
        until = "" if candidate.until is None else f" until {_clock(candidate.until)}"
        return f"  +{candidate.number} dropped: {candidate.why.value}{session}{until}"

    def _told(self, event: Event) -> str:
        return f"{_clock(event.at)} {self._happened(event)}"

    def _happened(self, event: Event) -> str:
        match event:
            case SessionCreated(session=session):
                self.known[session.uuid] = session
                return f"created {_line(session)}"
            case SessionRefreshed(session=session):
                return f"refreshed session {session.ordinal}: {self._changes(session)}"
            case SessionUpdated(session=session):
                return f"updated session {session.ordinal}: {self._changes(session)}"
            case SessionExpired(session=session, ending=ending):
                return f"ended session {session.ordinal} ({ending.value}): {self._changes(session)}"
            case NumberHeld(hold=hold):
                session_of_hold = f"session {self._ordinal(hold.session)}"
                return f"cooling +{hold.number} after {session_of_hold} until {_clock(hold.until)}"
            case NumberReleased(hold=hold):
                return f"released +{hold.number} after session {self._ordinal(hold.session)}"
            case NumberAdded(number=number):
                return f"added +{number.digits} of owner {number.owner}, country +{number.calling_code}"
            case SessionsForgotten(uuids=uuids):
                return f"forgot sessions {', '.join(str(self._ordinal(uuid)) for uuid in uuids)}"
            case _:
                assert_never(event)

    def _changes(self, session: Session) -> str:
        before, self.known[session.uuid] = self.known[session.uuid], session
        was, becomes = _facts(before), _facts(session)
        changed = [f"{name} {was[name]} → {becomes[name]}" for name in was if was[name] != becomes[name]]
        return ", ".join(changed) or "nothing changed"


_VERBS: Final[Mapping[str, Callable[[_Stage, _Words], Iterable[str]]]] = {
    "pool": _Stage.pool,
    "create": _Stage.create,
    "update": _Stage.update,
    "delete": _Stage.delete,
    "wait": _Stage.wait,
    "list": _Stage.listed,
    "explain": _Stage.explain,
}


def _facts(session: Session) -> dict[str, str]:
    """What a reader wants to see change."""
    settings = {field.name: str(getattr(session.settings, field.name)) for field in fields(Settings)}
    return {
        "status": session.status.value,
        "first": _party(session.first_party),
        "second": _party(session.second_party),
        "number": f"+{session.number}",
        "modified": _clock(session.modified_at),
        "expires": _clock(session.expires_at),
        "duration": f"{session.duration_s}s",
        "pins": _shown_pins(session),
        **settings,
    }


def _line(session: Session) -> str:
    pins = "" if session.pins is None else f", pins {_shown_pins(session)}"
    parties = f"{_party(session.first_party)} and {_party(session.second_party)}"
    return (
        f"session {session.ordinal} {session.status.value} on +{session.number}: {parties}"
        f", expires {_clock(session.expires_at)}, duration {session.duration_s}s{pins}"
    )


def _shown_pins(session: Session) -> str:
    return "none" if session.pins is None else f"{session.pins.first} and {session.pins.second}"


def _party(digits: str) -> str:
    return f"+{digits}" if digits else "anyone"


def _clock(instant: int) -> str:
    return written(instant).removeprefix(_TODAY).removesuffix("Z")
