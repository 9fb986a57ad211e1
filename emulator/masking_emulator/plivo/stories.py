"""Stories: for each event that is reported to customers, the shortest way in which a session comes to it. Pure.

One table, a row for each event and, where an event has several ways, for each of them. A story ends with the first
callback of its event. Who plays it is in world/trigger.py; command line, kit and console only name it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.quoting import quoted
from masking_emulator.core.records.base import Choice, Record, field
from masking_emulator.core.records.calls import SCRIPT_S_MAX, Habit, PinVerdict, Role, Script, Side
from masking_emulator.plivo.callback_schemas import EVENTS
from masking_emulator.plivo.parameters import CREATE
from masking_emulator.plivo.validation import unknown_key


class BadStory(Exception):
    """A story that is not there, or cannot be told like this: which key is wrong, and why."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(key, reason)
        self.key = key
        self.reason = reason


class Fate(Choice):
    """What happens to the session, where nobody calls."""

    EXPIRES = "expires"
    IS_DELETED = "is_deleted"
    NUMBER_IS_REPLACED = "number_is_replaced"


class Dial(Record):
    """Somebody dials the session's number: one of its parties, or (`by` None) somebody whom it does not know.

    `script` is how the call goes. With `gives_up_after_us` the caller hangs up that long after dialling. `pin` says
    whether a caller who is asked types the second party's PIN or a wrong one, each time.
    """

    by: Role | None
    script: Script
    gives_up_after_us: int | None = None
    pin: PinVerdict | None = None


class Story(Record):
    """The way to one event.

    `variant` is "" or what tells it from the event's other ways, as `cause=busy`. `needs` are parameters of its create
    that nobody may change, `starts` those that hold where no others are given. `policy` is what it needs of the world:
    an entry of its policy and the value.
    """

    event: str
    about: str
    does: Dial | Fate
    variant: str = ""
    needs: Mapping[str, Any] = field(default_factory=dict)
    starts: Mapping[str, Any] = field(default_factory=dict)
    policy: tuple[str, Any] | None = None

    def as_json(self) -> dict[str, str]:
        """The story, for people and programs."""
        return {"event": self.event, "variant": self.variant, "about": self.about}


_ANSWER_US: Final = 3 * SECOND_US
_TALK_US: Final = 20 * SECOND_US
_GIVE_UP_US: Final = 5 * SECOND_US
_CARRIER_US: Final = 20 * SECOND_US

#: Longer than any call may take.
_FOR_EVER_US: Final = 90_000 * SECOND_US


def _answered(hangup_by: Side = Side.CALLER, *, talk_us: int = _TALK_US, recording_fails: bool = False) -> Script:
    return Script(Habit.ANSWER, _ANSWER_US, talk_us, hangup_by, recording_fails=recording_fails)


_ANSWERED: Final = Dial(Role.FIRST, _answered())
_RECORDED: Final = {"record": True}

#: A PIN session. Nothing answers at a name that ends in `.invalid`, so no prompt is fetched from anybody.
_PINS: Final = {
    "first_party_pin": "4321",
    "second_party_pin": "2468",
    "pin_prompt_play": "https://plays.invalid/pin.mp3",
    "incorrect_pin_play": "https://plays.invalid/wrong.mp3",
}
_ASKED: Final = {"is_pin_authentication_required": True}
_WITH_PINS: Final[Mapping[str, Any]] = {"needs": _ASKED, "starts": _PINS}

#: Cause → how the second leg of a call comes to end with it, and how that is told; the caller is left out.
_UNHAPPY: Final[Mapping[str, tuple[Script, str]]] = {
    "busy": (Script(Habit.BUSY, _ANSWER_US), "whose line is busy"),
    "rejected": (Script(Habit.REJECT, _ANSWER_US), "who declines"),
    "no_answer": (Script(Habit.NO_ANSWER, _CARRIER_US), "for whom the carrier gives up ringing"),
    "out_of_service": (Script(Habit.UNREACHABLE), "whose phone cannot be reached"),
    "ring_timeout": (Script(manual=True), "who lets it ring until the ring timeout"),
}

_WHO: Final[Mapping[Role, str]] = {Role.FIRST: "the first party", Role.SECOND: "the second party"}

#: Policy under which a hangup is that of the party, whichever leg it is on.
_BY_ROLES: Final = ("event_parties", "roles")
_OVER: Final = ("parties_hangup_event", True)


def _hangups(event: str, called: Role, normal: Dial, how: str, policy: tuple[str, Any] | None) -> Sequence[Story]:
    """The ways to a hangup: `normal`, and those in which the leg of `called` ends otherwise."""
    caller, callee = _WHO[called.other], _WHO[called]
    unhappy = [
        Story(event, f"{caller} calls {callee}, {end}", Dial(called.other, script), f"cause={cause}", policy=policy)
        for cause, (script, end) in _UNHAPPY.items()
    ]
    gives_up = Dial(called.other, Script(manual=True), _GIVE_UP_US)
    limited = Dial(Role.FIRST, _answered(talk_us=_FOR_EVER_US))
    return (
        Story(event, how, normal, "cause=normal", policy=_OVER if policy is _OVER else None),
        *unhappy,
        Story(event, f"{caller} hangs up while {callee}'s phone rings", gives_up, "cause=canceled", policy=policy),
        Story(
            event,
            "they talk until the call's time limit",
            limited,
            "cause=time_limit",
            starts={"call_time_limit": 60},
            policy=_OVER if policy is _OVER else None,
        ),
    )


