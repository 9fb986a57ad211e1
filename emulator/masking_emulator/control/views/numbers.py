"""Explanations as JSON: why a session has its number, and what is on each number now."""

from collections.abc import Sequence
from typing import Any

from masking_emulator.core.books.pool import Pool, Use
from masking_emulator.core.instants import written
from masking_emulator.core.records.sessions import Allocation, Candidate, Number, Session
from masking_emulator.core.refusals import Reason, Refused
from masking_emulator.plivo.refusals import answer_to
from masking_emulator.plivo.service import Account


def explanation(session: Session, pool: Pool, accounts: Sequence[Account]) -> dict[str, Any]:
    """Every number of the pool when the session got its own, in allocation order, with why it was taken or not.

    `dropped_unlisted` counts the passed-over numbers beyond those that are named.
    """
    allocation = session.allocation
    named = {candidate.number: candidate for candidate in allocation.dropped}
    then = [number for number in pool.numbers() if number.place < allocation.pool_size]
    chosen = next(number for number in then if number.digits == session.number)
    candidates = [
        {"number": f"+{number.digits}", **_verdict(number, chosen, allocation, named.get(number.digits))}
        for number in then
    ]
    return {
        "session_uuid": session.uuid,
        "virtual_number": f"+{session.number}",
        "wanted": {
            "owner": accounts[allocation.owner].auth_id,
            "calling_code": allocation.calling_code,
            "number_alone": allocation.alone,
        },
        "candidates": candidates,
        "dropped_unlisted": allocation.dropped_unlisted,
    }


def refusal(refused: Refused, owner: int, pool: Pool, accounts: Sequence[Account]) -> dict[str, Any]:
    """Why a create would be refused: the vendor's text, our reason, and every candidate with why it was dropped.

    Only a pool that is exhausted has candidates; whatever else is refused is so before the pool is looked at.
    """
    answer = answer_to(refused)
    shown = {"status": answer.status, "error": answer.text, "reason": answer.reason}
    if refused.reason is not Reason.POOL_EXHAUSTED:
        return shown | {"candidates": []}
    code, dropped = refused.detail["calling_code"], refused.detail["dropped"]
    assert isinstance(dropped, tuple), "the pool names those that it passed over"
    named = {candidate.number: candidate for candidate in dropped}
    return shown | {
        "wanted": {"owner": accounts[owner].auth_id, "calling_code": code},
        "candidates": [
            {"number": f"+{number.digits}", **_obstacle(number, owner, code, named.get(number.digits))}
            for number in pool.numbers()
        ],
    }


def number_json(number: Number, use: Use, accounts: Sequence[Account]) -> dict[str, Any]:
    """A number of the pool with its use."""
    return {
        "number": f"+{number.digits}",
        "calling_code": number.calling_code,
        "owner": accounts[number.owner].auth_id,
        "live_sessions": use.sessions,
        "exclusive_to": use.exclusive,
        "suspended": use.suspended,
        "cooling": [{"session": cool_off.session, "until": written(cool_off.until)} for cool_off in use.cool_offs],
    }


def _verdict(number: Number, chosen: Number, allocation: Allocation, dropped: Candidate | None) -> dict[str, Any]:
    if number.digits == chosen.digits:
        return {"verdict": "chosen", "why": "the first number in pool order that fits"}
    in_reach = number.owner == allocation.owner and allocation.calling_code in (None, number.calling_code)
    if in_reach and dropped is None and number.place > chosen.place:
        return {"verdict": "not needed", "why": "a number before it fits"}
    return _obstacle(number, allocation.owner, allocation.calling_code, dropped)


def _obstacle(number: Number, owner: int, calling_code: object, dropped: Candidate | None) -> dict[str, Any]:
    if number.owner != owner:
        return {"verdict": "dropped", "why": "it belongs to another account"}
    if calling_code not in (None, number.calling_code):
        return {"verdict": "dropped", "why": f"its calling code is {number.calling_code}"}
    if dropped is not None:
        return {"verdict": "dropped", "why": dropped.why.value} | _circumstances(dropped)
    return {"verdict": "dropped", "why": "not recorded: only the first numbers passed over are"}


def _circumstances(dropped: Candidate) -> dict[str, Any]:
    session = {} if dropped.session is None else {"session_uuid": dropped.session}
    return session | ({} if dropped.until is None else {"until": written(dropped.until)})
