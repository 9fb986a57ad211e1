"""The story of `verify`: what a service is asked to find out whether our assumptions hold.

Each request is made for some rows of the ledger and named with them. The cheapest come first: what reads or is refused
costs nothing and leaves nothing; then sessions, which take numbers of the account's pool for a moment; then what takes
time; calls come last, and only where they are allowed. A part that cannot be played, because there was no session to
play it with, is left out and said so.
"""

from collections.abc import Mapping
from typing import Any, Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

#: Numbers that are kept for fiction, so nobody has them. Nobody is called unless calls are allowed.
FICTIONAL: Final = ("+12025550123", "+12025550145", "+12025550167")

#: An id that no service has given.
NOBODYS_UUID: Final = "00000000-0000-4000-8000-00000000abcd"

#: How long a session lives at least, in seconds, and a little more.
_SHORT_LIFE_S: Final = 60
_LIFE_IS_OVER_S: Final = 62.0

#: Longer than any body and any URL that a service would take.
_LONG_BODY: Final = 70_000
_LONG_URL: Final = 9_000

_JSON: Final = "application/json"


class Cast(Struct, frozen=True):
    """Who plays: three numbers in E.164 with plus, the account, and how much the story may do."""

    parties: tuple[str, str, str]
    auth_id: str
    may_wait_s: float = 0.0
    may_call: bool = False

    def at(self, auth_id: str) -> "Cast":
        """The same for another account."""
        return replace(self, auth_id=auth_id)


class Asking(Protocol):
    """Who asks the service. Its methods raise NoMoreRequests where the budget is spent."""

    async def ask(
        self,
        method: str,
        path: str,
        *rows: str,
        query: str = "",
        body: Any = None,
        text: str | None = None,
        content_type: str = _JSON,
        authorization: str | None = "",
    ) -> Mapping[str, Any]:
        """One request for these rows, below the account unless the path begins with a slash.

        `body` is sent as JSON, `text` as it is. `authorization` "" is the account's own, None is none. Returns the
        answer's JSON object; an empty one where there is none.
        """

    async def session(self, *rows: str, **fields: Any) -> str | None:
        """Create a session for these rows. Its UUID; None where it was refused. It is deleted at the end."""

    async def delete(self, session: str, *rows: str) -> None:
        """Delete a session for these rows."""

    async def wait(self, seconds: float) -> None:
        """Let time pass."""


async def tell(asking: Asking, cast: Cast) -> None:
    """Play the story."""
    await _lists(asking)
    await _requests(asking, cast)
    await _refusals(asking, cast)
    await _a_pair(asking, cast)
    await _single_party(asking, cast)
    await _pins(asking, cast)
    if cast.may_call:
        await _calls(asking, cast)
    if cast.may_wait_s >= _LIFE_IS_OVER_S:
        await _expiry(asking, cast)


_LIST: Final = "Masking/Session/"


async def _lists(asking: Asking) -> None:
    """Reads."""
    await asking.ask("GET", _LIST, "list_limit_out_of_range", query="limit=21")
    await asking.ask("GET", _LIST, "list_integer_text", query="limit=many")
    await asking.ask("GET", _LIST, "list_offset_text", query="offset=-1")
    await asking.ask("GET", _LIST, "list_status_text", query="status=asleep")
    await asking.ask("GET", _LIST, "list_time_text", query="created_time__gt=soon")
    window = "created_time__gt=2026-01-01%2000%3A00&created_time__lt=2026-03-01%2000%3A00"
    await asking.ask("GET", _LIST, "list_window_exceeded", "list_window_text", query=window)
    await asking.ask("GET", _LIST, "list_unknown_keys", "list_first_value", query="limit=1&limit=2&colour=red&status=")
    # A time that is none is refused, unless the key says nothing.
    await asking.ask("GET", _LIST, "list_single_underscore_filters", query="created_time_lt=soon")
    await asking.ask("GET", "Call/", "list_paging", "list_cursor_text", query="limit=1&cursor=nowhere")


async def _requests(asking: Asking, cast: Cast) -> None:
    """What is decided before anybody looks at a session."""
    await asking.ask("GET", f"Masking/Session/{NOBODYS_UUID}/", "unknown_session_text")
    await asking.ask("HEAD", _LIST, "head_as_get", query="limit=1")
    await asking.ask("PUT", _LIST, "method_not_allowed_body", body={})
    await asking.ask("GET", _LIST, "unauthenticated_body", authorization=None)
    await asking.ask("GET", _LIST, "authorization_scheme", authorization="Bearer nothing")
    await asking.ask("GET", "Nothing/Here/", "credentials_first", authorization="Basic bm9ib2R5Om5vdGhpbmc=")
    await asking.ask("GET", "Nothing/Here/", "unknown_path", "resources_not_covered")
    another = f"{cast.auth_id[:-1]}{'Y' if cast.auth_id.endswith('Z') else 'Z'}"
    await asking.ask("GET", f"/v1/Account/{another}/{_LIST}", "account_in_path")
    await asking.ask("GET", f"/v1//Account/{cast.auth_id}//Masking/Session", "no_redirects", query="limit=1")
    await asking.ask("POST", _LIST, "content_type_text", text="{}", content_type="text/plain")
    await asking.ask("POST", _LIST, "invalid_json", text="{")
    await asking.ask("POST", _LIST, "json_object", text="[]")
    await asking.ask("POST", _LIST, "body_limit", body={"unknown": "x" * _LONG_BODY})
    await asking.ask("GET", _LIST, "url_limit", query=f"unknown={'x' * _LONG_URL}")


