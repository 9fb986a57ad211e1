"""The number resource: the pool's numbers, as numbers that the account has rented.

Source: vendor page, account phone numbers, and the official SDKs' fixtures. What masking does not need, such as the
application, the alias and the campaign of a number, is there and empty.
"""

from collections.abc import Iterable
from time import gmtime
from typing import Final

from masking_emulator.core.engine import Engine
from masking_emulator.core.instants import DAY_US, INSTANT_MAX, SECOND_US
from masking_emulator.core.records.base import Record
from masking_emulator.core.records.sessions import MAIN_ACCOUNT, Number
from masking_emulator.core.refusals import Reason, Refused
from masking_emulator.plivo.account_request import AccountRequest, ApiAnswer
from masking_emulator.plivo.amounts import price
from masking_emulator.plivo.filters import Fields, fields_of, number
from masking_emulator.plivo.pages import meta, page_of
from masking_emulator.plivo.render import Json
from masking_emulator.plivo.resources import list_path

#: Values that are the same for every number: those of the fixtures, and the day on which it was rented.
_ADDED_ON: Final = "2024-01-01"
_RENTAL_MICROS: Final = 800_000
_TYPE: Final = "local"

#: The last month that there is has no next one.
_MONTH_US: Final = 31 * DAY_US
_SERVICES: Final = frozenset({"voice"})


class NumberQuery(Record):
    """Which numbers are wanted. All have one type, the same services and no alias, so these accept all or none."""

    owner: int | None
    beginning: str
    possible: bool

    def accepts(self, candidate: Number) -> bool:
        """Whether the number fulfils every condition."""
        return self.possible and self.owner in (None, candidate.owner) and candidate.digits.startswith(self.beginning)


def get_number(asked: AccountRequest) -> ApiAnswer:
    """GET Number/{number}, with or without plus."""
    engine = asked.caller.service.caught_up()
    digits = asked.in_path("number").strip().removeprefix("+")
    found = engine.pool.get(digits)
    if found is None or asked.scope not in (None, found.owner):
        raise Refused(Reason.NUMBER_UNKNOWN, number=digits[:60])
    fields = _number_object(asked, engine, found) | {"api_id": asked.draw_api_id()}
    return 200, dict(sorted(fields.items()))


def list_numbers(asked: AccountRequest) -> ApiAnswer:
    """GET Number: in the order of the pool."""
    engine = asked.caller.service.caught_up()
    fields = fields_of(asked.pairs)
    page = page_of(_number_query(asked, fields), fields, asked.caller.service.policy)
    shown = page.cut(_matching(engine, page.query))
    objects = [_number_object(asked, engine, candidate) for candidate in shown.objects]
    path = list_path(asked.account.auth_id, "Number")
    return 200, {"api_id": asked.draw_api_id(), "meta": meta(page, path, shown), "objects": objects}


def _matching(engine: Engine, query: NumberQuery) -> Iterable[Number]:
    return (candidate for candidate in engine.pool.numbers() if query.accepts(candidate))


def _number_query(asked: AccountRequest, fields: Fields) -> NumberQuery:
    services = {service.strip() for service in fields.get("services", "voice").split(",")}
    # The page says type, the Go SDK number_type.
    kinds = {fields[name] for name in ("type", "number_type") if name in fields}
    return NumberQuery(
        owner=asked.owner_of(fields["subaccount"]) if "subaccount" in fields else asked.scope,
        beginning=number(fields, "number_startswith") or "",
        possible=services <= _SERVICES and kinds <= {_TYPE} and "alias" not in fields,
    )


def _number_object(asked: AccountRequest, engine: Engine, found: Number) -> Json:
    """The number with the keys of the vendor page and the newest fixtures, in the order of the alphabet."""
    owner = None if found.owner == MAIN_ACCOUNT else asked.caller.service.accounts[found.owner].auth_id
    return {
        # A number that was reported as sub-optimal serves no session any more.
        "active": not engine.pool.use(found.digits).suspended,
        "added_on": _ADDED_ON,
        "alias": None,
        "application": None,
        "carrier": "Plivo",
        "city": None,
        "cnam": None,
        "cnam_lookup": None,
        "compliance_application_id": None,
        "compliance_status": None,
        "country": None,
        "mms_enabled": False,
        "mms_rate": price(0),
        "monthly_rental_rate": price(_RENTAL_MICROS),
        "number": found.digits,
        "number_type": _TYPE,
        "region": None,
        "renewal_date": _next_month(engine.now),
        "resource_uri": f"{list_path(asked.account.auth_id, 'Number')}{found.digits}/",
        "sms_enabled": False,
        "sms_rate": price(0),
        "sub_account": owner,
        "sub_account_name": None,
        "tendlc_campaign_id": None,
        "tendlc_registration_status": None,
        "toll_free_sms_verification": None,
        "toll_free_sms_verification_id": None,
        "toll_free_sms_verification_order_status": None,
        "voice_enabled": True,
        "voice_rate": price(engine.tariff.minute_micros),
    }


def _next_month(now: int) -> str:
    """The next day on which a number that was rented on the first of a month is paid for."""
    today = gmtime(min(now, INSTANT_MAX - _MONTH_US) // SECOND_US)
    month = today.tm_year * 12 + today.tm_mon
    return f"{month // 12:04}-{month % 12 + 1:02}-01"
