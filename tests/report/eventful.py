"""A world in which everything happened that a report shows, on a real server, and its secrets."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from masking_emulator.report.collect import collected
from masking_emulator.report.model import Report
from masking_emulator.server.thread import ServerThread

from tests.plivo.ask import Api, api_of, ask
from tests.receiver import first, receiving, status
from tests.shell.asking import control

START: Final = "2026-01-01T00:00:00Z"

FIRST: Final = "+14155550123"
SECOND: Final = "+14155550145"
THIRD: Final = "+14155550167"

#: A token that is written in another way almost everywhere.
TOKEN: Final = "to%ken/with+all&of=<it>\"'"
SUBTOKEN: Final = "the-subaccounts-own-token"


@dataclass(frozen=True, slots=True)
class Eventful:
    """The account, and the report of its world."""

    api: Api
    report: Report


@contextmanager
def eventful(emulator: ServerThread) -> Iterator[Eventful]:
    """The world, until the context ends."""
    structure = {
        "account": {
            "auth_id": "MAREPORTREPORTREPORT",
            "auth_token": TOKEN,
            "subaccounts": [{"auth_id": "SAREPORTREPORTREPORT", "auth_token": SUBTOKEN}],
        },
        "clock": {"start": START, "rate": 0},
        "numbers": [{"number": f"+1415555{number:04}"} for number in range(100, 140)],
        "routes": [{"from": "https://shop.example.com/in", "to": "http://127.0.0.1:9/app"}],
    }
    api = api_of(emulator.url, emulator.control.post("/worlds", {"world": structure}))
    with receiving() as receiver:
        url = receiver.on("/events", first(status(200), status(500, content=TOKEN.encode()), status(200)))
        _play(api, url)
        yield Eventful(api, collected(emulator.control, api.auth_id, subject=f"pytest --token {TOKEN}", exit_code=1))
    control(api, "DELETE", "{w}")


def _play(api: Api, url: str) -> None:
    made = api.create(first_party=FIRST, second_party=SECOND, callback_url=f"{url}?token={quote(TOKEN, safe='')}")
    session = made.json["session"]
    control(api, "POST", "{w}/calls", {"from": FIRST, "to": session["virtual_number"], "talk_s": 20})
    control(api, "POST", "{w}/clock/advance", {"seconds": 120})
    api.create(first_party="12", second_party=SECOND)
    blocked = "http://user:pass-word@203.0.113.9/"
    api.create(first_party=THIRD, second_party=FIRST, geo_match=True, callback_url=blocked, session_expiry=60)
    control(api, "POST", "{w}/faults", {"operation": "get_session", "status": 503, "count": 1})
    _leak(api, session["session_uuid"])
    control(api, "POST", "{w}/clock/advance", {"seconds": 120})
    ask(api.url, "GET", api.sessions, None, {"Authorization": "Basic " + b64encode(b"MANOBODY:x").decode()})
    subaccount = api.subaccounts[0]
    ask(api.url, "GET", api.sessions, None, {"Authorization": subaccount.authorization, "Cookie": "secret-cookie"})


def _leak(api: Api, uuid: str) -> None:
    """Requests that carry the token where none belongs."""
    path = api.session(uuid)
    for form in written(api):
        api.ask("GET", f"{path}?token={quote(form, safe='')}", headers={"X-Token": form, "Cookie": f"token={form}"})
    api.post(path, {"first_party": TOKEN, TOKEN: [SUBTOKEN, {"deep": written(api)}]})
    api.ask("POST", path, b"no JSON: " + " ".join(written(api)).encode())


def written(api: Api) -> Sequence[str]:
    """The tokens as they may be written: plain, base64 alone and with what stands beside it, percent-encoded."""
    forms = []
    for account in (api, *api.subaccounts):
        token = account.auth_token.encode()
        forms += [account.auth_token, quote(account.auth_token, safe="")]
        forms += [account.authorization.partition(" ")[2], b64encode(token).decode()]
        forms += [b64encode(b"x" * before + b":" + token + b":" + b"y" * 7).decode() for before in range(3)]
    return forms
