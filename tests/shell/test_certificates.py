"""Certificates: who may read them, for how long they hold, what they may vouch for, and what becomes of the key."""

import os
import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree, rmtree
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from freezegun import freeze_time
from masking_emulator.interception.certificates import LIFE, ROTATION, CannotKeep, current, keep, users_certificates

_NOW: Final = datetime(2026, 11, 25, 12, tzinfo=UTC)


def read(path: Path) -> x509.Certificate:
    """The certificate in a file."""
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_key_is_only_for_its_owner(tmp_path: Path) -> None:
    """0700 and 0600 from the first moment on."""
    certificates = current(tmp_path / "of a user", now=_NOW)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "of a user").rglob("*")}

    assert {0o700} == {mode for name, mode in modes.items() if "." not in name}
    assert (0o600, 0o600) == (modes["authority.pem"], modes["server.pem"])
    assert certificates.server.parent == certificates.authority.parent


def test_key_of_the_authority_is_kept_nowhere(tmp_path: Path) -> None:
    """One key is on disk, and it is not the one that could sign."""
    certificates = current(tmp_path, now=_NOW)
    texts = [path.read_text(encoding="ascii") for path in tmp_path.rglob("*.pem")]

    assert 1 == sum(text.count("BEGIN PRIVATE KEY") for text in texts)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.server)
    with pytest.raises(ssl.SSLError, match="KEY_VALUES_MISMATCH"):
        context.load_cert_chain(certificates.authority, certificates.server)


def test_same_pair_is_used_again(tmp_path: Path) -> None:
    """What a user has told a system to trust holds for months."""
    first = current(tmp_path, now=_NOW)
    later = current(tmp_path, now=_NOW + LIFE - ROTATION - timedelta(days=1))

    assert first == later


def test_pair_is_rotated_before_it_ends(tmp_path: Path) -> None:
    """A month before, a new one is given out; the old one stays for servers that still use it, and then goes."""
    first = current(tmp_path, now=_NOW)
    second = current(tmp_path, now=_NOW + LIFE - ROTATION + timedelta(days=1))

    assert first != second
    assert first.server.exists()
    current(tmp_path, now=_NOW + 2 * LIFE)
    assert not first.server.exists()


def test_pair_holds_until_the_day_that_it_says(tmp_path: Path) -> None:
    """`last_day` is read from a name, so that no start has to parse a certificate; both are the same day."""
    certificates = current(tmp_path, now=_NOW)
    ends = {read(path).not_valid_after_utc for path in (certificates.authority, certificates.server)}

    assert {certificates.last_day} == {f"{end:%Y-%m-%d}" for end in ends}


def test_all_who_make_one_at_the_same_time_get_the_same(tmp_path: Path) -> None:
    """As two `run`s on a new machine do."""
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: current(tmp_path, now=_NOW), range(8)))

    assert 1 == len(set(made))
    assert ["certificates"] == os.listdir(tmp_path)
    assert [made[0].server.parent.name] == os.listdir(tmp_path / "certificates")


def test_authority_may_vouch_for_plivo_only(tmp_path: Path) -> None:
    """Names outside are refused by every client that checks, and so is every address."""
    constraints = read(current(tmp_path, now=_NOW).authority).extensions.get_extension_for_class(x509.NameConstraints)

    assert constraints.critical
    assert [x509.DNSName("plivo.com")] == constraints.value.permitted_subtrees
    assert ["0.0.0.0/0", "::/0"] == [str(subtree.value) for subtree in constraints.value.excluded_subtrees or []]


def test_server_has_plivos_names(tmp_path: Path) -> None:
    """The API's, the domain's, and those one label below it."""
    names = read(current(tmp_path, now=_NOW).server).extensions.get_extension_for_class(x509.SubjectAlternativeName)

    assert ["api.plivo.com", "plivo.com", "*.plivo.com"] == names.value.get_values_for_type(x509.DNSName)


def test_frozen_time_makes_no_certificate_of_its_own(cache: Path) -> None:
    """One of the future would be kept, and nobody would believe it for years."""
    del cache
    now = users_certificates()
    with freeze_time("2040-01-01"):
        then = users_certificates()

    assert now == then


def test_folder_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    """A key that others can read is no secret, and who put it there is unknown."""
    current(tmp_path, now=_NOW)
    (tmp_path / "certificates").chmod(0o755)

    with pytest.raises(CannotKeep, match="open to others; remove it, or make it yours with chmod 700"):
        current(tmp_path, now=_NOW)


