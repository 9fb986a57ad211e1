"""The verbs of callbacks: look at them, wait for one, send one again, and the laboratory.

Verbs that wait let the server wait and ask it again only now and then.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

import click

from masking_emulator.cli.common import (
    WHOLE,
    AccountClient,
    Duration,
    Noun,
    Output,
    WholeNumber,
    account_options,
    aligned,
    coloured,
    follow_until_asked,
    given,
    output_options,
    patience_option,
)
from masking_emulator.cli.words import LISTED_MAX, OPEN_STATES, STATES, WAIT_S_MAX
from masking_emulator.client import ControlRefused

_GOOD: Final[Mapping[str, bool]] = {"delivered": True, "failed": False, "blocked": False}

#: How long `follow` waits in one request: where nothing is under way, and where something is, in real seconds.
_QUIET_S: Final = 30
_BUSY_S: Final = 0.25

#: What the control API answers where nothing came in time.
_NOTHING_CAME: Final = 409

_Verb = TypeVar("_Verb", bound=Callable[..., Any])


@click.group(cls=Noun)
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
    verb = click.option("--count", type=WholeNumber(1), help="Apply it to this many matches; left out, to all.")(verb)
    return _filter_options(click.option("--skip", type=WHOLE, help="Let this many matches pass first.")(verb))


_state_option: Final = click.option("--state", type=click.Choice([*STATES, "any"]), help="Only in this state.")
_after_option: Final = click.option("--after", default=0, show_default=True, type=WHOLE, help="Only after this ID.")


@callbacks.command(name="list")
@_filter_options
@_state_option
@_after_option
@click.option("--limit", default=100, show_default=True, type=WHOLE, help="The most to print, the newest ones.")
@output_options
@account_options
def list_(url: str, account: str | None, as_json: bool, quiet: bool, **filters: Any) -> None:  # noqa: FBT001  # click's way
    """Print the callbacks, newest last, one a line."""
    answer = AccountClient(url, account).get("/callbacks", order="newest", **given(**filters))
    answer["callbacks"].reverse()
    lines = [_line(found) for found in answer["callbacks"]]
    Output(as_json=as_json, quiet=quiet).show_list(answer, lines, before=answer["matched"] - len(lines))


@callbacks.command()
@click.argument("id_", metavar="ID", type=WHOLE)
@output_options
@account_options
def show(id_: int, url: str, account: str | None, **output: bool) -> None:
    """Print one callback: its parameters, its request, what was signed, and every attempt."""
    found = AccountClient(url, account).get(f"/callbacks/{id_}")
    request, signed = found["request"], found["signature_inputs"]
    route = found["route"] or {}
    parts: Mapping[str, Mapping[str, str]] = {
        "parameters": found["parameters"],
        "request": {"": f"{request['method']} {request['url']}", **request["headers"], "body": request["body"]},
        "route": {"": f"{route['from']} -> {route['to']}", "sent to": route["url"]} if route else {},
        "signed": {"V2": signed["v2"], **{f"V3, text {n}": text for n, text in enumerate(signed["v3"], 1)}},
        "laboratory": {"": ", ".join(found["laboratory"])},
        "attempts": {attempt["at"]: _attempt(attempt, request["url"]) for attempt in found["attempts"]},
    }
    lines = [_line(found), *(line for title, rows in parts.items() for line in _part(title, rows))]
    Output(**output).show(found, lines)


@callbacks.command()
@_filter_options
@_after_option
@click.option("--count", type=WholeNumber(1), help="End after this many.")
@output_options
@account_options
def follow(url: str, account: str | None, count: int | None, as_json: bool, quiet: bool, **filters: Any) -> None:  # noqa: FBT001  # click's way
    """Print every callback as soon as it is settled, those so far and those to come, until Ctrl-C."""
    follow_until_asked()
    out = Output(as_json=as_json, quiet=quiet)
    for place, found in enumerate(_settled(AccountClient(url, account), given(**filters)), 1):
        out.stream(found, _line(found))
        if place == count:
            return


@callbacks.command()
@_filter_options
@_state_option
@_after_option
@click.option("--count", default=1, show_default=True, type=WholeNumber(1, LISTED_MAX), help="How many to wait for.")
@click.option(
    "--timeout", default="5s", show_default=True, type=Duration(WAIT_S_MAX), metavar="TIME", help="Real time to wait."
)
@output_options
@account_options
def wait(url: str, account: str | None, timeout: float, as_json: bool, quiet: bool, **filters: Any) -> None:  # noqa: FBT001  # click's way
    """Wait until callbacks match, and print them. Without --state: until they are delivered.

    Exit code 1 where they do not come in time, with what came instead.
    """
    answer = AccountClient(url, account).wait("/callbacks/wait", timeout, **given(**filters))
    lines = [_line(found) for found in answer["callbacks"]]
    Output(as_json=as_json, quiet=quiet).show_list(answer, lines)


@callbacks.command()
@click.argument("id_", metavar="ID", type=WHOLE)
@patience_option
@output_options
@account_options
def replay(id_: int, patience: float, url: str, account: str | None, **output: bool) -> None:
    """Send a callback once more, with fresh nonces, as a callback of its own."""
    found = _patient(url, account, patience).post(f"/callbacks/{id_}/replay", {"patience_s": patience})
    Output(**output).show(found, [_line(found)])


@callbacks.command()
@_rule_options
@output_options
@account_options
def hold(url: str, account: str | None, as_json: bool, quiet: bool, **rule: Any) -> None:  # noqa: FBT001  # click's way
    """From now on hold callbacks back until they are released."""
    policy = _with_rule(AccountClient(url, account), given(action="hold", **rule))
    Output(as_json=as_json, quiet=quiet).show(policy, _policy(policy))


@callbacks.command()
@click.argument("ids", metavar="[ID]...", nargs=-1, type=WHOLE)
@_rule_options
@output_options
@account_options
def drop(ids: tuple[int, ...], url: str, account: str | None, as_json: bool, quiet: bool, **rule: Any) -> None:  # noqa: FBT001  # click's way
    """Never send the callbacks with these IDs; without one, from now on never send those that match."""
    server, out = AccountClient(url, account), Output(as_json=as_json, quiet=quiet)
    if not ids:
        policy = _with_rule(server, given(action="drop", **rule))
        return out.show(policy, _policy(policy))
    if given(**rule):
        raise click.UsageError("give IDs, or options that select callbacks to come, not both")
    dropped = [server.post(f"/callbacks/{ordinal}/drop") for ordinal in ids]
    return out.show({"callbacks": dropped}, map(_line, dropped))


@callbacks.command()
@click.argument("ids", metavar="[ID]...", nargs=-1, type=WHOLE)
@patience_option
@output_options
@account_options
def release(ids: tuple[int, ...], patience: float, url: str, account: str | None, **output: bool) -> None:
    """Let held callbacks go: these in this order, or all. Rules that hold stay; end them with `rules --clear`."""
    body = {"patience_s": patience, **({"ids": list(ids)} if ids else {})}
    answer = _patient(url, account, patience).post("/callbacks/release", body)
    released = answer["released"]
    Output(**output).show(answer, [f"released {' '.join(map(str, released))}" if released else "nothing was held"])


@callbacks.command()
@click.option("--clear", is_flag=True, help="Remove all rules.")
@output_options
@account_options
def rules(url: str, account: str | None, clear: bool, **output: bool) -> None:  # noqa: FBT001  # click's way
    """Print the laboratory's rules, with how often each was applied."""
    server = AccountClient(url, account)
    policy = server.put("/callbacks/policy", {"rules": []}) if clear else server.get("/callbacks/policy")
    out = Output(**output)
    out.show(policy, _policy(policy))
    if not (policy["rules"] or out.as_json):
        out.remark("none")


