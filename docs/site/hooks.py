"""What MkDocs does beyond its configuration: diagrams, if what draws them is on this machine.

Material would load Mermaid from elsewhere. With the npm package of `tests/node` it comes with the site; without it a
diagram stays what it is in the source, a list of arrows.
"""

from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from pymdownx.superfences import fence_code_format

_MERMAID = Path(__file__).parents[2] / "tests" / "node" / "node_modules" / "mermaid" / "dist" / "mermaid.min.js"
_PLACE = "assets/mermaid.min.js"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Draw diagrams with our own copy of Mermaid."""
    if _MERMAID.is_file():
        config.extra_javascript.append(_PLACE)
        fences: dict[str, Any] = config.mdx_configs.setdefault("pymdownx.superfences", {})
        fences["custom_fences"] = [{"name": "mermaid", "class": "mermaid", "format": fence_code_format}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Take the copy along."""
    if _MERMAID.is_file():
        files.append(File.generated(config, _PLACE, abs_src_path=str(_MERMAID)))
    return files