#: Every story, in the order of the vendor's page; of one event, the way that is taken where none is named comes first.
STORIES: Final[tuple[Story, ...]] = (
    Story("SessionFirstPartyAnswer", "the first party calls, which is its answer", _ANSWERED),
    Story("SessionSecondPartyRing", "the first party calls, and the second party's phone rings", _ANSWERED),
    Story("SessionSecondPartyAnswer", "the first party calls, and the second party answers", _ANSWERED),
    *_hangups(
        "SessionSecondPartyHangup",
        Role.SECOND,
        Dial(Role.FIRST, _answered(Side.CALLEE)),
        "they talk, and the second party hangs up",
        None,
    ),
    *_hangups("SessionFirstPartyHangup", Role.FIRST, _ANSWERED, "they talk, and the first party hangs up", _BY_ROLES),
    Story(
        "SessionPinAuthenticationStatus",
        "an unknown caller types the second party's PIN",
        Dial(None, _answered(), pin=PinVerdict.RIGHT),
        "status=success",
        **_WITH_PINS,
    ),
    Story(
        "SessionPinAuthenticationStatus",
        "an unknown caller types a wrong PIN",
        Dial(None, _answered(), pin=PinVerdict.WRONG),
        "status=failed",
        **_WITH_PINS,
    ),
    Story(
        "SessionPinAuthenticationStatus",
        "the first party calls and needs no PIN",
        _ANSWERED,
        "status=AuthorizedCaller",
        **_WITH_PINS,
    ),
    Story("SessionTimeout", "the session expires", Fate.EXPIRES, "ending=expired", starts={"session_expiry": 60}),
    Story(
        "SessionTimeout",
        "the session is deleted",
        Fate.IS_DELETED,
        "ending=deleted",
        policy=("timeout_event_after_delete", True),
    ),
    Story(
        "SessionVirtualNumberReplaced",
        "its number is reported as sub-optimal, leaves the pool, and every session on it gets another",
        Fate.NUMBER_IS_REPLACED,
    ),
    *_hangups("SessionPartiesHangup", Role.SECOND, _ANSWERED, "they talk, hang up, and the call is over", _OVER),
    Story("SessionRecordingInitiated", "they are connected, and the recording begins", _ANSWERED, needs=_RECORDED),
    Story("SessionRecordingCompleted", "they talk and hang up, and the recording is there", _ANSWERED, needs=_RECORDED),
    Story(
        "SessionRecordingFailed",
        "they are connected, and the recording cannot be started",
        Dial(Role.FIRST, _answered(recording_fails=True)),
        needs=_RECORDED,
    ),
)

#: Parameters of a create that say where callbacks go, which the story's own address does.
_ADDRESSES: Final = ("callback_url", "recording_callback_url")

#: Keys of a call, with their schemas; `caller` is for stories in which somebody calls whom the session does not know.
CALL_KEYS: Final[Mapping[str, Mapping[str, Any]]] = {
    "caller": {"type": "string"},
    "answer_after_s": {"type": "number", "minimum": 0, "maximum": SCRIPT_S_MAX},
    "talk_s": {"type": "number", "minimum": 0, "maximum": SCRIPT_S_MAX},
}

#: What chooses between the ways of an event: key → its words in the order of the table.
CHOICES: Final[Mapping[str, Sequence[str]]] = {
    key: list(
        dict.fromkeys(story.variant.partition("=")[2] for story in STORIES if story.variant.startswith(f"{key}="))
    )
    for key in ("cause", "status", "ending")
}


def ways_to(event: str) -> Sequence[Story]:
    """The stories of an event, the usual one first. Raises BadStory, which names the nearest event."""
    found = [story for story in STORIES if story.event == event]
    if found:
        return found
    # Imported here: every start of a server would pay for it, and it is needed for a mistake.
    from difflib import get_close_matches

    spelt = {name.lower().removeprefix("session"): name for name in EVENTS}
    near = get_close_matches(event.lower().removeprefix("session"), spelt, n=1)
    hint = f"did you mean {spelt[near[0]]}?" if near else f"the events are {', '.join(EVENTS)}"
    raise BadStory("event", f"there is no event {quoted(event)}; {hint}")


def story_of(event: str, overrides: Mapping[str, Any]) -> Story:
    """The story of an event that these overrides ask for, whose keys all fit it. Raises BadStory."""
    ways = ways_to(event)
    key = ways[0].variant.partition("=")[0]
    story = ways[0]
    if key and key in overrides:
        words = [way.variant.partition("=")[2] for way in ways]
        if overrides[key] not in words:
            raise BadStory(key, f"{quoted(str(overrides[key]))} is none of {', '.join(words)}")
        story = ways[words.index(overrides[key])]
    known = [*([key] if key else []), *_call_keys(story), *(name for name in CREATE if name not in _ADDRESSES)]
    for name in overrides:
        if name in _ADDRESSES:
            raise BadStory(name, "where callbacks go is said by `to`")
        if name in story.needs:
            raise BadStory(name, f"this story needs it to be {str(story.needs[name]).lower()}")
        if name not in known:
            raise BadStory(name, unknown_key(name[:60], known))
    return story


def _call_keys(story: Story) -> Sequence[str]:
    if not isinstance(story.does, Dial):
        return ()
    return [name for name in CALL_KEYS if name != "caller" or story.does.by is None]
