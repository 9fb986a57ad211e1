"""Pictures of the page, kept small, and how far one is from another.

A picture is kept at half its size and in few colours. Two are compared tile by tile: the edges of letters, which
another version of a browser draws a little differently, hardly change what a tile is like on average; a control that
has moved does.
"""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops

#: Points of the page along one point of a picture that is kept.
_SHRUNK: Final = 2
_COLOURS: Final = 64

#: Rounds in which the chosen colours are moved to where they fit best; without, a wide ground gets a tint.
_REFINED: Final = 2

#: Points along a tile's side.
_TILE: Final = 12

#: How far a tile may be from what it should be, of 255.
TOLERANCE: Final = 14


@dataclass(frozen=True, slots=True)
class Difference:
    """Two pictures and what lies between them; `worst` is the tile that differs most, of 255."""

    expected: Image.Image
    actual: Image.Image
    difference: Image.Image
    worst: int

    @property
    def matters(self) -> bool:
        """Whether it is more than letters that are drawn a little differently."""
        return self.worst > TOLERANCE

    def write(self, folder: Path, name: str) -> tuple[Path, ...]:
        """Write the three pictures into the folder, and return where they are."""
        folder.mkdir(parents=True, exist_ok=True)
        pictures = {"expected": self.expected, "actual": self.actual, "difference": self.difference}
        paths = {kind: folder / f"{name}-{kind}.png" for kind in pictures}
        for kind, path in paths.items():
            pictures[kind].save(path)
        return tuple(paths.values())


def shrunk(screenshot: bytes) -> Image.Image:
    """A screenshot in the size that is kept."""
    return Image.open(BytesIO(screenshot)).convert("RGB").reduce(_SHRUNK)


def keep(picture: Image.Image, path: Path) -> None:
    """Write a picture in few colours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, _REFINED, dither=Image.Dither.NONE).save(path, optimize=True)


def compared(path: Path, actual: Image.Image) -> Difference:
    """A picture beside the one that is kept at `path`. A part that only one of them has is wholly different.

    Raises FileNotFoundError where none is kept.
    """
    with Image.open(path) as kept:
        expected = kept.convert("RGB")
    width, height = (max(pair) for pair in zip(expected.size, actual.size, strict=True))
    one, other = (_framed(each, (width, height), ground) for each, ground in ((expected, "white"), (actual, "black")))
    # The largest of the three channels' differences: grey would hide a colour that became another of the same grey.
    red, green, blue = ImageChops.difference(one, other).split()
    difference = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    tiles = difference.resize((max(1, width // _TILE), max(1, height // _TILE)), Image.Resampling.BOX)
    return Difference(expected, actual, ImageChops.invert(difference), max(tiles.tobytes()))


def _framed(picture: Image.Image, size: tuple[int, int], ground: str) -> Image.Image:
    framed = Image.new("RGB", size, ground)
    framed.paste(picture)
    return framed
