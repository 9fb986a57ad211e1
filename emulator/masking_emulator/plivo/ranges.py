"""Ranges: which part of a file a request wants.

Pure: a Range header and a size in, the bounds of a part out. Source: RFC 9110, section 14; the vendor's media host
is a plain file server.
"""

import re
from typing import Final

from masking_emulator.plivo import refusals
from masking_emulator.plivo.refusals import ApiError

_RANGE: Final = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", flags=re.ASCII | re.IGNORECASE)


def part_of(wanted: str | None, size: int) -> tuple[int, int] | None:
    """Where the wanted part begins and stops; None is the whole file.

    What is no range of bytes, or several, is served whole. Raises ApiError 416 for one that lies beyond the end.
    """
    matched = _RANGE.fullmatch(wanted or "")
    if matched is None or not (matched[1] or matched[2]):
        return None
    if not matched[1]:
        start, stop = max(0, size - int(matched[2])), size
    else:
        start, stop = int(matched[1]), min(size, int(matched[2] or size) + 1)
        if matched[2] and int(matched[2]) < start:
            return None
    if start >= stop:
        reason = f"the file has {size} bytes"
        raise ApiError(416, refusals.RANGE_BEYOND_END, reason, {"Content-Range": f"bytes */{size}"})
    return start, stop
