"""Control of the number pool: what is on each number and why, and adding and replacing one."""

from collections.abc import Sequence
from typing import Final

from masking_emulator.control.kernel import ControlAnswer, ControlError, ControlRequest, Operation, W, body_schema
from masking_emulator.control.views.numbers import explanation, number_json, refusal
from masking_emulator.core.commands import AddNumber, ReplaceNumber
from masking_emulator.core.events import SessionCreated, SessionNumberReplaced, SessionRefreshed
from masking_emulator.core.quoting import quoted
from masking_emulator.core.records.sessions import MAIN_ACCOUNT
from masking_emulator.core.refusals import Refused
from masking_emulator.plivo import parse
from masking_emulator.world.spec import BadWorld, e164, pool_number


def explain_session(asked: ControlRequest) -> ControlAnswer:
    """Why the session has its number: every candidate, and why it was dropped."""
    engine = asked.world.caught_up()
    return 200, explanation(engine.session(asked.path["session_uuid"]), engine.pool, asked.world.accounts)


def explain_create(asked: ControlRequest) -> ControlAnswer:
    """What a create with these parameters would answer now, and why. Nothing is created, and nothing changes.

    Candidates as for a session that is there; with `error` and `reason` where it would be refused.
    """
    world = asked.world
    places = {account.auth_id: account.place for account in world.accounts}

    def owner_of(auth_id: str) -> int:
        if auth_id not in places:
            raise ControlError(400, f"{quoted(auth_id)} is no account of this world", "subaccount")
        return places[auth_id]

    command = parse.create_session(asked.body, owner_of, MAIN_ACCOUNT, world.policy)
    engine = world.caught_up()
    try:
        event = engine.foreseen(command)
    except Refused as refused:
        return 200, refusal(refused, command.owner, engine.pool, world.accounts)
    assert isinstance(event, SessionCreated | SessionRefreshed), "a create begins with its session"
    return 200, {"refreshed": isinstance(event, SessionRefreshed)} | explanation(
        event.session, engine.pool, world.accounts
    )


def show_numbers(asked: ControlRequest) -> ControlAnswer:
    """The pool in allocation order, with what is on each number now."""
    world = asked.world
    pool = world.caught_up().pool
    return 200, {"numbers": [number_json(number, pool.use(number.digits), world.accounts) for number in pool.numbers()]}


def add_number(asked: ControlRequest) -> ControlAnswer:
    """Add a number at the end of the pool."""
    world = asked.world
    owners: dict[str | None, int] = {account.auth_id: account.place for account in world.accounts[1:]}
    owners[None] = MAIN_ACCOUNT
    subaccount = asked.body.get("subaccount")
    if subaccount not in owners:
        raise ControlError(400, f"{subaccount} is no subaccount of this world", "subaccount")
    try:
        number = pool_number(asked.body["number"], "number", owners[subaccount])
    except BadWorld as bad:
        raise ControlError(400, bad.reason, bad.key) from None
    world.do(AddNumber(number.digits, number.calling_code, number.owner))
    return 201, {"number": f"+{number.digits}", "subaccount": subaccount}


def replace_number(asked: ControlRequest) -> ControlAnswer:
    """Report the number as sub-optimal: its live sessions get others, with a callback, and it gets no more."""
    world = asked.world
    try:
        digits = e164(asked.path["number"], "number")
    except BadWorld as bad:
        raise ControlError(400, bad.reason, "number") from None
    events = world.do(ReplaceNumber(digits))
    moved = [event.session for event in events if isinstance(event, SessionNumberReplaced)]
    sessions = [{"session_uuid": session.uuid, "virtual_number": f"+{session.number}"} for session in moved]
    return 200, {"number": f"+{digits}", "sessions": sessions}


_CREATE: Final = {"type": "object", "description": "The body of a create."}

OPERATIONS: Final[Sequence[Operation]] = (
    Operation("GET", f"{W}/sessions/{{session_uuid}}/explain", "Why a session has its number", explain_session),
    Operation("POST", f"{W}/sessions/explain", "What a create would come to", explain_create, _CREATE, only_reads=True),
    Operation("GET", f"{W}/numbers", "The number pool", show_numbers),
    Operation(
        "POST",
        f"{W}/numbers",
        "Add a number",
        add_number,
        body_schema("number", number={"type": "string"}, subaccount={"type": "string"}),
    ),
    Operation("POST", f"{W}/numbers/{{number}}/replace", "Report a number as sub-optimal", replace_number),
)
