"""Reports of a run of tests: a page of each test that failed, and one of all tests that had a world.

Under xdist each worker writes the pages of its own tests, and hands over to the main process what it has for the page
of all.
"""

import re
from pathlib import Path
from typing import Final
from zlib import crc32

from msgspec import Struct, json, structs

from masking_emulator import __version__
from masking_emulator.client import Control
from masking_emulator.report.collect import reported, strangers
from masking_emulator.report.files import report_files
from masking_emulator.report.model import Report, ReportedWorld, Stranger
from masking_emulator.report.sizes import brief, fitted
from masking_emulator.testing.masking import REPORT_S, Masking
from masking_emulator.wholefile import CannotKeepFile, check_writable

#: The page of all tests.
ALL: Final = "all.html"

#: The most tests that it has; those that failed are the last to be left out.
TESTS_MAX: Final = 1_000

#: How a test ended that has a page of its own.
FAILED: Final = "failed"

_NAME_CHARACTERS_MAX: Final = 120

#: What a name of a file is made of as it is; a name with anything else has a number behind it.
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.]+")


class SeenWorld(Struct):
    """What a test's world came to, and the requests that arrived meanwhile and belong to no world."""

    world: ReportedWorld
    strangers: list[Stranger]


class _Handed(Struct):
    """What a worker has for the page of all, and what it could not write."""

    worlds: list[ReportedWorld]
    strangers: list[Stranger]
    problems: list[str]


class RunReports:
    """The reports of one process of a run."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder. Raises CannotKeepFile where it cannot be made or written to."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotKeepFile(f"{folder}: {error.strerror}") from None
        check_writable(folder / ALL)
        self.folder = folder
        #: Why something could not be written or asked for.
        self.problems: list[str] = []
        self._worlds: list[ReportedWorld] = []
        self._strangers: dict[int, Stranger] = {}

    def newest_stranger(self, control: Control) -> int:
        """The number of the newest request that belongs to no world: those after it are a test's."""
        return max((stranger.sequence for stranger in strangers(control)), default=0)

    def seen(self, masking: Masking, after: int) -> SeenWorld:
        """What there is to report of a test, while its world is there. Raises ControlRefused, Unreachable."""
        control = Control(masking.url, timeout_s=REPORT_S)
        return SeenWorld(reported(control, control.get(masking.path)), strangers(control, after))

    def ended(self, name: str, seen: SeenWorld, outcome: str) -> None:
        """A test has ended: its page where it has failed, and its place on the page of all."""
        world = structs.replace(seen.world, name=name, outcome=outcome)
        self._strangers |= {stranger.sequence: stranger for stranger in seen.strangers}
        self._worlds.append(world if outcome == FAILED else brief(world))
        if outcome == FAILED:
            report = Report(emulator=__version__, worlds=[world], subject=name, strangers=seen.strangers)
            self._write(f"{file_name(name)}.html", report)

    def handed_over(self) -> bytes:
        """What the main process needs of a worker."""
        return json.encode(_Handed(self._chosen(), list(self._strangers.values()), self.problems))

    def take(self, handed: bytes) -> None:
        """Take what a worker has handed over. The numbers of its strangers are those of its own server."""
        given = json.decode(handed, type=_Handed)
        self._worlds += given.worlds
        self.problems += given.problems
        for stranger in given.strangers:
            self._strangers[len(self._strangers)] = stranger

    def finish(self) -> Path | None:
        """Write the page of all tests; None where no test had a world, or where it could not be written."""
        if not self._worlds:
            return None
        chosen, of_none = self._chosen(), list(self._strangers.values())
        left_out = len(self._worlds) - len(chosen)
        cut = [f"{left_out:,} tests that did not fail"] if left_out else []
        return self._write(
            ALL, Report(emulator=__version__, worlds=chosen, subject="All tests", strangers=of_none, cut=cut)
        )

    def _chosen(self) -> list[ReportedWorld]:
        """As many worlds as there is room for, those that failed first, as small as all of them have to be."""
        ordered = sorted(self._worlds, key=lambda world: world.outcome != FAILED)[:TESTS_MAX]
        return list(fitted(Report(emulator=__version__, worlds=ordered)).worlds)

    def _write(self, name: str, report: Report) -> Path | None:
        path = self.folder / name
        try:
            for file in report_files([str(path)], None):
                file.write(fitted(report))
        except CannotKeepFile as error:
            self.problems.append(str(error))
            return None
        return path


def file_name(test: str) -> str:
    """A name for a test's page, without its ending: the test's own, as far as it may be one, and no other test's."""
    plain = test.replace("::", "-").replace("/", "-")
    name = "-".join(_PLAIN.findall(plain))[:_NAME_CHARACTERS_MAX]
    return name if name.split("-") == re.split("::|/", test) else f"{name}-{crc32(test.encode('utf-8', 'replace')):08x}"
