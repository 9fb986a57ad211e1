"""Fields that nothing read: keys of a body and of a query that an operation ignored, and what was likely meant.

Pure: works on what arrived, long after it was answered. The service itself ignores such keys in silence
(ledger: unknown_keys_ignored, list_unknown_keys), so a misspelled parameter looks like one that does nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from masking_emulator.plivo.filters import COMPARISONS
from masking_emulator.plivo.parameters import CREATE, SYNONYMS, UPDATE
from masking_emulator.plivo.policy import Policy
from masking_emulator.plivo.session_list import RANGED

#: Keys in a body that an operation reads; the others read none.
_BODY: Final[Mapping[str, Iterable[str]]] = {
    "create_session": (*CREATE, *SYNONYMS),
    "update_session": tuple(UPDATE),
}

#: Comparisons with one underscore, which count where the policy says so.
_SINGLE: Final = frozenset(f"{name}_{comparison}" for name in RANGED for comparison in COMPARISONS)

#: The most fields that one answer names.
_UNREAD_MAX: Final = 50


def unread(operation: str, body: Any, query: Mapping[str, Any], policy: Policy) -> list[dict[str, str]]:
    """Every ignored field with its place and, where there is one, a hint."""
    fields = list(body) if isinstance(body, dict) else []
    found = [
        _unread_field("body", key, _body_hint(operation, key, body))
        for key in fields
        if not _reads(operation, key, body)
    ]
    found += [
        _unread_field("query", key, _query_hint(operation, key))
        for key in query
        if not _filters(operation, key, policy)
    ]
    return found[:_UNREAD_MAX]


def _unread_field(place: str, key: str, hint: str) -> dict[str, str]:
    return {"in": place, "field": key} | ({"hint": hint} if hint else {})


def _reads(operation: str, key: str, body: Mapping[str, Any]) -> bool:
    known = _BODY.get(operation, ())
    return key.lower() in known and not _is_idle_pin(operation, key, body)


def _is_idle_pin(operation: str, key: str, body: Mapping[str, Any]) -> bool:
    """Whether it is about PINs, in a create that has PIN authentication off."""
    parameter = CREATE.get(key.lower())
    if operation != "create_session" or parameter is None or not parameter.pin_group:
        return False
    named = {SYNONYMS.get(name.lower(), name.lower()): value for name, value in body.items()}
    return str(named.get("is_pin_authentication_required")).lower() != "true"


def _body_hint(operation: str, key: str, body: Mapping[str, Any]) -> str:
    if operation == "delete_session":
        return "a body on DELETE is ignored"
    if _is_idle_pin(operation, key, body):
        return "read only where is_pin_authentication_required is true"
    if operation == "update_session" and key.lower() in CREATE:
        return "create reads it, update does not"
    return _likely(key, _BODY.get(operation, ()))


def _filters(operation: str, key: str, policy: Policy) -> bool:
    if operation == "list_sessions" and policy.list_single_underscore_filters and key in _SINGLE:
        return True
    if key == "cursor" and policy.list_paging == "offset":
        return False
    return key in _queries().get(operation, ())


def _query_hint(operation: str, key: str) -> str:
    filters = _queries().get(operation, ())
    if filters:
        return _likely(key, filters)
    in_body = " and would be read in the JSON body" if key.lower() in _BODY.get(operation, ()) else ""
    return f"only the list reads a query; here it is ignored{in_body}"


@cache
def _queries() -> Mapping[str, Sequence[str]]:
    """Operation → the keys in a query that it reads, as its description says."""
    # Imported here: a start would pay for a description that few ask for.
    from masking_emulator.plivo.openapi import emulated_paths

    described = [operation for item in emulated_paths().values() for operation in item.values()]
    return {
        operation["operationId"]: [one["name"] for one in operation["parameters"] if one["in"] == "query"]
        for operation in described
    }


def _likely(key: str, known: Iterable[str]) -> str:
    # Imported here: a start would pay for it, and most requests have no such field.
    from difflib import get_close_matches

    # What differs only in case and punctuation, such as geo_match or firstParty, comes before what looks alike.
    letters = {name.replace("_", ""): name for name in known}
    bare = key.lower().replace("_", "").replace("-", "")
    close = get_close_matches(bare, letters, n=1, cutoff=0.75)
    return f"did you mean {letters[close[0]]}?" if close else ""
