"""Structures: a world written down as in a world file, the other way round than `file.py`."""

from typing import Any, Final

from masking_emulator.core.instants import SECOND_US, written
from masking_emulator.core.records.base import asdict, names
from masking_emulator.core.records.calls import Phone
from masking_emulator.core.records.sessions import MAIN_ACCOUNT
from masking_emulator.core.rules import Telephony
from masking_emulator.world.spec import WorldSpec

_MICROS: Final = 1_000_000


def structure_of(spec: WorldSpec) -> dict[str, Any]:
    """The world as in a world file, generated parts included."""
    main, *subaccounts = ({"auth_id": a.auth_id, "auth_token": a.auth_token} for a in spec.accounts)
    auth_ids = {account.place: account.auth_id for account in spec.accounts}
    return {
        "seed": spec.seed,
        "egress": spec.egress,
        "account": {**main, "subaccounts": subaccounts},
        "clock": {"rate": spec.clock_rate} | ({} if spec.clock_start is None else {"start": written(spec.clock_start)}),
        "numbers": [
            {"number": f"+{number.digits}"}
            | ({} if number.owner == MAIN_ACCOUNT else {"subaccount": auth_ids[number.owner]})
            for number in spec.numbers
        ],
        "phones": [_phone(phone) for phone in spec.phones],
        "telephony": {
            f"{name.removesuffix('_us')}_s": getattr(spec.telephony, name) / SECOND_US for name in names(Telephony)
        },
        "billing": {"pulse_s": spec.tariff.pulse_s, "price_per_minute": _price(spec.tariff.minute_micros)},
        "faults": [dict(fault.given) for fault in spec.faults],
        "routes": [route.as_json() for route in spec.routes],
        "policy": asdict(spec.policy),
        "limits": asdict(spec.limits),
    }


def _phone(phone: Phone) -> dict[str, Any]:
    optional = {"answer_after_s": phone.after_us, "hangup_after_s": phone.hangup_after_us}
    return {
        "number": f"+{phone.number}",
        "outcome": phone.habit.value,
        **{name: after / SECOND_US for name, after in optional.items() if after is not None},
        "digits": list(phone.digits),
    }


def _price(micros: int) -> str:
    return f"{micros // _MICROS}.{micros % _MICROS:06}"
