"""The known faults of the official SDKs themselves, as `docs/sdk-faults.md` shows them, each with a test.

The test fails when the SDK mends the fault, so that nobody works around what is no more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_DROPIN: Final = "tests/sdk/test_dropin.py"
_STORY: Final = f"{_DROPIN}::test_unmodified_program_reaches_the_emulator"
_FAULTS: Final = f"{_DROPIN}::test_sdk_has_the_faults_that_are_known"
_VALIDATORS: Final = "tests/sdk/test_validators.py::test_validators_fail_only_where_they_are_known_to"
_PYTHON: Final = "tests/sdk/test_python_sdk_faults.py"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `sdk` is the name of a way; `fact` what the SDK's program says of it, where it does."""

    sdk: str
    what: str
    remedy: str
    test: str
    fact: str = ""


def _told(sdk: str, fact: str, what: str, remedy: str) -> Fault:
    return Fault(sdk, what, remedy, f"{_FAULTS}[{sdk}-{fact}]", fact)


FAULTS: Final[Sequence[Fault]] = (
    Fault(
        "python-sdk",
        "Ignores `HTTP_PROXY` and `HTTPS_PROXY`, and the variables that name a CA.",
        "`RestClient(proxies=…)` and `client.session.verify = …`; `run` needs neither",
        f"{_PYTHON}::test_proxy_variables_are_ignored",
    ),
    Fault(
        "python-sdk",
        "An answer with a status that it has no class for, such as 429, loses its text.",
        "`PlivoRestError` has the status in its text only",
        f"{_STORY}[python-sdk]",
    ),
    Fault(
        "python-sdk",
        "An answer that is no JSON comes back as `None`.",
        "check for `None`",
        f"{_PYTHON}::test_body_that_is_no_json_is_a_success_of_nothing",
    ),
    Fault(
        "python-sdk",
        "`validate_v3_signature` raises `UnicodeEncodeError` where the URL's query decodes to more than ASCII.",
        "keep the query of a callback URL within ASCII",
        f"{_VALIDATORS}[python]",
    ),
    Fault(
        "python-sdk",
        "`validate_signature` (V2) cuts the path at a `;` in its last segment.",
        "use V3, or no `;`",
        f"{_VALIDATORS}[python]",
    ),
    _told(
        "node-sdk",
        "equal times are not sent",
        "`createdTimeEquals`, `expiryTimeEquals` and `durationEquals` leave under names that no list knows.",
        "`createdTime`, `expiryTime`, `duration`",
    ),
    _told(
        "node-sdk",
        "subAccount is not sent",
        "`subAccount`, as its documentation has it, leaves as `sub_account` and is ignored.",
        "`subaccount`",
    ),
    _told(
        "node-sdk",
        "geoMatch is not sent",
        "`geoMatch`, as its documentation has it, leaves as `geo_match` and is ignored.",
        "`geomatch`",
    ),
    _told(
        "node-sdk",
        "url is not used",
        "The client's option `url` has no effect on masking calls.",
        "`HTTPS_PROXY`, as `run` sets it",
    ),
    _told(
        "node-sdk",
        "errors have no class",
        "Its error classes are lost: `instanceof` matches `Error` only.",
        "ask for `error.status`",
    ),
    Fault(
        "node-sdk",
        "An answer of 429 loses its text.",
        "the status is in the message",
        f"{_STORY}[node-sdk]",
    ),
    Fault(
        "node-sdk",
        "A body that is no JSON is a success without fields.",
        "check that the answer has a `sessionUuid`",
        f"{_STORY}[node-sdk]",
    ),
    Fault(
        "node-sdk",
        "Its validators read neither the host `[::1]` nor a path with an `@`.",
        "use `127.0.0.1`, or no `@`",
        f"{_VALIDATORS}[node]",
    ),
    _told(
        "go",
        "third server error is lost",
        "Three server errors in a row are no error: `err` is nil, and the response is empty.",
        'check that `SessionUUID` is not `""`',
    ),
    _told(
        "go",
        "refusal without body is lost",
        "A refusal with an empty body is no error either.",
        'check that `SessionUUID` is not `""`',
    ),
    _told(
        "go",
        "record false is not sent",
        "`Record: false` in an update is left out, so recording cannot be turned off.",
        "delete the session and create it anew",
    ),
    Fault(
        "go",
        "All refusals are `*errors.errorString` with the whole body as text; the status is lost.",
        "read the JSON of `err.Error()`",
        f"{_STORY}[go]",
    ),
    Fault(
        "go",
        "`ValidateSignatureV2` decodes the path, so that a percent-encoded one fails.",
        "use V3, for which the emulator signs that form too",
        f"{_VALIDATORS}[go]",
    ),
    Fault(
        "go",
        "`ValidateSignatureV3` keeps one value where the URL names a parameter twice.",
        "no name twice in a callback URL",
        f"{_VALIDATORS}[go]",
    ),
    _told(
        "java",
        "update without record turns it off",
        "An update always sends `record`, false where it was not set: it turns recording off.",
        "`.record(true)` in every update of a session that records",
    ),
    _told(
        "java",
        "refused delete is an answer",
        "A delete that is refused returns the body of the refusal as if it had succeeded.",
        "look for `error` in the text",
    ),
    _told(
        "java",
        "list has no meta",
        "`getMeta()` and `getObjects()` of a list of sessions are null.",
        "`getResponse().getMeta()` and `getResponse().getObjects()`",
    ),
    _told(
        "java",
        "sessions cannot be iterated",
        "The iterator of the lister throws.",
        "page by `limit` and `offset`",
    ),
    Fault(
        "java",
        "The SDK's HTTP client repeats a create whose connection broke, without a word.",
        "the emulator shows both; a create of the same pair refreshes its session",
        f"{_STORY}[java]",
    ),
    Fault(
        "java",
        '`validateSignatureV3` compares the method by identity, so that `"GET"` that was read from a request fails '
        "where the URL has a query.",
        "`method.intern()`",
        "tests/sdk/test_validators.py::test_java_compares_the_method_by_identity",
    ),
    Fault(
        "java",
        "`validateSignatureV3` decodes the whole URL before it takes it apart, so that `%26`, `%3D` or `%25` in a "
        "query fail, and throws where a name is in it twice.",
        "keep reserved characters out of the query of a callback URL",
        f"{_VALIDATORS}[java]",
    ),
)

