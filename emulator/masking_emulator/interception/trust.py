"""Trust: the files that make each language trust our certificate, beside those that it trusted before.

They lie in the user's cache, in a folder named by what is in them, so that two commands at once share a folder or
have one each, and a command that outlives a rotation keeps what it was given.
"""

import os
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from re import DOTALL, findall
from typing import Final

from masking_emulator.interception.certificates import keep

#: Variables that name a file of authorities; what they name already is kept.
BUNDLE_VARIABLES: Final = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")

#: Java wants one. It protects nothing, as there is no secret in the store.
JAVA_PASSWORD: Final = "changeit"

#: Where systems keep their authorities: Debian and Alpine, Fedora, SUSE, macOS and the BSDs.
_SYSTEM_BUNDLES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/etc/ssl/cert.pem",
)

_CERTIFICATE: Final = "-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class Trust:
    """A folder with `bundle` for nearly everybody, `java_store` for Java, and an ini file, for PHP to scan it."""

    folder: Path

    @property
    def bundle(self) -> Path:
        """Our authority and all others, as PEM."""
        return self.folder / "bundle.pem"

    @property
    def java_store(self) -> Path:
        """The same as PKCS #12."""
        return self.folder / "java.p12"


def trust(cache: Path, authority: str, others: Iterable[Path]) -> Trust:
    """The files for this authority (PEM) and those in these bundles, made if they are not there. Raises CannotKeep."""
    texts = [authority, *(path.read_text(encoding="ascii", errors="replace") for path in others)]
    # Named by the certificates, each once: who has our bundle already, and asks again, is given the same folder.
    certificates = dict.fromkeys(found for text in texts for found in findall(_CERTIFICATE, text, flags=DOTALL))
    name = sha256("\n".join(certificates).encode()).hexdigest()[:16]
    folder = cache / "trust" / name

    def make() -> Mapping[str, bytes]:
        # Imported here: it loads cryptography, for files that are mostly there already.
        from masking_emulator.interception.authority import java_store

        bundle = "".join(f"{certificate}\n" for certificate in certificates).encode()
        ini = f'curl.cainfo = "{folder / "bundle.pem"}"\nopenssl.cafile = "{folder / "bundle.pem"}"\n'
        return {
            "bundle.pem": bundle,
            "java.p12": java_store(bundle, JAVA_PASSWORD),
            "masking-emulator.ini": ini.encode(),
        }

    return Trust(keep(folder, make, secret=False))


def other_authorities(variables: Mapping[str, str]) -> Sequence[Path]:
    """The bundles that a user with these variables trusts today: those they name, and the system's."""
    named = [Path(variables[name]) for name in BUNDLE_VARIABLES if variables.get(name)]
    system = [Path(path) for path in (ssl.get_default_verify_paths().openssl_cafile, *_SYSTEM_BUNDLES)]
    found = [*named, *(_readable(system)[:1] or _certifi())]
    return list(dict.fromkeys(path.resolve() for path in _readable(found)))


def _readable(paths: Iterable[Path]) -> list[Path]:
    return [path for path in paths if path.is_file() and os.access(path, os.R_OK)]


def _certifi() -> list[Path]:
    """What `requests` and `httpx` bring along, for a system that keeps its authorities elsewhere."""
    spec = find_spec("certifi")
    return [] if spec is None or spec.origin is None else [Path(spec.origin).parent / "cacert.pem"]
