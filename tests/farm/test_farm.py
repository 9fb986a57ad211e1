"""`masking-emulator farm`: HAProxy finds each world's member, and a member that dies takes its own worlds only."""

import json
import os
import re
import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from masking_emulator.cli.farm import has_started_too_often
from masking_emulator.client import Control, ControlRefused, Unreachable
from masking_emulator.world.file import load_world, world_names
from masking_emulator.world.spec import TAIL_CHARACTERS

from tests.farm.front import Front, children, eventually, farming, needs_haproxy
from tests.plivo.ask import Api, Reply, api_of, ask
from tests.receiver import receiving
from tests.shell.asking import control, create, good
from tests.shell.process import DEMO, PATIENCE_S, run, sentence
from tests.shell.telling import call, end

pytestmark = needs_haproxy

_STILL: Final = {"clock": {"start": "2026-01-01T00:00:00Z", "rate": 0}}


@pytest.fixture
def api(front: Front) -> Iterator[Api]:
    """A world of the farm, with a subaccount, made by somebody who chose no name."""
    api = api_of(front.url, front.control.post("/worlds", {"world": {"account": {"subaccounts": [{}]}, **_STILL}}))
    yield api
    front.control.delete(f"/worlds/{api.auth_id}")


def test_world_lives_in_one_member_and_is_found_by_account_and_subaccount(front: Front, api: Api) -> None:
    """However a path is spelt, and in the control API too."""
    session = create(api, 0, 1)
    path = f"/v1/Account/{api.auth_id}/Masking/Session/{session}"
    spelt = [path, f"{path}/", path.replace("/", "//")]
    (home,) = [member for member in front.members if api.auth_id in front.worlds_of(member)]

    assert [200, 200, 200] == [api.ask("GET", one).status for one in spelt]
    assert 200 == api.subaccounts[0].ask("GET", api.subaccounts[0].sessions).status
    assert 1 == good(control(api, "GET", "{w}"))["sessions"]["live"]
    assert home in front.members


def test_encoded_path_leads_to_the_same_world(front: Front) -> None:
    """Members decode what clients encode, so HAProxy chooses by what they read: ten worlds, and not one more."""
    names = [f"MAPERCENT0000000000{n}" for n in range(10)]
    made = [front.control.put(f"/worlds/{name}", {})["auth_id"] for name in names]
    spelt = [f"/_emulator%2Fworlds%2f/{name[:-1]}%3{name[-1]}" for name in names]
    again = [ask(front.url, "PUT", path, b"{}", {"Content-Type": "application/json"}).status for path in spelt]
    there = [name for member in front.members for name in front.worlds_of(member) if name in names]
    gone = [ask(front.url, "DELETE", path, None, {}).status for path in spelt]

    assert names == made
    assert [200] * 10 == again == gone
    assert names == sorted(there)


def test_copy_is_found_beside_its_original(front: Front, api: Api) -> None:
    """Its own name would choose another member."""
    session = create(api, 0, 1)
    copies = [api_of(front.url, good(control(api, "POST", "{w}/fork", {}), 201)) for _ in range(4)]
    (home,) = [member for member in front.members if api.auth_id in front.worlds_of(member)]

    for copy in copies:
        assert 200 == copy.ask("GET", f"{copy.sessions}/{session}").status
        assert copy.auth_id in front.worlds_of(home)
        assert good(control(copy, "DELETE", "{w}"))


def test_subaccount_that_would_be_sought_elsewhere_is_refused(front: Front) -> None:
    """HAProxy tells the member, whose answer names the field and what the name must end in; nothing is made."""
    name, other = "MACHOSENBYME00000077", "SAOTHERENDING0000009"
    put = _made(front, "PUT", f"//_emulator/worlds/{name}/", {"subaccounts": [{"auth_id": other}]})
    posted = _made(front, "POST", "/_emulator/worlds", {"subaccounts": [{"auth_id": other}]})
    there = set().union(*map(front.worlds_of, front.members))
    alike = _made(front, "PUT", f"/_emulator/worlds/{name}", {"subaccounts": [{"auth_id": f"SASHOP0001{name[10:]}"}]})
    found = api_of(front.url, alike.json).subaccounts[0]

    assert {(400, "world.account.subaccounts[0].auth_id")} == {(one.status, one.json["field"]) for one in (put, posted)}
    assert f"{other!r} does not end in {name[10:]} as {name} does" in put.error
    assert f"{other!r} would not be found, as the balancer names the world of a POST; leave it out" in posted.error
    assert name not in there
    assert 200 == found.ask("GET", found.sessions).status
    front.control.delete(f"/worlds/{name}")


