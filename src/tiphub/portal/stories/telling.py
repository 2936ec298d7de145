"""A story told from one release: every place filled with what the release can say."""

import re
from collections.abc import Callable, Mapping

from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from tiphub.evidence.findings import Result, about, two_digits
from tiphub.portal.stories.story import PLACE, Story, Words

_OPEN, _CLOSE = "\ue000", "\ue001"
_ALONE = re.compile(rf"<p>{_OPEN}(\d+){_CLOSE}</p>")
_INLINE = re.compile(rf"{_OPEN}(\d+){_CLOSE}")
_BLOCK = re.compile(
    r"\{\{\s*when:\s*(\w+) is (\w+)\s*\}\}(.*?)(?:\{\{\s*otherwise\s*\}\}(.*?))?\{\{\s*end\s*\}\}", re.DOTALL
)


def tell(story: Story, results: Mapping[str, Result], known: Words, chart: Callable[[Result], str]) -> Markup:
    """Write a story as HTML.

    Args:
        story: what to tell.
        results: the answers to its findings.
        known: its definitions and references.
        chart: draws a finding that has figures, as HTML. Of one that has none the sentence is said, once.
    """
    body = _BLOCK.sub(lambda found: _choose(found, results), story.body)
    said = {found[2].strip() for found in PLACE.finditer(body) if found[1] == "finding"}
    filled: list[tuple[str, bool]] = []

    def keep(found: re.Match[str]) -> str:
        kind, given = found[1], (found[2] or "").strip()
        if kind == "chart" and "told" in states(results[given]):
            filled.append((chart(results[given]), True))
        elif kind == "chart" and given in said:
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
    return Markup(_INLINE.sub(lambda found: filled[int(found[1])][0], html))  # noqa: S704 - each part is escaped


def _paragraph(text: str, block: bool) -> str:
    return text if block else f'<p class="said">{text}</p>'


def _choose(found: re.Match[str], results: Mapping[str, Result]) -> str:
    name, state, then, otherwise = found.groups()
    return then if state in states(results[name]) else otherwise or ""


def states(result: Result) -> set[str]:
    """What may be said of a finding: that there is a figure, and how a comparison came out.

    A comparison that cannot be made is as unclear as one whose interval tells nothing.
    """
    told = any(cell.estimate.share is not None for cell in result.cells)
    found = {"told" if told else "untold"}
    if result.finding.compare is not None:
        found.add(result.comparison.direction if result.comparison else "unclear")
    return found


def number(place: str, results: Mapping[str, Result]) -> str:
    """One figure, written out: ``family_children.share``, ``trend_labour.late.people``."""
    name, _, rest = place.partition(".")
    part, _, field = rest.rpartition(".")
    cell = results[name].cell(part)
    value = getattr(cell.estimate, field) if cell else None
    if value is None:
        return "(not known from this release)"
    if isinstance(value, float):
        return f"{100 * value:.1f}%"
    noise = dict(zip(("numerator", "denominator"), (cell and cell.estimate.noise) or (), strict=False))
    if field in noise:
        return f"about {about(value, noise[field]):,}"
    return f"about {two_digits(value):,}" if "privacy noise" in results[name].includes else f"{value:,}"
