"""TEMP until parts lands."""

import hmac
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Signed:
    """TEMP."""

    headers: Mapping[str, str]
    inputs: Mapping[str, Any]


def sign(
    method: str, url: str, parameters: Mapping[str, str], *, token: str, main_token: str, v2_nonce: str, v3_nonce: str
) -> Signed:
    """TEMP."""
    p = urlsplit(url)
    base = f"{p.scheme}://{p.netloc}{p.path}"
    bases = [base]
    if p.port:
        bases.append(f"{p.scheme}://{p.hostname}{p.path}")
    query = parse_qsl(p.query, keep_blank_values=True)
    if method == "GET":
        tail = "?" + "&".join(f"{k}={v}" for k, v in sorted([*query, *parameters.items()]))
    else:
        tail = (
            "?"
            + "&".join(f"{k}={v}" for k, v in sorted(query))
            + ("." if query else "")
            + "".join(f"{k}{v}" for k, v in sorted(parameters.items()))
        )

    def mac(t: str, m: str) -> str:
        return b64encode(hmac.digest(t.encode(), m.encode(), "sha256")).decode()

    v3 = [f"{b}{tail}.{v3_nonce}" for b in bases]
    return Signed(
        {
            "X-Plivo-Signature-V2": mac(token, base + v2_nonce),
            "X-Plivo-Signature-V2-Nonce": v2_nonce,
            "X-Plivo-Signature-Ma-V2": mac(main_token, base + v2_nonce),
            "X-Plivo-Signature-V3": ",".join(mac(token, m) for m in v3),
            "X-Plivo-Signature-V3-Nonce": v3_nonce,
            "X-Plivo-Signature-Ma-V3": ",".join(mac(main_token, m) for m in v3),
        },
        {"v2": base + v2_nonce, "v3": v3},
    )
