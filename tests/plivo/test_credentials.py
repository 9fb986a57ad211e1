"""Which account an Authorization header names."""

from base64 import b64encode
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.plivo.credentials import Credentials
from masking_emulator.plivo.service import Account
from masking_emulator.world.file import world_of
from masking_emulator.world.world import World

_MAIN: Final = Account(0, "MAEMULATORCREDENTIAL", "token:with:colons")
_SUB: Final = Account(1, "SAEMULATORCREDENTIAL", "other")


def _world() -> World:
    return World(world_of({"clock": {"rate": 0}}))


@pytest.fixture
def credentials() -> Credentials[World]:
    """Main account and subaccount of one world."""
    credentials = Credentials[World]()
    credentials.admit(_world(), [_MAIN, _SUB])
    return credentials


def _encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize("account", [_MAIN, _SUB], ids=lambda account: account.auth_id)
def test_auth_id_and_token_name_the_account(credentials: Credentials[World], account: Account) -> None:
    """HTTP Basic; a token may hold colons (ledger: basic_auth)."""
    caller = credentials.caller(f"Basic {_encoded(f'{account.auth_id}:{account.auth_token}')}")

    assert caller is not None
    assert account == caller.account


@pytest.mark.parametrize("spelling", ["basic {}", "BASIC {}", "Basic  {}", " Basic {} "])
def test_other_spellings_of_the_scheme_are_understood(credentials: Credentials[World], spelling: str) -> None:
    """The scheme has no letter case (RFC 7617)."""
    caller = credentials.caller(spelling.format(_encoded(f"{_MAIN.auth_id}:{_MAIN.auth_token}")))

    assert caller is not None
    assert caller.account == _MAIN


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic " + _encoded(_MAIN.auth_id),
        "Basic " + _encoded(f"{_MAIN.auth_id}:"),
        "Basic " + _encoded(f"{_MAIN.auth_id}:wrong"),
        "Basic " + _encoded(f"{_MAIN.auth_id}:{_SUB.auth_token}"),
        "Basic " + _encoded(f"{_MAIN.auth_id.lower()}:{_MAIN.auth_token}"),
        "Basic " + _encoded(f"{_MAIN.auth_id}:{_MAIN.auth_token} "),
        "Basic " + b64encode(b"\xff\xfe:x").decode(),
        "Bearer " + _encoded(f"{_MAIN.auth_id}:{_MAIN.auth_token}"),
        "Basic é",
    ],
)
def test_anything_else_names_nobody(credentials: Credentials[World], header: str | None) -> None:
    """Both halves must fit, to the letter."""
    assert credentials.caller(header) is None


@given(st.text(max_size=60) | st.text(max_size=60).map(lambda text: f"Basic {text}"))
def test_no_header_raises(header: str) -> None:
    """Whatever is sent, it is somebody or nobody."""
    assert Credentials().caller(header) is None


def test_expelled_account_is_nobody(credentials: Credentials[World]) -> None:
    """A removed world lets nobody in, and its names are free again."""
    credentials.expel([_MAIN])

    assert credentials.caller(f"Basic {_encoded(f'{_MAIN.auth_id}:{_MAIN.auth_token}')}") is None
    assert _MAIN.auth_id not in credentials
    assert _SUB.auth_id in credentials
