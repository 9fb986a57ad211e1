"""World files: what is accepted, what is generated, and that each mistake is named with file, key and reason."""

import re
import tomllib
from pathlib import Path

import pytest
from masking_emulator.core.instants import read
from masking_emulator.plivo.policy import Limits, Policy
from masking_emulator.world.file import DEFAULT_SEED, EXAMPLES, load_world, world_names, world_of
from masking_emulator.world.spec import BadWorld, WorldSpec, pool_number

SUBACCOUNT = "SAEMULATOR0000000001"


def _load(folder: Path, toml: str) -> WorldSpec:
    path = folder / "mine.toml"
    path.write_text(toml, encoding="utf-8")
    return load_world(str(path))


def test_every_example_has_a_name() -> None:
    """Each file of the examples can be given by name."""
    assert sorted(path.stem for path in EXAMPLES.glob("*.toml")) == world_names()


@pytest.mark.parametrize("name", world_names())
def test_example_loads(name: str) -> None:
    """Each example is a valid world (no start judges it), with numbers and an account that cannot be Plivo's."""
    spec = load_world(name)

    assert spec == world_of(tomllib.loads((EXAMPLES / f"{name}.toml").read_text(encoding="utf-8")))
    assert spec.numbers
    assert all(re.fullmatch("[MS]AEMULATO[R2][A-Z0-9]{10}", account.auth_id) for account in spec.accounts)


def test_demo_world_has_what_the_readme_promises() -> None:
    """Fixed accounts, numbers of three countries, and one number of the subaccount."""
    spec = load_world("demo")

    expected = [("MAEMULATOR0000000001", "emulator-token"), (SUBACCOUNT, "emulator-subtoken")]
    assert expected == [(account.auth_id, account.auth_token) for account in spec.accounts]
    assert {1, 44, 91} == {number.calling_code for number in spec.numbers}
    assert [0] * 8 + [1] == [number.owner for number in spec.numbers]


def test_empty_file_is_the_world_of_all_defaults(tmp_path: Path) -> None:
    """Everything has a default: the demo's numbers of the main account, real time, and a generated account."""
    spec = _load(tmp_path, "")

    assert (DEFAULT_SEED, None, 1) == (spec.seed, spec.clock_start, spec.clock_rate)
    assert (Policy(), Limits()) == (spec.policy, spec.limits)
    assert tuple(number for number in load_world("demo").numbers if number.owner == 0) == spec.numbers


def test_generated_accounts_are_well_formed_and_follow_the_seed() -> None:
    """20 characters, MA or SA; the same seed gives the same, another seed another."""
    first, again, other = (world_of({"seed": seed, "account": {"subaccounts": [{}, {}]}}) for seed in (1, 1, 2))

    for account, kind in zip(first.accounts, ("MA", "SA", "SA"), strict=True):
        assert re.fullmatch(f"{kind}[A-Z0-9]{{18}}", account.auth_id)
        assert re.fullmatch("[0-9a-f]{40}", account.auth_token)
    assert first.accounts == again.accounts
    assert set() == {account.auth_id for account in first.accounts} & {account.auth_id for account in other.accounts}


def test_generated_accounts_avoid_those_that_are_taken() -> None:
    """A second world of the same seed gets another name."""
    first = world_of({})

    assert first.accounts[0].auth_id != world_of({}, {first.accounts[0].auth_id}).accounts[0].auth_id


def test_seed_of_the_caller_wins(tmp_path: Path) -> None:
    """The seed beside the file replaces the file's."""
    path = tmp_path / "mine.toml"
    path.write_text("seed = 3", encoding="utf-8")

    assert "yours" == load_world(str(path), seed="yours").seed


@pytest.mark.parametrize(
    "start",
    [
        '"2026-01-01T00:00:00Z"',
        "2026-01-01T00:00:00Z",
        "2026-01-01T05:30:00+05:30",
        "2026-01-01",
        "2026-01-01 00:00:00",
    ],
)
def test_start_is_text_or_a_toml_instant(tmp_path: Path, start: str) -> None:
    """TOML's own instants are taken too; without an offset they are UTC, and a date begins at midnight."""
    assert read("2026-01-01T00:00:00Z") == _load(tmp_path, f"[clock]\nstart = {start}").clock_start


