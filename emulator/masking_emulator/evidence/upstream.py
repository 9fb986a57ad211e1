"""Upstream: the service that a capture is of, and how a request is passed on to it.

It goes over TLS that is verified, always. Unencrypted it goes only to this machine and to private addresses, where an
emulator or a test may be: the request carries a token. The user's own proxy is used where the environment names one.
"""

import ssl
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from masking_emulator.evidence.writing import SeenAnswer, SeenRequest
from masking_emulator.interception.hosts import HTTP_PORT, HTTPS_PORT, is_plivo
from masking_emulator.unpatched import trio_hidden

with trio_hidden():
    import httpcore

#: The service that a capture is of, unless another is named.
VENDOR_URL: Final = "https://api.plivo.com"

#: The path that only an emulator of ours knows, and what its answer has.
_HEALTH: Final = "/_emulator/health"
_HEALTH_WORD: Final = b'"worlds"'

#: What one side says about the connection only, or is said anew.
_HOP_HEADERS: Final = frozenset(
    {"connection", "keep-alive", "proxy-connection", "proxy-authorization", "te", "trailer", "transfer-encoding"}
    | {"upgrade", "host", "content-length", "accept-encoding", "expect"}
)

#: An answer that is longer is no answer of an API, nor a recording of a call.
ANSWER_BYTES_MAX: Final = 268_435_456

#: How long the first look at the service may take, in real seconds.
_LOOK_S: Final = 15.0


class WrongUpstream(Exception):
    """A URL that names no service; the message says why."""


class UpstreamFailed(Exception):
    """There is no answer. `reason` says why without naming anybody, the message names the host too."""

    def __init__(self, reason: str, message: str, *, status: int = 502) -> None:
        super().__init__(message)
        self.reason = reason
        self.status = status


class Upstream:
    """A service, by its URL. Its methods belong to one event loop at a time; `close` ends its connections."""

    def __init__(
        self, url: str, *, timeout_s: float, authorities: Path | None = None, environment: Mapping[str, str] = {}
    ) -> None:
        """`authorities` (PEM) are believed beside the system's; `environment` may name a proxy.

        Raises WrongUpstream, and OSError for authorities that cannot be read.
        """
        self.url, self._scheme, self.host, self.port = _parts(url)
        self.is_vendors = is_plivo(self.host)
        self._timeout_s = timeout_s
        self._proxy = _proxy(environment, self.host)
        # Reading the system's authorities takes a while, and without TLS nobody needs them.
        is_secure = self._scheme == "https" or authorities is not None
        self._tls = ssl.create_default_context() if is_secure else None
        if self._tls is not None and authorities is not None:
            self._tls.load_verify_locations(authorities)
        self._pool: httpcore.AsyncConnectionPool | None = None

    @property
    def is_proxied(self) -> bool:
        """Whether the way leads through a proxy that the environment names."""
        return self._proxy is not None

    async def exchange(self, request: SeenRequest) -> SeenAnswer:
        """Pass a request on. Raises UpstreamFailed."""
        target = request.path + (f"?{request.query}" if request.query else "")
        host = self._host_for(request)
        headers = [
            ("Host", self._authority(host)),
            # What is compressed could not be written down.
            ("Accept-Encoding", "identity"),
            *((name, value) for name, value in request.headers if name.lower() not in _HOP_HEADERS),
            *([("Content-Length", str(len(request.body)))] if request.body or request.method == "POST" else []),
        ]
        return await self._ask(host, request.method, target, headers, request.body, timeout_s=self._timeout_s)

    async def is_emulator(self) -> bool:
        """Whether an emulator of ours answers there; asked without credentials. Raises UpstreamFailed."""
        headers = [("Host", self._authority(self.host)), ("Accept", "application/json")]
        answer = await self._ask(self.host, "GET", _HEALTH, headers, b"", timeout_s=min(_LOOK_S, self._timeout_s))
        return answer.status == 200 and _HEALTH_WORD in answer.body

    async def close(self) -> None:
        """Close its connections. It can be used again afterwards, in another event loop too."""
        if self._pool is not None:
            await self._pool.aclose()
            self._pool = None

    def _host_for(self, request: SeenRequest) -> str:
        """The vendor has several hosts, such as that of recordings; any other service is one."""
        named = next((value for name, value in request.headers if name.lower() == "host"), "").partition(":")[0]
        return named if self.is_vendors and is_plivo(named) else self.host

    def _authority(self, host: str) -> str:
        return self.url.partition("://")[2].replace(self.host, host)

    async def _ask(
        self, host: str, method: str, target: str, headers: Sequence[tuple[str, str]], body: bytes, *, timeout_s: float
    ) -> SeenAnswer:
        if self._pool is None:
            self._pool = httpcore.AsyncConnectionPool(ssl_context=self._tls, proxy=self._proxy)
        request = httpcore.Request(
            method,
            httpcore.URL(scheme=self._scheme, host=host, port=self.port, target=target.encode("latin-1")),
            headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
            content=body,
            extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), timeout_s)},
        )
        try:
            response = await self._pool.handle_async_request(request)
            try:
                return SeenAnswer(response.status, _decoded(response.headers), await self._body(response))
            finally:
                await response.aclose()
        except httpcore.TimeoutException:
            reason = f"there was no answer within {timeout_s:g} seconds"
            raise UpstreamFailed(reason, f"{self.url}: {reason}", status=504) from None
        except (httpcore.ConnectError, httpcore.ProxyError, OSError) as error:
            raise self._unreachable(error) from None
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            reason = "what came was no answer of HTTP, or not a whole one"
            raise UpstreamFailed(reason, f"{self.url}: {reason} ({error})") from None

    async def _body(self, response: httpcore.Response) -> bytes:
        body = bytearray()
        assert not isinstance(response.stream, bytes)
        async for piece in response.aiter_stream():
            body += piece
            if len(body) > ANSWER_BYTES_MAX:
                raise UpstreamFailed(
                    "the answer was too long", f"{self.url}: its answer has over {ANSWER_BYTES_MAX} bytes"
                )
        return bytes(body)

    def _unreachable(self, error: Exception) -> UpstreamFailed:
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, ssl.SSLError):
            cause = cause.__cause__ or cause.__context__
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = f"its certificate is not trusted: {cause.verify_message}; --upstream-ca FILE names an authority"
            return UpstreamFailed("its certificate is not trusted", f"{self.url}: {why}")
        if cause is not None:
            return UpstreamFailed("it does not speak TLS", f"{self.url}: it does not speak TLS as it should ({cause})")
        through = f" through {self._proxy.url.host.decode()}" if self._proxy is not None else ""
        return UpstreamFailed("it could not be reached", f"{self.url}: it cannot be reached{through}: {error}")


