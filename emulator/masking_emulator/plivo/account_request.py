"""A request to the emulated API as its handlers get it: the caller, the account in the path, and the request.

Pure: the request is the mapping that an ASGI server makes of it. A body is not in it; the operations that have one
read it in `routes.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from masking_emulator.core.quoting import quoted
from masking_emulator.core.records.base import Record
from masking_emulator.core.records.sessions import Session
from masking_emulator.plivo import refusals
from masking_emulator.plivo.refusals import refused_parameter
from masking_emulator.plivo.render import Json, Links
from masking_emulator.plivo.resources import VENDOR_BASE
from masking_emulator.plivo.service import Account, Caller, Service

#: Status and body of a success; None is no body at all.
ApiAnswer = tuple[int, Json | None]


class AccountRequest(Record):
    """An authenticated API request: caller, account in the path, and the ASGI scope of the request."""

    caller: Caller[Service]
    account: Account
    http: Mapping[str, Any]

    @property
    def scope(self) -> int | None:
        """The place of the account whose resources it may see; None, on the main account's own path, for all."""
        return None if self.account.is_main else self.account.place

    @property
    def pairs(self) -> Sequence[tuple[str, str]]:
        """Names and values of the query, in their order."""
        return parse_qsl(self.http["query_string"].decode("latin-1"), keep_blank_values=True)

    @property
    def base(self) -> str:
        """The scheme and host that absolute URLs in the answer have."""
        if self.caller.service.policy.resource_urls == "vendor":
            return VENDOR_BASE
        hosts = [value.decode("latin-1") for name, value in self.http["headers"] if name == b"host"]
        # No header that a proxy adds is trusted: anybody could send one.
        return f"{self.http['scheme']}://{hosts[0] if hosts else _address(self.http)}"

    def header(self, name: bytes) -> str:
        """The first header of this name, which is in small letters; "" where there is none."""
        return header(self.http, name) or ""

    def in_path(self, name: str) -> str:
        """A part of the path."""
        return str(self.http["path_params"][name])

    def home(self, owner: int) -> tuple[str, str]:
        """Base and Auth ID of what this account owns."""
        return self.base, self.caller.service.accounts[owner].auth_id

    @property
    def links(self) -> Links:
        """What the links in a session depend on."""
        return Links(self.home, self._keeps_recording)

    def _keeps_recording(self, uuid: str) -> bool:
        return self.caller.service.caught_up().keeps_recording(uuid)

    def owner_of(self, auth_id: str) -> int:
        """The place of a subaccount that the caller names. Raises ApiError 400 for one it may not name."""
        for account in self.caller.service.accounts:
            if account.auth_id == auth_id and (self.account.is_main or account == self.account):
                return account.place
        reason = f"{quoted(auth_id)} is no account that {self.account.auth_id} may name"
        raise refused_parameter(refusals.NOT_A_SUBACCOUNT, "subaccount", reason)

    def subaccount_of(self, session: Session) -> str | None:
        """The Auth ID to show as subaccount: only where the create named one (ledger: subaccount_form)."""
        if not session.settings.owner_named:
            return None
        return self.caller.service.accounts[session.owner].auth_id

    def draw_api_id(self) -> str:
        """A fresh api_id."""
        return self.caller.service.draw_api_id()


def header(http: Mapping[str, Any], wanted: bytes) -> str | None:
    """The first header of this name, which is in small letters; None where a request has none."""
    for name, value in http["headers"]:
        if name == wanted:
            return str(value, "latin-1")
    return None


def _address(http: Mapping[str, Any]) -> str:
    """Where the server listens, for a request without a Host header."""
    host, port = http["server"]
    return host if port is None else f"{host}:{port}"
