"""Lists of states, phases and actions that stand outside of the core, compared with those that decide.

The command line loads nothing of the server, and the page is a script; what they repeat is in one file of each.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Final, get_args

import click
import pytest
from masking_emulator.cli import words
from masking_emulator.cli.main import main
from masking_emulator.config import AgentLeave
from masking_emulator.control import operations
from masking_emulator.control.callbacks import CALLBACKS_MAX
from masking_emulator.control.journal import EVENTS_MAX
from masking_emulator.control.kernel import PATIENCE, WAIT_S_MAX
from masking_emulator.core.commands import PlaceCall
from masking_emulator.core.records.base import Choice, Explained
from masking_emulator.core.records.callbacks import OPEN_STATES, CallbackState
from masking_emulator.core.records.calls import Habit, Message, Phase, Role, Script, Side
from masking_emulator.core.records.sessions import Status
from masking_emulator.keeping.snapshot import snapshot_of
from masking_emulator.plivo.ledger.row import Evidence
from masking_emulator.plivo.routes import OPERATION_NAMES
from masking_emulator.testing import exchanges, views
from masking_emulator.world.journal import event_json

from tests.shell.worlds import ANNA, create, still_world

CONSOLE: Final = Path(__file__).parents[1] / "emulator" / "masking_emulator" / "console"


def values(members: Sequence[Enum] | type[Enum]) -> list[Any]:
    """What the members are written as."""
    return [member.value for member in members]


def allowed(method: str, path: str, name: str) -> list[Any]:
    """What a control operation takes for this key of its body or its query."""
    (operation,) = (one for one in operations() if (one.method, one.path) == (method, f"/worlds/{{auth_id}}{path}"))
    found = ((operation.body or {}).get("properties", {}) | dict(operation.query or {}))[name]["enum"]
    return list(found)


#: Name in `words` → what it repeats.
EXPECTED: Final[Mapping[str, object]] = {
    "OUTCOMES": values(Habit),
    "SIDES": values(Side),
    "AGENT_LEAVES": list(get_args(AgentLeave)),
    "ACTIONS": allowed("POST", "/calls/{call_uuid}/actions", "action"),
    "ENDED": Phase.ENDED.value,
    "PHASES": values(Phase),
    "OPEN_STATES": values(OPEN_STATES),
    "STATES": values(CallbackState),
    "SESSION_STATUSES": [member.value.replace("_", "-") for member in Status],
    "OPERATIONS": OPERATION_NAMES,
    "FAULT_TIMES": allowed("POST", "/faults", "when"),
    "FAULT_BODIES": allowed("POST", "/faults", "body"),
    "FAULT_CONNECTIONS": allowed("POST", "/faults", "connection"),
    "EVIDENCE": values(Evidence),
    "WAIT_S_MAX": WAIT_S_MAX,
    "PATIENCE_S_MAX": PATIENCE["maximum"],
    "PATIENCE_S_DEFAULT": PATIENCE["default"],
    "LISTED_MAX": CALLBACKS_MAX,
    "EVENTS_MAX": EVENTS_MAX,
}


def test_every_word_of_the_command_line_is_compared() -> None:
    """A list that nobody compares would fall behind."""
    assert sorted(EXPECTED) == sorted(name for name in vars(words) if name.isupper())


@pytest.mark.parametrize("name", EXPECTED)
def test_command_line_repeats_what_the_server_has(name: str) -> None:
    """All of it, in the same order."""
    found = getattr(words, name)

    assert EXPECTED[name] == (list(found) if isinstance(found, tuple) else found)


#: Options that choose what only the command line has.
_ITS_OWN: Final = {"log_format", "form", "shell", "kind"}


def choices(command: click.Command) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The closed sets in the options of a command and of all below it."""
    for option in command.params:
        if isinstance(option.type, click.Choice):
            yield option.name or "", tuple(option.type.choices)
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None, "a verb that is listed is there"
            yield from choices(found)


def test_no_option_has_a_list_of_its_own() -> None:
    """What an option chooses from stands in `words`, so that it is compared."""
    known = {tuple(found) for found in vars(words).values() if isinstance(found, tuple)}
    known.add((*words.STATES, "any"))

    assert [] == [(name, found) for name, found in choices(main) if found not in known and name not in _ITS_OWN]


