"""gzip and zstd as others pack and read them, by name."""

import gzip
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final

#: Python's own since 3.14; the development extra installs the other one before.
zstd: Final[Any] = import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")

PACKED: Final[Mapping[str, Callable[[bytes], bytes]]] = {"gzip": gzip.compress, "zstd": zstd.compress}
PLAIN: Final[Mapping[str, Callable[[bytes], bytes]]] = {"gzip": gzip.decompress, "zstd": zstd.decompress}
