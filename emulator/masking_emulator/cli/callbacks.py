"""The verbs of callbacks: look at them, wait for one, send one again, and the laboratory. Part of the command line.

Verbs that wait let the server wait and ask it again only now and then.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

import click

from masking_emulator.cli.common import (
    WHOLE,
    end_cleanly_when_asked,
    given,
    json_option,
    print_aligned,
    print_json,
    talking,
    world_option,
)
from masking_emulator.cli.words import LISTED_MAX, OPEN_STATES, STATES, WAIT_S_MAX
from masking_emulator.client import Control, ControlRefused

#: How long `follow` waits in one request: where nothing is under way, and where something is, in real seconds.
_QUIET_S: Final = 30
_BUSY_S: Final = 0.25

#: What the control API answers where nothing came in time.
_NOTHING_CAME: Final = 409

_Verb = TypeVar("_Verb", bound=Callable[..., Any])


@click.group()
def callbacks() -> None:
    """Look at callbacks, wait for them, send them again, hold them back.

    \b
    What came of every callback so far, and of those to come:
        masking-emulator callbacks follow
    In a script, until a hangup was delivered:
        masking-emulator callbacks wait --event SessionPartiesHangup
    What happens if they arrive late, or in another order:
        masking-emulator callbacks hold --event SessionSecondPartyAnswer
        masking-emulator callbacks release
    """


def _filter_options(verb: _Verb) -> _Verb:
    verb = click.option("--session", help="Only of this session.")(verb)
    return click.option("--event", metavar="NAME", help="Only of this event, such as SessionPartiesHangup.")(verb)


def _rule_options(verb: _Verb) -> _Verb:
    verb = click.option("--count", type=click.IntRange(1), help="Apply it to this many matches; left out, to all.")(
        verb
    )
    return _filter_options(click.option("--skip", type=WHOLE, help="Let this many matches pass first.")(verb))


_state_option: Final = click.option("--state", type=click.Choice([*STATES, "any"]), help="Only in this state.")
_after_option: Final = click.option("--after", default=0, show_default=True, type=WHOLE, help="Only after this ID.")


@callbacks.command(name="list")
@_filter_options
@_state_option
@_after_option
@click.option("--limit", default=100, show_default=True, type=WHOLE, help="The most to print.")
@json_option("The callbacks with every attempt, as JSON.")
@world_option
def list_(as_json: bool, url: str, world: str | None, **filters: Any) -> None:  # noqa: FBT001  # click's way
    """Print the callbacks, oldest first, one a line."""
    with talking():
        control = Control(url)
        answer = control.get(f"{control.world(world)}/callbacks", **given(**filters))
    _print_found(answer, as_json=as_json)


@callbacks.command()
@click.argument("id_", metavar="ID", type=WHOLE)
@json_option("All that is known, as JSON.")
@world_option
def show(id_: int, as_json: bool, url: str, world: str | None) -> None:  # noqa: FBT001  # click's way
    """Print one callback: its parameters, its request, what was signed, and every attempt."""
    with talking():
        control = Control(url)
        found = control.get(f"{control.world(world)}/callbacks/{id_}")
    if as_json:
        return print_json(found)
    click.echo(_line(found))
    request = found["request"]
    _print_part("parameters", found["parameters"])
    _print_part("request", {"": f"{request['method']} {request['url']}", **request["headers"], "body": request["body"]})
    signed = found["signature_inputs"]
    _print_part("signed", {"V2": signed["v2"], **{f"V3, text {n}": text for n, text in enumerate(signed["v3"], 1)}})
    _print_part("laboratory", {"": ", ".join(found["laboratory"])})
    _print_part("attempts", {attempt["at"]: _attempt(attempt) for attempt in found["attempts"]})
    return None


@callbacks.command()
@_filter_options
@_after_option
@click.option("--count", type=click.IntRange(1), help="End after this many.")
@json_option("One JSON object a line.")
@world_option
def follow(as_json: bool, url: str, world: str | None, count: int | None, **filters: Any) -> None:  # noqa: FBT001  # click's way
    """Print every callback as soon as it is settled, those so far and those to come, until Ctrl-C."""
    end_cleanly_when_asked()
    with talking():
        control = Control(url)
        settled = _settled(control, f"{control.world(world)}/callbacks", given(**filters))
        for place, found in enumerate(settled, 1):
            click.echo(json.dumps(found) if as_json else _line(found))
            if place == count:
                return


@callbacks.command()
@_filter_options
@_state_option
@_after_option
@click.option("--count", default=1, show_default=True, type=click.IntRange(1, LISTED_MAX), help="How many to wait for.")
@click.option(
    "--timeout",
    default=5.0,
    show_default=True,
    type=click.FloatRange(0, WAIT_S_MAX),
    help="Real seconds to wait.",
)
@json_option("The callbacks as JSON.")
@world_option
def wait(as_json: bool, url: str, world: str | None, timeout: float, **filters: Any) -> None:  # noqa: FBT001  # click's way
    """Wait until callbacks match, and print them. Without --state: until they are delivered.

    Exit code 1 where they do not come in time, with what came instead.
    """
    with talking():
        control = Control(url)
        answer = control.wait(f"{control.world(world)}/callbacks/wait", timeout, **given(**filters))
    _print_found(answer, as_json=as_json)


@callbacks.command()
@click.argument("id_", metavar="ID", type=WHOLE)
@json_option("The new callback as JSON.")
@world_option
def replay(id_: int, as_json: bool, url: str, world: str | None) -> None:  # noqa: FBT001  # click's way
    """Send a callback once more, with fresh nonces, as a callback of its own."""
    with talking():
        control = Control(url)
        found = control.post(f"{control.world(world)}/callbacks/{id_}/replay")
    if as_json:
        return print_json(found)
    click.echo(_line(found))
    return None


@callbacks.command()
@_rule_options
@world_option
def hold(url: str, world: str | None, **rule: Any) -> None:
    """From now on hold callbacks back until they are released."""
    _add_rule(url, world, given(action="hold", **rule))


@callbacks.command()
@click.argument("ids", metavar="[ID]...", nargs=-1, type=WHOLE)
@_rule_options
@world_option
def drop(ids: tuple[int, ...], url: str, world: str | None, **rule: Any) -> None:
    """Never send the callbacks with these IDs; without one, from now on never send those that match."""
    if not ids:
        return _add_rule(url, world, given(action="drop", **rule))
    if given(**rule):
        raise click.UsageError("give IDs, or options that select callbacks to come, not both")
    with talking():
        control = Control(url)
        path = f"{control.world(world)}/callbacks"
        for ordinal in ids:
            click.echo(_line(control.post(f"{path}/{ordinal}/drop")))
    return None


@callbacks.command()
@click.argument("ids", metavar="[ID]...", nargs=-1, type=WHOLE)
@world_option
def release(ids: tuple[int, ...], url: str, world: str | None) -> None:
    """Let held callbacks go: these in this order, or all. Rules that hold stay; end them with `rules --clear`."""
    with talking():
        control = Control(url)
        answer = control.post(f"{control.world(world)}/callbacks/release", {"ids": list(ids)} if ids else {})
    click.echo(f"released {' '.join(map(str, answer['released']))}" if answer["released"] else "nothing was held")


@callbacks.command()
@click.option("--clear", is_flag=True, help="Remove all rules.")
@json_option("What the control API answers.")
@world_option
def rules(clear: bool, as_json: bool, url: str, world: str | None) -> None:  # noqa: FBT001  # click's way
    """Print the laboratory's rules, with how often each was applied."""
    with talking():
        control = Control(url)
        path = f"{control.world(world)}/callbacks/policy"
        policy = control.put(path, {"rules": []}) if clear else control.get(path)
    _print_policy(policy, as_json=as_json)


