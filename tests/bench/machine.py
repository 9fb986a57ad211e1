"""On what machine a measure is taken, of which revision, and whether others keep it busy."""

import os
import platform
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

#: For how long is looked whether others keep the machine busy, before it begins.
_LOOKED_S: Final = 5.0


def where(busy: float) -> dict[str, Any]:
    """Day, revision and machine of what was measured while others kept so many cores busy."""
    return {
        "day": datetime.now(UTC).date().isoformat(),
        "revision": _said("git", "rev-parse", "--short", "HEAD"),
        "machine": _machine(),
        "load_before": round(busy, 1),
    }


def cores_busy() -> float:
    """How many cores others keep busy now (Linux). The system's load still tells of what ended a minute ago."""

    def times() -> tuple[float, float]:
        _, *jiffies = Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0].split()
        return float(sum(map(int, jiffies[:8]))), float(sum(map(int, jiffies[3:5])))

    all_before, idle_before = times()
    time.sleep(_LOOKED_S)
    all_after, idle_after = times()
    return (os.cpu_count() or 1) * (1 - (idle_after - idle_before) / (all_after - all_before))


def _said(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return ""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _machine() -> str:
    cores = len(os.sched_getaffinity(0))
    node = _said("node", "--version")
    return f"{platform.system()}, {cores} cores, Python {platform.python_version()}" + (
        f", Node {node}" if node else ""
    )
