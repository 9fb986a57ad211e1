"""Callback routes: a public callback URL that is delivered to an app near by, as a proxy that ends TLS would do it.

A session keeps its public URL, and a callback is signed for it. Only the connection goes elsewhere, and headers say
for which URL the request was meant. Of several routes the one with the longest beginning applies, on whole segments
of the path; a target is not routed again. The public name is never looked up, and the egress rule is asked about the
target.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from masking_emulator.callbacks.exchange import Outgoing
from masking_emulator.core.quoting import quoted
from masking_emulator.core.records.base import Record, replace
from masking_emulator.plivo.destination import destination

#: The most routes of a world.
ROUTES_MAX: Final = 100

#: The sender's address as the proxy reports it: one that is reserved for documentation, so it is nobody's.
SENDER: Final = "203.0.113.1"

_URL: Final = {
    "type": "string",
    "maxLength": 999,
    "pattern": r"^[Hh][Tt][Tt][Pp][Ss]?://([A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?"
    '(/[!"$->@-~\u00a1-\ud7ff\ue000-\ufffd]*)?$(?!\\n)',
    "title": "an http or https URL without user, query and fragment",
}

#: A route as world files and the control API take it.
ROUTE_SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {
        "from": {
            **_URL,
            "description": "The public URL, and all below it.",
            "examples": ["https://shop.example.com/in"],
        },
        "to": {**_URL, "description": "Where it is delivered instead.", "examples": ["http://127.0.0.1:5000/app"]},
    },
    "required": ["from", "to"],
    "additionalProperties": False,
}


class BadRoute(Exception):
    """A route that makes no sense: its place in the list, the key that is wrong, and why."""

    def __init__(self, place: int, key: str, reason: str) -> None:
        super().__init__(place, key, reason)
        self.place = place
        self.key = key
        self.reason = reason


class CallbackRoute(Record):
    """One route. Both URLs are as they are requested, and neither ends with a slash."""

    public: str
    target: str

    @property
    def host(self) -> str:
        """The host that is connected to."""
        return destination(self.target).host

    def leads(self, url: str) -> str:
        """Where a URL that this route applies to is delivered."""
        rest = url[len(self.public) :]
        slash = "" if rest.startswith("/") or _path(self.target) else "/"
        return f"{self.target}{slash}{rest}"

    def as_json(self) -> dict[str, str]:
        """The route as world files and the control API have it."""
        return {"from": self.public, "to": self.target}


class RouteTable:
    """The routes of one world, in the order in which they were given."""

    def __init__(self, routes: Sequence[CallbackRoute] = ()) -> None:
        self.replace(routes)

    def replace(self, routes: Sequence[CallbackRoute]) -> None:
        """Other routes in place of those before. `mistakes` must have found nothing in them."""
        self.routes = tuple(routes)
        self._by_beginning = {route.public: route for route in routes}

    def of(self, url: str) -> CallbackRoute | None:
        """The route of a URL as it is requested: the one with the longest beginning; None where there is none."""
        if not self._by_beginning:
            return None
        beginning = url.partition("?")[0]
        while beginning:
            route = self._by_beginning.get(beginning)
            if route is not None:
                return route
            beginning = beginning.rpartition("/")[0]
        return None

    def overlaps(self) -> Iterator[tuple[int, str]]:
        """The routes that apply before another one, each by its place with a sentence that says before which."""
        for place, route in enumerate(self.routes):
            above = self.of(route.public.rpartition("/")[0])
            if above is not None:
                number = self.routes.index(above)
                yield place, f"{route.public} is asked before {above.public}, which is routes[{number}]"


def route_of(given: Mapping[str, str], place: int) -> CallbackRoute:
    """A route from a structure that its schema has accepted. Raises BadRoute."""
    urls = {}
    for key in ("from", "to"):
        try:
            _ = urlsplit(given[key]).port  # raises where it is none
            urls[key] = destination(given[key]).url.rstrip("/")
        except ValueError as error:
            raise BadRoute(place, key, f"{quoted(given[key])} is no URL: {error}") from None
    return CallbackRoute(urls["from"], urls["to"])


def mistakes(routes: Mapping[int, CallbackRoute]) -> Iterator[BadRoute]:
    """What is wrong with routes beside each other: two of the same URL, and targets that are routed themselves.

    The keys are their places in the list.
    """
    table = RouteTable(tuple(routes.values()))
    first: dict[str, int] = {}
    for place, route in routes.items():
        known = first.setdefault(route.public, place)
        if known != place:
            yield BadRoute(place, "from", f"{route.public} has a route already, routes[{known}]")
        again = table.of(route.target)
        if again is not None and again.public == route.public:
            yield BadRoute(place, "to", f"{route.target} leads back to {route.public}")
        elif again is not None:
            yield BadRoute(place, "to", f"{route.target} has a route of its own, and no target is routed again")


def routes_of(given: Sequence[Mapping[str, str]]) -> tuple[CallbackRoute, ...]:
    """The routes of a list whose schema has accepted it. Raises BadRoute."""
    routes = {place: route_of(one, place) for place, one in enumerate(given)}
    for bad in mistakes(routes):
        raise bad
    return tuple(routes.values())


def routed(request: Outgoing, route: CallbackRoute) -> Outgoing:
    """The request as a proxy hands it on: to the target, with the Host header and signatures of the public URL."""
    scheme, host = request.url.partition("://")[0], request.headers["Host"]
    quoted = f'"{host}"' if ":" in host else host
    forwarded = {
        "X-Forwarded-For": SENDER,
        "X-Forwarded-Host": host,
        "X-Forwarded-Proto": scheme,
        "Forwarded": f"for={SENDER};host={quoted};proto={scheme}",
    }
    if _path(route.public) != _path(route.target):
        forwarded["X-Forwarded-Uri"] = request.url.partition("://")[2].removeprefix(host)
    if prefix := _prefix(route):
        forwarded["X-Forwarded-Prefix"] = prefix
    return replace(request, url=route.leads(request.url), host=route.host, headers={**request.headers, **forwarded})


def _prefix(route: CallbackRoute) -> str:
    """The part of the public path that the target's path lacks at its front, with which an app finds the URL again.

    "" where there is none, and where the target's path is another one altogether.
    """
    public, target = _path(route.public), _path(route.target)
    return public.removesuffix(target) if public.endswith(target) else ""


def _path(url: str) -> str:
    """The path of a URL that has no query; "" for none."""
    slash, path = url.partition("://")[2].partition("/")[1:]
    return slash + path