def _print_found(answer: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        return print_json(answer)
    for found in answer["callbacks"]:
        click.echo(_line(found))
    return None


def _add_rule(url: str, world: str | None, rule: Mapping[str, Any]) -> None:
    """One rule more, behind the others; their counting starts anew, because the API takes all rules at once."""
    rule = {"session_uuid" if name == "session" else name: value for name, value in rule.items()}
    with talking():
        control = Control(url)
        path = f"{control.world(world)}/callbacks/policy"
        before = [_without_counts(known) for known in control.get(path)["rules"]]
        policy = control.put(path, {"rules": [*before, rule]})
    _print_policy(policy, as_json=False)


def _without_counts(rule: Mapping[str, Any]) -> dict[str, Any]:
    return given(**{name: value for name, value in rule.items() if name not in ("matched", "applied")})


def _settled(control: Control, path: str, filters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every callback that is settled, as soon as it is."""
    last, filters = filters["after"], {name: value for name, value in filters.items() if name != "after"}
    pending: set[int] = set()
    while True:
        came = _came(control, path, filters, after=last, seconds=_BUSY_S if pending else _QUIET_S)
        last = max((found["id"] for found in came), default=last)
        known = _still_there(control, path, filters, pending) if pending else []
        for found in (*known, *came):
            if found["state"] in OPEN_STATES:
                pending.add(found["id"])
            else:
                pending.discard(found["id"])
                yield found


def _came(
    control: Control, path: str, filters: Mapping[str, Any], *, after: int, seconds: float
) -> list[dict[str, Any]]:
    """The callbacks after this one, as soon as there is one; none where none comes in time."""
    try:
        answer = control.wait(f"{path}/wait", seconds, **filters, state="any", after=after)
    except ControlRefused as refused:
        if refused.status == _NOTHING_CAME:
            return []
        raise
    return list(answer["callbacks"])


def _still_there(control: Control, path: str, filters: Mapping[str, Any], ids: set[int]) -> list[dict[str, Any]]:
    """These callbacks as they are now; those that are kept no more are taken out of `ids`."""
    answer = control.get(path, **filters, after=min(ids) - 1, limit=LISTED_MAX)["callbacks"]
    found = {callback["id"]: callback for callback in answer if callback["id"] in ids}
    reached = answer[-1]["id"] if len(answer) == LISTED_MAX else max(ids)
    ids.difference_update({ordinal for ordinal in ids if ordinal <= reached} - found.keys())
    return list(found.values())


def _print_policy(policy: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        return print_json(policy)
    click.echo("callbacks are sent" if policy["deliver"] else "callbacks are made and kept, and not sent")
    for place, rule in enumerate(policy["rules"], 1):
        said = " ".join(f"{name}={value}" for name, value in _without_counts(rule).items() if name != "action")
        click.echo(f"{place:>3}  {rule['action']:<9}  applied {rule['applied']} of {rule['matched']}  {said}")
    return None


def _line(found: Mapping[str, Any]) -> str:
    copy = f"  copy of {found['copy_of']}" if found["copy_of"] is not None else ""
    last = f"  {_attempt(found['attempts'][-1])}" if found["attempts"] else ""
    return (
        f"{found['id']:>5}  {found['due_at']:<27}  {found['event']:<30}  #{found['sequence']:<3} "
        f"{found['session_uuid']}  {found['state']:<9}{last}{copy}"
    ).rstrip()


def _attempt(attempt: Mapping[str, Any]) -> str:
    """An attempt in words: its number, the status or what went wrong, and how long it took."""
    response = attempt["response"]
    came = f"answered {response['status']}" if response else attempt["error"] or attempt["meaning"]
    return f"attempt {attempt['number']}: {came} ({attempt['took_ms']:.0f} ms)"


def _print_part(title: str, rows: Mapping[str, str]) -> None:
    if any(rows.values()):
        click.echo(f"\n{title}")
    print_aligned([(f"  {name}", value) for name, value in rows.items()])
