"""What must hold of every call, whatever is done to it: a list of calls, and what each new record may differ in."""

from dataclasses import dataclass, field
from typing import Final

from masking_emulator.core.decisions.call_flow import CALL_FLOW
from masking_emulator.core.events import (
    CallBegan,
    CallEnded,
    CallsForgotten,
    Event,
    LegAnswered,
    LegEnded,
    LegRinging,
    PinAsked,
    PinChecked,
    RecordingCompleted,
    RecordingDeleted,
    RecordingEvent,
    RecordingFailed,
    RecordingStarted,
)
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.calls import Call, CallSignal, Leg, Phase, PinVerdict, Recording, RecordingState
from masking_emulator.core.refusals import Reason
from masking_emulator.core.rules import Rules, Tariff

#: What only typing brings about.
_TYPED: Final = {CallSignal.PIN_RIGHT, CallSignal.PIN_WRONG, CallSignal.PIN_FAILED}


@dataclass
class Calls:
    """Calls as last told, oldest first, and the recordings that are kept.

    `told` is what is over of each leg, by its UUID: LegRinging, LegAnswered, LegEnded, in this order.
    """

    rules: Rules
    calls: dict[str, Call] = field(default_factory=dict)
    recordings: dict[str, Recording] = field(default_factory=dict)
    told: dict[str, list[type]] = field(default_factory=dict)
    ordinal: int = 0

    @property
    def running(self) -> list[Call]:
        return [call for call in self.calls.values() if call.is_running]

    def step(self, uuid: str, signal: CallSignal) -> Reason | None:
        """The reason for which this step must be refused; None where it must not."""
        if uuid not in self.calls:
            return Reason.CALL_NOT_FOUND
        if not self.calls[uuid].is_running:
            return Reason.CALL_ENDED
        legal = (self.calls[uuid].phase, signal) in CALL_FLOW and signal not in _TYPED
        return None if legal else Reason.STEP_IMPOSSIBLE

    def typing(self, uuid: str) -> Reason | None:
        """The reason for which nobody can type in this call; None where somebody can."""
        if uuid not in self.calls:
            return Reason.CALL_NOT_FOUND
        if not self.calls[uuid].is_running:
            return Reason.CALL_ENDED
        return None if self.calls[uuid].phase is Phase.ASKING_PIN else Reason.STEP_IMPOSSIBLE

    def see(self, event: Event) -> None:
        """Something happened to a call."""
        match event:
            case CallBegan():
                self.ordinal += 1
                assert self.ordinal == event.call.ordinal, "calls are counted one by one"
                assert event.call.uuid not in self.calls, "a call begins once"
                assert event.call.is_running, "a call runs before it ends"
                assert len(event.call.legs) == 1, "a call begins with one leg"
                assert event.call.caller != event.call.callee, "nobody is called by themselves"
                self._put(event.call, event.at)
            case PinAsked() | PinChecked() | LegRinging() | LegAnswered() | LegEnded() | CallEnded():
                self._follow(self.calls[event.call.uuid], event.call, event)
                self._put(event.call, event.at)
            case CallsForgotten():
                ended = [uuid for uuid, call in self.calls.items() if not call.is_running]
                assert len(ended) >= self.rules.calls_ended_max, "calls are forgotten only past their limit"
                assert tuple(ended[: len(event.uuids)]) == event.uuids, "the oldest ended calls make room"
                for uuid in event.uuids:
                    del self.calls[uuid]
            case RecordingStarted() | RecordingFailed() | RecordingCompleted() | RecordingDeleted():
                self._see_recording(event)

    def _put(self, call: Call, at: int) -> None:
        assert 1 <= len(call.legs) <= 2, "a call has one leg or two"
        for leg in call.legs:
            _check_leg(leg, at, self.rules.tariff)
        self.calls[call.uuid] = call

    def _follow(self, before: Call, after: Call, event: Event) -> None:
        """The record after another one of the same call."""
        assert before.is_running or before == after, "an ended call never changes"
        assert (before.started_at, before.caller) == (after.started_at, after.caller), "a call stays the caller's"
        assert after.caller != after.callee, "nobody is called by themselves"
        assert before.session in ("", after.session), "a call stays in its session"
        for one, other in zip(before.legs, after.legs, strict=False):
            assert one.ended_at is None or one == other, "an ended leg never changes"
            assert one.answered_at in (None, other.answered_at), "a leg is answered once"
            assert (one.uuid, one.person) == (other.uuid, other.person), "a leg stays between the same two"
        assert len(before.legs) <= len(after.legs), "a leg does not vanish"
        match event:
            case LegRinging() | LegAnswered() | LegEnded():
                told = self.told.setdefault(after.legs[event.leg].uuid, [])
                told.append(type(event))
                assert told == [kind for kind in (LegRinging, LegAnswered, LegEnded) if kind in told], "in legal order"
            case PinChecked(verdict=PinVerdict.WRONG):
                assert before.pins is not None, "only a PIN call has a wrong PIN"
                assert before.wrong_pins == event.retries, "the wrong ones before are counted"
                assert (before.wrong_pins == before.pins.retries) is event.last, "one attempt more than retries"
            case CallEnded():
                assert all(LegEnded in self.told[leg.uuid] for leg in after.legs), "its legs end before the call"

    def _see_recording(self, event: RecordingEvent) -> None:
        recording = event.recording
        match event:
            case RecordingStarted():
                assert recording.state is RecordingState.RUNNING
                assert self.calls[recording.call].phase is Phase.BRIDGED, "a recording begins at the bridge"
                self.recordings[recording.uuid] = recording
                if len(self.recordings) > self.rules.recordings_max:
                    del self.recordings[next(iter(self.recordings))]
            case RecordingFailed():
                assert recording.state is RecordingState.FAILED
            case RecordingCompleted():
                assert self.recordings[recording.uuid].state is RecordingState.RUNNING, "a recording is completed once"
                assert recording.state is RecordingState.COMPLETED
                assert recording.uuid == self.calls[recording.call].recording
                self.recordings[recording.uuid] = recording
            case RecordingDeleted():
                del self.recordings[recording.uuid]


def _check_leg(leg: Leg, at: int, tariff: Tariff) -> None:
    """A leg goes forward in time, and costs what its tariff says once it has ended, and nothing before."""
    instants = [leg.started_at, leg.answered_at or leg.started_at, leg.ended_at or at]
    assert instants == sorted(instants), "a leg ends no earlier than it began"
    assert (leg.ended_at is None) == (leg.cause is None) == (leg.source is None)
    pulses = duration_s = 0
    if leg.answered_at is not None and leg.ended_at is not None:
        duration_s = (leg.ended_at - leg.answered_at) // SECOND_US
        pulses = max(1, sum(1 for _ in range(0, duration_s, tariff.pulse_s)))
    assert duration_s == leg.duration_s
    assert pulses * tariff.pulse_s == leg.billed_s, "billed are the begun pulses"
    assert leg.amount_micros >= 0
    assert abs(60 * leg.amount_micros - leg.billed_s * tariff.minute_micros) <= 30, "the price of what is billed"
