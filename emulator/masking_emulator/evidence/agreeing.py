"""Agreeing: which entry of the policy makes a world of ours agree with a service, where one does.

Every value of every entry is tried, each beside those that were found before it. The entry that leaves the fewest
findings is taken, then the next one beside it, until none helps.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from msgspec.structs import asdict

from masking_emulator.plivo.policy import Policy, policy_choices

KeyT = TypeVar("KeyT", bound=Hashable)

#: What is compared with these entries of the policy: the keys of its findings.
Retried = Callable[[Mapping[str, Any]], Collection[KeyT]]


def agreeing(
    findings: Mapping[KeyT, Collection[str]],
    retried: Retried[KeyT],
    *,
    usual: Policy | None = None,
    record: Callable[[KeyT], Hashable] = lambda key: key,
) -> Mapping[KeyT, Mapping[str, Any]]:
    """Finding → the entry of the policy that makes it agree, for those that have one.

    `findings` has the rows of each. Entries that are named like a row of what is left are tried first, and the others
    where none of these helps. `usual` is the policy that led to the findings. `record` says what a finding is about:
    it has not gone where another one about the same has come in its place.
    """
    taken: dict[str, Any] = {}
    agreed: dict[KeyT, Mapping[str, Any]] = {}
    left: Collection[KeyT] = list(findings)
    while left:
        rows = {row for key in left for row in findings.get(key, ())}
        named = [name for name in policy_choices() if name in rows]
        others = [name for name in policy_choices() if name not in rows]
        found = _best(left, retried, taken, _tries(named, taken, usual), record) or _best(
            left, retried, taken, _tries(others, taken, usual), record
        )
        if found is None:
            break
        entry, still = found
        taken |= entry
        for key in _gone(left, still, record):
            if key in findings:
                agreed.setdefault(key, entry)
        left = still
    return agreed


def _tries(names: Iterable[str], taken: Mapping[str, Any], usual: Policy | None) -> Sequence[Mapping[str, Any]]:
    now = asdict(usual or Policy())
    return [
        {name: value} for name in names if name not in taken for value in policy_choices()[name] if value != now[name]
    ]


def _gone(left: Collection[KeyT], still: Collection[KeyT], record: Callable[[KeyT], Hashable]) -> Sequence[KeyT]:
    """The findings that are no more, and about whose records nothing else is found."""
    before, now = set(left), set(still)
    changed = {record(key) for key in now - before}
    return [key for key in left if key not in now and record(key) not in changed]


def _best(
    left: Collection[KeyT],
    retried: Retried[KeyT],
    taken: Mapping[str, Any],
    tries: Sequence[Mapping[str, Any]],
    record: Callable[[KeyT], Hashable],
) -> tuple[Mapping[str, Any], Collection[KeyT]] | None:
    """Of these entries the one that leaves the fewest findings, fewer than are left; None for none."""
    better: list[tuple[Mapping[str, Any], Collection[KeyT]]] = []
    for entry in tries:
        still = retried({**taken, **entry})
        if not still:
            return entry, still
        if len(still) < len(left) and _gone(left, still, record):
            better.append((entry, still))
    return min(better, key=lambda pair: len(pair[1]), default=None)
