"""Control of the server itself: whether it is ready, its ledger, and its proxy."""

from collections.abc import Sequence
from typing import Final

from masking_emulator import __version__
from masking_emulator.control.kernel import ControlAnswer, ControlRequest, Operation, whole
from masking_emulator.core.countries import international_formats


def health(asked: ControlRequest) -> ControlAnswer:
    """Answered as soon as requests are served. A balancer sends requests where `live` and `ready` are true.

    `ready` is false while worlds are restored, and once the server has been asked to end. `worlds` are its own.
    `recording` is null where nothing is recorded, else its file, and in `ended` why nothing more is written to it, or
    null while it goes on.
    """
    worlds = list(asked.hub.all())
    recorder = next((world.recorder for world in worlds if world.recorder is not None), None)
    return 200, {
        "status": "ok",
        "version": __version__,
        "live": True,
        "ready": asked.hub.is_ready,
        "worlds": [world.auth_id for world in worlds],
        "recording": None if recorder is None else {"file": recorder.name, "ended": recorder.ended},
    }


def show_fidelity(asked: ControlRequest) -> ControlAnswer:
    """The ledger."""
    # Imported here: a start of the server would pay for hundreds of rows that few ask for.
    from masking_emulator.plivo.ledger import LEDGER, row_json

    del asked
    return 200, {"rows": [row_json(row) for row in LEDGER]}


def show_callback_schemas(asked: ControlRequest) -> ControlAnswer:
    """The JSON Schema of each event's parameters, by the event's name: for the tests of a receiver."""
    # Imported here: a start of the server would pay for schemas that few ask for.
    from masking_emulator.plivo.callback_schemas import CALLBACK_SCHEMAS

    del asked
    return 200, dict(CALLBACK_SCHEMAS)


def show_interception(asked: ControlRequest) -> ControlAnswer:
    """The ports of the proxy and of TLS, null where there is none, and the certificate that clients have to trust."""
    return 200, {**_NO_INTERCEPTION, **asked.hub.interception}


#: What a server answers that has neither a proxy nor TLS.
_NO_INTERCEPTION: Final = {"proxy_port": None, "tls_port": None, "allowed_hosts": (), "authority": None}


async def show_number_formats(asked: ControlRequest) -> ControlAnswer:
    """How numbers of a calling code are written internationally, by libphonenumber; none for a code without a country.

    Each of `formats` is a regular expression of the national number, one of its beginning or null, and the form, in
    which a backslash and a digit stand for a group. The first that fits a number is its own.
    """
    return 200, {"formats": international_formats(whole(asked.path, "calling_code", 0))}


OPERATIONS: Final[Sequence[Operation]] = (
    Operation("GET", "/health", "Is the server ready", health),
    Operation("GET", "/fidelity", "The fidelity ledger", show_fidelity),
    Operation("GET", "/callback-schemas", "The JSON Schema of each callback", show_callback_schemas),
    Operation("GET", "/number-formats/{calling_code}", "How numbers of a country are written", show_number_formats),
    Operation("GET", "/interception", "How clients of api.plivo.com get here", show_interception),
)
