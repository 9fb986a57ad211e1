"""The fonts of every browser that the tests start: the same ones on every machine, and drawn in the same way.

A page asks for the system's font, and each system has another one. Fontconfig is shown a configuration that knows two
families only, which npm has installed at pinned versions, so that a text is as wide here as it is in CI.
"""

from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

_FAMILIES: Final = Path(__file__).parents[1] / "node" / "node_modules" / "@expo-google-fonts"
_SANS: Final = _FAMILIES / "inter"
_MONO: Final = _FAMILIES / "jetbrains-mono"

#: Chromium keeps text where fractions of a pixel would put it, and draws it in grey.
ARGUMENTS: Final = (
    "--font-render-hinting=none",
    "--disable-lcd-text",
    "--disable-font-subpixel-positioning",
    "--force-color-profile=srgb",
)

_CONFIGURATION: Final = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  {folders}
  <cachedir>{cache}</cachedir>
  <alias binding="same"><family>monospace</family><prefer><family>JetBrains Mono</family></prefer></alias>
  <alias binding="same"><family>sans-serif</family><prefer><family>Inter</family></prefer></alias>
  <alias binding="same"><family>system-ui</family><prefer><family>Inter</family></prefer></alias>
  <match target="font">
    <edit name="antialias" mode="assign"><bool>true</bool></edit>
    <edit name="hinting" mode="assign"><bool>false</bool></edit>
    <edit name="rgba" mode="assign"><const>none</const></edit>
  </match>
</fontconfig>
"""


def are_installed() -> bool:
    """Whether npm has installed both families."""
    return _SANS.exists() and _MONO.exists()


def environment(folder: Path) -> dict[str, str]:
    """What a browser is started with, so that it has these fonts only; their configuration is written into `folder`.

    Empty where they are not installed: the browser then draws with what the system has.
    """
    if not are_installed():
        return {}
    folders = "\n  ".join(f"<dir>{escape(str(family))}</dir>" for family in (_SANS, _MONO))
    file = folder / "fonts.conf"
    file.write_text(_CONFIGURATION.format(folders=folders, cache=escape(str(folder))), encoding="utf-8")
    return {"FONTCONFIG_FILE": str(file)}
