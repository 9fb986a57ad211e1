"""The log of a server: warnings and worse, for people or for machines."""

import json
import logging
import sys
from typing import Any, Final

from masking_emulator.clock import real_now
from masking_emulator.core.instants import written

#: The logger of what is narrated (narration.py).
NARRATION: Final = "masking_emulator.narration"


class _JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record, with the fields that its sender gave beside the message."""
        line: dict[str, Any] = {
            "at": written(real_now()),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


class _Text(logging.Formatter):
    """A level before problems, the time of day before what is narrated."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and a traceback where there is one."""
        front = written(real_now())[11:19] if record.name == NARRATION else f"{record.levelname}:"
        return f"{front} {super().format(record)}"


def log_as(log_format: str, *, verbose: bool = False) -> None:
    """Warnings and worse go to stderr, as text or as JSON lines; with `verbose`, what is narrated too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines() if log_format == "json" else _Text())
    logging.getLogger(NARRATION).setLevel(logging.INFO if verbose else logging.WARNING)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
