"""Callback routes: a public URL delivered to a receiver near by, signed for the public URL, as a proxy would do it."""

import _socket
import asyncio
import io
from pathlib import Path
from typing import Any, Final

import pytest
from masking_emulator.callbacks.courier import Courier
from masking_emulator.callbacks.exchange import Outgoing
from masking_emulator.callbacks.routes import SENDER, RouteTable, routed, routes_of
from masking_emulator.keeping.replay import replay
from masking_emulator.keeping.snapshot import read_snapshot, snapshot_of
from masking_emulator.plivo.signatures import Verdict, verify
from masking_emulator.world.file import world_of
from masking_emulator.world.recorder import Recorder
from masking_emulator.world.world import World
from masking_emulator.world.written import structure_of

from tests.plivo.ask import Api, api_of
from tests.receiver import Received, Receiver, status
from tests.shell.asking import control, create, good
from tests.shell.telling import advance, call, callbacks, end, policy, waited
from tests.shell.worlds import create as create_command
from tests.shell.worlds import structure

_SHOP: Final = "https://shop.example.com"
_HERE: Final = "http://127.0.0.1:5000"


def route(api: Api, *routes: tuple[str, str]) -> Any:
    """These routes and no others."""
    return good(control(api, "PUT", "{w}/routes", {"routes": [{"from": one, "to": other} for one, other in routes]}))


def shown(api: Api) -> list[tuple[str, str]]:
    """The routes of the world."""
    return [(one["from"], one["to"]) for one in good(control(api, "GET", "{w}/routes"))["routes"]]


#: URL → where it is delivered by the routes below; None where none of them applies.
_LEADS: Final[dict[str, str | None]] = {
    f"{_SHOP}/in": f"{_HERE}/app",
    f"{_SHOP}/in/": f"{_HERE}/app/",
    f"{_SHOP}/in/a/b?c=/d": f"{_HERE}/app/a/b?c=/d",
    f"{_SHOP}/in?x=/in/special": f"{_HERE}/app?x=/in/special",
    f"{_SHOP}/in/special": f"{_HERE}/",
    f"{_SHOP}/in/special?x=1": f"{_HERE}/?x=1",
    f"{_SHOP}/in/special/y": f"{_HERE}/y",
    f"{_SHOP}/in/specials": f"{_HERE}/app/specials",
    f"{_SHOP}/inner": None,
    f"{_SHOP}/": None,
    "http://shop.example.com/in": None,
    "https://shop.example.com:8443/in": None,
    "https://www.shop.example.com/in": None,
    "https://all.example.com/": "http://127.0.0.1:6000/",
    "https://all.example.com/x?y": "http://127.0.0.1:6000/x?y",
    "https://all.example.com.evil.example/x": None,
}


@pytest.mark.parametrize("url", _LEADS)
def test_longest_beginning_wins_on_whole_segments(url: str) -> None:
    """The rest of the path and the query are carried over, whatever the order of the routes."""
    given = [
        {"from": f"{_SHOP}/in/", "to": f"{_HERE}/app/"},
        {"from": "HTTPS://Shop.example.com:443/in/special", "to": _HERE},
        {"from": "https://all.example.com", "to": "http://127.0.0.1:6000"},
    ]
    for routes in (routes_of(given), routes_of(given[::-1])):
        found = RouteTable(routes).of(url)

        assert _LEADS[url] == (None if found is None else found.leads(url))


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_callback_arrives_as_behind_a_proxy_that_ends_tls(api: Api, receiver: Receiver, method: str) -> None:
    """Path and query carried over, Host and the forwarding headers of the public URL, signatures right for it."""
    route(api, (f"{_SHOP}/in", f"{receiver.url}/app"))
    end(api, f"{_SHOP}/in/events?tenant=7", callback_method=method)
    advance(api)
    (got,) = receiver.received
    public = got.target.replace("/app/", "/in/", 1)

    assert "/app/events" == got.path
    assert "7" == got.query["tenant"]
    assert {
        "host": "shop.example.com",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "shop.example.com",
        "x-forwarded-for": SENDER,
        "forwarded": f"for={SENDER};host=shop.example.com;proto=https",
    }.items() <= got.headers.items()
    assert "x-forwarded-prefix" not in got.headers
    assert public == got.headers["x-forwarded-uri"]
    assert {Verdict.RIGHT} == _verdicts(got, f"{_SHOP}{public}", api)
    assert {Verdict.WRONG} == _verdicts(got, f"{receiver.url}{got.target}", api)


