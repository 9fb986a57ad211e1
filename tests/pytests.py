"""Runs of pytest as a user of the kit has them: with the plugins that come with it, and none that only we have."""

from importlib.metadata import entry_points
from typing import Final

#: Ours, and that of anyio, which the emulator's own dependencies bring.
_WITH_THE_KIT: Final = ("masking-emulator", "anyio")

#: Arguments of such a run. pytest loads every plugin that is installed, and the development extra's take it a second.
AS_USERS_HAVE_IT: Final = (
    "-pno:cacheprovider",
    *(f"-pno:{plugin.name}" for plugin in entry_points(group="pytest11") if plugin.name not in _WITH_THE_KIT),
)
