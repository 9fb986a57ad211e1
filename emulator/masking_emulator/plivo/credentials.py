"""Credentials: which account a request's Authorization header names. HTTP Basic, Auth ID and Auth Token."""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from typing import Generic, TypeVar

from masking_emulator.core.quoting import quoted
from masking_emulator.plivo.service import Account, Caller, Service

ServiceT = TypeVar("ServiceT", bound=Service)


class Credentials(Generic[ServiceT]):
    """The accounts of all worlds, found by Auth ID or by what a client sends."""

    def __init__(self) -> None:
        self._by_header: dict[str, Caller[ServiceT]] = {}
        self._by_auth_id: dict[str, Caller[ServiceT]] = {}

    def __contains__(self, auth_id: object) -> bool:
        return auth_id in self._by_auth_id

    def named(self, auth_id: str) -> Caller[ServiceT] | None:
        """The account of this Auth ID; None where no world has it. For what needs no token."""
        return self._by_auth_id.get(auth_id)

    def admit(self, service: ServiceT, accounts: Iterable[Account]) -> None:
        """Add these accounts of a world."""
        for account in accounts:
            caller = Caller(service, account)
            self._by_auth_id[account.auth_id] = caller
            self._by_header[_header(account.auth_id, account.auth_token)] = caller

    def expel(self, accounts: Iterable[Account]) -> None:
        """Remove these accounts."""
        for account in accounts:
            del self._by_auth_id[account.auth_id]
            del self._by_header[_header(account.auth_id, account.auth_token)]

    def caller(self, authorization: str | None) -> Caller[ServiceT] | None:
        """The account of this Authorization header; None where it is none of these."""
        if authorization is None:
            return None
        # What every SDK sends is found as it is; another spelling of the same is decoded first.
        return self._by_header.get(authorization) or self._decoded(authorization)

    def stranger(self, authorization: str | None) -> str:
        """Why this Authorization header names no account, in a sentence. It quotes no token."""
        if authorization is None:
            return "there is no Authorization header"
        named = basic_credentials(authorization)
        if named is None:
            return "the Authorization header is no HTTP Basic"
        auth_id, _ = named
        if auth_id in self._by_auth_id:
            return f"{auth_id} has another Auth Token"
        return f"no account of any world has the Auth ID {quoted(auth_id)}"

    def _decoded(self, authorization: str) -> Caller[ServiceT] | None:
        named = basic_credentials(authorization)
        return None if named is None else self._by_header.get(_header(*named))


def basic_credentials(authorization: str) -> tuple[str, str] | None:
    """Auth ID and Auth Token of an Authorization header; None where it is no HTTP Basic."""
    scheme, _, encoded = authorization.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        auth_id, _, token = b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except (Base64Error, ValueError):
        return None
    return auth_id, token


def _header(auth_id: str, token: str) -> str:
    return "Basic " + b64encode(f"{auth_id}:{token}".encode()).decode("ascii")