def test_whole_number_with_a_fraction_of_zero_is_an_integer(tmp_path: Path) -> None:
    """JSON Schema takes 2.0 for an integer, so it must work as one."""
    spec = _load(tmp_path, "[limits]\njournal_events_max = 2.0\n[policy]\nupdate_status = 202.0")

    assert ("2", "202") == (str(spec.limits.journal_events_max), str(spec.policy.update_status))


BAD = {
    "unknown key": ("colour = 1", "colour", "unknown key; known here are seed, account"),
    "unknown nested key": ('[account]\nauth_idd = "x"', "account.auth_idd", r"unknown key; did you mean auth_id\?"),
    "unknown key of a number": ('numbers = [{number = "+14155550100", tag = 1}]', r"numbers\[0\].tag", "unknown key"),
    "unknown policy": ("[policy]\nupdate_stauts = 200", "policy.update_stauts", "unknown key; .*update_status"),
    "bad policy value": ("[policy]\nupdate_status = 201", "policy.update_status", "201 is none of 200, 202"),
    "policy of the wrong kind": ("[policy]\ncooloff_after_delete = 1", "policy.cooloff_after_delete", "1 is none of"),
    "wrong type": ('clock = "now"', "clock", "'now' is not of type 'object'"),
    "boolean seed": ("seed = true", "seed", "True is not of type"),
    "seed that nobody can write down": ("seed = 0x" + "f" * 5000, "seed", "it cannot be written down"),
    "bad rate": ("[clock]\nrate = -1", "clock.rate", "-1 is less than the minimum"),
    "rate without end": ("[clock]\nrate = inf", "clock.rate", "inf is greater than the maximum"),
    "rate that is no number": ("[clock]\nrate = nan", "clock.rate", "nan is not a number"),
    "length that is no number": ("[telephony]\ntalk_s = nan", "telephony.talk_s", "nan is not a number"),
    "length of nothing": ('[telephony]\ntalk_s = ""', "telephony.talk_s", "'' is no duration; write 90, 10m or 1h30m"),
    "bad instant": ('[clock]\nstart = "soon"', "clock.start", "Invalid isoformat string: 'soon'"),
    "time of day": ("[clock]\nstart = 07:30:00", "clock.start", "Invalid isoformat string"),
    "instant before time": ("[clock]\nstart = 1969-12-31T23:59:59Z", "clock.start", "outside the years 1970 to 9999"),
    "bad number": ('numbers = [{number = "+0123"}]', r"numbers\[0\].number", r"'\+0123' is no E.164 number"),
    "number in other digits": ('numbers = [{number = "١٤١٥٥٥٥٠١٠٠"}]', r"numbers\[0\].number", "is no E.164 number"),
    "missing number": ("numbers = [{}]", r"numbers\[0\]", "number must be given"),
    "duplicate number": (
        'numbers = [{number = "+14155550100"}, {number = "14155550100"}]',
        r"numbers\[1\].number",
        r"\+14155550100 is in the pool already",
    ),
    "unknown subaccount": (
        f'numbers = [{{number = "+14155550100", subaccount = "{SUBACCOUNT}"}}]',
        r"numbers\[0\].subaccount",
        f"{SUBACCOUNT} is no subaccount of this world",
    ),
    "main account as subaccount": (
        (
            'numbers = [{number = "+14155550100", subaccount = "MAEMULATOR0000000009"}]\n'
            '[account]\nauth_id = "MAEMULATOR0000000009"'
        ),
        r"numbers\[0\].subaccount",
        "is no subaccount of this world",
    ),
    "short auth id": (
        '[account]\nauth_id = "MA1"',
        "account.auth_id",
        "'MA1' is not an Auth ID: 20 capital letters and digits",
    ),
    "empty token": ('[account]\nauth_token = ""', "account.auth_token", "'' should be non-empty"),
    "duplicate auth id": (
        f'[account]\nauth_id = "{SUBACCOUNT}"\n[[account.subaccounts]]\nauth_id = "{SUBACCOUNT}"',
        r"account.subaccounts\[0\].auth_id",
        f"{SUBACCOUNT} is taken",
    ),
    "more numbers than allowed": (
        'numbers = [{number = "+14155550100"}, {number = "+14155550101"}]\n[limits]\nnumbers_max = 1',
        "numbers",
        "there are 2, and limits.numbers_max is 1",
    ),
    "fewer numbers allowed than the demo has": (
        "[limits]\nnumbers_max = 1",
        "numbers",
        "there are 8, and limits.numbers_max is 1",
    ),
    "more phones than allowed": (
        'phones = [{number = "+12025550111"}, {number = "+12025550112"}]\n[limits]\nphones_max = 1',
        "phones",
        "there are 2, and limits.phones_max is 1",
    ),
    "limit of nothing": ("[limits]\nsessions_live_max = 0", "limits.sessions_live_max", "0 is less than the minimum"),
    "fractional limit": ("[limits]\nnumbers_max = 1.5", "limits.numbers_max", "1.5 is not of type 'integer'"),
}


