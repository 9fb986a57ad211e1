"""The making of certificates, and of the trust store that Java reads. The only place that knows the library.

Its randomness is no input of a world: keys and serial numbers must not be foreseen, so no seed reaches them.
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from ipaddress import ip_network
from typing import Final
from warnings import catch_warnings, simplefilter

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12Certificate, serialize_java_truststore
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from masking_emulator.interception.hosts import API_HOST, DOMAIN

_PEM: Final = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", flags=re.DOTALL)


def make_pair(*, begins: datetime, ends: datetime) -> Mapping[str, bytes]:
    """`authority.pem`, and `server.pem` with certificate and key. The authority's key ends with this call."""
    authority_key, server_key = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    authority = _authority(authority_key, begins, ends)
    server = _server(authority, authority_key, server_key)
    key = server_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {
        "authority.pem": authority.public_bytes(Encoding.PEM),
        "server.pem": server.public_bytes(Encoding.PEM) + key,
    }


def java_store(bundle: bytes, password: str) -> bytes:
    """A trust store (PKCS #12, as Java marks it) with every certificate of the bundle."""
    certificates = [PKCS12Certificate(one, f"authority-{place}".encode()) for place, one in enumerate(_read(bundle))]
    return serialize_java_truststore(certificates, BestAvailableEncryption(password.encode()))


def fingerprint(pem: bytes) -> str:
    """SHA-256 of a certificate, as systems show it."""
    return x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256()).hex(":").upper()


def _read(bundle: bytes) -> Iterable[x509.Certificate]:
    certificates: list[x509.Certificate] = []
    for pem in _PEM.findall(bundle):
        with suppress(ValueError), catch_warnings():
            # Some old authorities do not keep to the standard. Those that cannot be read are left out.
            simplefilter("ignore", CryptographyDeprecationWarning)
            certificates.append(x509.load_pem_x509_certificate(pem))
    return certificates


def _authority(key: EllipticCurvePrivateKey, begins: datetime, ends: datetime) -> x509.Certificate:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "masking-emulator"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"masking-emulator, only for {DOMAIN} ({begins:%Y-%m-%d})"),
        ]
    )
    only_plivo = x509.NameConstraints(
        permitted_subtrees=[x509.DNSName(DOMAIN)],
        # A kind of name that no constraint mentions is unconstrained: without these, every address would be allowed.
        excluded_subtrees=[x509.IPAddress(ip_network("0.0.0.0/0")), x509.IPAddress(ip_network("::/0"))],
    )
    builder = (
        _signed_for(key, name, name, begins, ends)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(only_plivo, critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
    )
    return builder.sign(key, hashes.SHA256())


def _server(
    authority: x509.Certificate, authority_key: EllipticCurvePrivateKey, key: EllipticCurvePrivateKey
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, API_HOST)])
    begins, ends = authority.not_valid_before_utc, authority.not_valid_after_utc
    names = [x509.DNSName(each) for each in (API_HOST, DOMAIN, f"*.{DOMAIN}")]
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    builder = (
        _signed_for(key, name, authority.subject, begins, ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(signer, critical=False)
        .add_extension(_usage(signs_certificates=False), critical=True)
    )
    return builder.sign(authority_key, hashes.SHA256())


def _signed_for(
    key: EllipticCurvePrivateKey, subject: x509.Name, issuer: x509.Name, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
