"""The call resource: a record for each leg of a call that is over, and the little that is shown of one that runs.

Source: vendor pages, "Get call detail record" and "Retrieve details of all calls", recorded responses of both, and
the official SDKs' fixtures. A leg is a call of its own there: the second one names the first as its parent.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from masking_emulator.core.books.index import Range
from masking_emulator.core.engine import Engine
from masking_emulator.core.records.base import Record, replace
from masking_emulator.core.records.calls import Call, Leg
from masking_emulator.core.rules import Tariff
from masking_emulator.plivo import refusals
from masking_emulator.plivo.account_request import AccountRequest, ApiAnswer
from masking_emulator.plivo.amounts import exact_time, local_time, price
from masking_emulator.plivo.causes import CAUSES, SOURCES
from masking_emulator.plivo.filters import (
    Fields,
    Span,
    amount,
    choice,
    fields_of,
    instant,
    integer,
    kept,
    number,
    recent,
    span_of,
    window,
)
from masking_emulator.plivo.pages import Page, limit_of, meta, offset_of, page_of
from masking_emulator.plivo.refusals import ApiError
from masking_emulator.plivo.render import Json
from masking_emulator.plivo.resources import list_path

#: Direction → whether the person called; the virtual number called otherwise.
DIRECTIONS: Final[Mapping[str, bool]] = {"inbound": True, "outbound": False}
RANGED: Final = ("end_time", "bill_duration")

_EVERYTHING: Final = Range()
_DIRECTION_OF: Final = {inbound: name for name, inbound in DIRECTIONS.items()}


class CallQuery(Record):
    """Which legs are wanted; None and open ranges leave a condition out. Numbers are beginnings of numbers."""

    owner: int | None = None
    inbound: bool | None = None
    caller: str | None = None
    callee: str | None = None
    parent: str | None = None
    ended: Range | None = None
    duration: Range = _EVERYTHING
    cause_code: int | None = None
    source: str | None = None

    def accepts(self, call: Call, leg: Leg) -> bool:
        """Whether the leg fulfils every condition."""
        caller, callee = _ends(call, leg)
        return (
            self.owner in (None, call.owner)
            and self.inbound in (None, leg.inbound)
            and caller.startswith(self.caller or "")
            and callee.startswith(self.callee or "")
            and self.parent in (None, _parent(call, leg))
            and (self.ended is None or (leg.ended_at is not None and leg.ended_at in self.ended))
            and leg.duration_s in self.duration
            and (self.cause_code is None or self.cause_code == _cause(leg)[0])
            and (self.source is None or self.source == _source(leg))
        )


def get_call(asked: AccountRequest) -> ApiAnswer:
    """GET Call/{uuid}: the record of a leg that is over; with status=live, of one that runs."""
    engine = asked.caller.service.caught_up()
    uuid = asked.in_path("call_uuid").lower()
    found = engine.leg(uuid)
    if found is None or asked.scope not in (None, found[0].owner):
        raise _not_found(f"this account has no call {uuid[:60]}")
    call, leg = found
    match fields_of(asked.pairs).get("status"):
        case "live" if leg.ended_at is None:
            return 200, _live_object(call, leg, asked.draw_api_id())
        case "live":
            raise _not_found(f"the call {uuid} has ended")
        case "queued":
            raise _not_found("no call is ever queued here")
    if leg.ended_at is None:
        raise _not_found(f"the call {uuid} has no record before it has ended; status=live shows it")
    path = list_path(asked.account.auth_id, "Call")
    return 200, _call_object(call, leg, engine.tariff, path, asked.draw_api_id())


def list_calls(asked: AccountRequest) -> ApiAnswer:
    """GET Call: records of the legs that are over; with status=live or queued, the UUIDs of those that are not."""
    engine = asked.caller.service.caught_up()
    status = fields_of(asked.pairs).get("status")
    if status in ("live", "queued"):
        uuids = _live_uuids(asked, engine) if status == "live" else []
        return 200, {"api_id": asked.draw_api_id(), "calls": uuids}
    page = _call_query(asked, engine.now)
    shown = page.cut_by_place(_matching(engine, page.query), _place)
    path, api_id, tariff = list_path(asked.account.auth_id, "Call"), asked.draw_api_id(), engine.tariff
    objects = [_call_object(call, leg, tariff, path, api_id) for call, leg in shown.objects]
    return 200, {"api_id": api_id, "meta": meta(page, path, shown), "objects": objects}


def _matching(engine: Engine, query: CallQuery) -> Iterable[tuple[Call, Leg]]:
    """The legs that are wanted, from the one that began last."""
    for call in engine.calls():
        for leg in reversed(call.legs):
            if query.accepts(call, leg):
                yield call, leg


def _place(found: tuple[Call, Leg]) -> int:
    """Where the leg stands among all: by the order of calls, and of the legs of one."""
    call, leg = found
    return 2 * call.ordinal + (leg is not call.legs[0])


def _live_uuids(asked: AccountRequest, engine: Engine) -> list[str]:
    """UUIDs of the legs that run. All of them: the vendor's answer has no pages, only clients send limit."""
    fields = fields_of(asked.pairs)
    query = _who(asked, fields)
    uuids = [leg.uuid for call, leg in _matching(engine, query) if leg.ended_at is None]
    start = offset_of(fields)
    return uuids[start : start + limit_of(fields, asked.caller.service.policy)] if "limit" in fields else uuids[start:]


