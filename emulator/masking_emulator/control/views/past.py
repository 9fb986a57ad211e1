"""A past moment of a world as the control API shows it, and what is different between two of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any, Final

from masking_emulator.control.views.callbacks import entry_json
from masking_emulator.control.views.calls import call_json, phone_json
from masking_emulator.control.views.numbers import number_json
from masking_emulator.core import codec
from masking_emulator.core.instants import written
from masking_emulator.core.records.sessions import Session
from masking_emulator.core.work import Work
from masking_emulator.keeping.differences import differing
from masking_emulator.plivo.render import Links, session_object
from masking_emulator.world.history import Moment
from masking_emulator.world.journal import event_json
from masking_emulator.world.world import World

#: A thing of a moment: its id, what decides whether it is another one, and the way to show it.
_Thing = tuple[str, object, Callable[[], dict[str, Any]]]

#: What a moment lists → what one of them is called.
KINDS: Final[Mapping[str, str]] = {
    "sessions": "session",
    "calls": "call",
    "callbacks": "callback",
    "numbers": "number",
    "phones": "phone",
    "recordings": "recording",
}


def moment_json(moment: Moment, world: World, *, limit: int) -> dict[str, Any]:
    """The moment, with iterators in the place of its lists, up to `limit` of each."""
    engine, event = moment.engine, moment.event
    shown = {name: (show() for _, _, show in islice(things, limit)) for name, things in _things(moment, world).items()}
    return {
        "sequence": moment.sequence,
        "now": written(engine.now if event is None else event.at),
        "event": None if event is None else {"sequence": moment.sequence, **event_json(event)},
        "first": world.history.first,
        "last": world.journal.last,
        "sessions_live": engine.sessions_live,
        "sessions_kept": engine.sessions_kept,
        **shown,
    }


def changes(before: Moment, after: Moment, world: World) -> Work[list[dict[str, Any]]]:
    """The work of what is different: things that are new, changed, or gone."""
    found = []
    old, new = _things(before, world), _things(after, world)
    for name, kind in KINDS.items():
        there = {identity: (record, show) for identity, record, show in old[name]}
        for identity, record, show in new[name]:
            known = there.pop(identity, None)
            if known is None:
                found.append(_change(kind, identity, "new", ()))
            elif known[0] is not record and known[0] != record:
                found.append(_change(kind, identity, "changed", differing(known[1](), show())))
            yield
        found += [_change(kind, identity, "gone", ()) for identity in there]
    return found


def _change(kind: str, identity: str, what: str, fields: Iterable[tuple[str, Any, Any]]) -> dict[str, Any]:
    listed = [{"field": field, "before": before, "after": after} for field, before, after in fields]
    return {"kind": kind, "id": identity, "change": what, "fields": listed}


def _things(moment: Moment, world: World) -> dict[str, Iterator[_Thing]]:
    engine, accounts = moment.engine, world.accounts
    show_session = _session_shown(moment, world)
    pool = ((number, engine.pool.use(number.digits)) for number in engine.pool.numbers())
    return {
        "sessions": _each(reversed(list(engine.sessions())), lambda session: session.uuid, show_session),
        "numbers": _each(pool, lambda both: f"+{both[0].digits}", lambda both: number_json(both[0], both[1], accounts)),
        "phones": _each(engine.phones(), lambda phone: f"+{phone.number}", phone_json),
        "calls": _each(engine.calls(), lambda call: call.uuid, call_json),
        "recordings": _each(engine.recordings(), lambda recording: recording.uuid, codec.plain),
        "callbacks": (
            (str(entry.callback.ordinal), entry.callback, partial(entry_json, entry))
            for entry in reversed(list(moment.callbacks))
        ),
    }


def _each(records: Iterable[Any], name: Callable[[Any], str], show: Callable[[Any], Any]) -> Iterator[_Thing]:
    return ((name(record), record, partial(show, record)) for record in records)


def _session_shown(moment: Moment, world: World) -> Callable[[Session], dict[str, Any]]:
    """How the emulated API would have shown a session then."""
    base = world.resources_url
    links = Links(lambda owner: (base, world.accounts[owner].auth_id), moment.engine.keeps_recording)

    def shown(session: Session) -> dict[str, Any]:
        named = world.accounts[session.owner].auth_id if session.settings.owner_named else None
        return session_object(session, named, links)

    return shown
