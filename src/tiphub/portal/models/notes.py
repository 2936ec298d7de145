"""What a reader of a declared model must know besides: whom it is of, and how far its figures go."""

from tiphub.evidence.models import REFERENCES
from tiphub.portal.models.desk import Fitted
from tiphub.portal.models.told import Told
from tiphub.portal.models.words import LARGEST, SMALLEST, Words, column_title, covariate_title, value_label
from tiphub.portal.texts import Texts
from tiphub.standard import Standard


def among(fitted: Fitted, standard: Standard, t: Texts) -> str:
    """The people that the model is of, where it is not of all; else empty."""
    chosen = [
        f"{column_title(name, standard, t) or name}: {value_label(name, value, standard, t)}"
        for name, value in fitted.model.among.items()
    ]
    return t("models.among", chosen="; ".join(chosen)) if chosen else ""


def covariates(fitted: Fitted, standard: Standard, t: Texts) -> str:
    """What the model holds besides its outcome, as a list."""
    titles = [covariate_title(item.name, standard, t) or item.title for item in fitted.model.shape.terms]
    return t("models.comma").join(titles)


def notes(fitted: Fitted, told: Told, standard: Standard, t: Texts) -> tuple[str, ...]:
    """The caveats, as sentences."""
    if fitted.found is None:
        return ()
    words = Words(fitted.found, t, standard)
    said = [t("models.noise")]
    if wider := [effect.wider for effect in fitted.found.effects if effect.wider]:
        least, most = min(wider), max(wider)
        said.append(
            t(
                "models.widened",
                least=t.decimals(least, 2),
                most=t.decimals(most, 2),
                low=t.percent(1 - least**-2, 0),
                high=t.percent(1 - most**-2, 0),
            )
        )
    if _open(told):
        said.append(t("models.open", over=words.figure(LARGEST), under=words.figure(SMALLEST / 10)))
    said += _other_references(fitted, words, t)
    facts = [item for item in fitted.model.shape.terms if item.of is not None]
    if facts:
        said.append(
            t("models.facts", titles=t("models.comma").join(words.title(item.name) for item in facts))
        )
    said += [f"{words.title(item.name)}: {t.apart(item.source)}." for item in facts if item.source]
    return (*said, t("models.pairs"), t("models.sample"))


def _open(told: Told) -> bool:
    """Whether an interval has a bound that is not written."""
    ratios = [line.ratio for part in told.parts for line in part.lines if line.ratio]
    return any(one.low < SMALLEST or one.high >= LARGEST for one in ratios)


def _other_references(fitted: Fitted, words: Words, t: Texts) -> list[str]:
    """Covariates whose usual reference nobody has."""
    return [
        t(
            "models.other_reference",
            title=words.title(effect.variable),
            usual=value_label(effect.variable, usual, words.standard, t),
            reference=words.label(effect),
        )
        for effect in (fitted.found.effects if fitted.found else ())
        if effect.reference
        and (usual := REFERENCES.get(effect.variable, effect.level)) != effect.level
        and usual
    ]
