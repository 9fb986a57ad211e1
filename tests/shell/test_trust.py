"""Trust: the files hold our authority beside all that the user believed before, in what each language reads."""

import re
from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
from masking_emulator.interception.certificates import users_certificates
from masking_emulator.interception.trust import BUNDLE_VARIABLES, JAVA_PASSWORD, Trust, other_authorities, trust


@pytest.fixture(scope="module")
def authority(cache: Path) -> str:
    """Ours, as PEM."""
    del cache
    return users_certificates().authority.read_text(encoding="ascii")


@pytest.fixture
def others(tmp_path: Path, authority: str) -> Path:
    """A bundle of a user with one certificate; which one does not matter."""
    del authority
    from datetime import UTC, datetime, timedelta

    from masking_emulator.interception.authority import make_pair

    now = datetime(2026, 1, 1, tzinfo=UTC)
    path = tmp_path / "corporate.pem"
    path.write_bytes(b"# ours\n" + make_pair(begins=now, ends=now + timedelta(days=1))["authority.pem"])
    return path


@pytest.fixture
def made(tmp_path: Path, authority: str, others: Path) -> Trust:
    """The files for both."""
    return trust(tmp_path / "cache", authority, [others])


_BEGIN: Final = "-----BEGIN CERTIFICATE-----"


def test_bundle_has_ours_and_the_others(made: Trust, authority: str, others: Path) -> None:
    """So that hosts beside Plivo's are believed as before."""
    text = made.bundle.read_text(encoding="ascii")

    assert 2 == text.count(_BEGIN)
    assert text.startswith(authority.strip())
    assert others.read_text(encoding="ascii").partition("\n")[2].strip() in text


def test_java_store_has_the_same(made: Trust) -> None:
    """As PKCS #12, whose password is Java's own."""
    store = load_pkcs12(made.java_store.read_bytes(), JAVA_PASSWORD.encode())

    assert 2 == len(store.additional_certs)


def test_php_is_told_by_an_ini_file(made: Trust) -> None:
    """One name for its curl, one for its streams."""
    (ini,) = made.folder.glob("*.ini")

    assert [("curl.cainfo", str(made.bundle)), ("openssl.cafile", str(made.bundle))] == re.findall(
        r'^([a-z.]+) = "(.*)"$', ini.read_text(encoding="utf-8"), flags=re.MULTILINE
    )


def test_files_are_made_once(made: Trust, tmp_path: Path, authority: str, others: Path) -> None:
    """The same certificates are the same folder, others are another."""
    again = trust(tmp_path / "cache", authority, [others])
    other = trust(tmp_path / "cache", authority, [])

    assert made == again
    assert made != other


def test_bundle_holds_nothing_twice(made: Trust, tmp_path: Path, authority: str) -> None:
    """As where a command runs inside another, whose bundle is what the inner one finds: it is the same folder."""
    inner = trust(tmp_path / "cache", authority, [made.bundle, made.bundle])

    assert made.bundle.read_bytes() == inner.bundle.read_bytes()
    assert made.folder == inner.folder


def test_files_may_be_read_by_others(made: Trust) -> None:
    """There is nothing secret in them, and a container that mounts them may have another user."""
    assert {0o755, 0o644} == {path.stat().st_mode & 0o777 for path in [made.folder, *made.folder.iterdir()]}


@pytest.mark.parametrize("name", BUNDLE_VARIABLES)
def test_bundle_that_the_user_names_is_kept(name: str, others: Path) -> None:
    """Beside the system's own."""
    found = other_authorities({name: str(others)})

    assert others.resolve() == found[0]
    assert 2 == len(found)


def test_bundle_that_is_not_there_is_left_out(tmp_path: Path) -> None:
    """Its clients could not use it either."""
    assert other_authorities({}) == other_authorities({"SSL_CERT_FILE": str(tmp_path / "none.pem")})
