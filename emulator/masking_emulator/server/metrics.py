"""Metrics of a server for Prometheus, at `/metrics`: what is asked of it, what waits in it, what its process takes.

`serve --metrics` has them. Nothing here is imported without: prometheus_client takes time to load, and a request that
is measured takes a little longer. A scrape reads the worlds as they stand and changes none of them.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from masking_emulator import __version__, console, control
from masking_emulator.callbacks.log import Entry
from masking_emulator.clock import real_seconds
from masking_emulator.plivo import routes as plivo_routes
from masking_emulator.plivo.policy import Policy
from masking_emulator.traffic.requests import ApiRequest
from masking_emulator.world.hub import Hub

#: What matches a path, and the operations of it by method.
_Paths = Sequence[tuple[Callable[[str], object], Mapping[str, str]]]

#: Where they are.
PATH: Final = "/metrics"

_PREFIX: Final = "masking_emulator"

#: What a create takes lies in the middle of the first five; waiting for callbacks may take minutes.
_REQUEST_S: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30, 300)
_LAG_S: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5)

#: How often the event loop is asked whether it is late, in real seconds.
_LAG_EVERY_S: Final = 0.25

#: The operation of what is none of either API's, and the status of what was not answered.
_NO_OPERATION: Final = "other"
_NO_STATUS: Final = "none"

_NOTHING: Final[Mapping[str, str]] = {}


class Metrics:
    """The metrics of one server: they see its requests, hear of its callbacks, and count what its worlds hold."""

    def __init__(self) -> None:
        # They are a further series for each, and say no more than when the server started.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library has no types for it
        self._registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        self._requests = Histogram(
            f"{_PREFIX}_request_duration_seconds",
            "How long requests took until they were answered whole.",
            ("api", "operation", "status"),
            buckets=_REQUEST_S,
            registry=self._registry,
        )
        self._in_progress = Gauge(
            f"{_PREFIX}_requests_in_progress", "Requests that are being answered.", registry=self._registry
        )
        self._callbacks = Counter(
            f"{_PREFIX}_callbacks", "Callbacks that came to this state.", ("state",), registry=self._registry
        )
        self._lag = Histogram(
            f"{_PREFIX}_event_loop_lag_seconds",
            "How late the event loop did what was due, every quarter of a second.",
            buckets=_LAG_S,
            registry=self._registry,
        )
        self._watching: asyncio.Task[None] | None = None

    def routes(self) -> list[Route]:
        """Where they are read."""
        return [Route(PATH, self._show)]

    def begin(self, hub: Hub, connections: Callable[[], int]) -> None:
        """Count these worlds and the server's open connections, and watch the event loop that runs."""
        self._registry.register(_Holdings(hub, connections))
        self._watching = asyncio.create_task(self._watch())

    def close(self) -> None:
        """Watch nothing any more."""
        if self._watching is not None:
            self._watching.cancel()

    def measured(self, app: ASGIApp) -> ASGIApp:
        """The app, whose requests are measured."""
        operations = _Operations()

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                return await app(scope, receive, send)
            status, begun_s = _NO_STATUS, real_seconds()
            api, operation = operations.of(scope["method"], scope["path"])

            async def note(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = str(message["status"])
                await send(message)

            with self._in_progress.track_inprogress():
                try:
                    await app(scope, receive, note)
                finally:
                    self._requests.labels(api, operation, status).observe(real_seconds() - begun_s)
            return None

        return serve

    def request(self, request: ApiRequest, policy: Policy) -> None:
        """Nothing: requests are measured on their way."""

    def stranger(self, request: ApiRequest) -> None:
        """Nothing: requests are measured on their way."""

    def callback(self, entry: Entry) -> None:
        """A callback was tried, or is settled."""
        self._callbacks.labels(entry.callback.state.word).inc()

    async def _show(self, request: Request) -> Response:
        encode, media_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(self._registry), headers={"Content-Type": media_type, "Cache-Control": "no-store"})

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        with suppress(asyncio.CancelledError):
            while True:
                due = loop.time() + _LAG_EVERY_S
                await asyncio.sleep(_LAG_EVERY_S)
                self._lag.observe(max(0.0, loop.time() - due))


class _Operations:
    """Which operation of which API a request asks for. A path of neither has none, so that names stay few."""

    def __init__(self) -> None:
        emulated = ((path, end.operations) for path, end in plivo_routes.endpoints(str).items())
        controlled: dict[str, dict[str, str]] = {}
        for operation in control.operations():
            controlled.setdefault(control.PREFIX + operation.path, {})[operation.method] = operation.handler.__name__
        self._apis = (
            ("emulated", "/v1/", _compiled(emulated)),
            ("console", console.URL, ()),
            ("control", control.PREFIX, _compiled(controlled.items())),
        )

    def of(self, method: str, path: str) -> tuple[str, str]:
        """The API and the name of the operation."""
        for api, prefix, paths in self._apis:
            if path.startswith(prefix):
                names = next((names for fits, names in paths if fits(path)), _NOTHING)
                return api, names.get(method, _NO_OPERATION)
        return _NO_OPERATION, _NO_OPERATION


def _compiled(paths: Iterable[tuple[str, Mapping[str, str]]]) -> _Paths:
    return tuple((compile_path(path)[0].match, names) for path, names in paths)


class _Holdings(Collector):
    """What the server holds at the moment of a scrape."""

    def __init__(self, hub: Hub, connections: Callable[[], int]) -> None:
        self._hub, self._connections = hub, connections

    def describe(self) -> Iterable[Metric]:
        """None of its metrics beforehand."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The worlds, and what all of them hold together."""
        yield InfoMetricFamily(f"{_PREFIX}_build", "The emulator.", {"version": __version__})
        holdings = [world.holdings() for world in self._hub.all()]
        sums = [sum(column) for column in zip(*holdings, strict=True)] or [0, 0, 0, 0]
        live, kept, callbacks, timers = sums
        yield GaugeMetricFamily(f"{_PREFIX}_worlds", "Worlds of this server.", len(holdings))
        yield GaugeMetricFamily(f"{_PREFIX}_ready", "1 where every world is there, 0 until then.", self._hub.is_ready)
        sessions = GaugeMetricFamily(f"{_PREFIX}_sessions", "Sessions, in all worlds.", labels=("state",))
        sessions.add_metric(("live",), live)
        sessions.add_metric(("ended",), kept - live)
        yield sessions
        queues = GaugeMetricFamily(f"{_PREFIX}_queue_length", "What waits, in all worlds.", labels=("queue",))
        queues.add_metric(("callbacks",), callbacks)
        queues.add_metric(("timers",), timers)
        yield queues
        yield GaugeMetricFamily(f"{_PREFIX}_connections", "Open connections of clients.", self._connections())
