"""Parameters of a create and an update: what is taken, what is refused, and what counts where nothing is given."""

from collections.abc import Iterator
from typing import Any, Final

from masking_emulator.core.countries import is_possible
from masking_emulator.evidence.predicates.base import Predicate, Testimony, agrees, disagrees, either, shows
from masking_emulator.evidence.predicates.given import every_given, given, is_decided, unfit, whole
from masking_emulator.evidence.predicates.values import digits, flag, seconds_of
from masking_emulator.evidence.predicates.witness import Asked, Witness
from masking_emulator.plivo.parameters import CREATE
from masking_emulator.plivo.policy import TIMER_DEFAULTS_S
from masking_emulator.plivo.refusals import MISSING, NOT_AN_AUDIO_FILE

_TIMERS: Final = ("session_expiry", "call_time_limit", "ring_timeout")

#: Timer → seconds that count where none are given, as recorded.
_RECORDED_S: Final = TIMER_DEFAULTS_S["recorded"]

#: The shortest and the longest call_time_limit, in seconds.
_LIMIT_RANGE: Final = (60, 86_400)

#: Row → the parameter that it is about. What counts where nothing was given is in the session that a create shows.
_ROWS: Final = {
    **{name: name for name in ("geomatch", "unknown_caller_play", "record", "record_file_format")},
    **{name: name for name in ("recording_callback_url", "recording_callback_method", "callback_url")},
    **{name: name for name in ("callback_method", "first_party_play_url", "second_party_play_url")},
    **{name: name for name in ("virtual_number_cooloff_period", "initiate_call_to_first_party")},
    **{f"{name}_range": name for name in _TIMERS},
    "create_session_with_single_party": "create_session_with_single_party",
}

#: A session shows null for this one where it was not asked for, whatever counts then.
_WITHOUT_DEFAULT: Final = frozenset({"create_session_with_single_party", *_TIMERS})


def _about(name: str) -> Predicate:
    """The predicate of a parameter: what fits is taken and shown, and anything else is refused by name."""

    def read(witness: Witness) -> Iterator[Testimony]:
        for each in every_given(witness, name):
            at, asked = each.asked.exchange, each.asked
            if each.fits and each.is_refused:
                yield disagrees(at, f"{each.value!r} was refused: {asked.error}")
            elif each.fits and each.is_shown and whole(each.value) != 0:
                yield either(at, each.is_as_given, f"{each.value!r} became {asked.session[name]!r}")
            elif not each.fits and 200 <= asked.status < 300 and not is_clamped(asked, name):
                yield disagrees(at, f"{each.value!r} was taken")
            elif each.is_refused:
                yield agrees(at)
        default = CREATE[name].default
        for asked in witness.asked("create_session") if name not in _WITHOUT_DEFAULT else ():
            if given(asked, name) is None and name in asked.session:
                yield either(asked.exchange, asked.session[name] == default, f"it is {asked.session[name]!r}")

    return read


for _row, _name in _ROWS.items():
    shows(_row)(_about(_name))


def is_clamped(asked: Asked, name: str) -> bool:
    """Whether a call_time_limit outside its range became the end of the range."""
    return name == "call_time_limit" and asked.session.get(name) in _LIMIT_RANGE


def is_single(asked: Asked) -> bool:
    """Whether a create asks for a session with a single party."""
    return flag(given(asked, "create_session_with_single_party")) is True


def _party(name: str) -> Predicate:
    """A party is taken and shown where it can be a number, and has to be there unless one is enough."""

    def read(witness: Witness) -> Iterator[Testimony]:
        for each in every_given(witness, name):
            if each.fits and each.is_shown:
                yield either(each.asked.exchange, each.is_as_given, f"it became {each.asked.session[name]!r}")
            elif each.fits and each.is_refused:
                yield disagrees(each.asked.exchange, f"it was refused: {each.asked.error}")
        for asked in witness.asked("create_session"):
            if given(asked, name) is None and not is_single(asked) and not unfit(asked):
                if asked.session:
                    yield disagrees(asked.exchange, "a session was made without it")
                elif asked.error == MISSING.format(name=name):
                    yield agrees(asked.exchange)

    return read


for _name in ("first_party", "second_party"):
    shows(_name)(_party(_name))


def _parties(witness: Witness) -> Iterator[tuple[Asked, str, Any, bool | None]]:
    """Every party that is given: the request, the parameter, the value, and whether it was taken (None: unknown)."""
    for name in ("first_party", "second_party"):
        for each in every_given(witness, name):
            was_taken = True if each.is_shown and each.is_as_given else False if each.is_refused else None
            yield each.asked, name, each.value, was_taken


@shows("party_plus_optional")
def _plus_optional(witness: Witness) -> Iterator[Testimony]:
    for asked, name, value, was_taken in _parties(witness):
        if isinstance(value, str) and is_possible(digits(value)) and was_taken is not None:
            spelling = "with" if value.startswith("+") else "without"
            yield either(asked.exchange, was_taken, f"{name} was refused {spelling} plus")


