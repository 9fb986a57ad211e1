"""How long another world's answers take beside callbacks to receivers that mean no good."""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from itertools import cycle
from typing import Any, Final

from tests.bench.servers import EMULATOR, server
from tests.bench.stalls import ServedLoad
from tests.bench.table import Effort, Row, at_most, here_of_beside

#: So many receivers are hostile, each to the callback of one session.
_RECEIVERS: Final = 100

#: So long others' answers are timed, in seconds, quiet and beside them.
_TIMED_S: Final = 4.0
_ADVANCES: Final = 4

#: Nothing of it ends; each is sent until whoever listens hangs up.
_FLOOD: Final = b"HTTP/1.1 100 Continue\r\n\r\n" * 2000
_HEADERS: Final = b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: %s\r\n" % (number, b"x" * 100) for number in range(500))
_BODY: Final = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 5000

_Answering = Callable[[asyncio.StreamWriter], Coroutine[Any, Any, None]]


def hostile_receivers(effort: Effort) -> list[Row]:
    """The median of another world's answers beside receivers that hang, drip and flood, of that when all is quiet."""
    del effort
    with server(EMULATOR) as (process, port), _receivers() as receivers:
        served = ServedLoad(process, port)
        pool = [{"number": f"+1415{2_000_000 + place}"} for place in range(_RECEIVERS)]
        world = json.loads(served.ask("POST", "/_emulator/worlds", json.dumps({"world": {"numbers": pool}}).encode()))
        with served.waited_beside() as quiet:
            time.sleep(_TIMED_S)
        for place in range(_RECEIVERS):
            served.make_session(world, place, f"http://127.0.0.1:{receivers}/{place}#rc=5&rp=all")
        # Each advance makes the retries due of those that have failed already.
        advance = json.dumps({"seconds": 120, "patience_s": 0}).encode()
        with served.waited_beside() as beside:
            for _ in range(_ADVANCES):
                served.ask("POST", f"/_emulator/worlds/{world['auth_id']}/clock/advance", advance)
                time.sleep(_TIMED_S / _ADVANCES)
            listed = json.loads(served.ask("GET", f"/_emulator/worlds/{world['auth_id']}/callbacks?limit=1000"))
    states = Counter(callback["state"] for callback in listed["callbacks"])
    assert states["waiting"] + states["retrying"] >= _RECEIVERS // 4, f"they are under way no more: {states}"
    measure, target = f"others' answers beside {_RECEIVERS} hostile receivers, median, of quiet", at_most(2, aim=1.2)
    return [here_of_beside(measure, target, beside=1000 * quiet[0], here=1000 * beside[0], unit="µs")]


@contextmanager
def _receivers() -> Iterator[int]:
    """Receivers in a process of their own, on this port: by turns one that hangs, one that drips, three that flood."""
    command = [sys.executable, "-m", "tests.bench.hostile"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


async def _receive() -> None:
    turns = cycle((_hang, _drip, _flooding(_FLOOD), _flooding(_HEADERS), _flooding(_BODY)))

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):  # the client has gone
            await reader.readuntil(b"\r\n\r\n")
            await next(turns)(writer)
        writer.close()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=2048)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


async def _hang(writer: asyncio.StreamWriter) -> None:
    del writer
    await asyncio.sleep(3600)


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


def _flooding(first: bytes) -> _Answering:
    async def flood(writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        more = first.partition(b"\r\n\r\n")[2] or first.partition(b"\r\n")[2]
        while True:
            writer.write(more)
            await writer.drain()
            await asyncio.sleep(0)

    return flood


if __name__ == "__main__":
    asyncio.run(_receive())
