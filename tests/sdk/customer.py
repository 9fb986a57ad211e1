"""A customer's server for the SDK tests: what reaches it, as a web framework would hand it to the customer's code."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

_PATIENCE_S: Final = 60


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request, with names as in Flask: `url` as it was asked for, the query in `args`, the body in `form`."""

    method: str
    url: str
    headers: Mapping[str, str]
    form: Mapping[str, str]

    @property
    def args(self) -> Mapping[str, str]:
        """What the query says."""
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @property
    def told(self) -> Mapping[str, str]:
        """What is told, wherever it stands."""
        return {**self.args, **self.form}


@dataclass(frozen=True, slots=True)
class Customer:
    """Where the server is, and what reached it, in order."""

    url: str
    deliveries: list[Delivery] = field(default_factory=list)

    @property
    def events(self) -> list[str]:
        """The names of the events that were told."""
        return [delivery.told["EventName"] for delivery in self.deliveries]


@contextmanager
def customer() -> Iterator[Customer]:
    """A customer whose server runs and answers 200 to everything."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            url = f"http://{self.headers['Host']}{self.path}"
            form = dict(parse_qsl(body, keep_blank_values=True))
            server.deliveries.append(Delivery(self.command, url, dict(self.headers.items()), form))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET  # noqa: N815  # the base class names it so

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
            del format, args

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as listener:
        server = Customer(f"http://127.0.0.1:{listener.server_port}")
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown()
            thread.join(_PATIENCE_S)
