"""Destinations: an URL as it is requested, and the settings in its fragment."""

import pytest
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.callbacks import Outcome
from masking_emulator.plivo.destination import RETRIABLE, destination

CT, RT = Outcome.NOT_CONNECTED, Outcome.NO_ANSWER
E4, E5 = Outcome.CLIENT_ERROR, Outcome.SERVER_ERROR


@pytest.mark.parametrize(
    ("configured", "requested", "authority"),
    [
        ("http://h/cb", "http://h/cb", "h"),
        ("http://h", "http://h/", "h"),
        ("http://h?a=1", "http://h/?a=1", "h"),
        ("http://h/cb#rc=0", "http://h/cb", "h"),
        ("HTTP://Shop.Example:80/Cb", "http://shop.example/Cb", "shop.example"),
        ("https://h:443/cb", "https://h/cb", "h"),
        ("https://h:80/cb", "https://h:80/cb", "h:80"),
        ("http://[::1]:80/cb", "http://[::1]/cb", "[::1]"),
        ("http://[::1]:8080/cb", "http://[::1]:8080/cb", "[::1]:8080"),
        ("http://user:80@h:80/cb", "http://h/cb", "h"),
        ("http://h/caf\u00e9?stra\u00dfe=\u00fc", "http://h/caf%C3%A9?stra%C3%9Fe=%C3%BC", "h"),
        ("http://h/100%?half=5%2", "http://h/100%25?half=5%252", "h"),
        ("http://h/a%2Fb?c=%26", "http://h/a%2Fb?c=%26", "h"),
        ("http://h/a/../b//c", "http://h/a/../b//c", "h"),
        ('http://h/{x}|y\\z?q=[1]^`"<>', "http://h/%7Bx%7D%7Cy%5Cz?q=%5B1%5D%5E%60%22%3C%3E", "h"),
        ("http://h/cb?", "http://h/cb", "h"),
    ],
)
def test_url_is_requested_as_a_receiver_sees_it(configured: str, requested: str, authority: str) -> None:
    """No fragment, no user, no port that goes without saying, everything in ASCII, and the path as it is."""
    going = destination(configured)

    assert (requested, authority) == (going.url, going.authority)


@pytest.mark.parametrize(
    ("fragment", "connect_s", "read_s", "total_s"),
    [
        ("", 2, 40, 55),
        ("#ct=500&rt=600&tt=700", 0.5, 0.6, 0.7),
        ("#ct=100&rt=100&tt=100", 0.1, 0.1, 0.1),
        ("#ct=10000&rt=40000&tt=55000", 10, 40, 55),
        ("#ct=99&rt=99&tt=99", 2, 40, 55),
        ("#ct=10001&rt=40001&tt=55001", 2, 40, 55),
        ("#ct=-5&rt=1e3&tt=0x100", 2, 40, 55),
        ("#ct=&rt=fast&tt=\u0661\u0660\u0660", 2, 40, 55),
        ("#ct=99999999999999999999999", 2, 40, 55),
        ("#er=eu&what=ever", 2, 40, 55),
        ("#top", 2, 40, 55),
    ],
)
def test_fragment_sets_the_timeouts(fragment: str, connect_s: float, read_s: float, total_s: float) -> None:
    """In milliseconds within the documented ranges; anything else counts as not given."""
    going = destination(f"http://h/cb{fragment}")

    assert (connect_s, read_s, total_s) == (going.connect_timeout_s, going.read_timeout_s, going.total_timeout_s)


@pytest.mark.parametrize(
    ("fragment", "attempts", "retry_on"),
    [
        ("", 2, {CT, RT}),
        ("#rc=0", 1, {CT, RT}),
        ("#rc=5", 6, {CT, RT}),
        ("#rc=6", 2, {CT, RT}),
        ("#rp=4xx", 2, {E4}),
        ("#rp=5xx", 2, {E5}),
        ("#rp=ct", 2, {CT}),
        ("#rp=rt", 2, {RT}),
        ("#rp=all", 2, {CT, RT, E4, E5}),
        ("#rp=5xx,ct&rc=3", 4, {E5, CT}),
        ("#rp=5XX%2C4xx", 2, {E4, E5}),
        ("#rp=5xx,nonsense", 2, {E5}),
        ("#rp=nonsense", 2, {CT, RT}),
        ("#rp=", 2, {CT, RT}),
    ],
)
def test_fragment_sets_the_retries(fragment: str, attempts: int, retry_on: set[Outcome]) -> None:
    """How often, and after which outcomes; the first pause is a second."""
    plan = destination(f"http://h/cb{fragment}").plan

    assert (attempts, retry_on, SECOND_US) == (plan.attempts_max, set(plan.retry_on), plan.pause_us)


@pytest.mark.parametrize(
    ("url", "authorization"),
    [
        ("http://h/", ""),
        ("http://u:p@h/", "Basic dTpw"),
        ("http://u%40:p@h/", "Basic dUA6cA=="),
        ("http://@h/", "Basic "),
    ],
)
def test_user_of_the_url_becomes_basic_authorization(url: str, authorization: str) -> None:
    """As every client does it."""
    assert authorization == destination(url).authorization


@pytest.mark.parametrize("words", ["all", "4xx,5xx,ct,rt", "4xx,5xx,ct,rt,all", "blocked,ok,all", "", "nothing"])
def test_no_setting_repeats_what_was_blocked_or_answered(words: str) -> None:
    """Dispatch settles a blocked callback at once and looks at the next, which ends only if none comes back."""
    retried = destination(f"http://127.0.0.1/#rc=5&rp={words}").plan.retry_on

    assert retried <= RETRIABLE
    assert set() == retried & {Outcome.BLOCKED, Outcome.OK}
