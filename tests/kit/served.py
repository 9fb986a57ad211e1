"""Apps of real frameworks that take callbacks, each written as its users write it.

Each answers below `/in`: `/in/events` verifies the signature with Plivo's own validator and says what it saw, `/in/bad`
raises, `/in/handled` raises what the framework's own handler answers. `seen` has the URL of each callback.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from plivo.utils import validate_v3_signature


class Boom(Exception):
    """What the apps raise."""


@dataclass
class Seen:
    """What an app has seen: URLs of callbacks whose signature is right, and the events of its lifespan."""

    urls: list[str] = field(default_factory=list)
    life: list[str] = field(default_factory=list)

    def take(self, url: str, headers: Mapping[str, str], form: Mapping[str, Any], token: str) -> int:
        """The status to answer a callback with."""
        nonce, signature = headers["X-Plivo-Signature-V3-Nonce"], headers["X-Plivo-Signature-V3"]
        if not validate_v3_signature("POST", url, nonce, token, signature, dict(form)):
            return 403
        self.urls.append(url)
        return 200


def starlette_app(seen: Seen, token: str) -> Any:
    """Starlette, with a lifespan."""
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    async def events(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        return Response(status_code=seen.take(str(request.url), request.headers, form, token))

    async def bad(request: Request) -> Response:
        del request
        raise Boom("starlette")

    async def handled(request: Request) -> Response:
        del request
        raise HTTPException(404)

    paths = {"/in/events": events, "/in/bad": bad, "/in/handled": handled}
    routes = [Route(path, view, methods=["POST"]) for path, view in paths.items()]
    return Starlette(routes=routes, lifespan=living(seen))


def living(seen: Seen) -> Any:
    """A lifespan that is noted."""

    @asynccontextmanager
    async def lifespan(app: object) -> AsyncIterator[None]:
        del app
        seen.life.append("up")
        yield
        seen.life.append("down")

    return lifespan


def fastapi_app(seen: Seen, token: str) -> Any:
    """FastAPI, with a lifespan; its views are in threads."""
    from fastapi import FastAPI, HTTPException, Request, Response

    app = FastAPI(lifespan=living(seen))

    @app.post("/in/events")
    async def events(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        return Response(status_code=seen.take(str(request.url), request.headers, form, token))

    @app.post("/in/bad")
    def bad() -> None:
        raise Boom("fastapi")

    @app.post("/in/handled")
    def handled() -> None:
        raise HTTPException(404)

    del events, bad, handled
    return app


def flask_app(seen: Seen, token: str) -> Any:
    """Flask, as it comes: what a view raises is an answer with 500."""
    from flask import Flask, Response, abort, request

    app = Flask("served")

    @app.post("/in/events")
    def events() -> Response:
        return Response(status=seen.take(request.url, dict(request.headers), request.form, token))

    @app.post("/in/bad")
    def bad() -> Response:
        raise Boom("flask")

    @app.post("/in/handled")
    def handled() -> Response:
        abort(404)

    del events, bad, handled
    return app


def _django(seen: Seen, token: str) -> Any:
    import django
    from django.conf import settings
    from django.http import Http404, HttpRequest, HttpResponse
    from django.urls import clear_url_caches, path
    from django.views.decorators.csrf import csrf_exempt

    def events(request: HttpRequest) -> HttpResponse:
        status = seen.take(request.build_absolute_uri(), request.headers, request.POST.dict(), token)
        return HttpResponse(status=status)

    def bad(request: HttpRequest) -> HttpResponse:
        del request
        raise Boom("django")

    def handled(request: HttpRequest) -> HttpResponse:
        del request
        raise Http404

    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="x", LOGGING_CONFIG=None)
        django.setup()
    views = {"events": events, "bad": bad, "handled": handled}
    urlpatterns[:] = [path(f"in/{name}", csrf_exempt(view)) for name, view in views.items()]
    clear_url_caches()


#: Where Django looks for its views.
urlpatterns: Final[list[Any]] = []


def django_wsgi_app(seen: Seen, token: str) -> Any:
    """Django's WSGI app."""
    from django.core.wsgi import get_wsgi_application

    _django(seen, token)
    return get_wsgi_application()


def django_asgi_app(seen: Seen, token: str) -> Any:
    """Django's ASGI app, which has no lifespan."""
    from django.core.asgi import get_asgi_application

    _django(seen, token)
    return get_asgi_application()


#: Name → what makes the app.
APPS: Final[Mapping[str, Callable[[Seen, str], Any]]] = {
    "Starlette": starlette_app,
    "FastAPI": fastapi_app,
    "Flask": flask_app,
    "Django": django_wsgi_app,
    "Django, ASGI": django_asgi_app,
}

#: Those with a lifespan.
LIVING: Final = ("Starlette", "FastAPI")
