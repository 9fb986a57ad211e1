"""What `serve` prints once it is ready: what a person needs for the first minute, and a first line for programs."""

import json
from typing import NamedTuple

#: Two people in the United States, as in all examples.
_PARTIES = {"first_party": "+14155550123", "second_party": "+14155550145"}


class Greeting(NamedTuple):
    """Where a server is, and who may ask it. `proxy` and `tls` are URLs, None where there is none.

    `in_their_country` says whether the pool has numbers for the two people of the example; if not, the request asks
    for a number of any country.
    """

    url: str
    auth_id: str
    auth_token: str
    world: str
    proxy: str | None
    tls: str | None
    in_their_country: bool

    def text(self) -> str:
        """The lines. The first one begins with `ready URL`, which programs wait for."""
        body = _PARTIES if self.in_their_country else {**_PARTIES, "geomatch": False}
        further = {"world": self.world, "proxy": self.proxy, "tls": self.tls}
        words = ["ready", self.url, *(f"{key}={value}" for key, value in further.items() if value)]
        curl = f"curl -u {self.auth_id}:{self.auth_token} -H 'Content-Type: application/json' -d '{json.dumps(body)}'"
        return "\n".join(
            [
                " ".join(words),
                f"console     {self.url}/",
                f"auth id     {self.auth_id}",
                f"auth token  {self.auth_token}",
                f"try         {curl} {self.url}/v1/Account/{self.auth_id}/Masking/Session/",
            ]
        )

    def values(self) -> dict[str, str | None]:
        """The same for programs."""
        return {
            "url": self.url,
            "console": f"{self.url}/",
            "auth_id": self.auth_id,
            "auth_token": self.auth_token,
            "world": self.world,
            "proxy_url": self.proxy,
            "tls_url": self.tls,
        }