def _verdicts(got: Received, url: str, api: Api) -> set[Verdict]:
    parameters = got.form if got.method == "POST" else {}
    return set(verify(got.method, url, headers=got.headers, parameters=parameters, token=api.auth_token).values())


def test_port_of_the_public_url_is_quoted_where_the_header_needs_it(api: Api, receiver: Receiver) -> None:
    """RFC 7239 takes a colon in quotes only; a prefix that the target lacks is said, so an app finds the URL again."""
    route(api, ("http://shop.example.com:8080/shop", receiver.url))
    end(api, "http://shop.example.com:8080/shop/events")
    advance(api)
    (got,) = receiver.received

    assert "/events" == got.target
    assert f'for={SENDER};host="shop.example.com:8080";proto=http' == got.headers["forwarded"]
    assert ("shop.example.com:8080", "http") == (got.headers["x-forwarded-host"], got.headers["x-forwarded-proto"])
    assert "/shop" == got.headers["x-forwarded-prefix"]


def test_log_shows_both_urls(api: Api, receiver: Receiver) -> None:
    """The public one as configured and in the request, the other one in the route and at each attempt."""
    receiver.on("/app/events", status(404))
    route(api, (f"{_SHOP}/in", f"{receiver.url}/app"))
    end(api, f"{_SHOP}/in/events")
    advance(api)
    (told,) = callbacks(api)

    assert f"{_SHOP}/in/events" == told["url"] == told["request"]["url"]
    assert {"from": f"{_SHOP}/in", "to": f"{receiver.url}/app", "url": f"{receiver.url}/app/events"} == told["route"]
    assert [f"{receiver.url}/app/events"] == [attempt["url"] for attempt in told["attempts"]]
    assert "https" == told["request"]["headers"]["X-Forwarded-Proto"]


def test_callback_without_a_route_is_as_before(api: Api, receiver: Receiver) -> None:
    """No forwarding headers, and no route in the log."""
    route(api, (f"{_SHOP}/in", f"{receiver.url}/app"))
    end(api, f"{receiver.url}/cb")
    advance(api)
    (told,) = callbacks(api)

    assert not [name for name in receiver.received[0].headers if "forwarded" in name]
    assert (None, [f"{receiver.url}/cb"]) == (told["route"], [attempt["url"] for attempt in told["attempts"]])


def test_recording_callbacks_and_media_are_routed_alike(api: Api, receiver: Receiver) -> None:
    """The journal says where the file came from."""
    receiver.on("/app/hello.mp3", status(200, content=b"sound", Content_Type="audio/mpeg"))
    route(api, (_SHOP, f"{receiver.url}/app"))
    urls = {"recording_callback_url": f"{_SHOP}/recorded", "first_party_play_url": f"{_SHOP}/hello.mp3"}
    uuid = create(api, 0, 1, record=True, **urls)
    call(api, uuid, talk_s=5)
    advance(api, 60)
    events = good(control(api, "GET", "{w}/journal?limit=1000"))["events"]
    media = [event["outcome"] for event in events if event["event"] == "MediaChecked"]

    assert {"SessionRecordingInitiated", "SessionRecordingCompleted"} == set(receiver.events("/app/recorded"))
    assert [f"200, audio/mpeg, 5 bytes, from {receiver.url}/app/hello.mp3"] == media


def test_target_is_under_the_egress_rule(api: Api) -> None:
    """A route lifts nothing; the log says which host."""
    route(api, (_SHOP, "http://other.example.org"))
    end(api, f"{_SHOP}/cb")
    advance(api)
    (told,) = callbacks(api)

    assert "blocked" == told["state"]
    assert "other.example.org is a public name" in told["attempts"][0]["error"]
    assert "http://other.example.org/cb" == told["attempts"][0]["url"]


