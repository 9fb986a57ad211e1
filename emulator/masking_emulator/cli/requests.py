"""The verbs of API requests: `requests list|show|follow|verify|unmatched`."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

import click

from masking_emulator.cli.common import (
    EXIT_REFUSED,
    WHOLE,
    AccountClient,
    Noun,
    Output,
    WholeNumber,
    account_options,
    coloured,
    counted,
    end,
    follow_until_asked,
    output_options,
    url_option,
)
from masking_emulator.cli.words import OPERATIONS
from masking_emulator.client import ControlRefused

#: How long `follow` waits in one request, in real seconds.
_QUIET_S: Final = 30

#: What the control API answers where nothing came in time.
_NOTHING_CAME: Final = 409

_Verb = TypeVar("_Verb", bound=Callable[..., Any])


@click.group(cls=Noun)
def requests() -> None:
    """Look at the API requests that arrived.

    \b
    masking-emulator requests list --status 400
    masking-emulator requests show 17
    masking-emulator requests follow
    masking-emulator requests verify --operation create_session --body '{"record": true}' --count 1
    """


def _criteria(verb: _Verb) -> _Verb:
    options = (
        click.option("--operation", metavar="NAME", help=f"{', '.join(OPERATIONS)}."),
        click.option("--method", help="GET, POST or DELETE."),
        click.option("--path", help="A pattern; * stands for anything."),
        click.option("--status", type=WholeNumber(100, 599), help="The status that was answered."),
        click.option("--session", help="The UUID of a session."),
        click.option("--body", help="JSON: a part of the body."),
        click.option("--after", type=WHOLE, help="Only requests after this sequence number."),
    )
    for option in reversed(options):
        verb = option(verb)
    return verb


@requests.command("list")
@_criteria
@click.option("--limit", default=100, show_default=True, type=WHOLE, help="The most to print, the newest ones.")
@output_options
@account_options
def list_(url: str, account: str | None, as_json: bool, quiet: bool, **criteria: Any) -> None:  # noqa: FBT001  # click's way
    """Print the requests that arrived, newest last, and what nothing read of them."""
    answer = AccountClient(url, account).get("/requests", **_given(criteria))
    lines = [line for request in answer["requests"] for line in _lines(request)]
    before = answer["matched"] - len(answer["requests"])
    Output(as_json=as_json, quiet=quiet).show_list(answer, lines, before=before)


@requests.command()
@output_options
@url_option
def unmatched(url: str, **output: bool) -> None:
    """Print the requests that belong to no account, newest last: unknown callers, and paths that do not exist."""
    answer = AccountClient(url).control.get("/requests/unmatched")
    lines = [f"{_line(request)}  {request.get('note', '')}".rstrip() for request in answer["requests"]]
    Output(**output).show_list(answer, lines)


@requests.command()
@click.argument("sequence", type=WHOLE)
@output_options
@account_options
def show(sequence: int, url: str, account: str | None, **output: bool) -> None:
    """Print request number SEQUENCE with its answer."""
    answer = AccountClient(url, account).get(f"/requests/{sequence}")
    Output(**output).show(answer, [*_lines(answer), json.dumps(answer, indent=2)])


@requests.command()
@click.option("--after", type=WHOLE, help="Only requests after this sequence number; left out, those to come.")
@output_options
@account_options
def follow(url: str, account: str | None, after: int | None, **output: bool) -> None:
    """Print every request as it arrives, until Ctrl-C."""
    follow_until_asked()
    server, out = AccountClient(url, account), Output(**output)
    if after is None:
        newest = server.get("/requests", limit=1)["requests"]
        after = newest[-1]["sequence"] if newest else 0
    while True:
        try:
            came = server.wait("/requests/wait", _QUIET_S, after=after, at_least=1)
        except ControlRefused as refused:
            if refused.status != _NOTHING_CAME:
                raise
            continue
        for request in came["requests"]:
            after = max(after, request["sequence"])
            out.stream(request, "\n".join(_lines(request)))


@requests.command()
@_criteria
@click.option("--count", type=WHOLE, help="Expect exactly this many.")
@click.option("--at-least", type=WHOLE, help="Expect this many or more; 1 where no number is given.")
@click.option("--at-most", type=WHOLE, help="Expect this many or fewer.")
@output_options
@account_options
def verify(url: str, account: str | None, as_json: bool, quiet: bool, **criteria: Any) -> None:  # noqa: FBT001  # click's way
    """Exit 0 where as many requests arrived as expected; 1 where not, and print what came close."""
    expected, out = _given(criteria), Output(as_json=as_json, quiet=quiet)
    if "body" in expected:
        expected["body"] = _json(expected["body"])
    try:
        answer = AccountClient(url, account).post("/requests/verify", expected)
    except ControlRefused as refused:
        if "near_misses" not in refused.answer:
            raise
        out.show(refused.answer, _explained(refused.answer))
        end(EXIT_REFUSED, str(refused))
    matching = "matches" if answer["count"] == 1 else "match"
    out.show(answer, [f"verified: {counted(answer['count'], 'request')} {matching}"])


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise click.BadParameter(f"it is no JSON: {error}", param_hint="--body") from None


def _explained(answer: Mapping[str, Any]) -> Iterator[str]:
    for request in answer["matched"]:
        yield f"matches {_line(request)}"
    for miss in answer["near_misses"]:
        yield f"close   {_line(miss['request'])}"
        for one in miss["differences"]:
            expected, actual = json.dumps(one["expected"]), json.dumps(one["actual"])
            yield f"        {one['field']}: expected {expected}, and it was {actual}"


def _lines(request: Mapping[str, Any]) -> Iterator[str]:
    """The request, and a line for each field that nothing read."""
    yield _line(request)
    for field in request["unread"]:
        hint = f": {field['hint']}" if "hint" in field else ""
        yield f"       nothing read {field['field']} in the {field['in']}{hint}"


def _line(request: Mapping[str, Any]) -> str:
    ended = str(request["status"] or request["outcome"].partition(":")[0])
    good = request["status"] < 400 if request["status"] else None
    faults = f" {' '.join(request['faults'])}" if request["faults"] else ""
    reason = f" ({request['reason']})" if "reason" in request else ""
    shown = coloured(ended, good=good)
    return f"{request['sequence']:>6} {request['at']} {request['method']} {request['path']} {shown}{faults}{reason}"
