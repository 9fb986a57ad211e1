"""The callback laboratory: rules on what is done to callbacks before they are sent, deterministically.

A rule matches by event and session, lets the first `skip` matches pass, and takes the next `count`. The first rule
that takes a callback treats it; copies and replays are never treated. What a rule holds back leaves its session's
line, so later callbacks overtake it. A session may have a gate besides, which is asked before the rules.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from msgspec import Struct, field

from masking_emulator.core.chance import Chance
from masking_emulator.core.records.base import Choice, replace
from masking_emulator.core.records.callbacks import Callback


class Action(Choice):
    """What a rule does to the callbacks that it takes."""

    HOLD = "hold"
    DROP = "drop"
    DUPLICATE = "duplicate"
    DELAY = "delay"
    REORDER = "reorder"
    TAMPER = "tamper"


class TamperTarget(Choice):
    """What a tampering rule changes."""

    SIGNATURE = "signature"
    PARAMETER = "parameter"
    HEADERS = "headers"


class Order(Choice):
    """In which order a reordering rule lets a group of callbacks go."""

    REVERSE = "reverse"
    SHUFFLE = "shuffle"


#: Field of a rule → the least and the most that it may be. `delay_s` is at most a day on the world's clock.
RANGES: Final[Mapping[str, tuple[int, int]]] = {"delay_s": (0, 86_400), "copies": (1, 10), "window": (2, 50)}


class Rule(Struct):
    """One rule, with how often it matched and was applied. `groups` is what a reordering rule has collected."""

    action: Action
    event: str | None = None
    session: str | None = None
    skip: int = 0
    count: int | None = None
    chance: float = 1.0
    delay_s: float = 0.0
    copies: int = 1
    window: int = 2
    order: Order = Order.REVERSE
    target: TamperTarget = TamperTarget.SIGNATURE
    matched: int = 0
    applied: int = 0
    groups: dict[str, list[int]] = field(default_factory=dict)

    def copy(self) -> "Rule":
        """A copy of the rule with its counts, which goes on counting by itself."""
        return replace(self, groups={session: group.copy() for session, group in self.groups.items()})

    def forked(self) -> "Rule":
        """A copy of the rule with its counts and without the callbacks that it has collected, for a copied world."""
        return replace(self, groups={})

    def takes(self, callback: Callback, event: str, chance: Chance) -> bool:
        """Whether the rule treats this callback; counts it."""
        if self.event not in (None, event) or self.session not in (None, callback.session):
            return False
        self.matched += 1
        if self.matched <= self.skip or (self.count is not None and self.applied >= self.count):
            return False
        if self.chance < 1 and chance.below("laboratory", 1_000_000) >= self.chance * 1_000_000:
            return False
        self.applied += 1
        return True

    def collect(self, callback: Callback, chance: Chance) -> Sequence[int]:
        """For a reordering rule: collect this callback. Returns those to let go now, in their order."""
        group = self.groups.setdefault(callback.session, [])
        group.append(callback.ordinal)
        if len(group) < self.window:
            return ()
        return self.take_rest(callback.session, chance)

    def take_rest(self, session: str, chance: Chance) -> Sequence[int]:
        """For a reordering rule: give up what it has of a session. Returns that, in the order to let it go."""
        group = self.groups.pop(session, [])
        if self.order is Order.REVERSE:
            return group[::-1]
        return [group.pop(chance.below("laboratory", len(group))) for _ in range(len(group))]


class Gate(Struct):
    """Which callbacks of a session are sent while a story is played in it: none after the first one of `event`.

    With `only` none before it either; with `holds` those that may pass are held first. `passed` are those that may, by
    ordinal. `is_shut` says that the event has come; `is_barred` lets nothing pass until then either.
    Nobody plays the story any more once it `is_left`.
    """

    event: str
    only: bool
    holds: bool
    passed: list[int] = field(default_factory=list)
    is_shut: bool = False
    is_barred: bool = False
    is_left: bool = False

    def action(self, callback: Callback, event: str) -> Action | None:
        """What is done to this callback of the session; None leaves it to the rules."""
        was_shut = self.is_shut
        self.is_shut = was_shut or event == self.event
        if was_shut or self.is_barred or (self.only and event != self.event):
            return Action.DROP
        self.passed.append(callback.ordinal)
        return Action.HOLD if self.holds else None


class Laboratory:
    """The rules of one world, in the order in which they are asked, and the gates of its sessions."""

    def __init__(self, rules: Sequence[Rule] = ()) -> None:
        self.rules = tuple(rules)
        self._gates: dict[str, Gate] = {}

    @property
    def is_at_work(self) -> bool:
        """Whether there is anything that may treat a callback."""
        return bool(self.rules or self._gates)

    @contextmanager
    def gated(self, session: str, gate: Gate) -> Iterator[None]:
        """Let a session have this gate for as long as the context lasts; a barred one until its event has come."""
        self._gates[session] = gate
        try:
            yield
        finally:
            gate.is_left = True
            if gate.is_shut or not gate.is_barred:
                del self._gates[session]

    def replace(self, rules: Sequence[Rule]) -> None:
        """Other rules in place of those before."""
        self.rules = tuple(rules)

    def forked(self) -> "Laboratory":
        """The rules where they stand, for a world that shares no callback with this one."""
        return Laboratory([rule.forked() for rule in self.rules])

    def take_rest(self, session: str, chance: Chance) -> Sequence[int]:
        """What the reordering rules have of a session of which nothing more is to come, which they give up."""
        return [ordinal for rule in self.rules for ordinal in rule.take_rest(session, chance)]

    def treatment(self, callback: Callback, event: str, chance: Chance) -> Rule | None:
        """The rule that treats this callback, if there is one; counts."""
        gate = self._gates.get(callback.session)
        action = None if gate is None else gate.action(callback, event)
        if gate is not None and gate.is_shut and gate.is_left:
            del self._gates[callback.session]
        if action is not None:
            return Rule(action)
        return next((rule for rule in self.rules if rule.takes(callback, event, chance)), None)


#: Action → the keys of a rule that only this action has.
WORDS_OF_ACTION: Final[Mapping[Action, Sequence[str]]] = {
    Action.DELAY: ("delay_s",),
    Action.DUPLICATE: ("copies",),
    Action.REORDER: ("window", "order"),
    Action.TAMPER: ("target",),
}

#: Key that belongs to one action only → that action.
_ACTION_OF: Final[Mapping[str, Action]] = {name: action for action, names in WORDS_OF_ACTION.items() for name in names}

#: Keys that are required, because no default makes sense.
_REQUIRED: Final[Mapping[Action, str]] = {Action.DELAY: "delay_s"}


class BadRule(Exception):
    """A rule that makes no sense: the key that is wrong, and why."""

    def __init__(self, word: str, reason: str) -> None:
        super().__init__(word, reason)
        self.word = word
        self.reason = reason


def rule_of(given: Mapping[str, Any]) -> Rule:
    """A rule from a structure that its schema has accepted. Raises BadRule."""
    action = Action(given["action"])
    stray = next((word for word in given if _ACTION_OF.get(word, action) is not action), None)
    if stray is not None:
        raise BadRule(stray, f"it belongs to {_ACTION_OF[stray].value}, and this rule's action is {action.value}")
    needed = _REQUIRED.get(action)
    if needed is not None and needed not in given:
        raise BadRule(needed, f"{action.value} needs it")
    words = {name: value for name, value in given.items() if name not in ("action", "session_uuid", "order", "target")}
    return Rule(
        action=action,
        session=given.get("session_uuid"),
        order=Order(given.get("order", Order.REVERSE.value)),
        target=TamperTarget(given.get("target", TamperTarget.SIGNATURE.value)),
        **words,
    )
