"""A user's process whose threads and sockets gevent or eventlet replaced: the emulator in it has real ones."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Final

import pytest

_PATIENCE_S: Final = 60

#: How each library begins, and how a server of its own answers callbacks in a coroutine of the test's thread.
_LIBRARIES: Final = {
    "gevent": """
        from gevent import monkey
        monkey.patch_all()
        import gevent
        from gevent.pywsgi import WSGIServer
        def serving(app):
            server = WSGIServer(("127.0.0.1", 0), app, log=None)
            server.start()
            return server.server_port
    """,
    "eventlet": """
        import warnings
        warnings.simplefilter("ignore")
        import eventlet
        eventlet.monkey_patch()
        from eventlet import wsgi
        def serving(app):
            listener = eventlet.listen(("127.0.0.1", 0))
            eventlet.spawn(wsgi.server, listener, app, log_output=False)
            return listener.getsockname()[1]
    """,
}

_PLAY: Final = """
    came = []

    def app(environ, start_response):
        came.append(environ["wsgi.input"].read())
        start_response("200 OK", [("Content-Length", "0")])
        return []

    from masking_emulator.testing import Emulator
    url = f"http://localhost:{serving(app)}/"
    with Emulator() as masking:
        made = masking.client.masking_sessions.create_masking_session(
            first_party="+14155550123", second_party="+14155550145", callback_url=url
        )
        masking.advance(1800)
        callback = masking.callbacks.wait_for(event="SessionTimeout")
        assert callback.session == made.session_uuid, callback
    assert len(came) == 1, came
    with Emulator() as masking:
        assert masking.callbacks.all() == []
    print("played")
"""

#: Apps of both kinds, which the kit serves itself.
_SERVE: Final = """
    from masking_emulator.testing import Emulator

    def wsgi_app(environ, start_response):
        environ["wsgi.input"].read()
        start_response("204 No Content", [])
        return []

    async def asgi_app(scope, receive, send):
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    with Emulator() as masking:
        for app in (wsgi_app, asgi_app):
            with masking.serving(app, at="https://shop.example.com"):
                (callback,) = masking.trigger("SessionTimeout", to="https://shop.example.com/")
            assert callback.state == "delivered", callback
    print("played")
"""


@pytest.mark.parametrize("played", [_PLAY, _SERVE], ids=["played", "served"])
@pytest.mark.parametrize("library", _LIBRARIES)
def test_emulator_works_in_a_process_of_green_threads(library: str, played: str, tmp_path: Path) -> None:
    """It starts, answers, delivers to a server that shares the waiting test's thread or to one of the kit's, ends."""
    program = tmp_path / "program.py"
    program.write_text(dedent(_LIBRARIES[library]) + dedent(played), encoding="utf-8")

    ran = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=_PATIENCE_S, check=False)

    assert ("played\n", 0) == (ran.stdout, ran.returncode), ran.stderr
