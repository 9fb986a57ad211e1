"""Origin: whether a request comes from a foreign web page. Any page may send to a local port; two headers show it.

A Host that is an address, a name without dots or localhost cannot be a page's own name for us, whatever a public
name server says; other names count as ours only where they were allowed. An Origin, which browsers add, must be
the page that we served ourselves.
"""

from collections.abc import Mapping, Sequence
from ipaddress import ip_address


def foreign_header(headers: Mapping[str, str], own_names: Sequence[str]) -> str | None:
    """The header that shows a foreign page, "Host" or "Origin"; None where neither does."""
    host = headers.get("host", "")
    name = _name(host)
    if not (_only_here(name) or name in (own.lower() for own in own_names)):
        return "Host"
    origin = headers.get("origin")
    if origin is not None and origin.partition("://")[2] != host:
        return "Origin"
    return None


def _name(host: str) -> str:
    """The name in a Host header, without its port."""
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0].lower()


def _only_here(name: str) -> bool:
    """Whether the name can only mean this machine or one beside it."""
    try:
        ip_address(name)
    except ValueError:
        return name != "" and ("." not in name or name.endswith(".localhost"))
    return True
