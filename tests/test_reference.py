"""The generated references are whole, and as the code says now."""

import re

import pytest
from masking_emulator import testing
from masking_emulator.control import operations
from masking_emulator.plivo.callback_schemas import CALLBACK_SCHEMAS
from masking_emulator.testing import strategies
from masking_emulator.world.schema import world_schema

from tests import generated
from tests.reference.commands import NAME, every_command
from tests.reference.control_examples import EXAMPLES
from tests.reference.events import WHEN
from tests.reference.tables import kind, leaves

_DOCS = generated.ROOT / "docs"


def test_documents_are_up_to_date() -> None:
    """`make generated` rewrites them; what the control API answers is asked anew."""
    assert [] == generated.stale(generated.documents())


def test_every_control_operation_has_an_example() -> None:
    """One each, so that the page shows what a server answers to all of them."""
    shown = [example.operation for example in EXAMPLES if example.operation]

    assert sorted(operation.handler.__name__ for operation in operations()) == sorted(shown)


def test_every_command_has_its_section() -> None:
    """Those of a group too, with every option."""
    page = (_DOCS / "cli.md").read_text(encoding="utf-8")
    for name, command in every_command():
        section = page.partition(f"### {name.removeprefix(f'{NAME} ')}\n")[2].partition("\n### ")[0]

        assert section, name
        assert all(option in section for parameter in command.params for option in parameter.opts if option[0] == "-")


def test_everything_that_the_kit_exports_is_on_its_page() -> None:
    """And all that tests ask of a world; the fixtures first."""
    headings = re.findall(r"^###+ (\S+)$", (_DOCS / "kit.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    asked = {f"Masking.{name}" for name in ("client", "advance", "call", "trigger", "serving", "snapshot", "at")}

    assert ["masking", "masking_receiver", "masking_app"] == headings[:3]
    assert set() == {*testing.__all__, *strategies.__all__, *asked} - set(headings)


def test_every_event_says_when_it_is_sent() -> None:
    """And every attribute of it has a meaning and an example of a golden callback."""
    page = (_DOCS / "callbacks.md").read_text(encoding="utf-8")

    assert set(CALLBACK_SCHEMAS) == set(WHEN)
    for event, schema in CALLBACK_SCHEMAS.items():
        section = page.partition(f"### {event}\n")[2].partition("\n### ")[0]
        rows = re.findall(r"^\| `(\w+)`[ ?]*\| ([^|]+) \| ([^|]+) \| `([^|]*)` \|$", section, flags=re.MULTILINE)
        assert [*schema["properties"]] == [row[0] for row in rows], event


def test_every_key_of_a_world_has_a_meaning() -> None:
    """So that nobody has to guess."""
    rows = re.findall(r"^\| `([\w.\[\]]+)` \|.*\| (.*) \|$", (_DOCS / "worlds.md").read_text("utf-8"), re.MULTILINE)
    meanings = dict(rows)

    assert [] == [place for place, _, _ in leaves(world_schema()) if not meanings.get(place, "").strip()]


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "string"),
        ({"enum": ["a", True]}, '`"a"`, `true`'),
        ({"type": ["integer", "null"], "minimum": 1, "maximum": 2000}, "integer or null, 1 to 2,000"),
        ({"type": "array", "items": {"type": "string"}}, "array of string"),
        ({"anyOf": [{"type": "string"}, {"const": 1}]}, "string or `1`"),
    ],
)
def test_schema_in_a_few_words(schema: dict[str, object], words: str) -> None:
    """As the tables show it."""
    assert words == kind(schema)
