"""The parts of a world that stand still between calls: its numbers, its phones, its sessions."""

from collections.abc import Mapping
from typing import Unpack

from masking_emulator.client import Control, segment
from masking_emulator.testing.keys import PhoneHabits, SessionFields
from masking_emulator.testing.views import ExplanationView, NumberView


class Numbers:
    """The number pool of a world."""

    def __init__(self, control: Control, world: str) -> None:
        self._control, self._path = control, f"{world}/numbers"

    def all(self) -> list[NumberView]:
        """The pool in allocation order, with what is on each number."""
        return [NumberView.of(number) for number in self._control.get(self._path)["numbers"]]

    def add(self, number: str, subaccount: str | None = None) -> None:
        """One number more at the end of the pool; `subaccount` is an Auth ID. Raises ControlRefused."""
        self._control.post(self._path, {"number": number} | ({"subaccount": subaccount} if subaccount else {}))

    def replace(self, number: str) -> Mapping[str, str]:
        """Report a number as sub-optimal: session → its new number. Raises ControlRefused."""
        moved = self._control.post(f"{self._path}/{segment(number)}/replace")["sessions"]
        return {session["session_uuid"]: session["virtual_number"] for session in moved}


class Phones:
    """How real numbers behave."""

    def __init__(self, control: Control, world: str) -> None:
        self._control, self._path = control, f"{world}/phones"

    def set(self, number: str, **habits: Unpack[PhoneHabits]) -> None:
        """From now on the phone does this. Raises ControlRefused."""
        self._control.put(f"{self._path}/{segment(number)}", habits)


class Sessions:
    """The sessions of a world."""

    def __init__(self, control: Control, world: str) -> None:
        self._control, self._path = control, f"{world}/sessions"

    def explain(self, session: str) -> ExplanationView:
        """Why the session has its virtual number: every candidate, and why it was dropped. Raises ControlRefused."""
        return ExplanationView.of(self._control.get(f"{self._path}/{segment(session)}/explain"))

    def explain_create(self, **fields: Unpack[SessionFields]) -> ExplanationView:
        """What a create with these parameters would come to now, without creating anything.

        Raises ControlRefused where the parameters are no create at all.
        """
        return ExplanationView.of(self._control.post(f"{self._path}/explain", fields))

    def explain_refusal(self, **fields: Unpack[SessionFields]) -> str:
        """Why a create with these parameters is refused now, a candidate a line; "" where it is not."""
        explanation = self.explain_create(**fields)
        return str(explanation) if explanation.error else ""
