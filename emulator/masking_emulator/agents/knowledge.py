"""What an agent may read: the ledger, the callbacks, the world file's keys, what happened in a world; and a prompt."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from masking_emulator.plivo.callback_schemas import CALLBACK_SCHEMAS
from masking_emulator.plivo.ledger import LEDGER, evidence_of
from masking_emulator.world.schema import world_schema

_SCHEME: Final = "masking-emulator://"


class Resource(Struct, frozen=True):
    """Something to read. In the address of a template `{auth_id}` stands for a world's."""

    uri: str
    name: str
    description: str


RESOURCES: Final = (
    Resource(
        f"{_SCHEME}ledger",
        "ledger",
        "What the emulator does, behaviour by behaviour, and how sure each is.",
    ),
    Resource(
        f"{_SCHEME}callbacks", "callbacks", "Every callback, with the JSON Schema of what the customer's server gets."
    ),
    Resource(f"{_SCHEME}world-schema", "world-schema", "The JSON Schema of a world file."),
)

#: Below a world's path: what is there → what it is.
_OF_A_WORLD: Final[Mapping[str, str]] = {
    "journal": "What happened in a world, event by event.",
    "requests": "The API requests that arrived in a world, with what was answered and why.",
    "callbacks": "The callbacks of a world, with every attempt to deliver them.",
    "problems": "What is wrong in a world: refusals, callbacks that did not arrive, fields that nothing reads.",
}

TEMPLATES: Final = tuple(
    Resource(f"{_SCHEME}worlds/{{auth_id}}/{name}", f"world-{name}", text) for name, text in _OF_A_WORLD.items()
)


def fixed(uri: str) -> Any:
    """What the resource of this address holds; None where it is of a world, or there is none."""
    match uri.removeprefix(_SCHEME):
        case "ledger":
            return {
                "rows": [
                    {"id": row.id, "evidence": evidence_of(row).value, "statement": row.statement} for row in LEDGER
                ]
            }
        case "callbacks":
            return dict(CALLBACK_SCHEMAS)
        case "world-schema":
            return world_schema()
    return None


def path_of(uri: str) -> str | None:
    """The path below the control API where a resource of a world is; None where there is none of this address."""
    match uri.removeprefix(_SCHEME).split("/"):
        case ["worlds", auth_id, name] if name in _OF_A_WORLD and auth_id.isalnum():
            return f"/worlds/{auth_id}/{name}"
    return None


#: The prompt: its name, what it is for, and its argument.
PROMPT: Final = "why_did_my_callback_not_arrive"
PROMPT_DESCRIPTION: Final = "Find out why the customer's server did not get a callback."
PROMPT_ARGUMENT: Final = "session_uuid"


def prompt(session_uuid: str | None) -> str:
    """What to do, step by step, with the tools that are here."""
    whose, of_session = (f"of session {session_uuid}", session_uuid) if session_uuid else ("", "the session's UUID")
    return f"""A callback {whose} did not arrive at the customer's server. Find out why. Change nothing.

1. `show_problems`: what is wrong in the world, worst first. Often the answer is here.
2. `list_callbacks` with session={of_session}: is there a callback at all?
   - None: the session has no callback_url, or nothing has happened yet. `get_session` shows its callback_url;
     `show_journal` what happened; `show_clock` whether the world's clock stands still, in which case time passes only
     when somebody advances it.
   - "delivered": it did arrive. Compare the URL, and look at the attempt's status.
   - "blocked": the URL is a public one. The reason says so: use a local URL, or a route (`show_routes`).
   - "retrying" or "failed": each attempt says what the receiver did: refused the connection, was silent, or answered
     with which status. Whether 5xx is retried depends on #rp= in the URL.
   - "held" or "dropped": a rule of the laboratory did it, see `show_policy`.
   - "waiting": an earlier callback of the same session is not finished; they are delivered one after the other.
3. If the receiver answered 401 or 403, its check of the signature may have failed: `show_callback` has the signed text.

Answer with the cause in one sentence, the evidence, and what to change."""
