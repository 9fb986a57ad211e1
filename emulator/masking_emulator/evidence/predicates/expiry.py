"""How long sessions live, and what their end makes of their times."""

from collections.abc import Iterator
from typing import Final

from masking_emulator.evidence.predicates.base import Testimony, either, shows
from masking_emulator.evidence.predicates.conversations import Seen, conversations_of
from masking_emulator.evidence.predicates.values import integer, seconds_of
from masking_emulator.evidence.predicates.witness import Witness

_RETENTION_S: Final = 90 * 86_400

#: Whole numbers from here on are replaced in a capture, as if they were somebody's.
_COUNT_MAX: Final = 1_000_000

#: How far the service's clock may be from what we think, in seconds.
_SURE_S: Final = 2


def _time(seen: Seen, name: str) -> int | None:
    return seconds_of(seen.session.get(f"{name}_time"))


def _all(witness: Witness) -> Iterator[Seen]:
    return (seen for every in conversations_of(witness).seen.values() for seen in every)


def _asked_s(seen: Seen) -> int | None:
    """The session_expiry of the request; None where it is none or means the default."""
    asked = integer(seen.asked.fields.get("session_expiry"))
    return asked if asked is not None and asked > 0 else None


@shows("expiry_from_creation")
def _from_creation(witness: Witness) -> Iterator[Testimony]:
    for seen in _all(witness):
        created, expiry, asked = _time(seen, "created"), _time(seen, "expiry"), _asked_s(seen)
        is_new = created is not None and created == _time(seen, "modified")
        if seen.asked.operation == "create_session" and is_new and created is not None and expiry is not None and asked:
            yield either(seen.at, expiry - created == asked, f"it lives {expiry - created} seconds of {asked}")


@shows("expiry_instant")
def _instant(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for seen in _all(witness):
        expiry, now, status = _time(seen, "expiry"), known.now(seen.when), seen.session.get("status")
        if expiry is None or now is None or status == "in-progress" or abs(now - expiry) < _SURE_S:
            continue
        yield either(seen.at, (status == "expired") == (now > expiry), f"it is {status} {now - expiry:g} seconds after")


@shows("expiry_after_update")
def _after_update(witness: Witness) -> Iterator[Testimony]:
    for seen in _all(witness):
        modified, expiry, asked = _time(seen, "modified"), _time(seen, "expiry"), _asked_s(seen)
        if seen.asked.operation == "update_session" and asked and modified is not None and expiry is not None:
            yield either(seen.at, expiry - modified == asked, f"it lives {expiry - modified} seconds of {asked}")


@shows("expiry_without_update")
def _without_update(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for every in known.seen.values():
        for number, seen in enumerate(every[1:], start=1):
            before = every[number - 1]
            fields = seen.asked.fields
            if seen.asked.operation == "update_session" and fields.get("session_expiry") in (None, "", 0, "0"):
                times = before.session.get("expiry_time"), seen.session.get("expiry_time")
                yield either(seen.at, times[0] == times[1], f"{times[0]} became {times[1]}")


@shows("duration")
def _duration(witness: Witness) -> Iterator[Testimony]:
    """Both instants are shown without their fractions, so the difference may be a second too long."""
    for seen in _all(witness):
        created, expiry, duration = _time(seen, "created"), _time(seen, "expiry"), seen.session.get("duration")
        if created is None or expiry is None or expiry - created >= _COUNT_MAX:
            continue
        if "duration" in seen.session:
            is_so = type(duration) is int and duration in (expiry - created, expiry - created - 1)
            yield either(seen.at, is_so, f"duration is {duration!r}, the difference {expiry - created}")


@shows("natural_expiry_keeps_modified")
def _keeps_modified(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for session, every in known.seen.items():
        lived = [seen for seen in every if seen.session.get("status") != "expired"]
        ended = [seen for seen in every if seen.session.get("status") == "expired"]
        if session not in known.deleted and lived and ended:
            times = lived[-1].session.get("modified_time"), ended[0].session.get("modified_time")
            yield either(ended[0].at, times[0] == times[1], f"{times[0]} became {times[1]}")


def _deleted(witness: Witness) -> Iterator[tuple[Seen, Seen]]:
    """Sessions before and after their delete."""
    known = conversations_of(witness)
    for session, deleted in known.deleted.items():
        before, after = known.before(session, deleted.at), next(known.after(session, deleted.at), None)
        if before is not None and after is not None and before.session.get("status") != "expired":
            yield before, after


@shows("delete_sets_times")
def _delete_times(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for before, after in _deleted(witness):
        expiry, modified, created = _time(after, "expiry"), _time(after, "modified"), _time(after, "created")
        earliest, latest = _time(before, "modified"), known.now(after.when)
        if None in (expiry, modified, created, earliest) or expiry is None or earliest is None:
            continue
        is_so = expiry == modified and earliest <= expiry and (latest is None or expiry <= latest + _SURE_S)
        yield either(after.at, is_so, f"expiry_time is {expiry}, modified_time {modified}")


@shows("delete_sets_duration")
def _delete_duration(witness: Witness) -> Iterator[Testimony]:
    for _, after in _deleted(witness):
        created, expiry, duration = (
            _time(after, "created"),
            _time(after, "expiry"),
            integer(after.session.get("duration")),
        )
        if created is not None and expiry is not None:
            is_so = duration in (expiry - created, expiry - created - 1)
            yield either(after.at, is_so, f"duration is {duration}, the difference {expiry - created}")


@shows("retention")
def _retention(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for asked in witness.exchanges:
        seen, now = known.before(asked.uuid, asked.exchange.at - 1), known.now(asked.exchange.at)
        if asked.operation != "get_session" or seen is None or now is None or asked.status not in (200, 404):
            continue
        created, expiry = _time(seen, "created"), _time(seen, "expiry")
        if created is not None and expiry is not None and now > created + _RETENTION_S + 60 and now > expiry + _SURE_S:
            yield either(asked.exchange, asked.status == 404, "it is there after 90 days")


@shows("retention_of_live_sessions")
def _retention_of_live(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for asked in witness.exchanges:
        seen, now = known.before(asked.uuid, asked.exchange.at - 1), known.now(asked.exchange.at)
        if asked.operation not in ("get_session", "update_session") or seen is None or now is None:
            continue
        created, expiry, deleted = _time(seen, "created"), _time(seen, "expiry"), known.deleted.get(asked.uuid)
        lives = expiry is not None and now < expiry - _SURE_S and (deleted is None or deleted.at > asked.exchange.at)
        if created is not None and lives and now > created + _RETENTION_S + 60:
            yield either(asked.exchange, asked.status != 404, "it lives, and is not found")


#: Rows that no capture can show, and why.
UNSHOWABLE: Final = {
    "ended_sessions_limit": "It is a limit of the emulator's own, and says nothing about the service.",
}
