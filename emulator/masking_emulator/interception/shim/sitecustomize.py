"""The start-up shim for plivo-python: it makes the SDK honour HTTPS_PROXY and the CA variables, as requests does.

The SDK sends its requests past the step in which `requests` reads the environment (plivo/rest/client.py prepares and
sends them itself), so no variable moves it. `PYTHONPATH` names this file's folder, Python runs the file at every start,
and it does nothing until the SDK is imported: then it puts that step back. Host, TLS and verification stay as they are.

It runs in whatever Python the user has, so it imports only the standard library, and little of it. A `sitecustomize`
that the user has further down the path runs too, as if this one were not there.
"""

import sys
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import module_from_spec
from types import ModuleType
from typing import Any, Optional

_SDK = "plivo.rest.client"


class _Finder:
    """Finds the SDK's client as Python does, and has it mended once it is loaded."""

    @classmethod
    def find_spec(cls, name: str, path: Any = None, target: Optional[ModuleType] = None) -> Optional[ModuleSpec]:  # noqa: UP045  # older Pythons
        """The client's spec with our loader; None for every other module, which is then found without us."""
        if name != _SDK:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(Loader):
    """Loads as the loader that it is made from, and mends what was loaded."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> Optional[ModuleType]:  # noqa: UP045  # older Pythons
        """As the loader does."""
        created: Optional[ModuleType] = self._loader.create_module(spec)  # noqa: UP045  # older Pythons
        return created

    def exec_module(self, module: ModuleType) -> None:
        """As the loader does, then mend the session class that the SDK's client uses."""
        self._loader.exec_module(module)
        session = getattr(module, "Session", None)
        if session is not None:
            vars(module)["Session"] = _honouring(session)


def _honouring(session: Any) -> Any:
    """The class, with `send` reading what the environment says wherever the caller said nothing."""

    def send(self: Any, request: Any, **given: Any) -> Any:
        settings = self.merge_environment_settings(
            request.url, given.get("proxies") or {}, given.get("stream"), given.get("verify"), given.get("cert")
        )
        return session.send(self, request, **{**given, **settings})

    return type(session.__name__, (session,), {"send": send, "__module__": session.__module__})


def _run_the_users() -> None:
    """Run the `sitecustomize` that would have been found without this one."""
    ours = __file__.rpartition("/")[0] or __file__.rpartition("\\")[0]
    spec = PathFinder.find_spec("sitecustomize", [entry for entry in sys.path if entry.rstrip("/\\") != ours])
    if spec is None or spec.loader is None:
        return
    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


sys.meta_path.insert(0, _Finder)
_run_the_users()
