"""The verbs about what arrived: list API requests, show one, verify what was expected."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from masking_emulator.cli.common import EXIT_REFUSED, WHOLE, end, print_json, talking, world_option
from masking_emulator.cli.words import OPERATIONS
from masking_emulator.client import Control, ControlRefused

_Verb = TypeVar("_Verb", bound=Callable[..., Any])


@click.group()
def requests() -> None:
    """Look at the API requests that arrived.

    \b
    masking-emulator requests list --status 400
    masking-emulator requests show 17
    masking-emulator requests verify --operation create_session --body '{"record": true}' --count 1
    """


def _criteria(verb: _Verb) -> _Verb:
    options = (
        click.option("--operation", metavar="NAME", help=f"{', '.join(OPERATIONS)}."),
        click.option("--method", help="GET, POST or DELETE."),
        click.option("--path", help="A pattern; * stands for anything."),
        click.option("--status", type=click.IntRange(100, 599), help="The status that was answered."),
        click.option("--session", help="The UUID of a session."),
        click.option("--body", help="JSON: a part of the body."),
        click.option("--after", type=WHOLE, help="Only requests after this sequence number."),
    )
    for option in reversed(options):
        verb = option(verb)
    return verb


@requests.command("list")
@_criteria
@click.option("--limit", type=WHOLE, help="The most to print, the newest ones.")
@click.option("--json", "as_json", is_flag=True, help="The requests with their answers, as JSON.")
@world_option
def show_all(as_json: bool, url: str, world: str | None, **criteria: Any) -> None:  # noqa: FBT001  # click's way
    """Print the requests that arrived, oldest first, and what nothing read of them."""
    with talking():
        control = Control(url)
        answer = control.get(f"{control.world(world)}/requests", **_given(criteria))
    if as_json:
        return print_json(answer)
    for request in answer["requests"]:
        click.echo(_line(request))
        for field in request["unread"]:
            hint = f": {field['hint']}" if "hint" in field else ""
            click.echo(f"       nothing read {field['field']} in the {field['in']}{hint}")
    return None


@requests.command()
@click.argument("sequence", type=WHOLE)
@world_option
def show(sequence: int, url: str, world: str | None) -> None:
    """Print request number SEQUENCE with its answer, as JSON."""
    with talking():
        control = Control(url)
        answer = control.get(f"{control.world(world)}/requests/{sequence}")
    print_json(answer)


@requests.command()
@_criteria
@click.option("--count", type=WHOLE, help="Expect exactly this many.")
@click.option("--at-least", type=WHOLE, help="Expect this many or more; 1 where no number is given.")
@click.option("--at-most", type=WHOLE, help="Expect this many or fewer.")
@world_option
def verify(url: str, world: str | None, **criteria: Any) -> None:
    """Exit 0 where as many requests arrived as expected; 1 where not, and print what came close."""
    expected = _given(criteria)
    if "body" in expected:
        expected["body"] = _json(expected["body"])
    with talking():
        control = Control(url)
        path = f"{control.world(world)}/requests/verify"
        try:
            answer = control.post(path, expected)
        except ControlRefused as refused:
            if "near_misses" not in refused.answer:
                raise
            _explain(refused.answer)
            end(EXIT_REFUSED, str(refused))
    click.echo(f"verified: {answer['count']} requests match")


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise click.BadParameter(f"it is no JSON: {error}", param_hint="--body") from None


def _explain(answer: Mapping[str, Any]) -> None:
    for request in answer["matched"]:
        click.echo(f"matches {_line(request)}")
    for miss in answer["near_misses"]:
        click.echo(f"close   {_line(miss['request'])}")
        for one in miss["differences"]:
            expected, actual = json.dumps(one["expected"]), json.dumps(one["actual"])
            click.echo(f"        {one['field']}: expected {expected}, and it was {actual}")


def _line(request: Mapping[str, Any]) -> str:
    ended = request["status"] or request["outcome"].partition(":")[0]
    faults = f" {' '.join(request['faults'])}" if request["faults"] else ""
    reason = f" ({request['reason']})" if "reason" in request else ""
    return f"{request['sequence']:>6} {request['at']} {request['method']} {request['path']} {ended}{faults}{reason}"