def test_world_of_a_chosen_name_is_made_by_put_only(front: Front) -> None:
    """By POST, each member might make one of that name: ten requests that name theirs leave none."""
    before = set().union(*map(front.worlds_of, front.members))
    names = [f"MACHOSENBYME0000008{n}" for n in range(5)] * 2
    told = [_made(front, "POST", "/_emulator/worlds", {"auth_id": name}) for name in names]

    assert {(400, "world.account.auth_id")} == {(one.status, one.json["field"]) for one in told}
    assert f"behind a balancer make it by PUT /_emulator/worlds/{names[0]}; by POST, another" in told[0].error
    assert before == set().union(*map(front.worlds_of, front.members))


def _made(front: Front, method: str, path: str, account: Mapping[str, Any]) -> Reply:
    body = json.dumps({"world": {"account": account}}).encode()
    return ask(front.url, method, path, body, {"Content-Type": "application/json"})


def test_listed_worlds_are_those_of_the_member_that_answers(front: Front, api: Api) -> None:
    """Nobody gathers them: each list is one member's, and together they are all."""
    lists = [front.worlds_of(member) for member in front.members]
    through = {world["auth_id"] for world in front.control.get("/worlds")["worlds"]}

    assert through in lists
    assert 1 == sum(api.auth_id in one for one in lists)


def test_waiting_and_streams_go_through(front: Front, api: Api) -> None:
    """A request that waits is answered when something happens, and events come as they happen."""
    parts = urlsplit(front.url)
    with closing(HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_S)) as stream, receiving() as shop:
        stream.request("GET", f"/_emulator/worlds/{api.auth_id}/journal/stream")
        lines = stream.getresponse()
        opened = lines.readline()
        end(api, shop.url)
        waited = good(control(api, "GET", "{w}/callbacks/wait?state=delivered&timeout_s=60"))
        event = next(line for line in iter(lines.readline, b"") if line.startswith(b"event: "))

    assert (b": follows the journal\n", b"event: SessionCreated\n") == (opened, event)
    assert 1 == len(waited["callbacks"])


def test_links_in_answers_lead_through_haproxy(front: Front, api: Api) -> None:
    """Whoever gets one need not know the members."""
    session = create(api, 0, 1, record=True)
    call(api, session, talk_s=5)
    good(control(api, "POST", "{w}/clock/advance", {"seconds": 120}))
    (recording,) = api.ask("GET", f"/v1/Account/{api.auth_id}/Recording/").json["objects"]
    media = recording["recording_url"]

    assert media.startswith(front.url)
    assert 200 == ask(front.url, "GET", urlsplit(media).path, None, {}).status


def test_console_and_metrics_are_a_members_own(front: Front) -> None:
    """The front says where they are, and so does `status`."""
    paths = ("/_emulator/console/", "/_emulator/console/page.js", "//metrics", "/metrics", "/_emulator/%63onsole")
    refused = [ask(front.url, "GET", path, None, {}) for path in paths]
    consoles = " ".join(f"{member}/" for member in front.members)
    said = f"the console and /metrics are each member's own: {consoles}"

    assert [(404, said)] * len(paths) == [(one.status, one.error) for one in refused]
    assert f"console      {said}\n" in run("status", "--url", front.url).stdout
    for member in front.members:
        assert 200 == ask(member, "GET", "/_emulator/console/", None, {}).status
        assert f"console      {member}/_emulator/console/\n" in run("status", "--url", member).stdout


def test_member_that_is_killed_takes_its_own_worlds_and_they_come_back(front: Front) -> None:
    """Fifty worlds that HAProxy does not remember: the others' are answered all the while, those of the member are
    refused while it is down, and answered again later; none is made in their place.
    """
    assert front.process is not None
    assert front.process.stderr is not None
    worlds = [
        api_of(front.url, front.control.put(f"/worlds/MAFIFTYWORLDS{n:07}", {"seed": n, **_STILL})) for n in range(50)
    ]
    sessions = [create(world, 0, 1) for world in worlds]
    for world in worlds:
        good(control(world, "POST", "{w}/snapshot", {}))
    dead = {world.auth_id for world in worlds} & front.worlds_of(front.members[0])
    front.say("clear table worlds")
    pid = front.pid_of(1)
    os.kill(pid, signal.SIGSTOP)
    eventually(lambda: front.sees_down(1))
    meanwhile = {world.auth_id: _statuses(world, n) for n, world in enumerate(worlds)}
    os.kill(pid, signal.SIGKILL)
    said = [front.process.stderr.readline() for _ in range(2)]
    eventually(lambda: all(_shows(world, session) for world, session in zip(worlds, sessions, strict=True)))
    again = [front.control.put(f"/worlds/{w.auth_id}", {"seed": n, **_STILL}) for n, w in enumerate(worlds)]

    assert 5 <= len(dead) <= 35
    assert {name: (503, 503, 503) if name in dead else (200, 200, 200) for name in meanwhile} == meanwhile
    assert "ended with the signal SIGKILL; its worlds come back as they were last written; those that" in said[0]
    assert "member_1 is ready again" in said[1]
    assert {1} == {world["sessions"]["live"] for world in again}
    for world in worlds:
        front.control.delete(f"/worlds/{world.auth_id}")


