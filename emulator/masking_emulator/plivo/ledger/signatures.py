"""Ledger rows on the signatures of callbacks: which headers, whose token, and what is signed."""

from collections.abc import Sequence
from typing import Final

from masking_emulator.plivo.ledger.row import Evidence, Row

_TESTS: Final = "tests/plivo/test_signatures.py"
_NODE: Final = "tests/sdk/test_node_signatures.py"
_GO: Final = "tests/sdk/test_go_signatures.py"
_VALIDATORS: Final = "tests/sdk/test_validators.py"
_SDKS: Final = ("python", "node", "go", "java")

ROWS: Final[Sequence[Row]] = (
    Row(
        id="signature_headers",
        subject="signatures",
        statement=(
            "X-Plivo-Signature-V2 and -V3 are made with the token of the account or subaccount that owns the session, "
            "X-Plivo-Signature-Ma-V2 and -Ma-V3 with the main account's; -V2-Nonce and -V3-Nonce hold the nonces."
        ),
        evidence=Evidence.DOCUMENTED,
        source="signature page",
        tests=(
            f"{_TESTS}::test_headers_are_those_of_the_vendor",
            f"{_TESTS}::test_owner_and_main_account_sign_with_their_own_token",
        ),
    ),
    Row(
        id="signature_v2",
        subject="signatures",
        statement="V2 is base64(HMAC-SHA256(token, scheme://host[:port]path + nonce)); no query, no parameters.",
        evidence=Evidence.SDK,
        source="plivo-python utils/__init__.py, plivo-go utils.go, plivo-node lib/utils/security.js",
        tests=(
            f"{_TESTS}::test_known_signature_comes_out",
            f"{_TESTS}::test_python_sdk_accepts_v2",
            f"{_NODE}::test_callback_is_accepted",
        ),
    ),
    Row(
        id="signature_v3_post",
        subject="signatures",
        statement=(
            "V3 of a POST signs scheme://host[:port]path, then if there is a query or a parameter ?, the sorted query "
            "as k=v joined by &, a full stop if there are both, and the sorted parameters as kv joined by nothing; "
            "then a full stop and the nonce. All is decoded."
        ),
        evidence=Evidence.SDK,
        source="plivo-go utils_test.go, plivo-python utils/signature_v3.py, plivo-node lib/utils/v3Security.js",
        tests=(
            f"{_TESTS}::test_known_signature_comes_out",
            f"{_TESTS}::test_inputs_are_what_was_signed",
            f"{_TESTS}::test_python_sdk_accepts_v3",
            f"{_NODE}::test_callback_is_accepted",
        ),
    ),
    Row(
        id="signature_v3_get",
        subject="signatures",
        statement=(
            "V3 of a GET signs scheme://host[:port]path, then if there are any ? and the query and the parameters, "
            "sorted together, as k=v joined by &; then a full stop and the nonce. All is decoded."
        ),
        evidence=Evidence.SDK,
        source="plivo-go utils_test.go, plivo-python utils/signature_v3.py, plivo-node lib/utils/v3Security.js",
        tests=(
            f"{_TESTS}::test_known_signature_comes_out",
            f"{_TESTS}::test_python_sdk_accepts_v3",
            f"{_TESTS}::test_python_sdk_accepts_v3_of_what_is_received",
            f"{_NODE}::test_callback_is_accepted",
        ),
    ),
    Row(
        id="signature_v3_name_twice",
        subject="signatures",
        statement="A name that is both in the URL's query and a parameter of a GET is signed with both values.",
        evidence=Evidence.SDK,
        source=(
            "plivo-node v3Security.js and plivo-php v3SignatureValidation.php keep both and accept it; plivo-python "
            "lets the query win, plivo-go, plivo-ruby, plivo-java and plivo-dotnet one of the two, and these refuse "
            "such a callback, also where they are given the URL alone"
        ),
        tests=(f"{_TESTS}::test_name_in_query_and_parameters_keeps_both_values",),
    ),
    Row(
        id="signature_port",
        subject="signatures",
        statement=(
            "Where the URL names a port, the V3 header holds two signatures, with the port and without, and V2 is the "
            "one with the port, which plivo-ruby does not accept."
        ),
        evidence=Evidence.SDK,
        source=(
            "plivo-python, plivo-node, plivo-go and plivo-php sign the port, plivo-ruby, plivo-java and plivo-dotnet "
            "do not; all take any of several V3 signatures, none of several V2 signatures"
        ),
        tests=(
            f"{_TESTS}::test_known_signature_comes_out",
            f"{_TESTS}::test_port_that_a_proxy_hides_leaves_v3_right",
            f"{_VALIDATORS}::test_known_signature_is_accepted",
        ),
    ),
    Row(
        id="signature_v3_path",
        subject="signatures",
        statement=(
            "Where a validator reads the path of the URL in another form than it is requested, the V3 header holds a "
            "signature of that form too: percent-decoded as UTF-8, the same with a blank for a plus, and without what "
            "follows the ; of the last segment."
        ),
        evidence=Evidence.SDK,
        source=(
            "plivo-go utils.go takes URL.Path, plivo-dotnet XPlivoSignatureV3.cs Uri.LocalPath, which are decoded; "
            "plivo-java Utils.java puts the URL through URLDecoder, which reads a plus as a blank; plivo-python "
            "signature_v3.py takes urlparse(uri).path, which ends at ;"
        ),
        tests=(
            f"{_TESTS}::test_v3_signs_every_form_in_which_a_validator_reads_the_path",
            f"{_TESTS}::test_python_sdk_accepts_v3_whatever_the_path",
            f"{_NODE}::test_callback_is_accepted_by_node_whatever_its_path",
            f"{_GO}::test_callback_is_accepted_by_go_whatever_its_path",
            *(f"{_VALIDATORS}::test_validators_fail_only_where_they_are_known_to[{sdk}]" for sdk in _SDKS),
        ),
    ),
    Row(
        id="signature_v2_path",
        subject="signatures",
        statement=(
            "V2 signs the path as it is requested, and one form only: a validator that decodes the path, or cuts it, "
            "refuses V2 of a path with percent-encoded characters, or with a ; in its last segment."
        ),
        evidence=Evidence.SDK,
        source="no SDK splits the V2 header, so it cannot hold several signatures; plivo-node signs the path as it is",
        tests=(
            f"{_TESTS}::test_python_sdk_accepts_v3_whatever_the_path",
            f"{_NODE}::test_callback_is_accepted_by_node_whatever_its_path",
            f"{_GO}::test_callback_is_accepted_by_go_whatever_its_path",
            *(f"{_VALIDATORS}::test_validators_fail_only_where_they_are_known_to[{sdk}]" for sdk in _SDKS),
        ),
    ),
    Row(
        id="signature_of_user_in_url",
        subject="signatures",
        statement="A user name and password in the callback URL are not signed.",
        evidence=Evidence.SDK,
        source=(
            "plivo-node lib/utils/v3Security.js, plivo-go utils.go and plivo-java Utils.java take only the host of "
            "the URL; a server's view of its URL has no user either"
        ),
        tests=(f"{_TESTS}::test_user_of_a_url_is_not_signed",),
    ),
)
