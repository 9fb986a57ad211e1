"""The stories that show what lists select, how they are paged, and how requests are read."""

from masking_emulator.core.instants import DAY_US, SECOND_US

from tests.evidence.acted import P1, P2, P3, A, B, C, D, E, F, story
from tests.evidence.acting import MAIN, SUB, Stage

_LIST = "Masking/Session/"
_DAY_S = DAY_US // SECOND_US


@story(P1, P2, P3)
def _lists(stage: Stage) -> None:
    old = stage.create(A, B)
    stage.wait(2 * _DAY_S)
    stage.create(A, C)
    stage.wait(90)
    stage.create(D, E)
    stage.wait(60)
    now = stage.create(D, F)
    stage.wait(5)
    stage.ask("GET", _LIST)
    stage.ask("GET", _LIST)
    for filters in (
        {"first_party": A},
        {"first_party": A.removeprefix("+")},
        {"second_party": f" {B.removeprefix('+')}"},
        {"virtual_number": now["virtual_number"]},
        {"status": "active"},
        {"status": "expired"},
        {"status": "all"},
        {"status": "asleep"},
        {"created_time": now["created_time"][:19]},
        {"created_time": now["created_time"][:16]},
        {"created_time__gte": now["created_time"][:19]},
        {"created_time__gt": now["created_time"][:19]},
        {"created_time__lte": now["created_time"][:16]},
        {"created_time__lt": now["created_time"][:19]},
        {"created_time_gt": now["created_time"][:16]},
        {"created_time_lt": old["expiry_time"][:16]},
        {"expiry_time__gte": now["created_time"][:19]},
        {"created_time__gt": "soon"},
        {"created_time__gt": "2026-01-01 00:00"},
        {"created_time__gt": "2026-02-20 00:00"},
        {"created_time__gt": "2026-02-01 00:00", "created_time__lte": "2026-03-03 00:00"},
        {"created_time__gt": "2026-02-01 00:00", "created_time__lt": "2026-03-04 00:00"},
        {"duration": "1800"},
        {"duration__lt": "1000"},
        {"duration": "long"},
        {"limit": "1"},
        {"limit": "2", "offset": "1", "status": "all"},
        {"limit": "21"},
        {"limit": "0"},
        {"limit": "many"},
        {"offset": "9"},
        {"offset": "-1"},
        {"created_times": "soon", "first_party": ""},
    ):
        stage.ask("GET", _LIST, **filters)
    stage.ask("GET", _LIST, limit=[1, 2], first_party=[A, D])
    stage.wait(6 * _DAY_S)
    stage.create(A, D)
    stage.ask("GET", _LIST)


@story(P1, {"number": P2, "subaccount": SUB})
def _lists_of_accounts(stage: Stage) -> None:
    stage.create(A, B)
    stage.create(C, D, by=SUB)
    stage.ask("GET", _LIST)
    stage.ask("GET", _LIST, subaccount=SUB)
    stage.ask("GET", _LIST, subaccount=MAIN)
    stage.ask("GET", _LIST, by=SUB)


@story(P1)
def _pages_of_calls(stage: Stage) -> None:
    number = stage.create(A, B)["virtual_number"]
    for _ in range(3):
        stage.call(A, number, talk_s=5)
        stage.wait(60)
    stage.ask("GET", "Call/", limit=2)
    stage.ask("GET", "Call/", limit=1, offset=1, call_direction="inbound")


@story(P1, policy={"list_paging": "cursor"})
def _otherwise_pages_have_cursors(stage: Stage) -> None:
    stage.ask("GET", "Call/", cursor="nobodys")
    _pages_of_calls(stage)


@story(P1, policy={"list_paging": "hybrid"})
def _otherwise_pages_have_cursors_and_offsets(stage: Stage) -> None:
    _pages_of_calls(stage)


@story(P1, policy={"list_window_exceeded": "clamp", "list_limit_out_of_range": "clamp"})
def _otherwise_lists_are_clamped(stage: Stage) -> None:
    stage.ask("GET", _LIST, limit=21)
    stage.create(A, B)
    stage.ask("GET", _LIST, created_time__gt="2026-01-01 00:00")