def test_members_that_die_together_start_again_together(tmp_path: Path) -> None:
    """The second is not left alone until the first is ready."""
    with farming(2, "--state-folder", str(tmp_path)) as front:
        for pid in [front.pid_of(place) for place in (1, 2)]:
            os.kill(pid, signal.SIGKILL)
        said = [_next_line(front) for _ in range(4)]

    assert ["member_1 ended", "member_2 ended"] == sorted(line[:14] for line in said[:2])
    assert ["member_1 is ready again", "member_2 is ready again"] == sorted(said[2:])


def test_member_that_does_not_get_ready_keeps_no_other_from_it(tmp_path: Path) -> None:
    """The first stands still as it starts again; the second answers meanwhile, and the first when it goes on."""
    with farming(2, "--state-folder", str(tmp_path)) as front:
        first = front.pid_of(1)
        os.kill(first, signal.SIGKILL)
        eventually(lambda: front.runs(1) and front.pid_of(1) != first)
        again = front.pid_of(1)
        os.kill(again, signal.SIGSTOP)
        os.kill(front.pid_of(2), signal.SIGKILL)
        eventually(lambda: _answers(front.members[1]))
        os.kill(again, signal.SIGCONT)
        said = [_next_line(front) for _ in range(4)]

    # On a slow machine the first may have been ready before it stood still, so the lines are in any order.
    assert ["member_1 ended", "member_1 is re", "member_2 ended", "member_2 is re"] == sorted(
        line[:14] for line in said
    )


def _next_line(front: Front) -> str:
    """What the farm says next of a member; where it is and what becomes of its worlds is left out."""
    assert front.process is not None
    assert front.process.stderr is not None
    line = front.process.stderr.readline().rstrip().removeprefix("masking-emulator: ")
    return re.sub(r" at http://\S+", "", line)


def _answers(member: str) -> bool:
    try:
        return bool(Control(member).get("/health")["ready"])
    except (Unreachable, ControlRefused):
        return False


def _statuses(world: Api, seed: int) -> tuple[int, int, int]:
    """How the world is answered: to its account, read, and made again."""
    path, body = f"/_emulator/worlds/{world.auth_id}", json.dumps({"seed": seed, **_STILL}).encode()
    made = ask(world.url, "PUT", path, body, {"Content-Type": "application/json"})
    return world.ask("GET", world.sessions).status, ask(world.url, "GET", path, None, {}).status, made.status


def test_worlds_of_a_member_that_is_down_are_made_by_no_other_after_a_restart(tmp_path: Path) -> None:
    """HAProxy remembers nothing, and leads there all the same. A new world of no chosen name is made elsewhere."""
    kept = ("--state-folder", str(tmp_path))
    with farming(3, *kept) as front:
        chosen = [front.control.put(f"/worlds/MARESTARTED{n:09}", {})["auth_id"] for n in range(12)]
        drawn = [front.control.post("/worlds")["auth_id"] for _ in range(12)]
        assert front.control.get(f"/worlds/{DEMO}")
        (home,) = re.findall(r"key=0000000001 .* server_key=member_(\d)", front.say("show table worlds"))
    with farming(3, *kept) as front:
        place = int(home)
        dead = {DEMO} | {*chosen, *drawn} & front.worlds_of(front.members[place - 1])
        os.kill(front.pid_of(place), signal.SIGSTOP)
        eventually(lambda: front.sees_down(place))
        worlds = {name: Api(front.url, name, "any", name) for name in (DEMO, *chosen, *drawn)}
        refused = {name for name, world in worlds.items() if _statuses(world, 1)[1:] == (503, 503)}
        created = ask(front.url, "POST", worlds[DEMO].sessions, b"{}", {}).status
        new = [front.control.post("/worlds")["auth_id"] for _ in range(8)]
        found = [front.control.get(f"/worlds/{name}")["auth_id"] for name in new]
        os.kill(front.pid_of(place), signal.SIGCONT)
        eventually(lambda: not front.sees_down(place))
        again = [front.control.get(f"/worlds/{name}")["auth_id"] for name in worlds]
        there = [name for member in front.members for name in front.worlds_of(member) if name != DEMO]

    assert 2 <= len(dead) <= 20
    assert dead == refused
    assert 503 == created
    assert new == found
    assert list(worlds) == again
    assert sorted([*chosen, *drawn, *new]) == sorted(there)


def _shows(world: Api, session: str) -> bool:
    return world.ask("GET", f"{world.sessions}/{session}").status == 200


