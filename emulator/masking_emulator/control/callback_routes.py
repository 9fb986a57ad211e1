"""Control of callback routes: where public callback URLs are delivered instead."""

from collections.abc import Sequence
from typing import Any, Final

from masking_emulator.callbacks.routes import ROUTE_SCHEMA, ROUTES_MAX, BadRoute, RouteTable, routes_of
from masking_emulator.control.kernel import ControlAnswer, ControlError, ControlRequest, Operation, W, body_schema


def show_routes(asked: ControlRequest) -> ControlAnswer:
    """The routes of the world, and a note for each that is asked before another one, because it says more."""
    return 200, _shown(asked.world.routes)


def set_routes(asked: ControlRequest) -> ControlAnswer:
    """Other routes in place of those before. Callbacks that are not settled follow them too.

    A callback URL that begins with `from`, up to a slash or its end, is delivered to `to` with the rest of its path
    and its query; its Host header and its signatures stay those of the public URL. Of several the longest applies.
    """
    try:
        routes = routes_of(asked.body["routes"])
    except BadRoute as bad:
        raise ControlError(400, bad.reason, f"routes.{bad.place}.{bad.key}") from None
    asked.world.route(routes)
    return 200, _shown(asked.world.routes)


def _shown(table: RouteTable) -> dict[str, Any]:
    return {
        "routes": [route.as_json() for route in table.routes],
        "notes": [sentence for _, sentence in table.overlaps()],
    }


OPERATIONS: Final[Sequence[Operation]] = (
    Operation("GET", f"{W}/routes", "Where public callback URLs are delivered", show_routes),
    Operation(
        "PUT",
        f"{W}/routes",
        "Deliver public callback URLs elsewhere",
        set_routes,
        body_schema("routes", routes={"type": "array", "maxItems": ROUTES_MAX, "items": ROUTE_SCHEMA}),
    ),
)
