"""What the kit promises to keep: whatever users may annotate with, catch or read about, they can import."""

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

from masking_emulator import pytest_plugin, testing

PAGE: Final = (Path(__file__).parents[2] / "docs" / "kit.md").read_text(encoding="utf-8")

#: Modules of which everything is public, as the page says.
OPEN: Final = ("masking_emulator.testing.strategies", "masking_emulator.client", "masking_emulator.receiver")


def classes_in(hint: Any) -> Iterator[type]:
    """The classes of the package that a type is made of."""
    if inspect.isclass(hint) and hint.__module__.startswith("masking_emulator."):
        yield hint
    for part in get_args(hint):
        yield from classes_in(part)


def hints_of(thing: Any) -> Iterator[Any]:
    """The types of a function; of a class those of its fields, its methods, and what its objects hold."""
    if inspect.isfunction(thing):
        yield from get_type_hints(thing).values()
    elif inspect.isclass(thing):
        yield from get_type_hints(thing).values()
        for name, member in vars(thing).items():
            if not name.startswith("_"):
                yield from hints_of(getattr(member, "fget", None) or getattr(member, "__func__", member))


def test_page_shows_what_is_public() -> None:
    """Each name of the page can be imported from where it says, or is a fixture."""
    _, *sections = re.split(r"^## (.+)$", PAGE, flags=re.MULTILINE)
    shown = {
        title: set(re.findall(r"^### (\w+)$", text, flags=re.MULTILINE))
        for title, text in zip(sections[::2], sections[1::2], strict=True)
    }
    of_open = {name for module in map(import_module, OPEN) for name in vars(module) if name[0] != "_"}

    assert _fixtures() == shown.pop("Fixtures of pytest")
    for title in ("Strategies for Hypothesis", "A client of the control API", "A receiver of callbacks"):
        assert set() == shown.pop(title) - of_open
    assert set() == set().union(*shown.values()) - set(testing.__all__)
    assert {"Masking", "EventWord", "CallView", "AsyncMasking", "BrokenOrder"} <= set().union(*shown.values())


def test_types_of_what_is_public_are_public() -> None:
    """Parameters and results can be annotated with what `masking_emulator.testing` exports."""
    exported = [getattr(testing, name) for name in testing.__all__]
    needed = {kind for thing in exported for hint in hints_of(thing) for kind in classes_in(hint)}

    assert testing.CallbackView in needed
    assert set() == {kind for kind in needed if kind.__module__ not in OPEN} - set(exported)
    assert {kind.__name__ for kind in needed} >= {"LegView", "AttemptView", "CandidateView"}


def test_parts_of_a_world_are_public(masking: testing.Masking) -> None:
    """And those of its twin for coroutines: whoever hands one to a function of their own can say its type."""
    parts = {type(value) for each in (masking, testing.AsyncMasking(masking)) for value in vars(each).values()}
    ours = {kind for kind in parts if kind.__module__.startswith("masking_emulator.")}

    assert testing.Callbacks in ours
    assert set() == {kind for kind in ours if kind.__module__ not in OPEN} - {
        getattr(testing, n) for n in testing.__all__
    }


def _fixtures() -> set[str]:
    """The fixtures of the plugin whose names are public."""
    return {name for name, value in vars(pytest_plugin).items() if "Fixture" in type(value).__name__ and name[0] != "_"}
