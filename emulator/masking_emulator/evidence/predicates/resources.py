"""Interactions, and the resources that they lead to: URLs, recordings, numbers, and who sees them."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final
from urllib.parse import urlsplit

from masking_emulator.evidence.predicates.base import Testimony, either, shows
from masking_emulator.evidence.predicates.conversations import Seen, conversations_of
from masking_emulator.evidence.predicates.values import (
    JsonObject,
    digits,
    integer,
    last_part,
    objects,
    objects_of,
    path_of,
    seconds_of,
)
from masking_emulator.evidence.predicates.witness import Asked, Witness

_URLS: Final = ("first_party_resource_url", "second_party_resource_url", "recording_resource_url")

#: The keys of an interaction, in the order in which a get shows those that are there.
_KEYS: Final = (
    *("start_time", "end_time", "first_party_resource_url", "second_party_resource_url", "type"),
    *("total_call_amount", "call_billed_duration", "recording_resource_url", "total_call_count", "duration"),
)
_ALWAYS: Final = frozenset(("start_time", "end_time", "type", "total_call_count", "duration"))
_VENDOR_HOST: Final = "api.plivo.com"
_DAY_S: Final = 86_400


def _authority(url: Any) -> str:
    try:
        return urlsplit(url).netloc if isinstance(url, str) else ""
    except ValueError:
        return ""


def _header(asked: Asked, name: str) -> str:
    return next((value for each, value in asked.exchange.request.headers if each.lower() == name), "")


@shows("resource_urls")
def _resource_urls(witness: Witness) -> Iterator[Testimony]:
    for seen, interaction in conversations_of(witness).interactions:
        host = _header(seen.asked, "host")
        hosts = {_authority(interaction[key]) for key in _URLS if key in interaction}
        if host and hosts:
            is_vendors = hosts == {_VENDOR_HOST} != {host}
            why = "as with resource_urls = vendor" if is_vendors else f"they have {', '.join(sorted(hosts))}"
            yield either(seen.at, hosts == {host}, why)


@shows("interaction_shape")
def _shape(witness: Witness) -> Iterator[Testimony]:
    for every in conversations_of(witness).seen.values():
        for seen in every:
            value, count = seen.session.get("interaction"), integer(seen.session.get("total_call_count"))
            if count == 0:
                yield either(seen.at, value is None, f"interaction is {value!r:.60} without a call")
            elif count:
                wrong = [keys for each in objects(value) if (keys := _wrong_keys(seen, each))]
                is_list = isinstance(value, list) and len(list(objects(value))) == len(value) > 0
                yield either(seen.at, is_list and not wrong, f"its keys are {', '.join(wrong[:1]) or 'not there'}")


def _wrong_keys(seen: Seen, interaction: JsonObject) -> str:
    """Its keys where they are not as they should be; "" where they are."""
    expected = [key for key in _KEYS if key in interaction]
    if seen.asked.operation == "list_sessions":
        expected.sort()
    is_so = list(interaction) == expected and interaction.keys() >= _ALWAYS and interaction["type"] == "call"
    return "" if is_so else ", ".join(interaction)


@shows("interaction_omissions")
def _omissions(witness: Witness) -> Iterator[Testimony]:
    for seen, interaction in conversations_of(witness).interactions:
        optional = (*_URLS, "total_call_amount", "call_billed_duration")
        empty = [key for key in optional if key in interaction and not interaction[key]]
        yield either(seen.at, not empty, f"{', '.join(empty)} is there and empty")


@shows("interaction_owner")
def _owner(witness: Witness) -> Iterator[Testimony]:
    """The owner is the account in the path of a create, or the subaccount that it names."""
    known = conversations_of(witness)
    owners = _owners(witness)
    for seen, interaction in known.interactions:
        owner = owners.get(str(seen.session["session_uuid"]))
        for key in _URLS if owner else ():
            parts = path_of(interaction.get(key)).split("/")
            if len(parts) > 3:
                yield either(seen.at, owner in parts, f"{key} has {parts[-3]}, the owner is {owner}")


def _owners(witness: Witness) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for asked in witness.exchanges:
        if asked.operation == "create_session" and 200 <= asked.status < 300:
            named = asked.fields.get("subaccount")
            found.setdefault(str(asked.answer.get("session_uuid")), str(named) if named else asked.account)
    return found


@shows("recording_resource_url")
def _recording_url(witness: Witness) -> Iterator[Testimony]:
    for seen, interaction in conversations_of(witness).interactions:
        url = interaction.get("recording_resource_url")
        if url is not None:
            is_so = isinstance(url, str) and re.match(r"https?://[^/]+/", url) is not None and not url.endswith("/")
            yield either(seen.at, is_so, f"it is {url!r}")


@shows("resource_list_order")
def _list_order(witness: Witness) -> Iterator[Testimony]:
    keys = {"list_calls": "initiation_time", "list_recordings": "add_time"}
    for asked in witness.exchanges:
        key = keys.get(asked.operation or "")
        times = [seconds_of(each.get(key)) for each in objects_of(asked.answer)] if key else []
        for before, after in pairwise(times):
            if before is not None and after is not None and before != after:
                yield either(asked.exchange, before > after, f"{key} goes up")


@shows("resource_sight")
def _sight(witness: Witness) -> Iterator[Testimony]:
    """A call belongs to the account in its interaction's URL. Main accounts and subaccounts begin differently."""
    owners: dict[str, str] = {}
    for _, interaction in conversations_of(witness).interactions:
        for key in _URLS:
            parts = path_of(interaction.get(key)).split("/")
            if len(parts) > 3:
                owners[parts[-1]] = parts[-3]
    for asked in witness.exchanges:
        owner = owners.get(asked.uuid)
        if asked.operation not in ("get_call", "get_recording") or owner in (None, asked.account) or asked.query:
            continue
        expected = 200 if asked.account.startswith("MA") else 404
        if asked.status in (200, 404):
            yield either(
                asked.exchange, asked.status == expected, f"{asked.account} gets {asked.status}, not {expected}"
            )


