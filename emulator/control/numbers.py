"""Control of the number pool: what is on each number and why, and one number more."""

from collections.abc import Sequence
from typing import Final

from emulator.control.kernel import Answer, Asked, ControlError, Operation, W, body_schema
from emulator.core.commands import AddNumber
from emulator.core.records import MAIN_ACCOUNT
from emulator.explain import explanation, number_json
from emulator.worldfile import BadWorld, pool_number


async def explain_session(asked: Asked) -> Answer:
    """Why the session has its number: every candidate, and why it was dropped."""
    engine = asked.world.caught_up()
    return 200, explanation(engine.session(asked.path["session_uuid"]), engine.pool, asked.world.accounts)


async def show_numbers(asked: Asked) -> Answer:
    """The pool in allocation order, with what is on each number now."""
    world = asked.world
    pool = world.caught_up().pool
    return 200, {"numbers": [number_json(number, pool.use(number.digits), world.accounts) for number in pool.numbers()]}


async def add_number(asked: Asked) -> Answer:
    """One number more at the end of the pool."""
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


OPERATIONS: Final[Sequence[Operation]] = (
    Operation("GET", f"{W}/sessions/{{session_uuid}}/explain", "Why a session has its number", explain_session),
    Operation("GET", f"{W}/numbers", "The number pool", show_numbers),
    Operation(
        "POST",
        f"{W}/numbers",
        "Add a number",
        add_number,
        body_schema("number", number={"type": "string"}, subaccount={"type": "string"}),
    ),
)
