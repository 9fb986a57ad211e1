"""Control of triggers: the stories that there are, and playing one in a world."""

from collections.abc import Sequence
from typing import Any, Final

from masking_emulator.control.kernel import (
    PATIENCE,
    WAITED_IN_VAIN,
    ControlAnswer,
    ControlError,
    ControlRequest,
    Operation,
    W,
    body_schema,
)
from masking_emulator.control.views.callbacks import entry_json
from masking_emulator.core.instants import written
from masking_emulator.plivo.callback_schemas import EVENTS
from masking_emulator.plivo.parameters import CREATE
from masking_emulator.plivo.stories import CALL_KEYS, CHOICES, STORIES, BadStory
from masking_emulator.world.world import ADVANCE_PATIENCE_S


def list_stories(asked: ControlRequest) -> ControlAnswer:
    """Every story that `trigger` can play, and the override (`variant`) that chooses it among those of its event."""
    del asked
    return 200, {"stories": [story.as_json() for story in STORIES]}


async def trigger_event(asked: ControlRequest) -> ControlAnswer:
    """Play the shortest story that ends in an event, in a session of its own, and deliver all of its callbacks to `to`.

    The world's clock goes on as far as the story takes. `overrides` are parameters of the create, such as the parties
    and the PINs, and what chooses between the ways to the event, such as `cause`. With `only` no callback but the last
    is sent, with `in_order` each once the one before was answered with 2xx, and none after one that was not. What is
    due together with the last callback, and after it, is dropped. `delivered` says whether all were answered with 2xx.
    """
    # Imported here: every start of a server would pay for it.
    from masking_emulator.world.trigger import StoryBroken, TriggerWish, trigger

    body, world = asked.body, asked.world
    wish = TriggerWish(
        event=body["event"],
        to=body["to"],
        overrides=body.get("overrides", {}),
        only=body.get("only", False),
        in_order=body.get("in_order", False),
    )
    try:
        played = await trigger(world, wish, patience_s=body.get("patience_s", ADVANCE_PATIENCE_S))
    except BadStory as bad:
        raise ControlError(400, bad.reason, bad.key if bad.key in body else f"overrides.{bad.key}") from None
    except StoryBroken as broken:
        raise ControlError(409, str(broken) or WAITED_IN_VAIN) from None
    return 200, {
        **played.story.as_json(),
        "session_uuid": played.session,
        "call_uuid": played.call or None,
        "now": written(world.caught_up().now),
        "delivered": played.is_delivered,
        "callbacks": [entry_json(entry) for entry in played.entries],
    }


def _of_overrides() -> dict[str, Any]:
    """The schema of the overrides. What fits which story is decided once the story is known."""
    create = {name: {"description": parameter.schema["description"]} for name, parameter in CREATE.items()}
    choices = {key: {"enum": list(words)} for key, words in CHOICES.items()}
    return {"type": "object", "properties": {**choices, **CALL_KEYS, **create}}


OPERATIONS: Final[Sequence[Operation]] = (
    Operation("GET", "/stories", "The stories that can be triggered", list_stories),
    Operation(
        "POST",
        f"{W}/trigger",
        "Play the story of an event",
        trigger_event,
        body_schema(
            "event",
            "to",
            event={"type": "string", "description": "The event in which it ends.", "examples": list(EVENTS)},
            to={"type": "string", "description": "The URL that receives the callbacks."},
            overrides={**_of_overrides(), "description": "What the story has otherwise than usual."},
            only={"type": "boolean", "description": "Send no callback but the last."},
            in_order={"type": "boolean", "description": "Send each once the one before was answered with 2xx."},
            patience_s=PATIENCE,
        ),
    ),
)
