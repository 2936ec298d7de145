"""A story told from one release: every place filled with what the release can say."""

import re
from collections.abc import Callable, Mapping, Sequence

from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from tiphub.evidence.findings import Result, everybody, one_of, two_digits
from tiphub.portal.stories.left_out import figure, speaking
from tiphub.portal.stories.story import PLACE, Story, Words

_OPEN, _CLOSE = "\ue000", "\ue001"
_ALONE = re.compile(rf"<p>{_OPEN}(\d+){_CLOSE}</p>")
_INLINE = re.compile(rf"{_OPEN}(\d+){_CLOSE}")
_BLOCK = re.compile(
    r"\{\{\s*when:\s*(\w+) is (\w+)\s*\}\}(.*?)(?:\{\{\s*otherwise\s*\}\}(.*?))?\{\{\s*end\s*\}\}", re.DOTALL
)


def tell(
    story: Story,
    results: Mapping[str, Result],
    known: Words,
    chart: Callable[[Result], str],
    left_out: Sequence[str] = (),
) -> Markup:
    """Write a story as HTML, without the passages that the release has nothing to say to.

    Args:
        story: what to tell.
        results: the answers to its findings.
        known: its definitions and references.
        chart: draws a finding that has figures, as HTML. Of one that has none the sentence is said, once.
        left_out: what is missing, in sentences; they stand before the story.
    """
    body = _passages(story, results)
    told = {found[2].strip() for found in PLACE.finditer(body) if found[1] == "finding"}
    filled: list[tuple[str, bool]] = []

    def keep(found: re.Match[str]) -> str:
        kind, given = found[1], (found[2] or "").strip()
        if kind == "chart" and drawn(results[given]):
            filled.append((chart(results[given]), True))
        elif kind == "chart" and given in told:
            filled.append(("", True))
        elif kind in {"finding", "chart"}:
            filled.append((str(escape(results[given].sentence)), False))
        elif kind == "number":
            filled.append((str(escape(number(given, results))), False))
        else:
            text = known.definitions[given] if kind == "define" else known.references[given].short
            filled.append((str(escape(text)), False))
        return f"{_OPEN}{len(filled) - 1}{_CLOSE}"

    text = PLACE.sub(keep, body)
    html = MarkdownIt("commonmark", {"html": False, "typographer": False}).render(text)
    html = _ALONE.sub(lambda found: _paragraph(*filled[int(found[1])]), html)
    html = _INLINE.sub(lambda found: filled[int(found[1])][0], html)
    notice = "".join(f"<p>{escape(sentence)}</p>" for sentence in left_out)
    return Markup(f'<div class="notice">{notice}</div>{html}' if notice else html)  # noqa: S704 - all is escaped


def cited(story: Story, results: Mapping[str, Result]) -> tuple[str, ...]:
    """The references of what is told."""
    found = PLACE.finditer(_passages(story, results))
    return tuple(dict.fromkeys(place[2].strip() for place in found if place[1] == "cite"))


def _passages(story: Story, results: Mapping[str, Result]) -> str:
    return speaking(_BLOCK.sub(lambda found: _choose(found, results), story.body), results)


def _paragraph(text: str, block: bool) -> str:
    return text if block else f'<p class="said">{text}</p>'


def _choose(found: re.Match[str], results: Mapping[str, Result]) -> str:
    name, state, then, otherwise = found.groups()
    return then if state in states(results[name]) else otherwise or ""


def states(result: Result) -> set[str]:
    """What may be said of a finding: whether it is told, and if it compares, how that came out.

    A comparison that cannot be made is untold, also where one of its parts has a figure.
    """
    if result.finding.compare is not None:
        return {"told", result.comparison.direction} if result.comparison else {"untold"}
    return {"told" if drawn(result) else "untold"}


def drawn(result: Result) -> bool:
    """Whether a finding has any figure to draw."""
    return any(cell.estimate.share is not None for cell in result.cells)


def number(place: str, results: Mapping[str, Result]) -> str:
    """One figure, written out, as exactly as its noise allows; nothing if the release does not have it."""
    estimate, field = figure(place, results)
    value: int | float | None = getattr(estimate, field, None)
    if estimate is None or value is None:
        return ""
    if isinstance(value, float):
        return f"{100 * value:.1f}%"
    if field in ("numerator", "denominator") and estimate.noise:
        return one_of(estimate, field)
    if field == "people" and estimate.exactness:
        return everybody(estimate)
    noisy = "privacy noise" in results[place.partition(".")[0]].includes
    return f"about {two_digits(value):,}" if noisy else f"{value:,}"
