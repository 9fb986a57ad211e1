"""Files: where a report goes, in the form that the ending of its name says."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from masking_emulator.report.har import har
from masking_emulator.report.markdown import markdown
from masking_emulator.report.model import Report, report_json
from masking_emulator.report.page import page
from masking_emulator.wholefile import CannotKeepFile, check_writable, write_whole

#: Ending → what renders a report for a file with it.
FORMS: Final[Mapping[str, Callable[[Report], str]]] = {
    ".html": page,
    ".har": har,
    ".json": report_json,
    ".md": markdown,
}

#: The name that stands for the summary of a step in GitHub Actions.
GITHUB: Final = "github"


class ReportFile(Struct, frozen=True):
    """A file to be written, or to be appended to, as the file is to which GitHub's steps write their summaries."""

    path: Path
    render: Callable[[Report], str]
    appended: bool = False

    def write(self, report: Report) -> None:
        """Write the report. Raises CannotKeepFile."""
        text = self.render(report)
        try:
            if not self.appended:
                return write_whole(self.path, text, private=False)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise CannotKeepFile(f"{self.path}: {error.strerror}") from None


def report_files(names: Sequence[str], github_summary: str | None) -> list[ReportFile]:
    """The files that these names stand for. Raises CannotKeepFile where one could not be written, and writes nothing.

    `github_summary` is the file that GitHub names; without it nothing is written for `github`.
    """
    return [file for name in names if (file := _file(name, github_summary)) is not None]


def _file(name: str, github_summary: str | None) -> ReportFile | None:
    if name == GITHUB:
        return None if not github_summary else _summary(Path(github_summary))
    path = Path(name)
    if path.suffix.lower() not in FORMS:
        endings = ", ".join(FORMS)
        raise CannotKeepFile(f"{name}: a report's name ends in one of {endings}, or is {GITHUB}")
    check_writable(path)
    return ReportFile(path, FORMS[path.suffix.lower()])


def _summary(path: Path) -> ReportFile:
    try:
        with path.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        raise CannotKeepFile(f"$GITHUB_STEP_SUMMARY: {path}: {error.strerror}") from None
    return ReportFile(path, markdown, appended=True)
