"""Types of the kit, as a user's type checker and editor see them, and the words that they promise."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any, Final, get_type_hints

import pytest
from masking_emulator.control import operations
from masking_emulator.plivo.parameters import CREATE
from masking_emulator.testing import (
    AsyncMasking,
    CallbackFilters,
    CallbackRule,
    CallScript,
    Criteria,
    Emulator,
    FaultWish,
    Masking,
    PhoneHabits,
    SessionFields,
    StoryOverrides,
)
from mypy import api

ROOT: Final = Path(__file__).parents[2]

_SAMPLE: Final = """
    from masking_emulator.testing import Masking, Receiver

    def test_call(masking: Masking, masking_receiver: Receiver) -> None:
        reveal_type(masking.call("+1", "+2", talk_s=20, outcome="busy", digits=["1"]).legs[0].answered_at)
        reveal_type(masking.act("uuid", "hangup", party="callee").phase)
        reveal_type(masking.phones.set("+1", outcome="answer", hangup_after_s=3))
        reveal_type(masking.sessions.explain_create(first_party="+1", session_expiry=60).candidates[0].until)
        reveal_type(masking.callbacks.rules({"action": "hold", "event": "SessionTimeout"}))
        reveal_type(masking.callbacks.all(event="SessionTimeout", state="held")[0].attempts[0].answer)
        reveal_type(masking.callbacks.wait_for().request.body)
        reveal_type(masking.callbacks.wait_for().params["EventName"])
        reveal_type(masking.numbers.all()[0].cooling)
        reveal_type(masking.requests.all(status=400)[0].answer)
        reveal_type(masking.faults.add(status=503, count=3).applied)
        reveal_type(masking.journal()[0].session)
        reveal_type(masking.now())
        reveal_type(masking.advance(60))
        reveal_type(masking.at(0).calls)
        reveal_type(masking.changes(0)[0].fields["status"])
        reveal_type(masking.pool_report())
        reveal_type(masking.trigger("SessionTimeout", to="http://127.0.0.1:9/", cause="busy")[-1].state)
        reveal_type(masking_receiver.wait_for("SessionTimeout").parameters)

    async def test_aio(masking: Masking) -> None:
        reveal_type(await masking.aio.advance(seconds=60))
        reveal_type(await masking.aio.call("+1", "+2", talk_s=20))
        reveal_type(await masking.aio.callbacks.wait_for(event="SessionTimeout", timeout=1))
        reveal_type(await masking.aio.numbers.all())
        reveal_type(await masking.aio.sessions.explain_create(first_party="+1"))
"""

_MISTAKES: Final = """
    from masking_emulator.testing import Masking

    async def test_mistakes(masking: Masking) -> None:
        masking.call("+1", "+2", talk=20)
        masking.call("+1", "+2", outcome="engaged")
        masking.phones.set("+1", answer_after_s="soon")
        masking.sessions.explain_create(first_part="+1")
        masking.callbacks.rules({"event": "SessionTimeout"})
        masking.callbacks.all(evnt="SessionTimeout")
        masking.requests.verify(times=1)
        masking.trigger("SessionTimout", to="http://127.0.0.1:9/")
        await masking.aio.call("+1", "+2", talk=20)
        await masking.aio.callbacks.wait_fro(event="SessionTimeout")
"""


def _checked(sample: str, folder: Path) -> list[str]:
    """What mypy says of a user's file, as strictly as it can."""
    file = folder / "test_user.py"
    file.write_text(dedent(sample), encoding="utf-8")
    config = ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(ROOT / ".mypy_cache")]
    said, failed, _ = api.run([*config, "--strict", "--no-error-summary", str(file)])
    assert not failed
    return [line for line in said.splitlines() if "test_user.py" in line]


def test_users_sample_has_no_any(tmp_path: Path) -> None:
    """Whatever the kit returns has a type, awaited or not."""
    lines = _checked(_SAMPLE, tmp_path)

    assert _SAMPLE.count("reveal_type") == len(lines)
    assert [] == [line for line in lines if "Revealed type is" not in line or "Any" in line]


