"""World files with many mistakes: each is found at once, with its line, and `world check` and `serve` say the same."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from masking_emulator.world.file import EXAMPLES, load_world, mistakes_in, structure_of_file, world_names
from masking_emulator.world.mistakes import key_of, line_of, path_of
from masking_emulator.world.schema import world_schema

from tests.shell.process import run

_WRONG = """\
seed = 7
egres = "any"

[clock]
rate = -1

[[numbers]]
number = "+14155550100"

[[numbers]]
nubmer = "+14155550101"

[[phones]]
number = "+1202"
answer_after_s = "soon"

[[phones]]
number = "+1202"

[policy]
update_stauts = 202
"""


def test_mistyped_section_is_named_in_its_line() -> None:
    """Lists of tables as well as tables; the first of a list stands for all of it."""
    text = 'seed = 1\n[polcy]\n[[nubmers]]\nnumber = "+14155550100"\n[[nubmers]]\n'

    assert [(2, "unknown key; did you mean policy?"), (3, "unknown key; did you mean numbers?")] == [
        (mistake.line, mistake.reason) for mistake in mistakes_in(text)
    ]


def test_mistyped_value_of_a_policy_names_the_nearest() -> None:
    """Beside all the values that there are."""
    (mistake,) = mistakes_in('[policy]\ntimer_defaults = "recordd"\n')

    assert "'recordd' is none of recorded, documented; did you mean recorded?" == mistake.reason


def test_every_mistake_is_found_with_its_line() -> None:
    """Unknown keys with the nearest known one, values out of range, and what only the section itself can tell."""
    found = {(mistake.line, mistake.key): mistake.reason for mistake in mistakes_in(_WRONG)}

    assert "unknown key; did you mean egress?" == found[2, "egres"]
    assert "-1 is less than the minimum of 0" == found[5, "clock.rate"]
    assert "unknown key; did you mean number?" == found[11, "numbers[1].nubmer"]
    assert "number must be given" == found[10, "numbers[1]"]
    assert (15, "phones[0].answer_after_s") in found
    assert "did you mean update_status?" in found[21, "policy.update_stauts"]
    assert 6 == len(found)


def test_what_the_schema_cannot_say_is_found_beside_the_rest() -> None:
    """Two numbers alike and one of no country, although another section is wrong."""
    numbers = [f'[[numbers]]\nnumber = "{number}"' for number in ("+1", "+14155550100", "14155550100")]
    text = "\n".join(["seed = true", *numbers])

    assert [(1, "seed"), (3, "numbers[0].number"), (7, "numbers[2].number")] == [
        (mistake.line, mistake.key) for mistake in mistakes_in(text)
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('numbers = ["+14155550100"]', "each number is a table of its own: [[numbers]] and number ="),
        ('[numbers]\nnumber = "+14155550100"', "it is a list of tables; begin each with [[numbers]]"),
        ("seed =", "it is no TOML: "),
    ],
)
def test_common_slips_are_explained(text: str, reason: str) -> None:
    """How numbers are written, and TOML that is none."""
    assert mistakes_in(text)[0].reason.startswith(reason)


def test_paths_and_keys_are_each_others_inverse() -> None:
    """numbers[2].number is one place."""
    assert ("numbers", 2, "number") == path_of(key_of(("numbers", 2, "number")))
    assert 1 == line_of("", ("numbers", 2))


def test_check_prints_all_and_serve_says_the_same(tmp_path: Path) -> None:
    """Exit 2; one line a mistake, FILE:LINE first; JSON for programs."""
    path = tmp_path / "mine.toml"
    path.write_text(_WRONG, encoding="utf-8")
    checked, served = run("world", "check", str(path)), run("serve", "--port", "0", "--world", str(path))
    structure = json.loads(run("world", "check", str(path), "--json").stdout)

    assert (2, 2) == (checked.returncode, served.returncode)
    assert 6 == len(checked.stdout.splitlines()) == len(structure["mistakes"])
    assert checked.stdout.splitlines() == served.stderr.removeprefix("masking-emulator: ").splitlines()
    assert checked.stdout.startswith(f"{path}:2: egres: unknown key; did you mean egress?")


def test_check_of_a_right_file_is_silent_about_mistakes(tmp_path: Path) -> None:
    """Exit 0, also with a byte-order mark; a file that is not there is exit 2."""
    path = tmp_path / "mine.toml"
    path.write_text("\ufeffseed = 1", encoding="utf-8")
    done = run("world", "check", str(path))

    assert (0, f"{path}: no mistakes\n") == (done.returncode, done.stdout)
    assert 2 == run("world", "check", str(tmp_path / "none.toml")).returncode


def test_schema_is_the_one_that_validates() -> None:
    """What `world schema` prints is a 2020-12 schema with a description for every section, and all examples keep it."""
    schema = json.loads(run("world", "schema").stdout)
    Draft202012Validator.check_schema(schema)

    assert json.loads(json.dumps(world_schema())) == schema
    assert [] == [name for name, part in schema["properties"].items() if not _described(part)]
    for name in world_names():
        assert [] == list(Draft202012Validator(schema).iter_errors(structure_of_file(name)))


def _described(part: dict[str, object]) -> bool:
    return "description" in part or "properties" in part


def test_lengths_of_time_may_be_written_as_people_do(tmp_path: Path) -> None:
    """`1m30s` is 90 seconds wherever seconds are taken; nonsense and too much are refused by their key."""
    path = tmp_path / "mine.toml"
    path.write_text('[telephony]\ntalk_s = "1m30s"\n[[phones]]\nnumber = "+12025550101"\nhangup_after_s = "5"')
    spec = load_world(str(path))

    assert 90_000_000 == spec.telephony.talk_us
    assert 5_000_000 == spec.phones[0].hangup_after_us
    assert ["telephony.talk_s"] == [mistake.key for mistake in mistakes_in('[telephony]\ntalk_s = "soon"')]
    assert ["telephony.talk_s"] == [mistake.key for mistake in mistakes_in('[telephony]\ntalk_s = "9d"')]


def test_examples_name_their_schema() -> None:
    """The first line of each example lets an editor complete it."""
    assert all(path.read_text(encoding="utf-8").startswith("#:schema ") for path in EXAMPLES.glob("*.toml"))
