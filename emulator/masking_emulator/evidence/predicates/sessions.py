"""Sessions: repeated creates, what an update changes, what a delete leaves."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from masking_emulator.evidence.predicates.base import Testimony, agrees, disagrees, either, shows
from masking_emulator.evidence.predicates.conversations import Seen, conversations_of
from masking_emulator.evidence.predicates.given import (
    given,
    is_decided,
    table_of,
    unfit,
    whole,
)
from masking_emulator.evidence.predicates.pairs import (
    PARTIES,
    asked_pair,
    has_passed,
    last_seen,
    owner_of,
    pair_of,
    seen_before,
    states_of,
)
from masking_emulator.evidence.predicates.parameters import is_single, timer_of
from masking_emulator.evidence.predicates.values import flag, seconds_of
from masking_emulator.evidence.predicates.witness import Asked, Witness
from masking_emulator.plivo.parameters import CREATE
from masking_emulator.plivo.refusals import MISSING, POOL_EXHAUSTED

_EXPIRED: Final = "Session already expired"
_EXISTS: Final = "A session already exists for first_party and second_party."
_EQUAL: Final = "Invalid parameter. first_party and second_party should be different."
_TIMERS: Final = ("session_expiry", "call_time_limit", "ring_timeout")

#: A session that is no older than this is kept for sure, in seconds.
KEPT_S: Final = 80 * 86_400

#: What a refresh sets anew and a session shows, without what is null where it does not count.
_REPLACED: Final = tuple(
    name
    for name, parameter in CREATE.items()
    if not parameter.pin_group and name not in (*PARTIES, "geomatch", "subaccount", *_TIMERS)
)


class _Repeat(Struct, frozen=True):
    """A create of a pair that had a session: what was last seen of that, and whether it was over for sure, or alive."""

    asked: Asked
    before: Seen
    is_over: bool
    is_live: bool

    @property
    def was_refreshed(self) -> bool:
        """Whether the answer is the same session."""
        return bool(self.asked.session.get("session_uuid") == self.before.session.get("session_uuid"))


def _repeats(witness: Witness) -> Sequence[_Repeat]:
    """Every decided create of an ordered pair that had a session of the same owner before."""
    if "repeats" not in witness.kept:
        witness.kept["repeats"] = list(_find_repeats(witness))
    kept: Sequence[_Repeat] = witness.kept["repeats"]
    return kept


def _find_repeats(witness: Witness) -> Iterator[_Repeat]:
    for asked in witness.asked("create_session"):
        if not is_decided(asked) or unfit(asked):
            continue
        pair, owner = asked_pair(asked), owner_of(asked)
        sessions = [seen for seen, whose in last_seen(witness, asked) if whose == owner]
        found = [seen for seen in sessions if pair_of(seen.session) == pair]
        if found and any(pair):
            newest = max(found, key=lambda seen: (seconds_of(seen.session.get("created_time")) or 0, seen.when))
            yield _Repeat(asked, newest, *states_of(witness, newest, asked))


@shows("repeat_create")
def _repeat_create(witness: Witness) -> Iterator[Testimony]:
    for repeat in _repeats(witness):
        if repeat.is_live and repeat.asked.session:
            yield either(repeat.asked.exchange, repeat.was_refreshed, "it made another session")
        elif repeat.is_live and repeat.asked.error == _EXISTS:
            yield disagrees(repeat.asked.exchange, "refuse: it was refused")


@shows("repeat_create_refused")
def _repeat_refused(witness: Witness) -> Iterator[Testimony]:
    for repeat in _repeats(witness):
        if repeat.is_live and repeat.asked.status == 400 and "exist" in str(repeat.asked.error):
            yield either(repeat.asked.exchange, repeat.asked.error == _EXISTS, f"it says {repeat.asked.error!r}")


def _refreshes(witness: Witness) -> Iterator[_Repeat]:
    return (repeat for repeat in _repeats(witness) if repeat.is_live and repeat.asked.session and repeat.was_refreshed)


@shows("refresh_keeps")
def _refresh_keeps(witness: Witness) -> Iterator[Testimony]:
    for repeat in _refreshes(witness):
        kept = ("session_uuid", "virtual_number", "created_time")
        changed = [key for key in kept if repeat.before.session.get(key) != repeat.asked.session.get(key)]
        yield either(repeat.asked.exchange, not changed, f"it changed {', '.join(changed)}")


@shows("refresh_changes_times")
def _refresh_times(witness: Witness) -> Iterator[Testimony]:
    for repeat in _refreshes(witness):
        asked_s = whole(given(repeat.asked, "session_expiry")) or None
        lives_s = timer_of(repeat.asked, "session_expiry")
        passed_s = has_passed(repeat.before, repeat.asked)
        is_so = lives_s is not None and asked_s in (None, lives_s) and passed_s is not False
        yield either(repeat.asked.exchange, is_so, f"it lives {lives_s} seconds from its modified_time")


@shows("refresh_replaces_settings")
def _refresh_replaces(witness: Witness) -> Iterator[Testimony]:
    for repeat in _refreshes(witness):
        for name in _REPLACED:
            default = None if name == "create_session_with_single_party" else CREATE[name].default
            if given(repeat.asked, name) is None and repeat.before.session.get(name, default) != default:
                shown = repeat.asked.session.get(name)
                yield either(repeat.asked.exchange, shown == default, f"{name} is {shown!r}")


@shows("refresh_needs_no_number")
def _refresh_number(witness: Witness) -> Iterator[Testimony]:
    """Shown where the create before it found no number, or where it finds none itself."""
    creates = witness.asked("create_session")
    for repeat in _repeats(witness):
        at, is_alone = repeat.asked.exchange, flag(repeat.before.session.get("create_session_with_single_party"))
        earlier = [asked for asked in creates if asked.exchange.n < repeat.asked.exchange.n]
        if repeat.is_live and repeat.asked.error == POOL_EXHAUSTED and not is_alone:
            yield disagrees(at, "it found no number")
        elif repeat.is_live and repeat.asked.session and earlier and earlier[-1].error == POOL_EXHAUSTED:
            yield agrees(at)


@shows("refresh_without_pin")
def _refresh_without_pin(witness: Witness) -> Iterator[Testimony]:
    for repeat in _repeats(witness):
        session, asked = repeat.before.session, repeat.asked
        gives_up = session.get("is_pin_authentication_required") is True and not flag(
            given(asked, "is_pin_authentication_required")
        )
        others = [
            seen
            for seen, _ in last_seen(witness, asked)
            if seen.session.get("virtual_number") == session.get("virtual_number")
            and seen.session.get("session_uuid") != session.get("session_uuid")
            and states_of(witness, seen, asked)[1]
        ]
        if repeat.is_live and gives_up and is_single(asked) and others and "" in asked_pair(asked):
            yield either(asked.exchange, asked.error == POOL_EXHAUSTED, f"it was answered with {asked.status}")


def _others(witness: Witness, *, reversed_pair: bool) -> Iterator[tuple[Asked, Seen]]:
    """Creates of a pair that a live session has the other way round, or under another account."""
    for asked in witness.asked("create_session"):
        pair, owner = asked_pair(asked), owner_of(asked)
        for seen, whose in last_seen(witness, asked) if asked.session and all(pair) else ():
            is_other = whose == owner if reversed_pair else whose != owner
            wanted = pair[::-1] if reversed_pair else pair
            if is_other and pair_of(seen.session) == wanted and states_of(witness, seen, asked)[1]:
                yield asked, seen


@shows("pair_is_ordered")
def _ordered(witness: Witness) -> Iterator[Testimony]:
    for asked, seen in _others(witness, reversed_pair=True):
        is_other = asked.session.get("session_uuid") != seen.session.get("session_uuid")
        yield either(asked.exchange, is_other, "it is the session of the pair the other way round")


@shows("pair_of_one_account")
def _of_one_account(witness: Witness) -> Iterator[Testimony]:
    for asked, seen in _others(witness, reversed_pair=False):
        is_other = asked.session.get("session_uuid") != seen.session.get("session_uuid")
        yield either(asked.exchange, is_other, "it is the session of another account")


@shows("pair_after_end")
def _after_end(witness: Witness) -> Iterator[Testimony]:
    for repeat in _repeats(witness):
        if repeat.is_over and repeat.asked.session:
            yield either(repeat.asked.exchange, not repeat.was_refreshed, "it is the session that had ended")


@shows("both_parties_required")
def _both_required(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked("create_session"):
        missing = [name for name in PARTIES if given(asked, name) is None]
        if missing and not is_single(asked) and not unfit(asked) and is_decided(asked):
            is_so = asked.status == 400 and str(asked.error).startswith("Mandatory parameter missing.")
            yield either(asked.exchange, is_so, f"it was answered with {asked.status} {asked.error!r}")


@shows("single_party_needs_one")
def _needs_one(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked("create_session"):
        missing = [name for name in PARTIES if given(asked, name) is None]
        if is_single(asked) and len(missing) == 1 and not unfit(asked) and is_decided(asked):
            is_so = bool(asked.session) or not str(asked.error).startswith("Mandatory parameter missing. " + missing[0])
            yield either(asked.exchange, is_so, f"it was answered with {asked.status} {asked.error!r}")


@shows("single_party_without_party")
def _without_party(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked("create_session"):
        missing = [name for name in PARTIES if given(asked, name) is None]
        if is_single(asked) and len(missing) == 2 and not unfit(asked) and is_decided(asked):
            is_so = asked.status == 400 and asked.error == MISSING.format(name="first_party or second_party")
            yield either(asked.exchange, is_so, f"it was answered with {asked.status} {asked.error!r}")


@shows("single_party_with_both")
def _with_both(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked("create_session"):
        pair = asked_pair(asked)
        if is_single(asked) and all(pair) and pair[0] != pair[1] and not unfit(asked):
            if asked.session:
                yield either(asked.exchange, pair_of(asked.session) == pair, f"it has {pair_of(asked.session)}")
            elif asked.status == 400 and asked.error != POOL_EXHAUSTED:
                yield disagrees(asked.exchange, f"it was refused: {asked.error}")


@shows("equal_parties")
def _equal_parties(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked("create_session"):
        pair = asked_pair(asked)
        pins_missing = flag(given(asked, "is_pin_authentication_required"))
        if all(pair) and pair[0] == pair[1] and not unfit(asked) and is_decided(asked) and not pins_missing:
            is_so = asked.status == 400 and asked.error == _EQUAL
            yield either(asked.exchange, is_so, f"it was answered with {asked.status} {asked.error!r}")


def _after_ends(witness: Witness, operation: str) -> Iterator[Asked]:
    """Requests for sessions that are over for sure."""
    for asked in witness.asked(operation):
        seen = seen_before(witness, asked.uuid, asked)
        if seen is not None and states_of(witness, seen, asked)[0] and asked.status:
            yield asked


@shows("update_of_expired")
def _update_of_expired(witness: Witness) -> Iterator[Testimony]:
    for asked in _after_ends(witness, "update_session"):
        if not unfit(asked) and is_decided(asked) and table_of(asked):
            is_so = asked.status == 400 and asked.error == _EXPIRED
            yield either(asked.exchange, is_so, f"it was answered with {asked.status} {asked.error!r}")


@shows("delete_again")
def _delete_again(witness: Witness) -> Iterator[Testimony]:
    for asked in _after_ends(witness, "delete_session"):
        is_so = asked.status == 400 and asked.error == _EXPIRED
        yield either(asked.exchange, is_so, f"it was answered with {asked.status} {asked.error!r}")


@shows("delete_keeps_session")
def _delete_keeps(witness: Witness) -> Iterator[Testimony]:
    deleted = conversations_of(witness).deleted
    for asked in _known(witness):
        if asked.uuid in deleted and deleted[asked.uuid].n < asked.exchange.n:
            is_so = asked.session.get("status") == "expired"
            yield either(asked.exchange, is_so, f"it was answered with {asked.status} {asked.session.get('status')!r}")


def _known(witness: Witness) -> Iterator[Asked]:
    """Gets of a session that this account was shown before, and that is not so old that it may be gone."""
    for asked in witness.asked("get_session"):
        seen = seen_before(witness, asked.uuid, asked)
        if seen is None or seen.asked.account != asked.account or asked.status not in (200, 404):
            continue
        if asked.at < conversations_of(witness).seen[asked.uuid][0].when + KEPT_S:
            yield asked


@shows("get_any_status")
def _get_any(witness: Witness) -> Iterator[Testimony]:
    for asked in _known(witness):
        yield either(asked.exchange, asked.status == 200, "it was not found")


#: Rows that no capture can show, and why.
UNSHOWABLE: Final = {
    "live_sessions_limit": "It is a limit of the emulator's own; what the service's would be, nobody would try.",
}
