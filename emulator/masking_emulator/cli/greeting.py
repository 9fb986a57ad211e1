"""What `serve` prints once it is ready: what a person needs for the first minute, and a first line for programs."""

import json
from collections.abc import Mapping

#: Two people in the United States, as in all examples.
_PARTIES = {"first_party": "+14155550123", "second_party": "+14155550145"}


def greeting(
    url: str, auth_id: str, auth_token: str, *, further: Mapping[str, str | None], in_their_country: bool
) -> str:
    """The lines. The first one begins with `ready URL`, which programs wait for; what is None is left out.

    `in_their_country` says whether the pool has numbers for the two people of the example; if not, the request asks
    for a number of any country.
    """
    body = _PARTIES if in_their_country else {**_PARTIES, "geomatch": False}
    words = ["ready", url, *(f"{key}={value}" for key, value in further.items() if value)]
    curl = f"curl -u {auth_id}:{auth_token} -H 'Content-Type: application/json' -d '{json.dumps(body)}'"
    return "\n".join(
        [
            " ".join(words),
            f"console     {url}/",
            f"auth id     {auth_id}",
            f"auth token  {auth_token}",
            f"try         {curl} {url}/v1/Account/{auth_id}/Masking/Session/",
        ]
    )
