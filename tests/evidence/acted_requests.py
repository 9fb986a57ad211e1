"""The stories that show what lists select, how they are paged, and how requests are read."""

from masking_emulator.core.instants import DAY_US, SECOND_US

from tests.evidence.acted import HERE, P1, P2, P3, A, B, C, D, E, F, story
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
        {"created_time__lte": "2099-12-31 00:00"},
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
    stage.ask("GET", _LIST, limit=["", 1], status=["", "expired"])
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


@story(P1, P2)
def _spellings(stage: Stage) -> None:
    made = stage.create(A, B, record=True, callback_url=f"{HERE}/status")
    one = f"{_LIST}{made['session_uuid']}"
    for path in (_LIST.rstrip("/"), f"/{_LIST}/", f"{one}//", one):
        stage.ask("GET", path)
    stage.ask("HEAD", _LIST)
    stage.ask("POST", _LIST, {"first_party": A, "second_party": C}, content_type="application/json; charset=utf-8")
    stage.ask("POST", _LIST, {"first_party": A, "second_party": D}, content_type="text/plain")
    stage.ask("POST", _LIST, {"first_party": D, "Second_Party": E, "Record": True, "uuid": "x"})
    stage.create(D, F, is_pin_authentication=True, generate_pin=True, pin_prompt_play=f"{HERE}/prompt.mp3")
    stage.create(C, F, record=None, callback_method=None, callback_url="", record_file_format="")
    stage.create(C, E, record="TRUE", call_time_limit="120", ring_timeout=30.0)
    stage.create(C, D, callback_url="ftp://127.0.0.1/")
    stage.update(made, record=None, callback_method="", callback_url="")
    stage.ask("DELETE", f"{one}/", {"anything": 1})


@story(P1, {"number": P2, "subaccount": SUB})
def _callers(stage: Stage) -> None:
    own = stage.create(A, B)
    theirs = stage.create(A, B, by=SUB)
    for session in (own, theirs):
        stage.look(session)
        stage.ask("GET", f"{_LIST}{session['session_uuid']}/", by=SUB)
    stage.ask("GET", _LIST, at=SUB)
    stage.ask("GET", _LIST, by=SUB, at=MAIN)
    stage.ask("GET", _LIST, sending={"Authorization": "Bearer something"})
    stage.ask("PUT", _LIST, anonymous=True)
    stage.ask("POST", _LIST, "{", anonymous=True)


def _many(stage: Stage) -> None:
    for _ in range(302):
        stage.ask("GET", "Recording/")


@story(P1)
def _many_requests(stage: Stage) -> None:
    _many(stage)


@story(P1, policy={"rate_limit": True})
def _otherwise_there_is_a_limit(stage: Stage) -> None:
    _many(stage)


@story(P1, policy={"timer_defaults": "documented"})
def _otherwise_timers_are_documented(stage: Stage) -> None:
    stage.create(A, B)


@story(P1, policy={"call_time_limit_out_of_range": "clamp"})
def _otherwise_a_limit_is_clamped(stage: Stage) -> None:
    stage.create(A, B, call_time_limit=10)


@story(P1, policy={"update_status": 202})
def _otherwise_an_update_is_accepted(stage: Stage) -> None:
    stage.update(stage.create(A, B), record=True)


@story(P1, policy={"play_url_extension_required": True})
def _otherwise_sounds_are_files(stage: Stage) -> None:
    stage.create(A, B, unknown_caller_play=f"{HERE}/unknown")
