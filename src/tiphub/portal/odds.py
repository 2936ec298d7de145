"""Odds ratios as a forest plot, and as one page that stands alone: no server, no script, no other file."""

from jinja2 import Environment

from tiphub.charts import Frame, Spec
from tiphub.charts.forest import Point, forest
from tiphub.charts.render import svg, text_alternative
from tiphub.evidence.models import OddsRatios
from tiphub.evidence.models.wording import counted, population, sentences, widened, written

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Odds of {{ found.question }}: {{ source }}</title>
<style>
body { margin: 0 auto; max-width: 46rem; padding: 1rem;
  font: 1rem/1.55 system-ui, sans-serif; color: #14232b; }
h1 { line-height: 1.25; } h2 { border-top: 1px solid #d5dcdd; padding-top: 1rem; }
svg { max-width: 100%; height: auto; } .wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
th, td { padding: .3rem .6rem .3rem 0; text-align: left; vertical-align: top; }
thead th, tbody + tbody tr:first-child th { border-top: 1px solid #d5dcdd; }
.n { text-align: right; font-variant-numeric: tabular-nums; } td.n { white-space: nowrap; }
tr.level th { font-weight: 400; padding-left: 1rem; } .note { color: #56666e; font-size: .9375rem; }
</style></head><body>
<h1>Odds of {{ found.question }}</h1>
<p>{{ source }}. {{ population }}</p>
<div class="wide">{{ picture | safe }}</div>
<h2>What it says</h2>
<ul>{% for text in sentences %}<li>{{ text }}</li>{% endfor %}</ul>
<h2>Figures</h2>
<div class="wide"><table>
<thead><tr><th scope="col">Against the reference</th>{% if exact %}<th scope="col" class="n">with</th>
<th scope="col" class="n">without</th>{% endif %}<th scope="col" class="n">adjusted (95%)</th>
<th scope="col" class="n">unadjusted (95%)</th>
{% if found.noise %}<th scope="col" class="n">wider by privacy</th>{% endif %}</tr></thead>
{% for title, effects in parts %}<tbody><tr><th scope="rowgroup" colspan="6">{{ title }}</th></tr>
{% for effect in effects %}<tr class="level"><th scope="row">{{ effect.label }}</th>
{% if exact %}{% for number in (effect.yes, effect.no) %}
<td class="n">{{ "" if number is none else "{:,}".format(number) }}</td>{% endfor %}{% endif %}
{% for ratio in (effect.adjusted, effect.unadjusted) %}
<td class="n">{{ "1 (reference)" if effect.reference else written(ratio) }}</td>{% endfor %}
{% if found.noise %}<td class="n">{{ widened(effect) }}</td>{% endif %}</tr>{% endfor %}</tbody>{% endfor %}
</table></div>
<h2>What to keep in mind</h2>
{% for text in notes %}<p class="note">{{ text }}</p>{% endfor %}
</body></html>
"""


def odds_spec(found: OddsRatios, source: str) -> Spec:
    """The forest plot of a model; ``source`` says where the data come from."""
    points: list[Point] = []
    for effect in found.effects:
        title = found.titles[effect.variable]
        if title not in {point.label for point in points if point.heading}:
            points.append(Point(title, "", heading=True))
        if effect.adjusted is None:
            points.append(Point(effect.label, "1 (reference)" if effect.reference else written(None)))
            continue
        one = effect.adjusted
        points.append(Point(effect.label, written(one), one.ratio, one.low, one.high))
    note = (
        "Adjusted for all covariates shown; log scale; lines are 95% intervals; a hollow point's interval "
        f"holds 1 (no difference). Identified victims, not a random sample. Source: {source}."
    )
    note = f"{note} {found.noise}".strip()
    return forest(points, Frame(f"Odds of {found.question}", population(found), note))


def odds_page(found: OddsRatios, source: str) -> str:
    """Write a model with its forest plot, its sentences and its figures as HTML."""
    said = list(sentences(found))
    parts = [
        (title, [effect for effect in found.effects if effect.variable == name])
        for name, title in found.titles.items()
    ]
    return (
        Environment(autoescape=True)
        .from_string(_PAGE)
        .render(
            found=found,
            source=source,
            population=population(found),
            picture=text_alternative(svg(odds_spec(found, source)), " ".join(said)),
            sentences=said,
            parts=[part for part in parts if part[1]],
            exact=not found.noise,
            notes=[text for text in counted(found) if text != population(found)],
            written=written,
            widened=widened,
        )
    )
