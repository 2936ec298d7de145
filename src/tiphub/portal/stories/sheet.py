"""Findings as one page that stands alone: no server, no script, no other file."""

from collections.abc import Sequence

from jinja2 import Environment

from tiphub.charts.render import svg, text_alternative
from tiphub.evidence.findings import Result
from tiphub.portal.stories.picture import finding_spec

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Findings: {{ title }}</title>
<style>
body { margin: 0 auto; max-width: 44rem; padding: 1rem;
  font: 1rem/1.55 system-ui, sans-serif; color: #14232b; }
section { border-top: 1px solid #d5dcdd; padding: 1rem 0; break-inside: avoid; }
svg { max-width: 100%; height: auto; } .note { color: #56666e; font-size: .875rem; }
</style></head><body>
<h1>Findings</h1><p>{{ title }}</p>
{% for result, picture in items %}
<section id="{{ result.finding.name }}"><h2>{{ result.finding.title }}</h2><p>{{ result.sentence }}</p>
{% for note in result.notes %}<p class="note">{{ note }}</p>{% endfor %}{{ picture | safe }}</section>
{% endfor %}
</body></html>
"""


def sheet(results: Sequence[Result], title: str) -> str:
    """Write findings with their pictures as HTML."""
    items = []
    for result in results:
        spec = finding_spec(result, title)
        items.append((result, text_alternative(svg(spec), result.sentence) if spec else ""))
    return Environment(autoescape=True).from_string(_PAGE).render(title=title, items=items)