def test_all_end_together_on_ctrl_c() -> None:
    """Exit code 0, and no process is left."""
    with farming(2) as front:
        assert front.process is not None
        started = children(front.process.pid)
        front.process.send_signal(signal.SIGINT)
        front.process.wait(PATIENCE_S)
        left = [pid for pid in started if Path(f"/proc/{pid}").exists()]

    assert 3 == len(started)
    assert (0, []) == (front.process.returncode, left)


def test_missing_haproxy_is_said() -> None:
    """With where to get it; nothing is started."""
    assert "haproxy is not installed; apt-get install haproxy" in sentence(run("farm", PATH=""), 2)


def test_taken_port_is_said() -> None:
    """Before anything is started."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        said = sentence(run("farm", "--port", str(port)), 2)

    assert f"127.0.0.1:{port}: Address already in use; choose another port with --port" in said


def _free_outside_the_systems_choice() -> int:
    """A port that is free, and the one behind it, of those that the system gives to nobody who asks for any."""
    for port in range(21_000, 30_000, 2):
        with suppress(OSError), ExitStack() as both:
            for one in (port, port + 1):
                both.enter_context(closing(socket.create_server(("127.0.0.1", one))))
            return port
    pytest.skip("no two ports in a row are free")


def test_taken_port_of_a_member_is_said() -> None:
    """In one sentence, not by each server for itself."""
    front = _free_outside_the_systems_choice()
    with closing(socket.create_server(("127.0.0.1", front + 1))):
        said = sentence(run("farm", "-n", "1", "--port", str(front)), 2)

    assert f"127.0.0.1:{front + 1}: Address already in use; choose another port with --port" in said


def test_ports_that_there_are_not_are_said() -> None:
    """The members listen at those behind --port."""
    said = sentence(run("farm", "-n", "4", "--port", "65534"), 2)

    assert "--port 65534: members need the 4 ports behind it, and the last port is 65535" in said


def test_haproxy_that_does_not_start_is_said_with_its_exit_code(tmp_path: Path) -> None:
    """As soon as it has ended; why, it says itself: the path of a socket has 97 signs at most."""
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    done = run("farm", "-n", "1", "--port", "0", TMPDIR=str(folder))

    assert (2, "") == (done.returncode, done.stdout)
    assert "too long (max 97)" in done.stderr
    assert done.stderr.endswith("masking-emulator: HAProxy ended with exit code 1\n")


def test_member_that_ends_again_and_again_is_not_started_for_ever() -> None:
    """Six starts within a minute are too many; as many within an hour are not."""
    assert not has_started_too_often([0, 1, 2, 3, 4], now_s=5)
    assert has_started_too_often([0, 1, 2, 3, 4, 5], now_s=59)
    assert not has_started_too_often([0, 1, 2, 3, 4, 5], now_s=60)
    assert not has_started_too_often([0, 600, 1200, 1800, 2400, 3000], now_s=3001)


def test_world_file_whose_subaccount_would_be_sought_elsewhere_is_refused(tmp_path: Path) -> None:
    """Each member has that world, and what one did for the account another would not know for the subaccount."""
    file = tmp_path / "world.toml"
    file.write_text(
        '[account]\nauth_id = "MACHOSENBYME00000077"\n'
        '[[account.subaccounts]]\n[[account.subaccounts]]\nauth_id = "SAOTHERENDING0000009"\n',
        encoding="utf-8",
    )
    said = sentence(run("farm", "-n", "1", "--port", "0", "--world", str(file)), 2)

    assert f"{file}: account.subaccounts[1].auth_id: SAOTHERENDING0000009 does not end as MACHOSENBYME00000077" in said


@pytest.mark.parametrize("name", world_names())
def test_example_world_is_found_whole_in_a_farm(name: str) -> None:
    """All its accounts lead to one member."""
    assert 1 == len({account.auth_id[-TAIL_CHARACTERS:] for account in load_world(name).accounts})


def test_member_that_does_not_start_ends_all() -> None:
    """What it says of itself is on stderr too."""
    done = run("farm", "-n", "2", "--port", "0", "--world", "no-such-world")

    assert (2, "") == (done.returncode, done.stdout)
    assert "no-such-world: there is no such file" in done.stderr
    assert done.stderr.rstrip().endswith("member_1 does not start")


def test_unknown_world_is_refused_by_its_member(front: Front) -> None:
    """As one server would refuse it."""
    with pytest.raises(ControlRefused, match="no world has the Auth ID 'MANOBODYHASTHISNAME1'"):
        Control(front.url).get("/worlds/MANOBODYHASTHISNAME1")
    stranger = ask(front.url, "GET", "/v1/Account/MANOBODYHASTHISNAME1/Masking/Session/", None, {})

    assert 401 == stranger.status
    assert json.loads(stranger.content)["error"]