@pytest.mark.parametrize(("toml", "key", "reason"), BAD.values(), ids=BAD)
def test_mistake_is_named_with_file_key_and_reason(tmp_path: Path, toml: str, key: str, reason: str) -> None:
    """One line says which file, which key, and what is wrong with it."""
    with pytest.raises(BadWorld) as caught:
        _load(tmp_path, toml)

    assert re.match(f"^{re.escape(str(tmp_path))}/mine.toml:1?[0-9]: {key}: .*{reason}", str(caught.value))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "toml",
    ["seed =", "seed = 1\nseed = 2", "[clock\n", "a = " + "[" * 2000 + "]" * 2000],
    ids=["no value", "twice", "no end", "too deep"],
)
def test_bad_toml_is_named_with_its_file(tmp_path: Path, toml: str) -> None:
    """What cannot be read at all names the file and what the reader says."""
    with pytest.raises(BadWorld, match=f"^{re.escape(str(tmp_path))}/mine.toml:[12]: it is no TOML: .+"):
        _load(tmp_path, toml)


def test_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are a mistake like any other."""
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xc3(")

    with pytest.raises(BadWorld, match=r"mine\.toml: .*utf-8"):
        load_world(str(path))


def test_folder_is_no_world(tmp_path: Path) -> None:
    """It is named for what it is."""
    with pytest.raises(BadWorld) as caught:
        load_world(str(tmp_path))

    assert f"{tmp_path}: it is a folder and no file" == str(caught.value)


@pytest.mark.parametrize(
    ("source", "hint"), [("nowhere.toml", ""), ("C:\\worlds\\mine.toml", ""), ("dmo", "; did you mean demo?")]
)
def test_missing_file_lists_the_examples(source: str, hint: str) -> None:
    """Where there is no such file, the message says which names there are, and which one is near."""
    with pytest.raises(BadWorld) as caught:
        load_world(source)

    examples = ", ".join(world_names())
    assert f"{source}: there is no such file, and the example worlds are {examples}{hint}" == str(caught.value)


def test_seed_of_half_a_surrogate_pair_is_refused() -> None:
    """JSON can hold text that no file can; it is a mistake, not a crash."""
    with pytest.raises(BadWorld, match=r"^seed: it cannot be written down"):
        world_of({"seed": "\ud800"})


def test_structure_nested_without_end_is_refused() -> None:
    """A structure deeper than Python can walk is a mistake, not a crash."""
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]

    with pytest.raises(BadWorld, match="nested too deeply"):
        world_of({"seed": deep})


@pytest.mark.parametrize("text", ["+14155550100", "14155550100", " +14155550100 "])
def test_pool_number_may_be_written_with_plus_and_spaces(text: str) -> None:
    """Digits count; the plus and what surrounds the number do not."""
    assert ("14155550100", 1, 3) == tuple(
        getattr(pool_number(text, "number", 3), name) for name in ("digits", "calling_code", "owner")
    )
