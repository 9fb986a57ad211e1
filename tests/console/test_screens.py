"""Every view looks as it did, is accessible and fits, in three widths, light and dark.

One page on one server is turned to each view once. Where a view does not look as it did, three pictures lie in
build/screens: what was expected, what is, and the difference, dark where it is. If the change is meant,
`make golden-screens` takes the pictures anew; look at them before you commit them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from PIL.Image import Image
from playwright.sync_api import Browser

from tests.console import fonts
from tests.console.conftest import AXE
from tests.console.pictures import compared, keep
from tests.console.screens import FOLDER, SCREENS, Stage, staged, width_of
from tests.console.screenshots import SIZES

WRITTEN: Final = Path(__file__).parents[2] / "build" / "screens"

#: How often a picture is taken again that is not as expected: something may still be on its way to the page.
_LOOKS: Final = 8
_PAUSE_MS: Final = 250

#: Width of the window → how high the header may be.
_HEAD_MAX: Final = {1440: 64, 1024: 64, 390: 110}

#: Width and scheme → the rules of axe that can find what no other one finds; empty for all of them. In the dark only
#: colours are others, and whatever is seen at 1024 is seen at 1440, too, where there is more room for it.
_RULES: Final[dict[tuple[int, str], list[str]]] = {
    (1440, "light"): [],
    (1440, "dark"): ["color-contrast"],
    (1024, "light"): ["scrollable-region-focusable", "target-size"],
    (390, "light"): [],
    (390, "dark"): ["color-contrast"],
}

#: What is wrong with the page as it stands.
_CHECK: Final = r"""async ([rules, headMax]) => {
    const only = rules.length ? { runOnly: rules } : {};
    const { violations } = await axe.run(document, { resultTypes: ["violations"], preload: false, ...only });
    const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
    const wide = [...document.querySelectorAll("html, main .table, .beside, dialog, .menu-list")];
    for (const each of wide) if (each.scrollWidth > each.clientWidth) found.push(`too wide: ${each.className}`);
    for (const each of document.querySelectorAll(".tel")) {
        if (each.getClientRects().length > 1) found.push(`torn: ${each.textContent}`);
    }
    const high = document.querySelector(".top").getBoundingClientRect().height;
    return high > headMax ? [...found, `the header is ${high} high`] : found;
}"""

_ADD_STYLE: Final = """style => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    document.adoptedStyleSheets = [sheet];
}"""

#: What breaks a layout, in the ways in which layouts break.
BREAKS: Final = {
    "the header wraps": (1024, ".top { flex-wrap: wrap } .top > * { flex-basis: 40% }"),
    "a column overlaps another": (1440, ".columns { gap: 0 } .columns > * { width: 130% }"),
    "a button is gone": (390, ".title button { visibility: hidden }"),
    "the colour of a button is another": (1440, ".primary { background: #b3541e; border-color: #b3541e }"),
}


@pytest.fixture(scope="module")
def stage(browser: Browser) -> Iterator[Stage]:
    """One page on one server for all pictures."""
    if not fonts.are_installed():
        pytest.skip("the fonts of the pictures are not installed in tests/node")
    with staged(browser) as stage:
        yield stage


def looked_at(stage: Stage, width: int) -> Image:
    """The page of this width, as it is."""
    stage.page.set_viewport_size({"width": width, "height": 900})
    return stage.picture(width)


@pytest.fixture(scope="module", params=SCREENS)
def screen(stage: Stage, request: pytest.FixtureRequest) -> str:
    """The view that the page is turned to."""
    name: str = request.param
    stage.turn(name)
    return name


def test_view_looks_as_it_did(stage: Stage, screen: str) -> None:
    """Tile by tile, with a tolerance for letters that another version of the browser draws a little differently."""
    wrong: list[str] = []
    for name, picture in stage.pictures():
        found = compared(FOLDER / f"{screen}-{name}.png", picture)
        for _ in range(_LOOKS):
            if not found.matters:
                break
            stage.page.wait_for_timeout(_PAUSE_MS)
            found = compared(FOLDER / f"{screen}-{name}.png", stage.picture(width_of(name)))
        if found.matters:
            paths = found.write(WRITTEN, f"{screen}-{name}")
            wrong.append(f"{screen}-{name}: a tile differs by {found.worst} of 255, see {paths[-1]}")

    assert [] == wrong


@pytest.mark.usefixtures("screen")
def test_view_is_accessible_and_fits(stage: Stage) -> None:
    """axe finds nothing, nothing sticks out sideways, no number is torn, and the header has one row, or two at 390."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed in tests/node")
    page = stage.page
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = []
    for (width, scheme), rules in _RULES.items():
        page.set_viewport_size({"width": width, "height": SIZES[width]})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        found += [f"{width} {scheme}: {each}" for each in page.evaluate(_CHECK, [rules, _HEAD_MAX[width]])]

    assert [] == found


@pytest.mark.parametrize("broken", BREAKS)
def test_broken_layout_is_found(stage: Stage, broken: str, tmp_path: Path) -> None:
    """What this comparison is for: a style that breaks something is far above the tolerance, and shown."""
    width, style = BREAKS[broken]
    stage.turn("session" if "column" in broken else "sessions")
    kept = tmp_path / "kept.png"
    keep(stage.settled(looked_at(stage, width), width), kept)
    assert not compared(kept, looked_at(stage, width)).matters

    stage.page.evaluate(_ADD_STYLE, style)
    found = compared(kept, looked_at(stage, width))
    assert found.matters
    assert ["kept-expected.png", "kept-actual.png", "kept-difference.png"] == [
        path.name for path in found.write(tmp_path, "kept")
    ]


def test_pictures_are_small_and_none_is_left_over() -> None:
    """A picture for each view, width and scheme; all of them together stay below two megabytes."""
    pictures = sorted(FOLDER.glob("*.png"))

    assert sum(path.stat().st_size for path in pictures) < 2_000_000
    assert {path.name.rsplit("-", 2)[0] for path in pictures} == set(SCREENS)
    assert len(pictures) == 6 * len(SCREENS)
