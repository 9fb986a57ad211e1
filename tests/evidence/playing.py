"""Plays the story of `verify` against a world of a server, for the tests of it and for the mutants."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from masking_emulator.evidence.story import FICTIONAL, Cast
from masking_emulator.evidence.upstream import Upstream
from masking_emulator.evidence.verifying import Asker, Verification, verify
from masking_emulator.evidence.writing import CaptureWriter

from tests.plivo.ask import Api

#: How many requests the story may take by default.
BUDGET: Final = 60


def play(
    api: Api, file: Path, *, requests_max: int = BUDGET, while_it_plays: Callable[[Asker], bool] = lambda _: False
) -> Verification:
    """The story in this world. It is cancelled as soon as `while_it_plays` says so."""

    async def playing() -> Verification:
        upstream = Upstream(api.url, timeout_s=30)
        with CaptureWriter(file, service="emulator", made_with={}, began=0) as writer:
            asker = Asker(upstream, writer, auth_id=api.auth_id, auth_token=api.auth_token, requests_max=requests_max)
            task = asyncio.ensure_future(verify(asker, Cast(FICTIONAL, api.auth_id)))
            while not task.done() and not while_it_plays(asker):
                await asyncio.sleep(0)
            task.cancel()
            try:
                return await task
            finally:
                await upstream.close()

    return asyncio.run(playing())