async def _refusals(asking: Asking, cast: Cast) -> None:
    """Creates that are refused."""
    first, second, _ = cast.parties
    pair = {"first_party": first, "second_party": second}
    pins = {"is_pin_authentication_required": True, "pin_prompt_play": "https://example.com/a.mp3"}
    asked: list[tuple[str, Mapping[str, Any]]] = [
        ("first_fault_reported", {**pair, "ring_timeout": "x", "session_expiry": 1, "geomatch": "x"}),
        ("equal_parties", {**pair, "second_party": first}),
        ("party_possible", {**pair, "first_party": "+1202555012"}),
        ("ring_timeout_range", {**pair, "ring_timeout": 86_401}),
        ("call_time_limit_out_of_range", {**pair, "call_time_limit": 90_000}),
        ("text_integer", {**pair, "session_expiry": "long"}),
        ("subaccount_unknown", {**pair, "subaccount": "SAXXXXXXXXXXXXXXXXXX"}),
        ("url_form", {**pair, "callback_url": "ftp://example.com/"}),
        ("text_pin", {**pair, **pins, "first_party_pin": "12", "second_party_pin": "4321"}),
        ("pins_differ_text", {**pair, **pins, "first_party_pin": "1234", "second_party_pin": "1234"}),
        ("pin_integers_zero", {**pair, **pins, "generate_pin": True, "generate_pin_length": 0}),
        ("single_party_without_party", {"create_session_with_single_party": True}),
    ]
    for row, body in asked:
        # A service that takes it has made a session, which has to go.
        await asking.session(row, **body)


async def _a_pair(asking: Asking, cast: Cast) -> None:
    """A session of two parties, from its create to what is left of it."""
    first, second, third = cast.parties
    uuid = await asking.session("create_status", "timer_defaults", first_party=first, second_party=second)
    if uuid is None:
        return
    path = f"Masking/Session/{uuid}/"
    await asking.ask("GET", f"Masking/Session/{uuid.upper()}/", "session_uuid_any_case")
    await asking.session(
        *(
            "repeat_create",
            "refresh_replaces_settings",
            "keys_in_any_case",
            "null_is_not_given",
            "integers_as_decimals",
        ),
        *("party_as_number", "zero_timers"),
        FIRST_PARTY=int(first.removeprefix("+")),
        second_party=second,
        record=None,
        ring_timeout=30.0,
        call_time_limit=0,
        force_pin_authentication=False,
        virtual_number_cooloff_period=60,
    )
    await asking.session(
        *("pair_is_ordered", "single_party_with_both"),
        first_party=second,
        second_party=first,
        create_session_with_single_party=True,
    )
    settings = {"call_time_limit": 120, "record": False, "geomatch": "x"}
    await asking.ask("POST", path, "update_status", "update_fixed_ignored", "update_record_false", body=settings)
    await asking.ask("POST", path, "update_parties_fixed", body={"second_party": third})
    plus = first.replace("+", "%2B")
    await asking.ask("GET", _LIST, "list_number_plus", query=f"first_party={plus}&limit=5&status=active")
    await asking.delete(uuid, "delete_status", "delete_envelope")
    await asking.ask("GET", path, "delete_keeps_session", "get_any_status")


async def _single_party(asking: Asking, cast: Cast) -> None:
    """A session that gets its other party later. It comes behind one whose number rests, so it gets another number."""
    first, second, third = cast.parties
    uuid = await asking.session(
        *("cooloff_after_delete", "missing_party_form", "single_party_asked_form", "single_party_alone"),
        first_party=third,
        create_session_with_single_party=True,
    )
    if uuid is None:
        return
    path = f"Masking/Session/{uuid}/"
    await asking.ask("POST", path, "update_parties_equal", body={"second_party": third})
    await asking.ask("POST", path, "update_parties", "update_envelope", body={"second_party": second})
    await asking.session("cooloff_same_pair", "cooloff_own_pair_order", first_party=first, second_party=second)
    await asking.ask("GET", _LIST, "list_links", "list_links_carry_filters", query="limit=1&status=all")


async def _pins(asking: Asking, cast: Cast) -> None:
    """PINs that the service makes."""
    first, _, third = cast.parties
    settings = {"is_pin_authentication_required": True, "pin_prompt_play": "https://example.com/a.mp3"}
    pair = {"first_party": first, "second_party": third}
    made = {**pair, **settings, "generate_pin": True}
    await asking.session("generated_pins_differ", "incorrect_pin_play_required", **made)
    await asking.session("refresh_generates_again", "given_pin_wins", **made, first_party_pin="7391")
    await asking.session("play_url_extension_required", **made, incorrect_pin_play="https://example.com/sound")


async def _calls(asking: Asking, cast: Cast) -> None:
    """A call to the first party, which costs money and lets a telephone ring."""
    first, second, _ = cast.parties
    uuid = await asking.session(
        "initiate_call_to_first_party", first_party=first, second_party=second, initiate_call_to_first_party=True
    )
    if uuid is None:
        return
    await asking.wait(5.0)
    await asking.ask("GET", f"Masking/Session/{uuid}/", "status_in_progress")
    await asking.delete(uuid, "delete_during_call")
    await asking.ask("GET", f"Masking/Session/{uuid}/", "session_expiring_in_call")


async def _expiry(asking: Asking, cast: Cast) -> None:
    """The shortest life of a session."""
    first, second, _ = cast.parties
    uuid = await asking.session("expiry_instant", first_party=first, second_party=second, session_expiry=_SHORT_LIFE_S)
    if uuid is None:
        return
    await asking.wait(_LIFE_IS_OVER_S)
    await asking.ask("GET", f"Masking/Session/{uuid}/", "expiry_instant")