def _patient(url: str, account: str | None, patience_s: float) -> AccountClient:
    """The server, asked for something that may wait so long in real seconds."""
    return AccountClient(url, account, timeout_s=60.0 + patience_s)


def _with_rule(server: AccountClient, rule: Mapping[str, Any]) -> Any:
    """One rule more, behind the others; their counting starts anew, because the API takes all rules at once."""
    rule = {"session_uuid" if name == "session" else name: value for name, value in rule.items()}
    before = [_without_counts(known) for known in server.get("/callbacks/policy")["rules"]]
    return server.put("/callbacks/policy", {"rules": [*before, rule]})


def _without_counts(rule: Mapping[str, Any]) -> dict[str, Any]:
    return given(**{name: value for name, value in rule.items() if name not in ("matched", "applied")})


def _settled(server: AccountClient, filters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every callback that is settled, as soon as it is."""
    last, filters = filters["after"], {name: value for name, value in filters.items() if name != "after"}
    pending: set[int] = set()
    while True:
        came = _came(server, filters, after=last, seconds=_BUSY_S if pending else _QUIET_S)
        last = max((found["id"] for found in came), default=last)
        known = _still_there(server, filters, pending) if pending else []
        for found in (*known, *came):
            if found["state"] in OPEN_STATES:
                pending.add(found["id"])
            else:
                pending.discard(found["id"])
                yield found


def _came(server: AccountClient, filters: Mapping[str, Any], *, after: int, seconds: float) -> list[dict[str, Any]]:
    """The callbacks after this one, as soon as there is one; none where none comes in time."""
    try:
        answer = server.wait("/callbacks/wait", seconds, **filters, state="any", after=after)
    except ControlRefused as refused:
        if refused.status == _NOTHING_CAME:
            return []
        raise
    return list(answer["callbacks"])


def _still_there(server: AccountClient, filters: Mapping[str, Any], ids: set[int]) -> list[dict[str, Any]]:
    """These callbacks as they are now; those that are kept no more are taken out of `ids`."""
    answer = server.get("/callbacks", **filters, after=min(ids) - 1, limit=LISTED_MAX)["callbacks"]
    found = {callback["id"]: callback for callback in answer if callback["id"] in ids}
    reached = answer[-1]["id"] if len(answer) == LISTED_MAX else max(ids)
    ids.difference_update({ordinal for ordinal in ids if ordinal <= reached} - found.keys())
    return list(found.values())


def _policy(policy: Mapping[str, Any]) -> Iterator[str]:
    yield "callbacks are sent" if policy["deliver"] else "callbacks are made and kept, and not sent"
    for place, rule in enumerate(policy["rules"], 1):
        said = " ".join(f"{name}={value}" for name, value in _without_counts(rule).items() if name != "action")
        yield f"{place:>3}  {rule['action']:<9}  applied {rule['applied']} of {rule['matched']}  {said}"


def _line(found: Mapping[str, Any]) -> str:
    state = coloured(f"{found['state']:<9}", good=_GOOD.get(found["state"]))
    copy = f"  copy of {found['copy_of']}" if found["copy_of"] is not None else ""
    last = f"  {_attempt(found['attempts'][-1], found['request']['url'])}" if found["attempts"] else ""
    return (
        f"{found['id']:>5}  {found['due_at']:<27}  {found['event']:<30}  #{found['sequence']:<3} "
        f"{found['session_uuid']}  {state}{last}{copy}"
    ).rstrip()


def _attempt(attempt: Mapping[str, Any], public: str) -> str:
    """An attempt in words: its number, the status or what went wrong, how long it took, and where a route led it."""
    response = attempt["response"]
    elsewhere = "" if attempt["url"] == public else f" at {attempt['url'].partition('?')[0]}"
    came = f"answered {response['status']}" if response else attempt["error"] or attempt["meaning"]
    return f"attempt {attempt['number']}: {came} ({attempt['took_ms']:.0f} ms){elsewhere}"


def _part(title: str, rows: Mapping[str, str]) -> list[str]:
    if not any(rows.values()):
        return []
    return ["", title, *aligned((f"  {name}", value) for name, value in rows.items())]