def test_public_name_is_never_looked_up(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where everything may be reached: the system is asked for the target only."""
    asked, look_up = [], _socket.getaddrinfo

    def noted(host: Any, *more: Any) -> Any:
        asked.append(host)
        return look_up(host, *more)

    monkeypatch.setattr("_socket.getaddrinfo", noted)
    (one,) = routes_of([{"from": _SHOP, "to": receiver.url.replace("127.0.0.1", "localhost")}])
    request = routed(_request(f"{_SHOP}/cb"), one)
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        answer = runner.run(Courier().send(request, anywhere=True))

    assert 200 == answer.status
    assert {"localhost"} == {host.decode() if isinstance(host, bytes) else host for host in asked}


def _request(url: str) -> Outgoing:
    return Outgoing("GET", url, "shop.example.com", {"Host": "shop.example.com"}, b"", 2, 5, 10)


def test_what_is_not_settled_follows_new_routes(api: Api, receiver: Receiver) -> None:
    """A callback that was held when a route came, and a replay of a blocked one; what was sent stays so."""
    end(api, f"{_SHOP}/first")
    advance(api)
    policy(api, {"action": "hold"})
    end(api, f"{_SHOP}/held", 2, 3)
    advance(api)
    route(api, (_SHOP, f"{receiver.url}/one"))
    good(control(api, "POST", "{w}/callbacks/release"))
    waited(api, "state=delivered&count=1")
    good(control(api, "POST", "{w}/callbacks/1/replay"), 201)
    waited(api, "state=delivered&count=2")
    route(api)
    first, held, again = callbacks(api)

    assert ["/one/held", "/one/first"] == [got.target for got in receiver.received]
    assert ["blocked", "delivered", "delivered"] == [one["state"] for one in (first, held, again)]
    assert first["route"] is None
    assert f"{receiver.url}/one/held" == held["route"]["url"]


def test_retry_follows_a_route_that_came_meanwhile(api: Api, receiver: Receiver) -> None:
    """Each attempt says where it went."""
    receiver.on("/old", status(500))
    route(api, (f"{_SHOP}/cb", f"{receiver.url}/old"))
    end(api, f"{_SHOP}/cb#rp=5xx")
    advance(api)
    route(api, (f"{_SHOP}/cb", f"{receiver.url}/new"))
    advance(api, 10)
    (told,) = callbacks(api)

    assert "delivered" == told["state"]
    assert [f"{receiver.url}/old", f"{receiver.url}/new"] == [attempt["url"] for attempt in told["attempts"]]


def test_reset_goes_back_to_the_routes_of_the_world_file_and_forks_keep_those_of_now(api: Api) -> None:
    """A fork has a list of its own."""
    world = {"routes": [{"from": _SHOP, "to": _HERE}], "clock": {"start": "2026-01-01T00:00:00Z", "rate": 0}}
    mine = api_of(api.url, good(control(api, "POST", "/worlds", {"world": world}), 201))
    route(mine, ("https://b.example.com", _HERE))
    fork = api_of(api.url, good(control(mine, "POST", "{w}/fork"), 201))
    route(mine)
    kept = shown(fork)
    good(control(mine, "POST", "{w}/reset"))

    assert [("https://b.example.com", _HERE)] == kept
    assert [(_SHOP, _HERE)] == shown(mine)


def test_snapshot_keeps_the_routes_of_now(api: Api, receiver: Receiver) -> None:
    """What is restored delivers by them, an open callback too; a snapshot of an earlier version has none."""
    route(api, (_SHOP, receiver.url))
    policy(api, {"action": "hold"})
    end(api, f"{_SHOP}/cb")
    snapshot = good(control(api, "GET", "{w}/snapshot"))
    route(api)
    good(control(api, "PUT", "{w}/snapshot", snapshot))
    restored = shown(api)
    good(control(api, "POST", "{w}/callbacks/release"))
    waited(api, "state=delivered")
    del snapshot["world"]["routes"]
    good(control(api, "PUT", "{w}/snapshot", snapshot))

    assert [(_SHOP, receiver.url)] == restored
    assert ["/cb"] == [got.target for got in receiver.received]
    assert [] == shown(api)


def test_structure_snapshot_and_recording_hold_the_routes(tmp_path: Path) -> None:
    """Written back as a world file says them, and a recording of such a world is replayed."""
    spec = world_of(structure(routes=[{"from": _SHOP, "to": f"{_HERE}/app"}]))
    world, file = World(spec), io.BytesIO()
    world.record(Recorder(file, "run.jsonl"))
    world.do(create_command())
    (tmp_path / "run.jsonl").write_bytes(file.getvalue())

    assert spec == world_of(structure_of(spec))
    assert spec.routes == read_snapshot(snapshot_of(world))[0].routes
    assert _SHOP.encode() in file.getvalue()
    assert replay(tmp_path / "run.jsonl").difference is None


#: Routes that make no sense → the field, and a part of the reason.
_WRONG: Final[dict[str, tuple[list[Any], str, str]]] = {
    "no URL": ([("shop", _HERE)], "routes.0.from", "'shop' is not an http or https URL without user, query"),
    "no URL as target": ([(_SHOP, "127.0.0.1:5000")], "routes.0.to", "is not an http or https URL"),
    "query": ([(f"{_SHOP}/?a=1", _HERE)], "routes.0.from", "without user, query and fragment"),
    "user": ([(_SHOP, "http://a:b@127.0.0.1")], "routes.0.to", "without user, query and fragment"),
    "port": ([(_SHOP, "http://127.0.0.1:70000")], "routes.0.to", "Port out of range"),
    "address": ([(_SHOP, "http://[::1::2]")], "routes.0.to", "is no URL"),
    "to itself": ([(_SHOP, _SHOP)], "routes.0.to", f"{_SHOP} leads back to {_SHOP}"),
    "below itself": ([(_HERE, f"{_HERE}/app")], "routes.0.to", f"{_HERE}/app leads back to {_HERE}"),
    "in a circle": (
        [(_SHOP, f"{_HERE}/a"), (_HERE, f"{_SHOP}/b")],
        "routes.0.to",
        f"{_HERE}/a has a route of its own, and no target is routed again",
    ),
    "the same again": (
        [(_SHOP, _HERE), (f"{_SHOP}:443/", "http://127.0.0.1:6000")],
        "routes.1.from",
        f"{_SHOP} has a route already, routes[0]",
    ),
}


@pytest.mark.parametrize("name", _WRONG)
def test_route_that_makes_no_sense_is_refused_and_changes_nothing(api: Api, name: str) -> None:
    """400 with the field and the reason, in a world file the same with its key."""
    routes, field, reason = _WRONG[name]
    route(api, ("https://kept.example.com", _HERE))
    body = {"routes": [{"from": one, "to": other} for one, other in routes]}
    refused = control(api, "PUT", "{w}/routes", body)
    world = control(api, "POST", "/worlds", {"world": body})

    assert (400, field) == (refused.status, refused.json["field"])
    assert reason in refused.json["error"]
    assert (400, refused.json["error"]) == (world.status, world.json["error"])
    assert [("https://kept.example.com", _HERE)] == shown(api)


@pytest.mark.parametrize("body", [{}, {"routes": {}}, {"routes": [{"from": _SHOP}]}, {"route": []}])
def test_body_that_is_no_list_of_routes_is_refused(api: Api, body: dict[str, Any]) -> None:
    """An empty list takes all routes away, so nothing else may mean that."""
    assert 400 == control(api, "PUT", "{w}/routes", body).status


def test_overlap_is_noted(api: Api) -> None:
    """Which route is asked before which; it is no mistake."""
    answer = route(api, (f"{_SHOP}/in", _HERE), (f"{_SHOP}/in/deep/er", f"{_HERE}/x"), ("https://a.example", _HERE))

    assert [f"{_SHOP}/in/deep/er is asked before {_SHOP}/in, which is routes[0]"] == answer["notes"]


def test_more_routes_than_the_limit_are_refused(api: Api) -> None:
    """A hundred are taken."""
    many = [(f"{_SHOP}/{number}", _HERE) for number in range(101)]
    route(api, *many[:100])
    refused = control(api, "PUT", "{w}/routes", {"routes": [{"from": one, "to": other} for one, other in many]})

    assert (400, 100) == (refused.status, len(shown(api)))
