"""A member joins: it gets its share of the new worlds, and none that lives moves. And the files of `fixtures/farm`."""

import re
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import yaml
from masking_emulator.cli.balancer import BalancedServer, Balancer, configuration
from masking_emulator.cli.main import serve
from masking_emulator.client import Control, ControlRefused, Unreachable
from masking_emulator.server.thread import ServerThread

from tests.bench.servers import free_port
from tests.farm.files import FARM, balancer_of_the_files, haproxy_file
from tests.farm.front import eventually, needs_haproxy, say
from tests.plivo.ask import ask
from tests.shell.process import PATIENCE_S

pytestmark = needs_haproxy


@contextmanager
def _balanced(file: Path) -> Iterator[None]:
    """HAProxy with this configuration."""
    with subprocess.Popen(["haproxy", "-db", "-q", "-f", str(file)]) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def _answers(url: str) -> bool:
    try:
        return bool(Control(url).get("/health")["ready"])
    except (Unreachable, ControlRefused):
        return False


def _homes(servers: Sequence[ServerThread]) -> dict[str, int]:
    """Where each world lives that this test made, as the members say themselves."""
    return {
        world["auth_id"]: place
        for place, server in enumerate(servers, 1)
        for world in server.control.get("/worlds")["worlds"]
        if not world["auth_id"].startswith("MAEMULATOR0000")
    }


def _told(command: str, name: str, address: str) -> str:
    """The commands by which a member joins, as the comment of the configuration has them, for this member."""
    text = command.replace("member_5", name).replace("ADDRESS:PORT", address)
    return re.sub(r"id 5 ", f"id {name[-1]} ", text)


def test_new_member_gets_its_share_of_new_worlds_and_no_living_one_moves(tmp_path: Path) -> None:
    """Three become four: 60 worlds and a copy of each stay where they are, and of 200 others a quarter is its own."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    with ExitStack() as stack:
        servers = [stack.enter_context(ServerThread()) for _ in range(4)]
        members = [BalancedServer(f"m_{n}", s.url.removeprefix("http://"), s.url) for n, s in enumerate(servers, 1)]
        balancer = Balancer(
            f"127.0.0.1:{port}",
            f"127.0.0.1:{free_port()}",
            str(tmp_path / "socket"),
            str(tmp_path / "inside"),
            members[:3],
        )
        text = configuration(balancer)
        (tmp_path / "haproxy.cfg").write_text(text, encoding="utf-8")
        stack.enter_context(_balanced(tmp_path / "haproxy.cfg"))
        eventually(lambda: _answers(url))
        control = Control(url)
        living = [control.put(f"/worlds/MAJOINING{number:011}", {})["auth_id"] for number in range(60)]
        say(tmp_path / "socket", "clear table worlds")  # as after a restart; what is asked for is remembered again
        living += [control.post(f"/worlds/{auth_id}/fork")["auth_id"] for auth_id in living]
        before = _homes(servers)
        joining = re.findall(r"^#   ((?:add|enable) .*)$", text, flags=re.MULTILINE)
        said = [say(tmp_path / "socket", _told(one, members[3].name, members[3].address)) for one in joining]
        eventually(lambda: "m_4 127.0.0.1 2" in say(tmp_path / "socket", "show servers state worlds"))
        found = [control.get(f"/worlds/{auth_id}")["auth_id"] for auth_id in living]
        again = [control.put(f"/worlds/MAJOINING{number:011}", {})["auth_id"] for number in range(60)]
        after = _homes(servers)
        for number in range(60, 260):
            control.put(f"/worlds/MAJOINING{number:011}", {})
        new = [home for world, home in _homes(servers).items() if world not in before]

    assert ["New server registered."] * 3 == [answer for answer in said if answer]
    assert (living, living[:60]) == (found, again)
    assert before == after
    assert 200 == len(new)
    assert 30 <= new.count(4) <= 75


def test_configuration_for_containers_is_what_the_command_uses() -> None:
    """With a door for the console of each member; HAProxy itself finds nothing wrong with it but the names."""
    text = (FARM / "haproxy.cfg").read_text(encoding="utf-8")
    local = re.sub(r"(server \w+) member_\d:8080", r"\1 127.0.0.1:8080", text)
    done = subprocess.run(["haproxy", "-c", "-q", "-f", "/dev/stdin"], input=local, text=True, check=False)

    assert haproxy_file() == text
    assert 0 == done.returncode


def test_consoles_of_the_containers_are_at_the_host_that_was_asked(tmp_path: Path) -> None:
    """Whoever reaches the front by a name reaches them by the same, at their own ports."""
    text = re.sub(r"(server \w+) member_\d:8080", r"\1 127.0.0.1:8080", haproxy_file())
    text = text.replace("/tmp/", f"{tmp_path}/").replace(":1024", f":{free_port()}")
    text = re.sub(r"bind :\d+", lambda _: f"bind 127.0.0.1:{free_port()}", text)
    (port,) = re.findall(r"frontend clients\n +bind 127.0.0.1:(\d+)", text)
    (tmp_path / "haproxy.cfg").write_text(text, encoding="utf-8")
    with _balanced(tmp_path / "haproxy.cfg"):
        eventually(lambda: _listens(int(port)))
        said = ask(f"http://127.0.0.1:{port}", "GET", "/metrics", None, {"Host": "staging.example:8080"})

    consoles = " ".join(f"http://staging.example:{8080 + n}/" for n in range(1, 5))
    assert (404, f"the console and /metrics are each member's own: {consoles}") == (said.status, said.error)


def _listens(port: int) -> bool:
    with closing(socket.socket()) as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def test_compose_file_has_the_members_of_the_configuration() -> None:
    """Each is served under its name with its own folder, and HAProxy waits until all are healthy."""
    services: Any = yaml.safe_load((FARM / "compose.yaml").read_text(encoding="utf-8"))["services"]
    members = balancer_of_the_files().members

    assert {"haproxy", *(member.name for member in members)} == set(services)
    for member in members:
        command = services[member.name]["command"]
        assert "serve" == command[0]
        words = [word.replace("${PUBLIC_URL:-http://127.0.0.1:8080}", "http://127.0.0.1:8080") for word in command]
        assert "http://127.0.0.1:8080" == words[words.index("--public-url") + 1]
        serve.make_context("serve", words[1:])
        assert f"/emulator/{member.name}" in command
        assert "service_healthy" == services["haproxy"]["depends_on"][member.name]["condition"]
    published = [port.rpartition(":")[2] for port in services["haproxy"]["ports"]]
    assert [str(8080 + n) for n in range(len(members) + 1)] == published
    assert all(port.startswith("${ADDRESS:-127.0.0.1}:") for port in services["haproxy"]["ports"])
