"""A member joins: it gets its share of the new worlds, and none that lives moves. And the files of `fixtures/farm`."""

import re
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

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

#: A process of HAProxy that has run for less hands nothing on, in seconds.
_LEARNT_AFTER_S: Final = 5


@contextmanager
def _balanced(file: Path, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    """HAProxy with this configuration."""
    with subprocess.Popen(["haproxy", "-db", "-q", *words, "-f", str(file)]) as process:
        try:
            yield process
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


class _Four:
    """Four servers, the first three of which HAProxy knows, and 60 living worlds with a copy of each."""

    def __init__(self, folder: Path, stack: ExitStack, *words: str) -> None:
        self._folder = folder
        self.servers = [stack.enter_context(ServerThread()) for _ in range(4)]
        self.members = [
            BalancedServer(f"m_{n}", s.url.removeprefix("http://"), s.url) for n, s in enumerate(self.servers, 1)
        ]
        self._listen, self._peer = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
        self.control = Control(f"http://{self._listen}")
        self.text = self.write(3)
        self.process = stack.enter_context(_balanced(self.file, *words))
        eventually(lambda: _answers(self.control.url))
        self.living = [self.control.put(f"/worlds/MAJOINING{n:011}", {})["auth_id"] for n in range(60)]

    @property
    def file(self) -> Path:
        """HAProxy's."""
        return self._folder / "haproxy.cfg"

    def write(self, members: int) -> str:
        """Write HAProxy's file, with so many members; its text."""
        socket, inside = str(self._folder / "socket"), str(self._folder / "inside")
        text = configuration(Balancer(self._listen, self._peer, socket, inside, self.members[:members]))
        self.file.write_text(text, encoding="utf-8")
        return text

    def copy_all(self) -> None:
        """A copy of each world, which is remembered to be beside its original."""
        self.living += [self.control.post(f"/worlds/{auth_id}/fork")["auth_id"] for auth_id in self.living]

    def say(self, command: str) -> str:
        """What HAProxy answers to a command."""
        return say(self._folder / "socket", command)

    def shown(self, name: str) -> int:
        """A number of `show info`."""
        (value,) = re.findall(rf"^{name}: (\d+)$", self.say("show info"), flags=re.MULTILINE)
        return int(value)

    def found(self) -> list[str]:
        """The living worlds, as HAProxy leads to them."""
        return [self.control.get(f"/worlds/{auth_id}")["auth_id"] for auth_id in self.living]

    def homes_of_new(self) -> list[int]:
        """The members of 200 worlds that are made now."""
        before = _homes(self.servers)
        for number in range(60, 260):
            self.control.put(f"/worlds/MAJOINING{number:011}", {})
        return [home for world, home in _homes(self.servers).items() if world not in before]


def test_new_member_gets_its_share_of_new_worlds_and_no_living_one_moves(tmp_path: Path) -> None:
    """Three become four: 60 worlds and a copy of each stay where they are, and of 200 others a quarter is its own."""
    with ExitStack() as stack:
        four = _Four(tmp_path, stack)
        four.say("clear table worlds")  # as after a restart; what is asked for is remembered again
        four.copy_all()
        before = _homes(four.servers)
        joining = re.findall(r"^#   ((?:add|enable) .*)$", four.text, flags=re.MULTILINE)
        with _asked_for_all_the_time(four) as refused:
            said = [four.say(_told(one, four.members[3].name, four.members[3].address)) for one in joining]
            eventually(lambda: "m_4 127.0.0.1 2" in four.say("show servers state worlds"))
        found = four.found()
        again = [four.control.put(f"/worlds/MAJOINING{number:011}", {})["auth_id"] for number in range(60)]
        after = _homes(four.servers)
        new = four.homes_of_new()

    assert ["New server registered."] * 3 == [answer for answer in said if answer]
    assert [] == refused
    assert (four.living, four.living[:60]) == (found, again)
    assert before == after
    assert 200 == len(new)
    assert 30 <= new.count(4) <= 75


def test_reload_hands_on_where_living_worlds_are_to_a_process_that_has_a_member_more(tmp_path: Path) -> None:
    """No connection is refused. A world is found in its member as soon as the new process has learnt what the old knew,
    and until then answered, or said to be nowhere.
    """
    with ExitStack() as stack:
        four = _Four(tmp_path, stack, "-W")
        four.copy_all()
        before, old = _homes(four.servers), four.shown("Pid")
        eventually(lambda: four.shown("Uptime_sec") > _LEARNT_AFTER_S)
        with _asked_for_all_the_time(four) as refused:
            four.write(4)
            four.process.send_signal(signal.SIGHUP)
            eventually(lambda: _process(four) not in (None, old))
            eventually(lambda: f"used:{len(four.living)}" in four.say("show table worlds"))
        with _asked_for_all_the_time(four) as refused_later:
            found = four.found()
        after = _homes(four.servers)
        new = four.homes_of_new()

    assert all(one.startswith("404 auth_id: no world has the Auth ID") for one in refused)
    assert [] == refused_later
    assert (four.living, before) == (found, after)
    assert 30 <= new.count(4) <= 75


def _process(four: _Four) -> int | None:
    """The process of HAProxy that answers; None where the one has gone, and the other has not come."""
    try:
        return four.shown("Pid")
    except (OSError, ValueError):
        return None


@contextmanager
def _asked_for_all_the_time(four: _Four) -> Iterator[list[str]]:
    """Somebody asks for every living world meanwhile, at least once, one after the other; what is refused."""
    refused, is_over = list[str](), Event()

    def ask_all() -> None:
        while True:
            for auth_id in four.living:
                try:
                    four.control.get(f"/worlds/{auth_id}")
                except (ControlRefused, Unreachable) as error:
                    refused.append(f"{getattr(error, 'status', '')} {error}")
            if is_over.is_set():
                return

    asking = Thread(target=ask_all)
    asking.start()
    try:
        yield refused
    finally:
        is_over.set()
        asking.join()


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