#: Seen by hand with an SDK that CI cannot have.
BY_HAND: Final[Sequence[tuple[str, str]]] = (
    ("Ruby 4.63.4", "V2 is never accepted on a URL with a port."),
    ("Ruby 4.63.4", "`update` refuses integers, `list` refuses `limit` and `offset`, whatever their type."),
    ("Ruby 4.63.4", "A broken connection and a body that is no JSON are a `NoMethodError`."),
    ("Ruby 4.63.4", "`recordings.delete` raises where a 204 has no Content-Type; the emulator sends one."),
    ("PHP 4.70.0", "V3 of a GET is accepted for the base URL and `$_GET` only, not for the URL that was asked for."),
    ("PHP 4.70.0", "`get` and `delete` never raise: a session of a 404 has a null id."),
    ("PHP 4.70.0", '"Undefined array key" is printed for fields that the service leaves out.'),
    (".NET 5.53.0", "Reads no proxy variable: unchanged, under `run` too, it reaches the real service."),
    (".NET 5.53.0", "`GetAsync` and `ListAsync` throw; `Get().SessionUuid` is null."),
)

#: SDK → "version method shape" → what its validator says of a signature that is right: false, or an exception's name.
REFUSED_SIGNATURES: Final[Mapping[str, Mapping[str, Any]]] = {
    "python": {
        **{f"V2 {method} semicolon at the end": False for method in ("GET", "POST")},
        **{f"V3 {method} beyond ASCII in query": "UnicodeEncodeError" for method in ("GET", "POST")},
    },
    "node": {
        f"V{version} {method} {shape}": False
        for version in (2, 3)
        for method in ("GET", "POST")
        for shape in ("IPv6", "at sign in path")
    },
    "go": {
        **{
            f"V2 {method} {shape}": False
            for method in ("GET", "POST")
            for shape in ("beyond ASCII in path", "blank in path", "slash in segment")
        },
        "V3 GET name of a parameter": False,
        **{f"V3 {method} name twice": False for method in ("GET", "POST")},
    },
    "java": {
        "V3 GET name of a parameter": "IllegalStateException",
        **{f"V3 {method} name twice": "IllegalStateException" for method in ("GET", "POST")},
        **{f"V3 {method} reserved characters in query": False for method in ("GET", "POST")},
    },
}
