"""Records of the telephone side: phones, legs, calls, and what calls leave behind. Frozen, like all records.

A call is one caller's way through a virtual number; it has at most two legs. Its first leg is between the number
and whoever is on the line first, the caller or, where the service places the call itself, the first party; its second
leg is to the other person. "Caller" and "callee" are the people on the first and on the second leg.
Instants are whole microseconds, durations end in their unit, money is in millionths of the currency's unit.
"""

from typing import Final

from masking_emulator.core.records.base import Choice, Explained, Record

#: The longest that anything may last by a script or by the habits of a phone: a day, in seconds.
SCRIPT_S_MAX: Final = 86_400


class Role(Choice):
    """Which party of the session somebody is, or stands in for."""

    FIRST = "first_party"
    SECOND = "second_party"

    @property
    def other(self) -> "Role":
        """The party on the other end."""
        return SECOND if self is FIRST else FIRST


# Named here because every step asks for them (Choice in base.py).
FIRST: Final = Role.FIRST
SECOND: Final = Role.SECOND


class Habit(Choice):
    """What a phone does when it is called."""

    ANSWER = "answer"
    BUSY = "busy"
    REJECT = "reject"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    MANUAL = "manual"


class Side(Choice):
    """The two people of a call: on its first leg the caller, on its second the callee."""

    CALLER = "caller"
    CALLEE = "callee"


class Cause(Explained):
    """Why a leg ended."""

    NORMAL = "somebody hung up, or nothing was left to do"
    CANCELED = "the caller hung up before the callee answered"
    BUSY = "the line was busy"
    REJECTED = "the callee declined"
    NO_ANSWER = "the carrier gave up ringing"
    OUT_OF_SERVICE = "the phone cannot be reached"
    RING_TIMEOUT = "nobody answered within the ring timeout"
    TIME_LIMIT = "the call's time limit was reached"
    NOT_CONNECTED = "no session on the number takes this caller"


class Source(Choice):
    """Who or what ended a leg."""

    CALLER = "caller"
    CALLEE = "callee"
    CARRIER = "carrier"
    SERVICE = "service"


class Phase(Choice):
    """Where a call stands."""

    RINGING_FIRST = "ringing_first"
    ASKING_PIN = "asking_pin"
    PAUSING = "pausing"
    ANNOUNCING = "announcing"
    RINGING_SECOND = "ringing_second"
    BRIDGED = "bridged"
    ENDED = "ended"


#: Named here for the same reason.
_ENDED: Final = Phase.ENDED


class CallSignal(Explained):
    """What can happen to a call."""

    ANSWERED = "the ringing phone was answered"
    BUSY = "the line is busy"
    REJECTED = "the callee declines"
    NO_ANSWER = "the carrier gives up ringing"
    UNREACHABLE = "the phone cannot be reached"
    RING_TIMED_OUT = "the ring timeout has come"
    PIN_RIGHT = "the right PIN was typed"
    PIN_WRONG = "a wrong PIN or none was typed"
    PIN_FAILED = "a wrong PIN or none was typed for the last time"
    PAUSE_OVER = "the wait before the next attempt is over"
    ANNOUNCED = "the message has been played"
    CALLER_HUNG_UP = "the caller hangs up"
    CALLEE_HUNG_UP = "the callee hangs up"
    TIME_LIMIT = "the call's time limit has come"


class Route(Explained):
    """What becomes of a call that reaches a virtual number."""

    CONNECT = "the caller is a party of a session"
    PLACED = "the service calls the first party itself"
    ASK_PIN = "a PIN decides"
    ANYONE = "a single-party session takes every caller"
    ANNOUNCE = "an unknown caller hears a message"
    REFUSE = "an unknown caller is not connected"
    APPLICATION = "no session is on the number, so its own application would answer"


class Message(Choice):
    """What is played to somebody."""

    PIN_PROMPT = "pin_prompt"
    INCORRECT_PIN = "incorrect_pin"
    UNKNOWN_CALLER = "unknown_caller"
    FIRST_PARTY = "first_party"
    SECOND_PARTY = "second_party"


class PinVerdict(Choice):
    """What came of the PIN rules for a caller."""

    RIGHT = "right"
    WRONG = "wrong"
    NOT_NEEDED = "not_needed"


