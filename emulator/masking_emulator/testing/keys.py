"""Keys of what the kit's methods take, for type checkers and for people: a mistyped one is found before a test runs.

The words are those of the control API and of the vendor. Whatever is left out has its default there.
"""

from collections.abc import Sequence
from typing import Literal, Required, TypedDict

#: Every event that is reported to a callback URL, as on the vendor's page.
EventWord = Literal[
    "SessionFirstPartyAnswer",
    "SessionSecondPartyRing",
    "SessionSecondPartyAnswer",
    "SessionSecondPartyHangup",
    "SessionFirstPartyHangup",
    "SessionPinAuthenticationStatus",
    "SessionTimeout",
    "SessionVirtualNumberReplaced",
    "SessionPartiesHangup",
    "SessionRecordingInitiated",
    "SessionRecordingCompleted",
    "SessionRecordingFailed",
]

PhoneOutcome = Literal["answer", "busy", "reject", "no_answer", "unreachable"]


class CallScript(TypedDict, total=False):
    """How a call goes; what is left out, the phones' habits decide. `answer_after_s` and `talk_s` are seconds.

    `outcome` is what the phone does that is called, `hangup_by` says who ends the talk, `digits` are typed one entry a
    prompt. `manual` leaves every step to `act`, and waits for a PIN until there is one or `digits=""`. With
    `recording_fails` the recording cannot be started.
    """

    outcome: PhoneOutcome
    answer_after_s: float
    talk_s: float
    hangup_by: Literal["caller", "callee"]
    digits: Sequence[str]
    manual: bool
    recording_fails: bool


class PhoneHabits(TypedDict, total=False):
    """What a phone does when it is called. `answer_after_s` and `hangup_after_s`, of talking, are seconds."""

    outcome: PhoneOutcome
    answer_after_s: float
    hangup_after_s: float
    digits: Sequence[str]


class CallbackFilters(TypedDict, total=False):
    """Which callbacks: those of an `event`, of a `session` (its UUID), in a `state`, with an id above `after`."""

    event: str
    session: str
    state: Literal["waiting", "retrying", "held", "delivered", "failed", "blocked", "dropped", "kept", "any"]
    after: int


class CallbackRule(TypedDict, total=False):
    """A rule of the laboratory: what is done to the callbacks that it matches. `delay_s` is seconds of the world.

    `event` and `session_uuid` select, `skip` lets so many pass first, `count` and `chance` say how many are treated.
    """

    action: Required[Literal["hold", "drop", "duplicate", "delay", "reorder", "tamper"]]
    event: str
    session_uuid: str
    skip: int
    count: int
    chance: float
    delay_s: float
    copies: int
    window: int
    order: Literal["reverse", "shuffle"]
    target: Literal["signature", "parameter", "headers"]


class SessionFields(TypedDict, total=False):
    """Parameters of a create, as on the vendor's page. `session_expiry`, `call_time_limit`, `ring_timeout`,
    `pin_retry_wait` and `virtual_number_cooloff_period` are seconds.
    """

    first_party: str
    second_party: str
    geomatch: bool
    is_pin_authentication_required: bool
    generate_pin: bool
    generate_pin_length: int
    first_party_pin: str
    second_party_pin: str
    subaccount: str
    pin_prompt_play: str
    pin_retry: int
    pin_retry_wait: int
    incorrect_pin_play: str
    unknown_caller_play: str
    record: bool
    recording_callback_url: str
    record_file_format: Literal["mp3", "wav"]
    recording_callback_method: Literal["GET", "POST"]
    session_expiry: int
    call_time_limit: int
    initiate_call_to_first_party: bool
    callback_url: str
    callback_method: Literal["GET", "POST"]
    ring_timeout: int
    first_party_play_url: str
    second_party_play_url: str
    create_session_with_single_party: bool
    virtual_number_cooloff_period: int
    force_pin_authentication: bool


class StoryOverrides(SessionFields, total=False):
    """What a triggered story has otherwise than usual, beside the parameters of its create.

    `cause` chooses how a hangup comes about, `status` what a PIN is worth, `ending` how a session ends. `caller` is who
    calls whom the session does not know. `answer_after_s` and `talk_s` are seconds.
    """

    cause: Literal[
        "normal",
        "busy",
        "rejected",
        "no_answer",
        "out_of_service",
        "ring_timeout",
        "canceled",
        "time_limit",
    ]
    status: Literal["success", "failed", "AuthorizedCaller"]
    ending: Literal["expired", "deleted"]
    caller: str
    answer_after_s: float
    talk_s: float
