"""Records of calls: their form, who is in them, why they ended, and which a list has."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from masking_emulator.evidence.predicates.base import Testimony, either, shows
from masking_emulator.evidence.predicates.conversations import LegRecord, conversations_of
from masking_emulator.evidence.predicates.values import (
    amount,
    digits,
    integer,
    is_close,
    is_text,
    last_part,
    objects_of,
    seconds_of,
)
from masking_emulator.evidence.predicates.witness import Asked, Witness

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d")
_PRICE: Final = re.compile(r"\d+\.\d{5}")
_DAY_S: Final = 86_400

#: The causes that masked calls have, by their codes.
_CAUSES: Final[Mapping[int, str]] = {
    4000: "Normal Hangup",
    1000: "Canceled",
    3010: "Busy Line",
    3020: "Rejected",
    3000: "No Answer",
    2010: "Destination Out Of Service",
    6010: "Ring Timeout Reached",
    6000: "Scheduled Hangup",
}
_SOURCES: Final = ("Caller", "Callee", "Carrier", "Plivo")


@shows("call_record")
def _record(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.exchanges:
        if asked.operation == "get_call" and asked.status == 200 and asked.query.get("status") is None:
            answer = asked.answer
            is_so = "api_id" in answer and "call_uuid" in answer and "response" not in answer
            yield either(asked.exchange, is_so, f"its keys are {', '.join(answer)}")


@shows("call_of_two_legs")
def _two_legs(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for seen, interaction in known.interactions:
        keys = ("first_party_resource_url", "second_party_resource_url")
        legs = [known.legs.get(last_part(interaction.get(key))) for key in keys]
        one, two = legs
        if one is not None and two is not None:
            parents = (one.record.get("parent_call_uuid"), two.record.get("parent_call_uuid"))
            is_so = parents in ((None, one.uuid), (two.uuid, None))
            yield either(seen.at, is_so, f"the parents of its legs are {parents[0]} and {parents[1]}")


@shows("call_direction")
def _direction(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    numbers = {digits(seen.session.get("virtual_number")) for every in known.seen.values() for seen in every} - {""}
    for leg in known.every_leg:
        ends = digits(leg.record.get("from_number")), digits(leg.record.get("to_number"))
        if (ends[0] in numbers) != (ends[1] in numbers):
            expected, seen = ("outbound" if ends[0] in numbers else "inbound"), leg.record.get("call_direction")
            yield either(leg.at, seen == expected, f"from {ends[0]} to {ends[1]} it is {seen!r}")


def _each(witness: Witness, is_so: Callable[[LegRecord], bool], *keys: str) -> Iterator[Testimony]:
    for leg in conversations_of(witness).every_leg:
        yield either(leg.at, is_so(leg), ", ".join(f"{key} is {leg.record.get(key)!r}" for key in keys))


@shows("call_numbers")
def _numbers(witness: Witness) -> Iterator[Testimony]:
    def is_so(leg: LegRecord) -> bool:
        return str(leg.record.get("from_number")).startswith("+") and bool(
            re.fullmatch(r"\d+", str(leg.record.get("to_number")))
        )

    return _each(witness, is_so, "from_number", "to_number")


@shows("call_times")
def _times(witness: Witness) -> Iterator[Testimony]:
    def is_so(leg: LegRecord) -> bool:
        record = leg.record
        times = [record.get("initiation_time"), record.get("end_time")]
        times += [record.get("answer_time")] if record.get("bill_duration") else []
        return all(isinstance(each, str) and _TIME.fullmatch(each) is not None for each in times) and (
            record.get("answer_time") is None or isinstance(record.get("answer_time"), str)
        )

    return _each(witness, is_so, "initiation_time", "answer_time", "end_time")


@shows("call_prices")
def _prices(witness: Witness) -> Iterator[Testimony]:
    def is_so(leg: LegRecord) -> bool:
        total, rate = leg.record.get("total_amount"), leg.record.get("total_rate")
        billed = integer(leg.record.get("billed_duration"))
        forms = all(isinstance(each, str) and _PRICE.fullmatch(each) is not None for each in (total, rate))
        return forms and (billed is None or is_close(amount(total), (amount(rate) or 0) * billed / 60, 1e-5))

    return _each(witness, is_so, "total_amount", "total_rate", "billed_duration")


@shows("call_state")
def _state(witness: Witness) -> Iterator[Testimony]:
    def is_so(leg: LegRecord) -> bool:
        return leg.record.get("call_state") == (None if leg.answered is None else "ANSWER")

    return _each(witness, is_so, "call_state", "answer_time")


@shows("call_unknown_fields")
def _unknown_fields(witness: Witness) -> Iterator[Testimony]:
    def is_so(leg: LegRecord) -> bool:
        empty = ("cnam_lookup", "source_ip", "stir_attestation", "voice_network_group")
        return (
            all(leg.record.get(key) == "" for key in empty)
            and is_text(leg.record.get("stir_verification"), "Not Applicable")
            and leg.record.get("api_id") == leg.asked.answer.get("api_id")
        )

    return _each(witness, is_so, "cnam_lookup", "source_ip", "stir_attestation", "stir_verification", "api_id")


@shows("call_hangup_causes")
def _hangup_causes(witness: Witness) -> Iterator[Testimony]:
    def is_so(leg: LegRecord) -> bool:
        code = integer(leg.record.get("hangup_cause_code"))
        return (
            code is not None
            and code in _CAUSES
            and leg.record.get("hangup_cause_name") == _CAUSES[code]
            and leg.record.get("hangup_source") in _SOURCES
        )

    return _each(witness, is_so, "hangup_cause_code", "hangup_cause_name", "hangup_source")


@shows("hangup_of_unknown_caller")
def _refused_caller(witness: Witness) -> Iterator[Testimony]:
    """A leg that nobody answered, and that the caller did not give up."""
    for leg in conversations_of(witness).legs.values():
        record = leg.record
        if leg.inbound and record.get("answer_time") is None and record.get("hangup_source") != "Caller":
            seen = (
                record.get("hangup_cause_name"),
                integer(record.get("hangup_cause_code")),
                record.get("hangup_source"),
            )
            yield either(leg.at, seen == ("Rejected", 3020, "Plivo"), f"it ends with {seen[0]} {seen[1]} by {seen[2]}")


def _ids(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


@shows("call_running")
def _running(witness: Witness) -> Iterator[Testimony]:
    """A call is known to run by having been shown live in the same second."""
    live: dict[str, float] = {}
    for asked in witness.exchanges:
        if asked.status == 200 and asked.query.get("status") == "live":
            calls = _ids(asked.answer.get("calls")) if asked.operation == "list_calls" else [asked.uuid]
            live.update((uuid, asked.exchange.at) for uuid in calls if isinstance(uuid, str))
        elif asked.operation == "get_call" and "status" not in asked.query:
            since = live.get(asked.uuid)
            if asked.status == 200 and asked.answer.get("end_time") is None:
                yield either(asked.exchange, is_so=False, otherwise="there is a record without an end")
            elif since is not None and asked.exchange.at - since < 1:
                yield either(asked.exchange, asked.status == 404, f"the answer is {asked.status}")


@shows("call_live")
def _live(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.exchanges:
        if asked.status == 200 and asked.query.get("status") == "live":
            if asked.operation == "list_calls":
                calls = asked.answer.get("calls")
                is_so = isinstance(calls, list) and all(isinstance(each, str) for each in calls)
                is_so = is_so and "meta" not in asked.answer
            elif asked.operation == "get_call":
                is_so = "call_status" in asked.answer
            else:
                continue
            yield either(asked.exchange, is_so, f"its keys are {', '.join(asked.answer)}")


@shows("call_queued")
def _queued(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.exchanges:
        if asked.query.get("status") == "queued" and asked.operation == "list_calls" and asked.status == 200:
            yield either(asked.exchange, asked.answer.get("calls") == [], f"calls is {asked.answer.get('calls')!r}")
        elif asked.query.get("status") == "queued" and asked.operation == "get_call":
            yield either(asked.exchange, asked.status == 404, f"the answer is {asked.status}")


def _lists(witness: Witness) -> Iterator[Asked]:
    for asked in witness.exchanges:
        if asked.operation == "list_calls" and asked.status == 200 and "status" not in asked.query:
            yield asked


@shows("call_list")
def _list(witness: Witness) -> Iterator[Testimony]:
    for asked in _lists(witness):
        keys = list(asked.answer)
        yield either(asked.exchange, sorted(keys) == ["api_id", "meta", "objects"], f"its keys are {', '.join(keys)}")


#: Filter of the list → whether a record fulfils it.
_FILTERS: Final[Mapping[str, Callable[[Mapping[str, Any], str], bool]]] = {
    "call_direction": lambda record, text: record.get("call_direction") == text,
    "from_number": lambda record, text: digits(record.get("from_number")).startswith(text.lstrip("+ ")),
    "to_number": lambda record, text: digits(record.get("to_number")).startswith(text.lstrip("+ ")),
    "parent_call_uuid": lambda record, text: record.get("parent_call_uuid") == text,
    "hangup_cause_code": lambda record, text: str(record.get("hangup_cause_code")) == text,
    "hangup_source": lambda record, text: is_text(record.get("hangup_source"), text),
    "bill_duration": lambda record, text: integer(record.get("bill_duration")) == integer(text),
    "bill_duration__gt": lambda record, text: (integer(record.get("bill_duration")) or 0) > (integer(text) or 0),
    "bill_duration__gte": lambda record, text: (integer(record.get("bill_duration")) or 0) >= (integer(text) or 0),
    "bill_duration__lt": lambda record, text: (integer(record.get("bill_duration")) or 0) < (integer(text) or 0),
    "bill_duration__lte": lambda record, text: (integer(record.get("bill_duration")) or 0) <= (integer(text) or 0),
}


@shows("call_list_filters")
def _list_filters(witness: Witness) -> Iterator[Testimony]:
    for asked in _lists(witness):
        wanted = {name: text for name, text in asked.query.items() if name in _FILTERS and text}
        records = objects_of(asked.answer)
        if wanted and records:
            wrong = [
                f"{name}={text} lists {record.get('call_uuid')}"
                for record in records
                for name, text in wanted.items()
                if not _FILTERS[name](record, text)
            ]
            yield either(asked.exchange, not wrong, "; ".join(wrong[:2]))


@shows("call_list_window")
def _list_window(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for asked in witness.exchanges:
        if asked.operation != "list_calls" or "status" in asked.query:
            continue
        edges = [
            next((at for name in names if (at := seconds_of(asked.query.get(name))) is not None), None)
            for names in (("end_time__gt", "end_time__gte"), ("end_time__lt", "end_time__lte"))
        ]
        if edges[0] is not None and edges[1] is not None:
            if edges[1] - edges[0] > 30 * _DAY_S + 60 and asked.status in (200, 400):
                yield either(asked.exchange, asked.status == 400, "more than 30 days are not refused")
        elif not any(name.startswith("end_time") for name in asked.query) and asked.status == 200:
            now = known.now(asked.exchange.at)
            ends = [end for each in objects_of(asked.answer) if (end := seconds_of(each.get("end_time"))) is not None]
            if now is not None and ends:
                yield either(asked.exchange, now - min(ends) <= 7 * _DAY_S + 60, "a call is older than 7 days")
