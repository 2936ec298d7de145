"""Findings as one page that stands alone: no server, no script, no other file."""

from collections.abc import Sequence
from itertools import groupby

from jinja2 import Environment

from tiphub.charts.render import svg, text_alternative
from tiphub.evidence.findings import Cell, Result, coverage, included, of_people
from tiphub.portal.stories.picture import finding_spec, written

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Findings: {{ title }}</title>
<style>
body { margin: 0 auto; max-width: 44rem; padding: 1rem;
  font: 1rem/1.55 system-ui, sans-serif; color: #14232b; }
h2 { border-top: 3px solid #0b6e75; padding-top: 0.6rem; }
section { border-top: 1px solid #d5dcdd; padding: 0.4rem 0 1rem; break-inside: avoid; }
svg { max-width: 100%; height: auto; } .note { color: #56666e; font-size: .875rem; margin: 0.2rem 0; }
table { border-collapse: collapse; font-size: .875rem; } th { text-align: left; font-weight: 400; }
td, thead th { padding: 0 0 0 1rem; text-align: right; }
</style></head><body>
<h1>Findings</h1><p>{{ title }}</p>
{% if includes %}<p class="note">Intervals are of 95% and include {{ includes }}.</p>{% endif %}
{% for topic, items in topics %}
<h2>{{ topic }}</h2>
{% for result, picture, notes, rows in items %}
<section id="{{ result.finding.name }}"><h3>{{ result.finding.title }}</h3><p>{{ result.sentence }}</p>
{{ picture | safe }}
{% for note in notes %}<p class="note">{{ note }}</p>{% endfor %}
{% if rows %}<details><summary>Figures</summary><table>
<thead><tr><th></th><th>share</th><th>95% interval</th><th>people</th></tr></thead>
{% for label, share, interval, people in rows %}
<tr><th scope="row">{{ label }}</th><td>{{ share }}</td><td>{{ interval }}</td><td>{{ people }}</td></tr>
{% endfor %}</table></details>{% endif %}
</section>
{% endfor %}{% endfor %}
</body></html>
"""


def sheet(results: Sequence[Result], title: str) -> str:
    """Write findings with their pictures and figures as HTML, those of a topic together."""
    topics = []
    for topic, found in groupby(results, key=lambda result: result.finding.topic):
        items = []
        for result in found:
            spec = finding_spec(result, title)
            picture = text_alternative(svg(spec), result.sentence) if spec else ""
            notes = [note for note in (coverage(result), *result.notes) if note]
            items.append((result, picture, notes, [figures(cell, result) for cell in result.cells]))
        topics.append((topic.replace("_", " ").capitalize(), items))
    page = Environment(autoescape=True).from_string(_PAGE)
    return page.render(title=title, topics=topics, includes=included(results))


def figures(cell: Cell, result: Result) -> tuple[str, str, str, str]:
    """What a share is of, the share, its interval and its people, as text."""
    found = cell.estimate
    label = ", ".join(part for part in (cell.option_label, cell.part_label) if part) or result.finding.who
    known = found.low is not None and found.high is not None
    interval = f"{100 * (found.low or 0):.1f}–{100 * (found.high or 0):.1f}%" if known else ""
    return label, written(cell), interval, of_people(found)