@shows("party_as_number")
def _as_number(witness: Witness) -> Iterator[Testimony]:
    for asked, name, value, was_taken in _parties(witness):
        if type(value) is int and is_possible(str(value)) and was_taken is not None:
            yield either(asked.exchange, was_taken, f"{name} was refused as a number")


@shows("party_possible")
def _possible(witness: Witness) -> Iterator[Testimony]:
    for asked, name, value, was_taken in _parties(witness):
        if digits(value) and was_taken is not None:
            could_be = is_possible(digits(value))
            yield either(
                asked.exchange, was_taken is could_be, f"{name} {value} was {'taken' if was_taken else 'refused'}"
            )


@shows("subaccount")
def _subaccount(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked("create_session"):
        name = given(asked, "subaccount")
        if isinstance(name, str) and name.startswith("SA") and asked.session:
            shown = asked.session.get("subaccount")
            yield either(asked.exchange, shown == name, f"the session shows {shown!r}")


@shows("subaccount_unknown")
def _subaccount_unknown(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked("create_session", "list_sessions"):
        name = given(asked, "subaccount") if asked.operation == "create_session" else asked.query.get("subaccount")
        if isinstance(name, str) and name and asked.status >= 400 and "subaccount" in str(asked.error):
            is_so = asked.status == 400 and str(asked.error).startswith("Invalid parameter. subaccount ")
            yield either(asked.exchange, is_so, f"it was answered with {asked.status} {asked.error!r}")


@shows("subaccount_left_out")
def _subaccount_left_out(witness: Witness) -> Iterator[Testimony]:
    """What a main account keeps to itself no subaccount finds."""
    made = {
        str(asked.session.get("session_uuid"))
        for asked in witness.asked("create_session")
        if asked.session and given(asked, "subaccount") is None and asked.account.startswith("MA")
    }
    for asked in witness.asked("get_session"):
        if asked.account.startswith("SA") and asked.uuid in made and asked.status in (200, 404):
            yield either(asked.exchange, asked.status == 404, "a subaccount found it")


@shows("play_url_extension_required")
def _extension(witness: Witness) -> Iterator[Testimony]:
    for name in ("pin_prompt_play", "incorrect_pin_play", "unknown_caller_play"):
        for each in every_given(witness, name):
            path = str(each.value).partition("#")[0].partition("?")[0].lower()
            if each.fits and not path.endswith((".mp3", ".wav")):
                if each.asked.error == NOT_AN_AUDIO_FILE.format(name=name):
                    yield disagrees(each.asked.exchange, f"True: {each.asked.error}")
                elif each.asked.session:
                    yield agrees(each.asked.exchange)


def timer_of(asked: Asked, name: str) -> int | None:
    """The seconds that a new or refreshed session has for a timer; None where it does not show."""
    session = asked.session
    if name != "session_expiry":
        value = session.get(name)
        return value if type(value) is int else None
    modified, expiry = seconds_of(session.get("modified_time")), seconds_of(session.get("expiry_time"))
    return None if modified is None or expiry is None else expiry - modified


def _default(*names: str) -> Predicate:
    def read(witness: Witness) -> Iterator[Testimony]:
        for asked in witness.asked("create_session"):
            for name in names:
                shown = timer_of(asked, name)
                if asked.session and given(asked, name) is None and shown is not None:
                    choice = "documented: " if shown == TIMER_DEFAULTS_S["documented"][name] else ""
                    yield either(asked.exchange, shown == _RECORDED_S[name], f"{choice}{name} is {shown} seconds")

    return read


shows("timer_defaults")(_default(*_TIMERS))
for _name in _TIMERS:
    shows(f"{_name}_default")(_default(_name))


@shows("zero_timers")
def _zero(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked("create_session"):
        for name in _TIMERS:
            value = given(asked, name)
            if value is None or isinstance(value, bool) or whole(value) != 0:
                continue
            if f" {name} " in str(asked.error):
                yield disagrees(asked.exchange, f"{name} was refused: {asked.error}")
            elif (shown := timer_of(asked, name)) is not None:
                yield either(asked.exchange, shown == _RECORDED_S[name], f"{name} is {shown} seconds")


@shows("call_time_limit_out_of_range")
def _out_of_range(witness: Witness) -> Iterator[Testimony]:
    for each in every_given(witness, "call_time_limit"):
        number = whole(each.value)
        if number in (None, 0) or each.fits or not is_decided(each.asked):
            continue
        if each.is_refused:
            yield agrees(each.asked.exchange)
        elif each.asked.session:
            choice = "clamp: " if is_clamped(each.asked, "call_time_limit") else ""
            shown = each.asked.session.get("call_time_limit")
            yield disagrees(each.asked.exchange, f"{choice}{number} became {shown}")