def test_folder_that_cannot_be_made_says_what_helps(tmp_path: Path) -> None:
    """Such as a home that is read-only."""
    (tmp_path / "file").write_text("", encoding="ascii")

    with pytest.raises(CannotKeep, match="Not a directory; choose another with MASKING_EMULATOR_CACHE"):
        current(tmp_path / "file" / "cache", now=_NOW)


def test_files_that_fail_to_be_made_leave_nothing(tmp_path: Path) -> None:
    """All of them are there, or none and no half folder."""

    def make() -> Mapping[str, bytes]:
        raise OSError(28, "No space left on device")

    with pytest.raises(CannotKeep, match="No space left on device"):
        keep(tmp_path / "kept", make, secret=True)
    assert [] == os.listdir(tmp_path)


def test_foreign_name_is_refused_even_when_signed(tmp_path: Path) -> None:
    """The constraint is more than a note: OpenSSL refuses what it forbids."""
    from masking_emulator.interception.authority import (  # the real one signs once and forgets its key
        _authority,
        _signed_for,
    )

    authority_key, key = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    authority = _authority(authority_key, _NOW, _NOW + LIFE)
    name = x509.Name([])
    forged = (
        _signed_for(key, name, authority.subject, _NOW, _NOW + LIFE)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("example.com")]), critical=True)
        .sign(authority_key, hashes.SHA256())
    )

    assert "permitted subtree violation" in _verified(authority, forged, tmp_path)


def _verified(authority: x509.Certificate, certificate: x509.Certificate, folder: Path) -> str:
    """What `openssl verify` says."""
    import subprocess
    from shutil import which

    from cryptography.hazmat.primitives.serialization import Encoding

    if which("openssl") is None:
        pytest.skip("needs openssl")
    paths = [folder / "authority.pem", folder / "forged.pem"]
    for path, each in zip(paths, (authority, certificate), strict=True):
        path.write_bytes(each.public_bytes(Encoding.PEM))
    when = str(int((_NOW + timedelta(days=1)).timestamp()))
    command = ["openssl", "verify", "-attime", when, "-CAfile", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def _exchange_authority(path: Path) -> None:
    """Another authority, whole in itself, that signed nothing of ours."""
    (path.parent / "authority.pem").write_bytes(current(path.parents[2] / "other", now=_NOW).authority.read_bytes())


def _replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


#: What happens to a pair.
_DAMAGES: Final[Mapping[str, Callable[[Path], object]]] = {
    "cut off": _cut,
    "emptied": lambda path: path.write_bytes(b""),
    "gone": Path.unlink,
    "of another pair": _exchange_authority,
    "a folder": _replace_by_folder,
}


@pytest.mark.parametrize("damage", _DAMAGES)
def test_damaged_pair_is_made_anew_with_one_line(damage: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A server would end in its start, and who trusts the authority would trust nothing."""
    first = current(tmp_path, now=_NOW)
    before = first.authority.read_bytes()
    _DAMAGES[damage](first.server)
    second = current(tmp_path, now=_NOW)
    third = current(tmp_path, now=_NOW)

    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(second.server)
    assert (False, second) == (before == second.authority.read_bytes(), third)
    assert [f"{first.server.parent} was damaged"] == [line.partition(" and")[0] for line in caplog.messages]
    assert [second.server.parent] == list((tmp_path / "certificates").iterdir())


def test_pair_that_two_others_make_anew_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One just before the damaged one is put away, so that theirs is, and one just after."""
    folder, whole, rename = current(tmp_path, now=_NOW).server.parent, tmp_path / "whole", Path.rename
    copytree(folder, whole)
    _cut(folder / current(tmp_path, now=_NOW).server.name)

    def meanwhile(path: Path, target: Path) -> Path:
        if path != folder:
            return rename(path, target)
        rmtree(folder)
        copytree(whole, folder)
        moved = rename(path, target)
        copytree(whole, folder)
        return moved

    monkeypatch.setattr(Path, "rename", meanwhile)
    again = current(tmp_path, now=_NOW).server

    assert folder == again.parent
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(again)


def test_all_who_find_it_damaged_get_one_new_pair(tmp_path: Path) -> None:
    """As many `run`s at once do; what one has made anew is not put away by another."""
    _cut(current(tmp_path, now=_NOW).server)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: current(tmp_path, now=_NOW), range(8)))
    certificates = current(tmp_path, now=_NOW)

    assert [certificates.server.parent] == list((tmp_path / "certificates").iterdir())
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificates.server)
