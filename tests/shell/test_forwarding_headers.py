"""Headers that a proxy adds: the server believes none, because anybody could send one."""

from tests.plivo.ask import Api
from tests.shell.asking import create, good
from tests.shell.telling import advance, call


def test_forwarding_header_changes_no_url_in_an_answer(api: Api) -> None:
    """Whoever asked over HTTP can follow the URL, whatever was forwarded for whom."""
    uuid = create(api, 0, 1)
    call(api, uuid, talk_s=5)
    advance(api, 60)

    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
    shown = good(api.ask("GET", api.session(uuid), headers=forwarded))["response"]
    url = shown["interaction"][0]["first_party_resource_url"]
    assert f"{api.url}/v1" == url.partition("/Account/")[0]