def _who(asked: AccountRequest, fields: Fields) -> CallQuery:
    """The conditions that live and ended calls share."""
    return CallQuery(
        owner=asked.owner_of(fields["subaccount"]) if "subaccount" in fields else asked.scope,
        inbound=choice(fields, "call_direction", DIRECTIONS, values="inbound or outbound"),
        caller=number(fields, "from_number"),
        callee=number(fields, "to_number"),
    )


def _call_query(asked: AccountRequest, now: int) -> Page[CallQuery]:
    fields, policy = fields_of(asked.pairs), asked.caller.service.policy
    ended = span_of(fields, "end_time", instant, policy)
    code = fields.get("hangup_cause_code")
    query = replace(
        _who(asked, fields),
        parent=fields.get("parent_call_uuid"),
        ended=kept(recent(now) if ended == Span() else window("end_time", ended, now, policy), now),
        duration=span_of(fields, "bill_duration", amount, policy).range,
        cause_code=None if code is None else integer("hangup_cause_code", code),
        source=fields.get("hangup_source"),
    )
    return page_of(query, fields, policy, cursors=True)


def _call_object(call: Call, leg: Leg, tariff: Tariff, path: str, api_id: str) -> Json:
    """The record of a leg that is over, with the keys of the vendor page in the order of recorded responses."""
    assert leg.ended_at is not None, "a leg that runs has no record"
    caller, callee = _ends(call, leg)
    code, name = _cause(leg)
    return {
        "answer_time": None if leg.answered_at is None else local_time(leg.answered_at),
        "api_id": api_id,
        "bill_duration": leg.duration_s,
        "billed_duration": leg.billed_s,
        "call_direction": _DIRECTION_OF[leg.inbound],
        "call_duration": leg.duration_s,
        # The only value that any sample has; of a leg that was not answered there is no sample.
        "call_state": None if leg.answered_at is None else "ANSWER",
        "call_uuid": leg.uuid,
        "cnam_lookup": "",
        "conference_uuid": None,
        "end_time": local_time(leg.ended_at),
        "from_number": f"+{caller}",
        "hangup_cause_code": code,
        "hangup_cause_name": name,
        "hangup_source": _source(leg),
        "initiation_time": local_time(leg.started_at),
        "parent_call_uuid": _parent(call, leg),
        "resource_uri": f"{path}{leg.uuid}/",
        "source_ip": "",
        "stir_attestation": "",
        "stir_verification": "Not Applicable",
        "to_number": callee,
        "total_amount": price(leg.amount_micros),
        "total_rate": price(tariff.minute_micros),
        "voice_network_group": "",
    }


def _live_object(call: Call, leg: Leg, api_id: str) -> Json:
    caller, callee = _ends(call, leg)
    return {
        "api_id": api_id,
        "call_status": "ringing" if leg.answered_at is None else "in-progress",
        "call_uuid": leg.uuid,
        "caller_name": "",
        "direction": _DIRECTION_OF[leg.inbound],
        "from": f"+{caller}",
        "request_uuid": leg.uuid,
        "session_start": exact_time(leg.started_at),
        "stir_attestation": "",
        "stir_verification": "Not Applicable",
        "to": callee,
    }


def _ends(call: Call, leg: Leg) -> tuple[str, str]:
    """Who called whom on this leg: the person the virtual number, or the other way round."""
    return (leg.person, call.number) if leg.inbound else (call.number, leg.person)


def _parent(call: Call, leg: Leg) -> str | None:
    return None if leg.uuid == call.uuid else call.uuid


def _cause(leg: Leg) -> tuple[int, str]:
    assert leg.cause is not None, "an ended leg has a cause"
    return CAUSES[leg.cause]


def _source(leg: Leg) -> str:
    assert leg.source is not None, "an ended leg has a source"
    return SOURCES[leg.source]


def _not_found(reason: str) -> ApiError:
    return ApiError(404, refusals.NOT_FOUND, reason)
