"""The callback laboratory: rules on what is done to callbacks before they are sent, deterministically.

A rule matches by event and session, lets the first `skip` matches pass, and takes the next `count`. The first rule
that takes a callback treats it; copies are never treated. `held` by hand and parked by a rule is the same thing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from emulator.core.callbacks import Callback
from emulator.core.chance import Chance


class Action(Enum):
    """What a rule does to the callbacks that it takes."""

    HOLD = "hold"
    DROP = "drop"
    DUPLICATE = "duplicate"
    DELAY = "delay"
    REORDER = "reorder"
    TAMPER = "tamper"


class Target(Enum):
    """What a tampering rule changes."""

    SIGNATURE = "signature"
    PARAMETER = "parameter"
    HEADERS = "headers"


class Order(Enum):
    """In which order a reordering rule lets a group of callbacks go."""

    REVERSE = "reverse"
    SHUFFLE = "shuffle"


@dataclass(slots=True)
class Rule:
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
    target: Target = Target.SIGNATURE
    matched: int = 0
    applied: int = 0
    groups: dict[str, list[int]] = field(default_factory=dict)

    def copy(self) -> "Rule":
        """The same rule, counting for itself."""
        return replace(self, groups={session: group.copy() for session, group in self.groups.items()})

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

    def released(self, callback: Callback, chance: Chance) -> Sequence[int]:
        """For a reordering rule: the callbacks to let go now that this one has been collected, in their order."""
        group = self.groups.setdefault(callback.session, [])
        group.append(callback.ordinal)
        if len(group) < self.window:
            return ()
        del self.groups[callback.session]
        if self.order is Order.REVERSE:
            return group[::-1]
        return [group.pop(chance.below("laboratory", len(group))) for _ in range(len(group))]

    def json(self) -> dict[str, Any]:
        """The rule as the control API shows it."""
        shown = {
            "action": self.action.value,
            "event": self.event,
            "session_uuid": self.session,
            "skip": self.skip,
            "count": self.count,
            "chance": self.chance,
            **{name: _plain(getattr(self, name)) for name in _OF_ACTION.get(self.action, ())},
        }
        return shown | {"matched": self.matched, "applied": self.applied}


#: What a rule of this action needs beyond what every rule has.
_OF_ACTION: Mapping[Action, Sequence[str]] = {
    Action.DELAY: ("delay_s",),
    Action.DUPLICATE: ("copies",),
    Action.REORDER: ("window", "order"),
    Action.TAMPER: ("target",),
}


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def rule_of(given: Mapping[str, Any]) -> Rule:
    """A rule from a structure that its schema has accepted."""
    words = {name: value for name, value in given.items() if name not in ("action", "session_uuid", "order", "target")}
    return Rule(
        action=Action(given["action"]),
        session=given.get("session_uuid"),
        order=Order(given.get("order", Order.REVERSE.value)),
        target=Target(given.get("target", Target.SIGNATURE.value)),
        **words,
    )