def script(name: str) -> str:
    """The text of one of the page's files."""
    return (CONSOLE / name).read_text(encoding="utf-8")


def listed(name: str) -> list[str]:
    """A list of the page's words; what it takes from another one is there too."""
    found = re.search(rf"^export const {name} = \[(.*?)\];$", script("words.js"), re.DOTALL | re.MULTILINE)
    assert found, f"words.js has no {name}"
    return [
        word
        for spread, text in re.findall(r'\.\.\.(\w+)|"([^"]*)"', found[1])
        for word in (listed(spread) if spread else [text])
    ]


#: Name in the page's words → what it repeats.
ON_THE_PAGE: Final[Mapping[str, list[Any]]] = {
    "OPEN_STATES": values(OPEN_STATES),
    "STATES": values(CallbackState),
    "OPERATIONS": list(OPERATION_NAMES),
    "FAULT_TIMES": allowed("POST", "/faults", "when"),
    "FAULT_BODIES": allowed("POST", "/faults", "body"),
    "FAULT_CONNECTIONS": allowed("POST", "/faults", "connection"),
    # The other two are played to the person that they are called after.
    "PLAYED_TO_THE_FIRST_LEG": [
        message for message in values(Message) if message not in ("first_party", "second_party")
    ],
}


def test_every_word_of_the_page_is_compared() -> None:
    """And no file of it but that one has a list of the same words."""
    assert sorted(ON_THE_PAGE) == sorted(re.findall(r"^export const (\w+)", script("words.js"), re.MULTILINE))
    for path in CONSOLE.rglob("*.js"):
        found = re.findall(r"\[((?:\s*\"[^\"]*\",?){2,}\s*)\]", path.read_text(encoding="utf-8"))
        lists = [set(re.findall(r'"([^"]*)"', one)) for one in found]
        if path.name != "words.js":
            assert [] == [(path.name, one) for one in lists for words in ON_THE_PAGE.values() if set(words) <= one]


@pytest.mark.parametrize("name", ON_THE_PAGE)
def test_page_repeats_what_the_server_has(name: str) -> None:
    """All of it, in the same order."""
    assert ON_THE_PAGE[name] == listed(name)


def test_phone_on_the_page_has_words_for_every_phase() -> None:
    """A call that has ended is not on a phone's screen any more."""
    table = script("handset.js").partition("const KINDS = {")[2].partition("};")[0]

    assert [phase for phase in values(Phase) if phase != "ended"] == re.findall(r"^  (\w+):", table, re.MULTILINE)


def test_messages_to_a_party_are_called_after_it() -> None:
    """By this name the page finds the leg that hears one."""
    assert set(values(Role)) <= set(values(Message))


@pytest.mark.parametrize(
    ("view", "field", "expected"),
    [(views.CallView, "phase", values(Phase)), (exchanges.CallbackView, "state", values(CallbackState))],
)
def test_kit_documents_every_state(view: type, field: str, expected: list[str]) -> None:
    """What a test may compare with stands in the docstring."""
    found = re.search(rf"`{field}` is one of ([a-z_,\s]+)\.", view.__doc__ or "")

    assert found
    assert expected == re.split(r",\s+", found[1])


def kinds(kind: type[Choice] = Choice) -> Iterator[type[Choice]]:
    """Every kind of choice that the package has."""
    for one in kind.__subclasses__():
        if one.__module__.startswith("masking_emulator.") and one is not Explained:
            yield one
        yield from kinds(one)


@pytest.mark.parametrize("kind", list(kinds()), ids=lambda kind: kind.__name__)
def test_choice_is_written_in_a_word(kind: type[Choice]) -> None:
    """One whose values are sentences says that it is explained; then its names are what is written."""
    found = [member.word for member in kind]

    assert [] == [word for word in found if not re.fullmatch("[a-z]+([_-][a-z]+)*", word)]
    assert len(found) == len(set(found))


def test_journal_and_snapshot_write_a_record_alike() -> None:
    """One encoder: the call of an event is the call of the snapshot that is taken right behind it."""
    world = still_world()
    world.do(create())
    *_, ringing = world.do(PlaceCall(ANNA, "14155550100", Script(manual=True)))
    written = event_json(ringing)

    assert "LegRinging" == written["event"]
    assert snapshot_of(world)["engine"]["calls"] == [written["call"]]
    assert "first_party" == written["call"]["legs"][0]["role"]