def passed_back(headers: Sequence[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """The headers of an answer for the client, without its length and what belongs to the connection."""
    kept = ((name, value) for name, value in headers if name.lower() not in _HOP_HEADERS)
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in kept]


def _parts(url: str) -> tuple[str, str, str, int]:
    """The origin, its scheme, host and port. Raises WrongUpstream."""
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError as error:
        raise WrongUpstream(f"{url!r} is no URL: {error}") from None
    if scheme not in ("http", "https") or not host or not host.isascii():
        raise WrongUpstream(f"{url!r} is no http:// or https:// URL with a host")
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
        raise WrongUpstream(f"{url!r} has more than scheme, host and port; paths are those of the requests")
    if scheme == "http" and not _is_near(host):
        raise WrongUpstream(f"{url!r} would carry the token unencrypted; use https://")
    named = f"[{host}]" if ":" in host else host
    origin = f"{scheme}://{named}" + (f":{port}" if port is not None else "")
    return origin, scheme, host, port or (HTTPS_PORT if scheme == "https" else HTTP_PORT)


def _is_near(host: str) -> bool:
    """Whether the host is this machine, a private address, or a name without dots, as services of compose have."""
    try:
        address = ip_address(host)
    except ValueError:
        return "." not in host
    return address.is_private


def _proxy(environment: Mapping[str, str], host: str) -> httpcore.Proxy | None:
    named = {name.lower(): value for name, value in environment.items() if name.lower() in ("no_proxy", "https_proxy")}
    url = named.get("https_proxy", "")
    excepted = [entry.strip().lower().lstrip("*.") for entry in named.get("no_proxy", "").split(",") if entry.strip()]
    if not url or _is_near(host) or any(f".{host}".endswith(f".{name}") or name == "" for name in excepted):
        return None
    parts = urlsplit(url if "://" in url else f"http://{url}")
    auth = (parts.username, parts.password or "") if parts.username is not None else None
    return httpcore.Proxy(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", auth=auth)


def _decoded(headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
