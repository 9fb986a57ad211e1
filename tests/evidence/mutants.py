"""Builds of ours with one thing wrong each, to measure what `verify` finds: `python -m tests.evidence.mutants`.

A mutant is a copy of the package in which one text is replaced. It is served like any emulator, `verify` takes it for
the service, and a disagreement has to name one of the mutant's rows. A few are run by the suite, all of them by hand.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from masking_emulator.evidence.captures import read_capture
from masking_emulator.evidence.twins import compared
from masking_emulator.server.thread import ServerThread

from tests.evidence.playing import play
from tests.plivo.ask import Api, api_of
from tests.rooms import PACKAGE

#: At least so many of them are found; the others show in nothing that the story asks.
FOUND_MIN: Final = 45


@dataclass(frozen=True, slots=True)
class Mutant:
    """In this file below the package `old`, which is there once at least, becomes `new`; one of the rows is named."""

    rows: Sequence[str]
    file: str
    old: str
    new: str


def _text(row: str, old: str, new: str) -> Mutant:
    return Mutant([row], "plivo/refusals.py", old, new)


MUTANTS: Final[Sequence[Mutant]] = (
    # Texts and statuses of refusals.
    _text("party_possible", "is not a valid phone number.", "is no valid phone number."),
    _text("ring_timeout_range", "{name} is outside the allowed range.", "{name} is out of range."),
    _text("first_fault_reported", "{name} allowed values are {values}.", "{name} may be {values}."),
    _text("subaccount_unknown", "{name} is not a valid subaccount.", "{name} is unknown."),
    _text("url_form", "{name} should be a valid URL.", "{name} should be an URL."),
    _text("text_integer", "{name} should be an integer.", "{name} should be a number."),
    _text("text_pin", "{name} should be 4 to 15 digits.", "{name} should be 4-15 digits."),
    _text("list_time_text", "{name} should be in the format YYYY", "{name} should be like YYYY"),
    _text("list_window_text", "search window should not exceed 30 days.", "window is too long."),
    _text("unauthenticated_body", "Authentication credentials were", "Credentials were"),
    _text("unknown_session_text", '"not found"', '"Session not found"'),
    _text("method_not_allowed_body", "Method not allowed.", "method not allowed"),
    _text("content_type_text", "Content-Type must be application/json.", "Unsupported media type."),
    _text("invalid_json", "Invalid JSON in the request body.", "Malformed JSON."),
    _text("json_object", "The request body must be a JSON object.", "An object is expected."),
    _text("body_limit", "Request body too large.", "Payload too large."),
    _text("url_limit", "Request URL too long.", "URI too long."),
    _text("single_party_without_party", "Mandatory parameter missing. {name}", "Missing. {name}"),
    _text("equal_parties", "first_party and second_party should be different.", "both are equal."),
    _text("pins_differ_text", "first_party_pin and second_party_pin should be different.", "equal PINs."),
    _text("update_parties_fixed", "can be updated for single party sessions only.", "cannot be updated."),
    Mutant(["unauthenticated_body", "authorization_scheme"], "plivo/routes.py", "ApiError(401,", "ApiError(403,"),
    Mutant(["unauthenticated_body"], "plivo/routes.py", '{"WWW-Authenticate": \'Basic realm="Plivo"\'}', "{}"),
    Mutant(["method_not_allowed_body"], "plivo/routes.py", '{"Allow": allowed}', "{}"),
    Mutant(
        ["unknown_path", "resources_not_covered"],
        "plivo/routes.py",
        "raise ApiError(404, refusals.NOT_FOUND",
        "raise ApiError(405, refusals.NOT_FOUND",
    ),
    Mutant(["body_limit"], "plivo/routes.py", "raise ApiError(413,", "raise ApiError(400,"),
    Mutant(["url_limit"], "plivo/routes.py", "raise ApiError(414,", "raise ApiError(400,"),
    Mutant(["account_in_path"], "plivo/routes.py", "if caller.account.auth_id == auth_id:", "if auth_id:"),
    # What is accepted.
    Mutant(
        ["session_uuid_any_case"],
        "plivo/routes.py",
        'call.in_path("session_uuid").lower()',
        'call.in_path("session_uuid")',
    ),
    Mutant(["head_as_get"], "plivo/routes.py", '"GET" if method == "HEAD" else method', "method"),
    Mutant(["keys_in_any_case"], "plivo/parse.py", "((key.lower(), v) for key", "((key, v) for key"),
    Mutant(["integers_as_decimals"], "plivo/parse.py", "isinstance(value, float) and value.is_integer()", "False"),
    Mutant(["null_is_not_given"], "plivo/parse.py", "if value is None or (parameter", "if (parameter"),
    Mutant(["party_as_number"], "plivo/parse.py", "Kind.PHONE: _digits,", "Kind.PHONE: _choice,"),
    Mutant(["zero_timers"], "plivo/parse.py", "parameter.zero_is_default and value == 0", "False and value == 0"),
    Mutant(["pin_integers_zero"], "plivo/parameters.py", "_seconds(4, 15),", "_seconds(0, 15),"),
    Mutant(["ring_timeout_range"], "plivo/parameters.py", "_seconds(1, 86_400)", "_seconds(1, 100_000)"),
    Mutant(["no_redirects"], "server/one_slash.py", 'if "//" in path:', "if False:"),
    # What is answered.
    Mutant(
        ["missing_party_form"],
        "plivo/render.py",
        '"second_party": session.second_party,',
        '"second_party": session.second_party or None,',
    ),
    Mutant(["single_party_asked_form"], "plivo/render.py", "True if settings.single_party else None", "None"),
    Mutant(["create_status", "timer_defaults"], "plivo/render.py", '"amount": 0,', '"amount": "0",'),
    Mutant(["update_envelope", "update_status"], "plivo/render.py", '"Session updated"', '"session updated"'),
    Mutant(["delete_status", "delete_envelope"], "plivo/render.py", '"Session expired"', '"Session deleted"'),
    Mutant(["create_status"], "plivo/routes.py", "return 201, render.created", "return 200, render.created"),
    Mutant(["create_status", "timer_defaults"], "plivo/amounts.py", "+0000 UTC", "UTC"),
    Mutant(
        ["list_links", "list_links_carry_filters"],
        "plivo/pages.py",
        "('limit', page.limit), (name, value)",
        "(name, value), ('limit', page.limit)",
    ),
    Mutant(["list_links_carry_filters"], "plivo/pages.py", "(name, value), *page.carried", "(name, value)"),
    Mutant(
        ["list_first_value", "list_unknown_keys"],
        "plivo/filters.py",
        "first.update(reversed(pairs))",
        "pass",
    ),
    Mutant(["list_offset_text"], "plivo/pages.py", "if offset < 0:", "if offset < -5:"),
    Mutant(["list_number_plus"], "plivo/filters.py", '.strip().removeprefix("+")', ""),
    # What happens.
    Mutant(
        ["repeat_create", "refresh_replaces_settings"],
        "core/decisions/sessions.py",
        "state.settings_alike.one_of(command.settings),\n        pins=_pins(state, command.pins, known.number)",
        "session.settings,\n        pins=_pins(state, command.pins, known.number)",
    ),
    Mutant(
        ["pair_is_ordered"],
        "core/decisions/sessions.py",
        "if session.pair == pair)",
        "if set(session.pair[1:]) == set(pair[1:]))",
    ),
    Mutant(["update_parties_equal"], "core/decisions/sessions.py", "if first == second:", "if False:"),
    Mutant(
        ["delete_keeps_session", "get_any_status"],
        "core/decisions/sessions.py",
        "status=status, modified_at=now, expires_at=now)",
        "status=status, modified_at=now)",
    ),
    Mutant(["generated_pins_differ"], "core/decisions/session_pins.py", " or pin == first)", ")"),
    Mutant(
        ["refresh_generates_again"],
        "core/decisions/session_pins.py",
        'drawn = chance.below("pin", space)',
        "drawn = 1111",
    ),
    Mutant(
        ["given_pin_wins"], "core/decisions/session_pins.py", "first = wish.first or _generate(", "first = _generate("
    ),
    Mutant(
        ["cooloff_after_delete"], "core/decisions/sessions.py", "if state.rules.delete_starts_cooloff:", "if False:"
    ),
    Mutant(
        ["cooloff_same_pair", "cooloff_own_pair_order"],
        "core/books/pool.py",
        "min((p for p in (place, *own) if p is not None)",
        "min((p for p in (place,) if p is not None)",
    ),
    Mutant(
        ["single_party_alone"],
        "core/decisions/sessions.py",
        "alone = command.pins is None and not (",
        "alone = False and not (",
    ),
)


@contextmanager
def served(mutant: Mutant) -> Iterator[str]:
    """The mutant, where it is served."""
    with TemporaryDirectory() as folder:
        shutil.copytree(PACKAGE, Path(folder, PACKAGE.name))
        file = Path(folder, PACKAGE.name, mutant.file)
        text = file.read_text(encoding="utf-8")
        assert mutant.old in text, f"{mutant.file} has no {mutant.old!r} any more"
        file.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
        command = [sys.executable, "-c", _SERVE, folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            try:
                assert process.stdout is not None
                ready = process.stdout.readline().split()
                assert ready, f"{mutant.file} with {mutant.new!r} does not start"
                yield ready[1]
            finally:
                process.kill()


#: The copy comes before the package that is installed, and it has to be the one that runs.
_SERVE: Final = """
import sys
sys.path.insert(0, sys.argv.pop(1))
import masking_emulator
assert masking_emulator.__file__.startswith(sys.path[0])
from masking_emulator.cli.main import main
main(["serve", "--port", "0"])
"""


def named(mutant: Mutant, ours: Api) -> set[str]:
    """The rows that are named where the mutant is the service, and `ours` what it is compared with."""
    with served(mutant) as url, TemporaryDirectory() as folder:
        service = Api(url, "MAEMULATOR0000000001", "emulator-token", "MAEMULATOR0000000001")
        retold = []
        for place, api in enumerate((service, ours)):
            play(api, Path(folder, str(place)))
            retold.append(read_capture(Path(folder, str(place))))
        return compared(*retold).contradicted


def main() -> int:
    """Run all of them, and name those that were not found."""
    found = 0
    with ServerThread("demo") as emulator:
        for mutant in MUTANTS:
            ours = api_of(emulator.url, emulator.control.post("/worlds", {}))
            try:
                rows = named(mutant, ours)
            except AssertionError as error:  # the house itself has found it
                sys.stdout.write(f"{error}\n")
                rows = set()
            found += bool(rows & set(mutant.rows))
            if not rows & set(mutant.rows):
                what = f"{mutant.old!r} → {mutant.new!r}"
                sys.stdout.write(f"not found: {', '.join(mutant.rows)} ({what}): {sorted(rows)}\n")
    sys.stdout.write(f"{found} of {len(MUTANTS)} found\n")
    return 0 if found >= FOUND_MIN else 1


if __name__ == "__main__":
    sys.exit(main())
