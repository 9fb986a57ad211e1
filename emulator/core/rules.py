"""Rules: the few numbers and choices that a world may set for its engine."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """How an engine behaves where its sources are silent or disagree, and its limits.

    retention_us          an ended session is shown for this long after its creation
    sessions_live_max     past it a create is refused
    sessions_ended_max    past it the oldest ended sessions are forgotten
    numbers_max           past it no number can be added
    repeat_refreshes      creating a live pair again refreshes its session; False refuses with PAIR_BUSY
    delete_starts_cooloff a deleted session's number cools off as an expired one's does
    """

    retention_us: int
    sessions_live_max: int
    sessions_ended_max: int
    numbers_max: int
    repeat_refreshes: bool
    delete_starts_cooloff: bool