def test_mistyped_words_are_found_before_a_test_runs(tmp_path: Path) -> None:
    """One error for each line of the sample."""
    lines = _checked(_MISTAKES, tmp_path)

    wrong = [line.split(":")[1] for line in lines if ": error:" in line]
    assert [str(number) for number in range(5, 15)] == sorted(set(wrong), key=int)


def _properties(method: str, path: str) -> Mapping[str, Any]:
    (operation,) = (o for o in operations() if (o.method, o.path) == (method, f"/worlds/{{auth_id}}{path}"))
    properties: Mapping[str, Any] = (operation.body or {})["properties"]
    return properties


def _query(path: str) -> Mapping[str, Any]:
    (operation,) = (o for o in operations() if (o.method, o.path) == ("GET", f"/worlds/{{auth_id}}{path}"))
    return operation.query or {}


_KEYS: Final[Mapping[str, tuple[type, Iterable[str]]]] = {
    "call": (CallScript, _properties("POST", "/calls").keys() - {"from", "to"}),
    "phone": (PhoneHabits, _properties("PUT", "/phones/{number}")),
    "rule": (CallbackRule, _properties("PUT", "/callbacks/policy")["rules"]["items"]["properties"]),
    "callbacks": (CallbackFilters, _query("/callbacks").keys() - {"before", "order", "limit"}),
    "requests": (Criteria, _query("/requests").keys() - {"before", "limit"}),
    "fault": (FaultWish, {f"{name}_" if name == "from" else name for name in _properties("POST", "/faults")}),
    "session": (SessionFields, CREATE),
    "story": (StoryOverrides, _properties("POST", "/trigger")["overrides"]["properties"]),
}


@pytest.mark.parametrize("name", _KEYS)
def test_typed_words_are_those_of_the_server(name: str) -> None:
    """None is missing, and none is made up."""
    typed, known = _KEYS[name]

    assert set(known) == set(get_type_hints(typed))


def test_every_method_has_a_twin_that_can_be_awaited() -> None:
    """On the world and on each of its parts, by the same name."""
    with Emulator() as masking:
        twin = masking.aio
        parts = ("callbacks", "faults", "numbers", "phones", "requests", "sessions")
        pairs = [(masking, twin), *((getattr(masking, part), getattr(twin, part)) for part in parts)]
        missing = [
            (type(blocking).__name__, name)
            for blocking, awaitable in pairs
            for name in dir(blocking)
            if not name.startswith("_") and not hasattr(awaitable, name)
        ]

    assert isinstance(masking, Masking)
    assert isinstance(twin, AsyncMasking)
    assert [("Masking", "aio"), ("Masking", "client"), ("Masking", "control")] == missing


def test_views_answer_what_people_reach_for() -> None:
    """Attempts, request and parameters of a callback; fields of an event's record; the body of a request."""
    with Emulator() as masking:
        made = masking.client.masking_sessions.create_masking_session(
            first_party="+14155550123", second_party="+14155550145", callback_url="http://127.0.0.1:9/x?a=b"
        )
        masking.call("+14155550123", made.virtual_number, talk_s=20)
        events = masking.advance(1800)
        callback = masking.callbacks.all(event="SessionPartiesHangup")[0]
        (request,) = masking.requests.all(operation="create_session")
        created = masking.journal()[0]
        (call,) = masking.calls()

    assert (callback.parameters, "POST", "http://127.0.0.1:9/x?a=b") == (
        callback.params,
        callback.request.method,
        callback.request.url,
    )
    assert "EventName=SessionPartiesHangup" in callback.request.body
    assert [None] * len(callback.attempts) == [attempt.answer for attempt in callback.attempts]
    assert "not_connected" == callback.attempts[0].outcome
    assert isinstance(request.body, dict)
    assert request.answer is not None
    assert (201, "14155550123") == (request.answer.status, str(request.body["first_party"]).lstrip("+"))
    assert created.session is not None
    assert (made.session_uuid, 14400) == (created.session.uuid, created.session.settings.call_time_limit_s)
    assert created.call is None
    with pytest.raises(AttributeError, match="no 'colour'"):
        _ = created.session.colour
    assert "CallEnded" in [event.event for event in events if event.call and event.call.phase == "ended"]
    assert [23, 20] == [leg.duration_s for leg in call.legs]
