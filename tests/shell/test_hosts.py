"""Hosts: which way a proxied connection goes, judged by its name alone."""

import pytest
from masking_emulator.interception.hosts import ProxyRoute, host_and_port, proxy_route


@pytest.mark.parametrize("host", ["api.plivo.com", "API.Plivo.Com", "api.plivo.com.", "plivo.com", "media.plivo.com"])
def test_plivos_names_go_to_the_emulator(host: str) -> None:
    """In any case, with a final dot, and whatever is allowed beside them."""
    assert ProxyRoute.INSIDE is proxy_route(host, ["*"])


@pytest.mark.parametrize(
    "host", ["example.com", "plivo.com.evil.example", "notplivo.com", "a.b.plivo.com", "127.0.0.1"]
)
def test_other_names_go_nowhere(host: str) -> None:
    """What only looks like Plivo's is not, and the certificate covers one label."""
    assert ProxyRoute.NOWHERE is proxy_route(host, [])


@pytest.mark.parametrize(
    ("pattern", "host", "expected"),
    [
        ("example.com", "Example.com", ProxyRoute.OUTSIDE),
        ("example.com", "www.example.com", ProxyRoute.NOWHERE),
        ("*.example.com", "www.example.com", ProxyRoute.OUTSIDE),
        ("*.example.com", "example.com", ProxyRoute.NOWHERE),
        ("*", "anything.example", ProxyRoute.OUTSIDE),
        ("::1", "::1", ProxyRoute.OUTSIDE),
    ],
)
def test_allowed_names_go_out(pattern: str, host: str, expected: ProxyRoute) -> None:
    """A name means itself, `*.` all below it, `*` everything."""
    assert expected is proxy_route(host, [pattern])


@pytest.mark.parametrize(
    ("authority", "expected"),
    [("a.example:8443", ("a.example", 8443)), ("a.example", ("a.example", 443)), ("[::1]:1", ("::1", 1))],
)
def test_authority_has_host_and_port(authority: str, expected: tuple[str, int]) -> None:
    """As in the target of CONNECT; the port may be left out."""
    assert expected == host_and_port(authority, 443)


@pytest.mark.parametrize(
    "authority", ["", ":443", "a:b", "a:99999", "a/b", "a b", "a\r\nb:1", "a\x00b", "ü.example", "a" * 300]
)
def test_what_is_no_authority_is_refused(authority: str) -> None:
    """Among it everything that would break out of the line in which a refusal quotes it."""
    with pytest.raises(ValueError, match=r"is no host and port|[Pp]ort"):
        host_and_port(authority, 443)