def _recordings(witness: Witness) -> Iterator[tuple[Asked, JsonObject]]:
    return iter(conversations_of(witness).recordings)


@shows("recording_record")
def _recording_record(witness: Witness) -> Iterator[Testimony]:
    for asked, record in _recordings(witness):
        texts = ("recording_duration_ms", "recording_start_ms", "recording_end_ms")
        wrong = [key for key in texts if not isinstance(record.get(key), str)]
        wrong += [key for key in ("from_number", "to_number") if not str(record.get(key)).startswith("+")]
        wrong += [] if record.get("recording_type") == "call" else ["recording_type"]
        wrong += [key for key in ("add_time", "call_uuid") if not isinstance(record.get(key), str)]
        wrong += [] if str(record.get("recording_url")).startswith("http") else ["recording_url"]
        yield either(asked.exchange, not wrong, ", ".join(f"{key} is {record.get(key)!r}" for key in wrong))


@shows("recording_storage")
def _recording_storage(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for asked, record in _recordings(witness):
        days, rounded = record.get("recording_storage_duration"), record.get("rounded_recording_duration")
        length = str(record.get("recording_duration_ms")).partition(".")[0]
        seconds = int(length) // 1000 if length.isascii() and length.isdigit() else None
        added, now = seconds_of(record.get("add_time")), known.now(asked.exchange.at)
        is_so = type(days) is int and type(rounded) is int and record.get("monthly_recording_storage_amount") == 0
        if is_so and seconds is not None:
            is_so = rounded == max(60, -(-seconds // 60) * 60)
        if is_so and added is not None and now is not None:
            is_so = days in {int((now - added + slack) // _DAY_S) + 1 for slack in (-2, 0, 2)}
        yield either(asked.exchange, is_so, f"stored {days!r} days, {rounded!r} seconds of {length} ms")


@shows("recording_running")
def _recording_running(witness: Witness) -> Iterator[Testimony]:
    events = conversations_of(witness).events
    for asked in witness.exchanges:
        if asked.operation not in ("get_recording", "delete_recording"):
            continue
        about = [event for event in events if event.params.get("RecordingUUID") == asked.uuid]
        before = [event.name for event in about if event.when <= asked.exchange.at]
        if before == ["SessionRecordingInitiated"] and len(about) > 1 and about[1].when > asked.exchange.at:
            yield either(asked.exchange, asked.status == 404, f"the answer is {asked.status} while it runs")


@shows("recording_list_filters")
def _recording_filters(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.exchanges:
        if asked.operation != "list_recordings" or asked.status != 200:
            continue
        records = objects_of(asked.answer)
        of_conferences = [name for name in ("conference_name", "conference_uuid", "mpc_name") if name in asked.query]
        wanted = {name: asked.query[name] for name in ("call_uuid", "from_number", "to_number") if name in asked.query}
        if of_conferences:
            yield either(asked.exchange, not records, f"{of_conferences[0]} finds {len(records)}")
        elif wanted and records:
            is_so = all(
                (digits(record.get(name)) or record.get(name)) == (digits(text.strip()) or text)
                for record in records
                for name, text in wanted.items()
            )
            yield either(asked.exchange, is_so, "a recording does not fulfil the filter")


@shows("recording_delete")
def _recording_delete(witness: Witness) -> Iterator[Testimony]:
    gone: set[str] = set()
    for asked in witness.exchanges:
        answer = asked.exchange.answer
        if asked.operation == "delete_recording" and answer is not None and 200 <= asked.status < 300:
            kind = next((value for name, value in answer.headers if name.lower() == "content-type"), "")
            is_so = asked.status == 204 and not asked.answer and answer.text is None and "json" in kind
            yield either(asked.exchange, is_so, f"it is answered with {asked.status} and {kind or 'no Content-Type'}")
            gone.add(asked.uuid)
        elif asked.operation == "get_recording" and asked.uuid in gone:
            yield either(asked.exchange, asked.status == 404, f"it is there after its delete: {asked.status}")


@shows("recording_link")
def _recording_link(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    deleted = {
        asked.uuid: asked.exchange.at
        for asked in witness.exchanges
        if asked.operation == "delete_recording" and 200 <= asked.status < 300
    }
    linked = {
        last_part(interaction.get("recording_resource_url")): interaction for _, interaction in known.interactions
    }
    for seen, interaction in known.interactions:
        uuid = last_part(interaction.get("recording_resource_url"))
        for other, at in deleted.items():
            then = linked.get(other)
            if then is None or then.get("start_time") != interaction.get("start_time"):
                continue
            if seen.when > at:
                yield either(seen.at, uuid != other, "it links to a recording that was deleted")


_MEDIA: Final = re.compile(r"\.(mp3|wav)$")


@shows("media_public")
def _media_public(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.exchanges:
        is_file = asked.exchange.request.method == "GET" and _MEDIA.search(asked.exchange.request.path)
        if is_file and not asked.sent("authorization") and asked.status in (200, 206, 401, 403):
            yield either(asked.exchange, asked.status < 300, f"without credentials the answer is {asked.status}")


def _numbers(witness: Witness) -> Iterator[tuple[Asked, JsonObject]]:
    for asked in witness.exchanges:
        if asked.status == 200 and asked.operation == "list_numbers":
            for record in objects_of(asked.answer):
                yield asked, record
        elif asked.status == 200 and asked.operation == "get_number":
            yield asked, asked.answer


@shows("number_record")
def _number_record(witness: Witness) -> Iterator[Testimony]:
    for asked, record in _numbers(witness):
        number, owner = record.get("number"), record.get("sub_account", "")
        is_so = isinstance(number, str) and number.isdigit() and (owner is None or str(owner).startswith("SA"))
        yield either(asked.exchange, is_so, f"number is {number!r}, sub_account {owner!r}")


@shows("number_unknown_fields")
def _number_unknown_fields(witness: Witness) -> Iterator[Testimony]:
    expected = {
        "number_type": "local",
        "voice_enabled": True,
        "sms_enabled": False,
        "mms_enabled": False,
        **dict.fromkeys(("alias", "application", "region", "tendlc_campaign_id")),
        "monthly_rental_rate": "0.80000",
    }
    for asked, record in _numbers(witness):
        wrong = [key for key, value in expected.items() if record.get(key, "") != value]
        yield either(asked.exchange, not wrong, ", ".join(f"{key} is {record.get(key)!r}" for key in wrong))


@shows("number_list_filters")
def _number_filters(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.exchanges:
        if asked.operation != "list_numbers" or asked.status != 200:
            continue
        records = objects_of(asked.answer)
        beginning, owner = asked.query.get("number_startswith"), asked.query.get("subaccount")
        for record in records:
            if beginning or owner:
                is_so = digits(record.get("number")).startswith((beginning or "").lstrip("+ "))
                is_so = is_so and owner in (None, "", record.get("sub_account"))
                yield either(asked.exchange, is_so, f"{record.get('number')} does not fulfil the filter")


@shows("resources_not_covered")
def _not_covered(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.exchanges:
        parts = [part for part in asked.exchange.request.path.split("/") if part]
        is_other = len(parts) > 3 and parts[3] not in ("Masking", "Call", "Recording", "Number")
        if is_other and not asked.operation and asked.status not in (0, 401, 403, 405, 414, 429):
            error = asked.answer.get("error")
            is_so = asked.status == 404 and error == "not found"
            yield either(asked.exchange, is_so, f"{parts[3]} is answered with {asked.status} {error or ''}")


#: Rows that no capture can show, and why.
UNSHOWABLE: Final = {
    "media_ranges": "Which range of bytes was asked for is in a header that captures do not keep.",
}
