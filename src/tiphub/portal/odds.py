"""Odds ratios of any source as a forest plot, and as one page that stands alone: no server, no other file."""

from tiphub.charts import Spec
from tiphub.charts.render import svg, text_alternative
from tiphub.evidence.models import OddsRatios
from tiphub.evidence.models.wording import counted
from tiphub.portal.models import picture
from tiphub.portal.models.told import Told, tell
from tiphub.portal.texts import texts
from tiphub.portal.view import templates
from tiphub.standard import load_standard


def odds_spec(found: OddsRatios, source: str) -> Spec:
    """The forest plot of a model, in English; ``source`` says where the data come from."""
    return picture.odds_spec(_told(found), source)


def odds_page(found: OddsRatios, source: str) -> str:
    """Write a model with its forest plot, its sentences and its figures as HTML, in English."""
    told = _told(found)
    drawn = svg(picture.odds_spec(told, source))
    return (
        templates()
        .get_template("odds_alone.html")
        .render(
            told=told,
            t=texts("en"),
            source=source,
            picture=text_alternative(drawn, " ".join(told.sentences)),
            notes=[text for text in counted(found) if text != told.population],
        )
    )


def _told(found: OddsRatios) -> Told:
    return tell(found, texts("en"), load_standard())