class Pins(Record):
    """The PIN rules of a session; `first` and `second` are strings of digits."""

    generated: bool
    length: int
    first: str
    second: str
    prompt_play: str
    retries: int
    retry_wait_s: int
    incorrect_play: str
    forced: bool


class Phone(Record):
    """How a real number behaves.

    `after_us` is how long it takes until the outcome; None for no answer is until the ring timeout.
    `hangup_after_us` counts from the bridge; None stays on the line. `digits` has one entry for each prompt.
    """

    number: str
    habit: Habit
    after_us: int | None
    hangup_after_us: int | None
    digits: tuple[str, ...]


class Script(Record):
    """What a call brings along; what it leaves out (None), the phones' habits decide.

    `habit` and `after_us` are those of the callee, `digits` are typed by the caller, one entry for each prompt.
    `manual` makes every phone of this call wait for commands. `recording_fails` keeps a recording from starting.
    """

    habit: Habit | None = None
    after_us: int | None = None
    talk_us: int | None = None
    hangup_by: Side | None = None
    digits: tuple[str, ...] | None = None
    manual: bool = False
    recording_fails: bool = False


class Step(Record):
    """What comes next in a call by itself, and when. `digits` is what is typed, where `signal` is None."""

    at: int
    signal: CallSignal | None
    digits: str = ""


class Leg(Record):
    """One leg: between the virtual number and `person`. `inbound`: the person called, and was not called.

    `role` is None while nobody knows which party the person is. The money is known once the leg has ended.
    """

    uuid: str
    person: str
    role: Role | None
    inbound: bool
    started_at: int
    answered_at: int | None = None
    ended_at: int | None = None
    cause: Cause | None = None
    source: Source | None = None
    duration_s: int = 0
    billed_s: int = 0
    amount_micros: int = 0


class Call(Record):
    """A call. It is named after its first leg.

    `session` is the session that it belongs to, "" as long as there is none; `host` is the session whose messages
    the caller hears and whose `pins` are asked for. The two differ only until a PIN was typed. `callee` is ""
    until somebody is dialled. `limit_at` is None until the first leg is answered. `recording` is the UUID of its
    recording, "" where there is none.
    """

    ordinal: int
    uuid: str
    number: str
    owner: int
    route: Route
    session: str
    host: str
    caller: str
    callee: str
    phase: Phase
    legs: tuple[Leg, ...]
    script: Script
    started_at: int
    ring_timeout_s: int
    time_limit_s: int
    pins: Pins | None = None
    limit_at: int | None = None
    prompts: int = 0
    wrong_pins: int = 0
    recording: str = ""
    ended_at: int | None = None
    next: Step | None = None

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.phase is not _ENDED

    @property
    def duration_s(self) -> int:
        """The sum of its legs' durations."""
        return sum([leg.duration_s for leg in self.legs])

    @property
    def billed_s(self) -> int:
        """The sum of what its legs were billed for."""
        return sum([leg.billed_s for leg in self.legs])

    @property
    def amount_micros(self) -> int:
        """The sum of its legs' prices."""
        return sum([leg.amount_micros for leg in self.legs])


class Interaction(Record):
    """What a call leaves in its session. Each leg is under its party; "" where there was no such leg."""

    call: str
    first_leg: str
    second_leg: str
    recording: str
    started_at: int
    ended_at: int
    legs: int
    duration_s: int
    billed_s: int
    amount_micros: int


class History(Record):
    """What all calls of a session left: the newest interactions, oldest first, and totals over all of them.

    `counterpart` is who was on the other side of the last one.
    """

    interactions: tuple[Interaction, ...] = ()
    legs: int = 0
    billed_s: int = 0
    amount_micros: int = 0
    last_at: int | None = None
    counterpart: str = ""


NO_HISTORY = History()


class RecordingState(Choice):
    """Where a recording stands."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class Recording(Record):
    """A recording of one call, from the bridge to the hangup. `audio_format` is "mp3" or "wav"."""

    ordinal: int
    uuid: str
    call: str
    session: str
    owner: int
    audio_format: str
    state: RecordingState
    started_at: int
    ended_at: int | None = None
