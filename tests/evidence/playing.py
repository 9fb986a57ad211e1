"""Plays the story of `verify` against a world of a server, for the tests of it and for the mutants."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from masking_emulator.client import Control
from masking_emulator.evidence.story import FICTIONAL, Cast
from masking_emulator.evidence.upstream import Upstream
from masking_emulator.evidence.verifying import Asker, Verification, verify
from masking_emulator.evidence.writing import CaptureWriter

from tests.plivo.ask import Api

#: How many requests the story may take by default.
BUDGET: Final = 60


def play(
    api: Api,
    file: Path,
    *,
    requests_max: int = BUDGET,
    while_it_plays: Callable[[Asker], bool] = lambda _: False,
    whole: bool = False,
) -> Verification:
    """The story in this world; `whole` with what takes time, for which its clock is moved, and with calls.

    It is cancelled as soon as `while_it_plays` says so.
    """

    async def pause(seconds: float) -> None:
        path = f"/worlds/{api.auth_id}/clock/advance"
        await asyncio.to_thread(Control(api.url).post, path, {"seconds": seconds})

    async def playing() -> Verification:
        upstream = Upstream(api.url, timeout_s=30)
        with CaptureWriter(file, service="emulator", made_with={}, began=0) as writer:
            asker = Asker(
                upstream,
                writer,
                auth_id=api.auth_id,
                auth_token=api.auth_token,
                requests_max=requests_max,
                pause=pause,
            )
            cast = Cast(FICTIONAL, api.auth_id, may_wait_s=100.0 if whole else 0.0, may_call=whole)
            task = asyncio.ensure_future(verify(asker, cast))
            while not task.done() and not while_it_plays(asker):
                await asyncio.sleep(0)
            task.cancel()
            try:
                return await task
            finally:
                await upstream.close()

    return asyncio.run(playing())
