"""Examples of the control API: a request for each operation, in the order in which one world is asked.

What an answer has is kept under a name, for later requests: `{call}` in a path stands for what was kept as `call`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

#: The account of the world in the examples.
AUTH_ID: Final = "MAEMULATOR0000000009"
W: Final = f"/_emulator/worlds/{AUTH_ID}"
_SECOND: Final = "/_emulator/worlds/MAEMULATOR0000000010"
_SESSIONS: Final = f"/v1/Account/{AUTH_ID}/Masking/Session/"
_ACCOUNT: Final = {"auth_id": AUTH_ID, "auth_token": "emulator-token"}
_PAIR: Final = {"first_party": "+14155550123", "second_party": "+14155550145"}
_TOLD: Final = {"callback_url": "http://127.0.0.1:8080/_emulator/console/receiver"}


@dataclass(frozen=True, slots=True)
class Example:
    """A request. `operation` is the ID of the operation that it shows; "" is a step that only prepares others."""

    operation: str
    method: str
    path: str
    body: Mapping[str, Any] | None = None
    keeps: Mapping[str, tuple[str | int, ...]] = field(default_factory=dict)
    status: int = 200


EXAMPLES: Final[Sequence[Example]] = (
    Example("health", "GET", "/_emulator/health"),
    Example(
        "add_world",
        "POST",
        "/_emulator/worlds",
        {
            "world": {
                "seed": "docs",
                "account": _ACCOUNT,
                "clock": {"start": "2026-01-01T00:00:00Z", "rate": 0},
                "numbers": [{"number": "+14155550100"}, {"number": "+14155550101"}],
                "phones": [{"number": "+14155550145", "outcome": "answer", "answer_after_s": 4}],
            }
        },
        status=201,
    ),
    Example("list_worlds", "GET", "/_emulator/worlds"),
    Example(
        "put_world",
        "PUT",
        "/_emulator/worlds/MAEMULATOR0000000010",
        {"seed": "docs", "example": "tiny-pool"},
        status=201,
    ),
    Example("", "DELETE", "/_emulator/worlds/MAEMULATOR0000000010"),
    Example("show_world", "GET", W),
    Example("show_numbers", "GET", f"{W}/numbers"),
    Example("add_number", "POST", f"{W}/numbers", {"number": "+14155550102"}, status=201),
    Example("explain_create", "POST", f"{W}/sessions/explain", _PAIR),
    Example("", "POST", _SESSIONS, {**_PAIR, **_TOLD}, {"session": ("session", "session_uuid")}, status=201),
    Example("explain_session", "GET", f"{W}/sessions/{{session}}/explain"),
    Example(
        "set_routes",
        "PUT",
        f"{W}/routes",
        {"routes": [{"from": "https://shop.example.com/in", "to": "http://127.0.0.1:5000/app"}]},
    ),
    Example("show_routes", "GET", f"{W}/routes"),
    Example("show_policy", "GET", f"{W}/callbacks/policy"),
    Example(
        "set_policy",
        "PUT",
        f"{W}/callbacks/policy",
        {"rules": [{"action": "hold", "event": "SessionSecondPartyRing", "count": 1}]},
    ),
    Example("list_phones", "GET", f"{W}/phones"),
    Example("set_phone", "PUT", f"{W}/phones/+14155550145", {"outcome": "manual"}),
    Example(
        "place_simulated_call",
        "POST",
        f"{W}/calls",
        {"from": "+14155550123", "to": "+14155550100", "talk_s": 20},
        {"call": ("call_uuid",)},
        status=201,
    ),
    Example("act_on_call", "POST", f"{W}/calls/{{call}}/actions", {"action": "answer"}),
    Example("", "GET", f"{W}/callbacks/wait?state=delivered&count=2&timeout_s=5"),
    Example("show_clock", "GET", f"{W}/clock"),
    Example("advance_clock", "POST", f"{W}/clock/advance", {"seconds": 60}),
    Example("set_clock", "PUT", f"{W}/clock", {"now": "2026-01-01T00:10:00Z"}),
    Example("show_simulated_call", "GET", f"{W}/calls/{{call}}"),
    Example("list_simulated_calls", "GET", f"{W}/calls?phase=ended&limit=1"),
    Example("list_callbacks", "GET", f"{W}/callbacks?state=held", None, {"held": ("callbacks", 0, "id")}),
    Example("release_callback", "POST", f"{W}/callbacks/{{held}}/release"),
    Example("wait_for_callbacks", "GET", f"{W}/callbacks/wait?event=SessionSecondPartyRing&timeout_s=5"),
    Example("show_callback", "GET", f"{W}/callbacks/{{held}}"),
    Example("replay_callback", "POST", f"{W}/callbacks/{{held}}/replay", status=201),
    Example("", "GET", f"{W}/callbacks/wait?event=SessionSecondPartyRing&state=delivered&count=2&timeout_s=5"),
    Example("", "PUT", f"{W}/callbacks/policy", {"rules": [{"action": "hold"}]}),
    Example("replace_number", "POST", f"{W}/numbers/+14155550100/replace"),
    Example("", "GET", f"{W}/callbacks?state=held", None, {"held": ("callbacks", 0, "id")}),
    Example("drop_callback", "POST", f"{W}/callbacks/{{held}}/drop"),
    Example("release_callbacks", "POST", f"{W}/callbacks/release"),
    Example("show_journal", "GET", f"{W}/journal?after=1&limit=1"),
    Example("show_timeline", "GET", f"{W}/timeline"),
    Example("show_problems", "GET", f"{W}/problems"),
    Example("follow_journal", "GET", f"{W}/journal/stream?after=0&timeout_s=0"),
    Example("show_moment", "GET", f"{W}/at?sequence=3&limit=1"),
    Example("show_changes", "GET", f"{W}/at/changes?since=3&sequence=8"),
    Example("list_requests", "GET", f"{W}/requests?operation=create_session"),
    Example("count_requests", "GET", f"{W}/requests/count?status=201"),
    Example("show_request", "GET", f"{W}/requests/1"),
    Example(
        "verify_requests",
        "POST",
        f"{W}/requests/verify",
        {"operation": "create_session", "body": {"first_party": "+14155550123"}, "count": 1},
    ),
    Example("await_request", "GET", f"{W}/requests/wait?operation=create_session&timeout_s=5"),
    Example(
        "add_fault",
        "POST",
        f"{W}/faults",
        {"operation": "create_session", "status": 503, "count": 3},
        {"fault": ("id",)},
        status=201,
    ),
    Example("list_faults", "GET", f"{W}/faults"),
    Example("remove_fault", "DELETE", f"{W}/faults/{{fault}}"),
    Example("clear_faults", "DELETE", f"{W}/faults"),
    Example("show_pool_report", "GET", f"{W}/pool-report"),
    Example("", "PUT", f"{W}/callbacks/policy", {"rules": []}),
    Example("list_stories", "GET", "/_emulator/stories"),
    Example("trigger_event", "POST", f"{W}/trigger", {"event": "SessionTimeout", "to": _TOLD["callback_url"]}),
    Example("take_snapshot", "GET", f"{W}/snapshot", None, {"snapshot": ()}),
    Example("put_snapshot", "PUT", f"{W}/snapshot", {"kept": "snapshot"}),
    Example("keep_snapshot", "POST", f"{W}/snapshot", status=409),
    Example("fork_world", "POST", f"{W}/fork", status=201),
    Example("reset_world", "POST", f"{W}/reset"),
    Example("remove_world", "DELETE", W),
    Example("", "GET", "/v1/Account/MA00000000000000000X/Masking/Session/", status=401),
    Example("list_unmatched", "GET", "/_emulator/requests/unmatched"),
    Example("show_fidelity", "GET", "/_emulator/fidelity"),
    Example("show_callback_schemas", "GET", "/_emulator/callback-schemas"),
    Example("show_number_formats", "GET", "/_emulator/number-formats/1"),
    Example("show_interception", "GET", "/_emulator/interception"),
)
