"""Writing: a capture as it comes into being, a line for each exchange as soon as it has ended.

What is seen goes through redaction before it is anywhere else, and through a file that is flushed after each line: what
was captured before a crash is there afterwards.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from msgspec import UNSET, Struct
from msgspec.structs import replace

from masking_emulator.evidence.captures import (
    BEGINNING,
    VERSION,
    CapturedAnswer,
    CapturedCallback,
    CapturedExchange,
    CapturedRequest,
    CapturedService,
    CaptureHeader,
    CaptureLine,
    SignatureVerdict,
    line_of,
)
from masking_emulator.evidence.redaction import Redactor, decoded
from masking_emulator.wholefile import CannotKeepFile, for_this_user, require_file

#: More of a body is not kept, only its length.
BODY_BYTES_MAX: Final = 2_097_152

#: More of an answer that is no JSON is not kept, such as the page of a gateway that is out of order.
_TEXT_CHARACTERS_MAX: Final = 2_000

_FORM: Final = "application/x-www-form-urlencoded"


class SeenRequest(Struct, frozen=True):
    """A request as it came, with nothing replaced: `path` and `query` as they were sent."""

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    body: bytes


class SeenAnswer(Struct, frozen=True):
    """An answer as it came, with nothing replaced."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


class CaptureWriter:
    """Writes one capture to a file that was not there before."""

    def __init__(
        self,
        path: Path,
        *,
        service: CapturedService,
        made_with: Mapping[str, str],
        began: int,
    ) -> None:
        """`began` is the instant of the beginning. Raises CannotKeepFile, also where the file has something in it."""
        self._file = _new_file(path)
        began_at = datetime.fromtimestamp(began // 1_000_000, UTC)
        self.redactor = Redactor(datetime.fromisoformat(BEGINNING) - began_at)
        self.exchanges = 0
        self.callbacks = 0
        self.withheld = 0
        self._write(CaptureHeader(version=VERSION, service=service, made_with=made_with))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the file. What comes later is lost."""
        self._file.close()

    def exchange(
        self,
        n: int,
        request: SeenRequest,
        answer: SeenAnswer | None,
        *,
        at: float,
        took: float,
        failed: str | None = None,
        about: Sequence[str] = (),
    ) -> None:
        """Write an exchange. `failed` says why there is no answer, in words that name no host. Raises OSError."""
        # The request first: what an answer says of it is recognised then.
        asked = self._request(request)
        answered = None if answer is None else self._answer(answer)
        self.exchanges += self._write(
            CapturedExchange(
                n=n,
                at=_rounded(at),
                took=_rounded(took),
                request=asked,
                answer=answered,
                failed=failed or UNSET,
                about=about or UNSET,
            )
        )

    def callback(
        self,
        callback: SeenRequest,
        *,
        at: float,
        signatures: Mapping[str, SignatureVerdict],
        answered: int | None,
    ) -> None:
        """Write a callback that arrived. Raises OSError."""
        form = callback.body.decode("utf-8", "replace") if _is_form(callback.headers) else ""
        params = [
            *self.redactor.query(callback.query, of_service=True),
            *self.redactor.query(form, of_service=True),
        ]
        self.callbacks += self._write(
            CapturedCallback(
                at=_rounded(at),
                method=callback.method,
                path=self.redactor.customers_path(callback.path),
                params=params,
                headers=self.redactor.headers(callback.headers, of_service=False),
                signatures=signatures,
                answered=answered,
            )
        )

    def _request(self, request: SeenRequest) -> CapturedRequest:
        redactor = self.redactor
        path, query = redactor.path(request.path), redactor.query(request.query)
        headers = redactor.headers(request.headers, of_service=False)
        made = CapturedRequest(method=request.method, path=path, query=query, headers=headers)
        if not request.body:
            return made
        if _is_form(request.headers):
            return replace(made, form=redactor.query(request.body.decode("utf-8", "replace")))
        try:
            return replace(made, body=redactor.body(decoded(request.body), of_service=False))
        except ValueError:
            return replace(made, text=redactor.stand_ins.word(request.body.decode("utf-8", "replace")))

    def _answer(self, answer: SeenAnswer) -> CapturedAnswer:
        redactor, length = self.redactor, len(answer.body)
        made = CapturedAnswer(status=answer.status, headers=redactor.headers(answer.headers, of_service=True))
        if length > BODY_BYTES_MAX:
            return replace(made, bytes=length)
        if not length:
            return made
        try:
            return replace(made, body=redactor.body(decoded(answer.body), of_service=True))
        except ValueError:
            pass
        # Of a text that was cut off in the middle half a number may be left, which is not recognised. Pages are whole.
        if not _kind_of(answer.headers).startswith("text/"):
            return replace(made, bytes=length)
        return replace(made, text=redactor.sentence(answer.body.decode("utf-8", "replace"))[:_TEXT_CHARACTERS_MAX])

    def _write(self, record: CaptureLine) -> bool:
        """Write a line, and say whether it was written. Raises OSError."""
        line = line_of(record)
        if self.redactor.has_leaked_into(line):
            self.withheld += 1
            return False
        if not self._file.closed:
            self._file.write(line)
            self._file.flush()
        return True


def _new_file(path: Path) -> IO[str]:
    """The file, open. Raises CannotKeepFile, where something is in it too: it may have cost money."""
    try:
        require_file(path)
        if path.exists() and path.stat().st_size:
            raise CannotKeepFile(f"{path}: there is something in it already; remove it, or name another file")
        return open(path, "w", encoding="utf-8", newline="\n", opener=for_this_user)
    except (OSError, ValueError) as error:  # ValueError: a null byte
        raise CannotKeepFile(f"{path}: {getattr(error, 'strerror', None) or error}") from None


def _is_form(headers: Sequence[tuple[str, str]]) -> bool:
    return _kind_of(headers) == _FORM


def _kind_of(headers: Sequence[tuple[str, str]]) -> str:
    """The media type, without its parameters."""
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    return kind.partition(";")[0].strip().lower()


def _rounded(seconds: float) -> float:
    return round(max(seconds, 0.0), 6)
