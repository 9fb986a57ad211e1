"""A comparison as a page: one file that loads nothing and runs nothing."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import UNSET, json

from masking_emulator.comparing.callbacks import OurCallback
from masking_emulator.comparing.report import CaptureFinding, ComparedCapture
from masking_emulator.comparing.wording import OF, counted, row_counts, value_of
from masking_emulator.evidence.captures import CapturedAnswer, CapturedCallback, CapturedExchange
from masking_emulator.report.markup import Markup, element

#: A page may load nothing and run nothing, whatever is in it.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"

_STYLE: Final = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 64rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8884; overflow-wrap: anywhere; padding: .3rem .6rem; text-align: left; }
td, pre { vertical-align: top; }
section { margin: 2rem 0; }
h3 { margin-bottom: .2rem; }
pre { overflow: auto; }
"""


def page(captures: Sequence[ComparedCapture], rows: Sequence[str]) -> str:
    """The page; `rows` are all that a capture could show."""
    differ = sum(len(one.findings) for one in captures)
    title = f"{counted(differ, 'difference')} · masking-emulator"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", Markup(_STYLE)),
    )
    body = element(
        "body",
        element("h1", counted(differ, "difference")),
        *map(_capture, captures),
        _rows(captures, rows),
    )
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _capture(one: ComparedCapture) -> Markup:
    exchanges, callbacks = counted(one.exchanges, "exchange"), counted(one.callbacks, "callback")
    reasons = [f"{counted(number, 'request')} left out: {why}" for why, number in one.left_out.items()]
    reasons += [f"line {skipped.line} skipped: {skipped.reason}" for skipped in one.skipped]
    return element(
        "section",
        element("h2", one.file),
        element("p", f"{exchanges} and {callbacks} of {OF[one.service]} compared."),
        element("ul", [element("li", reason) for reason in reasons]) if reasons else None,
        [_finding(finding) for finding in one.findings],
    )


def _finding(finding: CaptureFinding) -> Markup:
    lines = [
        element("tr", element("td", one.where), element("td", one.theirs), element("td", one.ours))
        for one in finding.differences
    ]
    head = element("tr", [element("th", name) for name in ("Where", "The service", "The emulator")])
    agreeing = [f"{name} = {value_of(value)}" for name, value in finding.policy.items()]
    return element(
        "section",
        element("h3", ", ".join(finding.rows)),
        element("p", f"{finding.place}; seen {counted(finding.seen, 'time')}."),
        element("p", "The policy that agrees: ", element("code", ", ".join(agreeing))) if agreeing else None,
        element("table", head, lines),
        element("details", element("summary", "In full"), element("pre", "\n\n".join(_whole(finding)))),
    )


def _whole(finding: CaptureFinding) -> Iterator[str]:
    """What the service and the emulator said, as far as it is there."""
    for one in (finding.theirs, finding.ours):
        match one:
            case CapturedExchange():
                yield f"{one.request.method} {one.request.path}"
                if one.request.body is not UNSET:
                    yield _pretty(one.request.body)
                if one.answer is not None:
                    yield from _answer("The service", one.answer)
            case CapturedAnswer():
                yield from _answer("The emulator", one)
            case CapturedCallback() | OurCallback():
                who = "The service" if isinstance(one, CapturedCallback) else "The emulator"
                yield f"{who}: {one.method} {one.path}\n" + "\n".join(f"{name}={value}" for name, value in one.params)
            case _:
                continue


def _answer(who: str, answer: CapturedAnswer) -> Iterator[str]:
    yield f"{who}: {answer.status}"
    if answer.body is not UNSET:
        yield _pretty(answer.body)


def _pretty(value: object) -> str:
    return json.format(json.encode(value), indent=2).decode()


def _rows(captures: Sequence[ComparedCapture], rows: Sequence[str]) -> Iterator[Markup]:
    """A table for each service: how often it confirmed or contradicted a row."""
    for service, counts in row_counts(captures).items():
        confirmed, contradicted = counts["confirmed"], counts["contradicted"]
        seen = [row for row in rows if row in confirmed or row in contradicted]
        head = element("tr", [element("th", name) for name in ("Row", "Confirmed", "Contradicted")])
        lines = [
            element("tr", [element("td", text) for text in (row, confirmed.get(row, 0), contradicted.get(row, 0))])
            for row in seen
        ]
        yield element(
            "section",
            element("h2", f"Rows of the ledger, by {OF[service]}"),
            element("p", f"{counted(len(seen), 'row')} of {len(rows)} exercised."),
            element("table", head, lines),
        )
