"""The callback routes of a world, as a test has them: public URLs, and where they are delivered instead."""

from collections.abc import Sequence

from masking_emulator.client import Control
from masking_emulator.testing.exchanges import RouteView


class Routes:
    """Where the public callback URLs of a world are delivered."""

    def __init__(self, control: Control, world: str) -> None:
        self._control, self._path = control, f"{world}/routes"

    def all(self) -> list[RouteView]:
        """The routes in the order in which they were added. Of several that fit a URL the longest applies."""
        return [RouteView.of(route) for route in self._control.get(self._path)["routes"]]

    def add(self, public: str, target: str) -> RouteView:
        """Deliver to `target` what goes to the URL `public` or to anything below it, signed for the public URL.

        Callbacks that are not settled follow it too. Raises ControlRefused where one of them is no URL, `public` has
        a route already, or `target` would be routed itself.
        """
        return self._set([*self.all(), RouteView(public, target)])[-1]

    def clear(self, route: RouteView | str | None = None) -> None:
        """Take a route away, named by its public URL as `all` has it; without one, all of them.

        Raises KeyError where there is no such route.
        """
        public = route.public if isinstance(route, RouteView) else route
        routes = self.all()
        kept = [] if public is None else [one for one in routes if one.public != public.rstrip("/")]
        if public is not None and len(kept) == len(routes):
            raise KeyError(f"{public} has no route; the routes are {', '.join(one.public for one in routes) or 'none'}")
        self._set(kept)

    def _set(self, routes: Sequence[RouteView]) -> list[RouteView]:
        body = {"routes": [{"from": route.public, "to": route.target} for route in routes]}
        return [RouteView.of(route) for route in self._control.put(self._path, body)["routes"]]
