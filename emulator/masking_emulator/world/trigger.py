"""Triggers: a story (plivo/stories.py) played in a world, with every callback up to the one that it ends with.

Everything is as it would be: a create as the API parses it, a call, the world's clock, its rules for callbacks, its
routes and its egress rule. Only what is due at the story's last instant and after its last callback is never sent.
Nothing has changed where a trigger is refused (BadStory, Refused, ApiError).
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from masking_emulator.callbacks.laboratory import Gate
from masking_emulator.callbacks.log import Entry
from masking_emulator.core.commands import (
    CreateSession,
    DeleteSession,
    DropCallback,
    PlaceCall,
    ReleaseCallback,
    ReplaceNumber,
    StepCall,
)
from masking_emulator.core.events import CallBegan, SessionCreated, SessionRefreshed
from masking_emulator.core.instants import SECOND_US, later
from masking_emulator.core.quoting import quoted
from masking_emulator.core.records.base import Record, field, replace
from masking_emulator.core.records.callbacks import CallbackState
from masking_emulator.core.records.calls import CallSignal, PinVerdict, Role, Script
from masking_emulator.core.records.sessions import MAIN_ACCOUNT, Session
from masking_emulator.plivo import parse
from masking_emulator.plivo.parameters import CREATE
from masking_emulator.plivo.refusals import ApiError
from masking_emulator.plivo.stories import BadStory, Dial, Fate, Story, story_of
from masking_emulator.world.spec import BadWorld, e164, microseconds
from masking_emulator.world.world import World

#: For so many seconds of the world the retries of a story's callbacks are waited for. The longest plan takes half.
_RETRIES_S_MAX: Final = 64

#: More attempts than any session grants.
_ATTEMPTS: Final = 8


class TriggerWish(Record):
    """What is asked for: an event, where its callbacks go, and what the story has otherwise than usual.

    `only`: no callback but the last is sent. `in_order`: each is sent once the one before was answered with 2xx. One
    that was not ends the story; what comes of its session later is dropped too, up to the event.
    """

    event: str
    to: str
    overrides: Mapping[str, Any] = field(default_factory=dict)
    only: bool = False
    in_order: bool = False


class Triggered(Record):
    """What was played, and what came of its callbacks, in order. `call` is "" where nobody called."""

    story: Story
    session: str
    call: str
    entries: Sequence[Entry]
    is_over: bool

    @property
    def is_delivered(self) -> bool:
        """Whether the event came, and each callback was answered with 2xx."""
        return self.is_over and all(_state(entry) is CallbackState.DELIVERED for entry in self.entries)


class StoryBroken(Exception):
    """The story could not be played to its end; the message says why, or is empty where its world is gone."""


class _Staged(Record):
    """A story that can be played as it is: what is created, and who dials with which script."""

    story: Story
    create: CreateSession
    caller: str
    script: Script


async def trigger(world: World, wish: TriggerWish, *, patience_s: float) -> Triggered:
    """Play the story of an event, and wait for its callbacks, in all for `patience_s` real seconds.

    Raises BadStory, Refused and ApiError, and then nothing has changed; StoryBroken.
    """
    staged = _staged(world, wish)
    created = world.do(staged.create)[0]
    assert isinstance(created, SessionCreated), "what was foreseen is a new session"
    gate = Gate(wish.event, wish.only, wish.in_order)
    playing = _Playing(world, staged, created.session, gate, patience_s)
    with world.laboratory.gated(created.session.uuid, gate):
        call = await playing.play()
    if not (gate.is_shut or gate.is_barred):
        came = ", ".join(entry.written.event for entry in playing.entries()) or "none"
        raise StoryBroken(f"the story came to its end without {wish.event}; its callbacks were: {came}")
    entries = playing.entries()
    return Triggered(
        staged.story, created.session.uuid, call, entries, gate.is_shut and len(entries) == len(gate.passed)
    )


def _staged(world: World, wish: TriggerWish) -> _Staged:
    story = story_of(wish.event, wish.overrides)
    if story.policy is not None and getattr(world.policy, story.policy[0]) != story.policy[1]:
        entry, value = story.policy
        value = str(value).lower() if isinstance(value, bool) else f'"{value}"'
        raise BadStory("event", f"this story needs the policy {entry} = {value}, which this world has not")
    people = _free_people(world)
    fields = {
        "geomatch": False,
        "first_party": next(people),
        "second_party": next(people),
        **story.starts,
        **story.needs,
        **{name: value for name, value in wish.overrides.items() if name in CREATE},
        "callback_url": wish.to,
        "recording_callback_url": wish.to,
    }
    create = _create(world, fields)
    foreseen = world.caught_up().foreseen(create)
    if isinstance(foreseen, SessionRefreshed):
        reason = f"these two have a live session, {foreseen.session.uuid}, whose callbacks go elsewhere"
        raise BadStory("first_party", reason)
    caller, script = _dialling(story, create, wish.overrides, next(people))
    return _Staged(story, create, caller, script)


def _free_people(world: World) -> Iterator[str]:
    """Numbers that are reserved for fiction, of people who are in no live session, always in the same order."""
    engine = world.caught_up()
    for place in range(80_000):
        number = f"1{201 + place // 100}55501{place % 100:02}"
        if not engine.is_party(number) and number not in engine.pool:
            yield number
    raise BadStory("first_party", "all parties that a story could have are in live sessions; name two others")


def _create(world: World, fields: Mapping[str, Any]) -> CreateSession:
    places = {account.auth_id: account.place for account in world.accounts}

    def owner_of(auth_id: str) -> int:
        if auth_id not in places:
            raise BadStory("subaccount", f"{quoted(auth_id)} is no account of this world")
        return places[auth_id]

    if not fields["callback_url"] or not parse.is_acceptable("callback_url", fields["callback_url"]):
        raise BadStory(
            "to", f"{quoted(fields['callback_url'])} is not an http or https URL of fewer than 1000 characters"
        )
    try:
        return parse.create_session(fields, owner_of, MAIN_ACCOUNT, world.policy)
    except ApiError as error:
        named = sorted((name for name in fields if name in error.text), key=len)
        raise BadStory(named[-1] if named else "overrides", error.reason or error.text) from None


def _dialling(story: Story, create: CreateSession, given: Mapping[str, Any], stranger: str) -> tuple[str, Script]:
    """Who dials, and how the call goes; ("", …) where nobody dials."""
    dial = story.does
    if not isinstance(dial, Dial):
        return "", Script()
    script = dial.script
    if "answer_after_s" in given:
        script = replace(script, after_us=microseconds(given["answer_after_s"]))
    if "talk_s" in given:
        script = replace(script, talk_us=microseconds(given["talk_s"]))
    if dial.by is not None:
        return (create.first_party if dial.by is Role.FIRST else create.second_party), script
    try:
        caller = e164(given.get("caller", stranger), "caller")
    except BadWorld as bad:
        raise BadStory("caller", bad.reason) from None
    if caller in (create.first_party, create.second_party):
        raise BadStory(
            "caller", f"+{caller} is a party, and this story is about somebody whom the session does not know"
        )
    return caller, script


class _Playing:
    """One story on its way through a world."""

    def __init__(self, world: World, staged: _Staged, session: Session, gate: Gate, patience_s: float) -> None:
        self._world = world
        self._staged = staged
        self._session = session
        self._gate = gate
        self._log = world.dispatch.log
        self._give_up_at = asyncio.get_running_loop().time() + patience_s

    def entries(self) -> list[Entry]:
        """The callbacks that belong to the story, as they stand."""
        return [entry for entry in map(self._log.get, self._gate.passed) if entry is not None]

    async def play(self) -> str:
        """Play it to its end, or until a callback was not answered as it should. The call's UUID, or ""."""
        does, call = self._staged.story.does, ""
        if isinstance(does, Dial):
            call = await self._play_call(does)
        else:
            await self._play_fate(does)
        await self._retried()
        return call

    async def _play_fate(self, fate: Fate) -> None:
        if fate is Fate.EXPIRES:
            return await self._on(self._session.expires_at)
        command = (
            DeleteSession(None, self._session.uuid) if fate is Fate.IS_DELETED else ReplaceNumber(self._session.number)
        )
        self._world.do(command)
        return await self._on(self._now())

    async def _play_call(self, dial: Dial) -> str:
        world = self._world
        script = self._typing(dial)
        events = world.do(PlaceCall(self._staged.caller, self._session.number, script))
        uuid = next(event.call.uuid for event in events if isinstance(event, CallBegan))
        await self._on(self._now())
        if dial.gives_up_after_us is not None and not self._is_over:
            await self._on(later(self._now(), dial.gives_up_after_us))
            if not self._is_over:
                world.do(StepCall(uuid, CallSignal.CALLER_HUNG_UP))
                await self._on(self._now())
        while not self._is_over and (step := world.caught_up().call(uuid).next) is not None:
            await self._on(step.at)
        return uuid

    def _typing(self, dial: Dial) -> Script:
        pins = self._session.pins
        if dial.pin is None or pins is None:
            return self._staged.script
        wrong = (f"{number:0{len(pins.second)}}" for number in range(3))
        typed = (
            pins.second
            if dial.pin is PinVerdict.RIGHT
            else next(pin for pin in wrong if pin not in (pins.first, pins.second))
        )
        return replace(self._staged.script, digits=(typed,) * _ATTEMPTS)

    @property
    def _is_over(self) -> bool:
        return self._gate.is_shut or self._gate.is_barred

    def _now(self) -> int:
        return self._world.caught_up().now

    async def _on(self, instant: int) -> None:
        """Let the clock come to an instant, and its callbacks on the way be answered. Raises StoryBroken."""
        await self._advance_to(instant)
        if self._gate.holds:
            await self._one_by_one()

    async def _one_by_one(self) -> None:
        """Let go what is held, each once the one before was answered with 2xx; drop what follows one that was not."""
        for ordinal in [entry.callback.ordinal for entry in self.entries() if _state(entry) is CallbackState.HELD]:
            if self._gate.is_barred:
                self._world.do(DropCallback(ordinal))
                continue
            self._world.do(ReleaseCallback(ordinal))
            await self._world.attempted([ordinal], patience_s=self._patience_s())
            await self._retried()
            entry = self._log.get(ordinal)
            self._gate.is_barred = entry is None or _state(entry) is not CallbackState.DELIVERED

    async def _retried(self) -> None:
        """Let pass what the retries of its callbacks take; a callback behind one that pauses waits for it."""
        for _ in range(_RETRIES_S_MAX):
            if not any(_state(entry) is CallbackState.RETRYING for entry in self.entries()):
                return
            await self._advance_to(later(self._now(), SECOND_US))

    async def _advance_to(self, instant: int) -> None:
        # The receiver of another session may never answer, which is nothing to this story.
        await self._world.advance_to(instant, patience_s=self._patience_s(), session=self._session.uuid)
        if self._log.closed:
            raise StoryBroken

    def _patience_s(self) -> float:
        return max(0.0, self._give_up_at - asyncio.get_running_loop().time())


def _state(entry: Entry) -> CallbackState:
    return entry.callback.state
