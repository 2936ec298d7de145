"""Odds ratios in words, true to their intervals."""

from collections.abc import Iterator

from tiphub.amount import amount
from tiphub.evidence.findings import two_digits
from tiphub.evidence.models.result import Effect, OddsRatios, Ratio


def interval(ratio: Ratio | None) -> tuple[str, str]:
    """An odds ratio and its interval as they are written.

    >>> interval(Ratio(22.756, 16.36, 30.68, 0.0))
    ('22.8', '16.4–30.7')
    """
    if ratio is None:
        return "–", ""
    exact = digits(ratio)
    low, high = figure(ratio.low, exact), figure(ratio.high, exact)
    beyond = low == high and not low[0].isdigit()
    return figure(ratio.ratio, exact), low if beyond else f"{low}–{high}"


def digits(ratio: Ratio) -> int:
    """So many digits after the point that an interval without 1 is not written as one that has it.

    >>> digits(Ratio(1.004, 1.0013, 1.0067, 0.0)), digits(Ratio(1.004, 0.99, 1.02, 0.5))
    (3, 2)
    """
    if ratio.low <= 1 <= ratio.high:
        return 2
    ends = (ratio.low, ratio.ratio, ratio.high)
    return next((found for found in range(2, 9) if all(round(end, found) != 1 for end in ends)), 9)


def written(ratio: Ratio | None) -> str:
    """Both in one.

    >>> written(Ratio(5.57, 4.0, 7.8, 0.0))
    '5.57 (4.00–7.80)'
    """
    if ratio is None:
        return "cannot be told"
    return "{} ({})".format(*interval(ratio))


def figure(value: float, exact: int = 2) -> str:
    """Up to three digits that matter; beyond 1,000 and below 0.001 no digit does.

    What would be written as 1.00 has ``exact`` digits after the point.

    >>> [figure(value) for value in (0.0123, 0.612, 5.57, 9.998, 22.76, 234.5, 1e9)]
    ['0.012', '0.61', '5.57', '10.0', '22.8', '234', 'over 1,000']
    """
    if value >= 1000:
        return "over 1,000"
    if value < 0.001:
        return "under 0.001"
    shown = float(f"{value:.3g}")
    if shown >= 100:
        return f"{value:.0f}"
    if shown >= 10:
        return f"{value:.1f}"
    if round(value, 2) == 1:
        return f"{value:.{exact}f}"
    return f"{value:.2f}" if round(value, 3) >= 0.1 else f"{value:.2g}"


def widened(effect: Effect) -> str:
    """How many times wider protection makes an interval; empty where there is none.

    >>> widened(Effect("gender", "man", "Man", False, None, None, Ratio(1.9, 1.5, 2.4, 0.0), None, "", 1.274))
    '1.27 times'
    """
    return "" if effect.wider is None else f"{effect.wider:.2f} times"


def sentence(found: OddsRatios, effect: Effect, reference: str = "") -> str:
    """One effect in a sentence that says no more than its interval; odds are never called chances.

    >>> low = Effect("gender", "man", "Man", False, 1, 1, Ratio(1.9, 1.5, 2.4, 0.0), None)
    >>> model = OddsRatios("child", "being a child", {"gender": "Gender"}, (low,), 9, 9, 4, 0, {}, ())
    >>> sentence(model, low, "Woman")  # doctest: +ELLIPSIS
    'Gender: the odds of being a child are 1.90 times (95% interval 1.50–2.40) as high for “Man” as for...'
    """
    title = found.titles[effect.variable]
    if effect.adjusted is None:
        return f"{title}, “{effect.label}”: no odds ratio. {effect.reason}"
    ratio, bounds = interval(effect.adjusted)
    who = f"for “{effect.label}” as for “{reference}”" if effect.level else f"with {effect.label}"
    if effect.adjusted.low <= 1 <= effect.adjusted.high:
        return (
            f"{title}: the data cannot tell whether the odds of {found.question} differ "
            f"{_between(effect, reference)} (odds ratio {ratio}, 95% interval {bounds})."
        )
    return f"{title}: the odds of {found.question} are {ratio} times (95% interval {bounds}) as high {who}."


def sentences(found: OddsRatios) -> Iterator[str]:
    """Every effect but the references, in a sentence each."""
    base = {effect.variable: effect.label for effect in found.effects if effect.reference}
    for effect in found.effects:
        if not effect.reference:
            yield sentence(found, effect, base.get(effect.variable, ""))


def population(found: OddsRatios) -> str:
    """Who the model is of."""
    used, events = found.used, found.events
    if not found.noise:
        return _people(amount(used, "person", "people"), f"{events:,}")
    return _people(f"About {amount(two_digits(used), 'person', 'people')}", f"about {two_digits(events):,}")


def _people(people: str, events: str) -> str:
    return f"{people} whose outcome and covariates are known; {events} of them with the outcome."


def counted(found: OddsRatios) -> Iterator[str]:
    """Who was used and left out, why ratios are missing, and all notes: a line each."""
    if found.noise:
        yield population(found)
    else:
        people = amount(found.people, "person", "people")
        yield f"Used: {found.used:,} of {people}; {found.events:,} of them with the outcome."
    lacking = {"outcome": 0 if found.noise else found.outcome_unknown}
    lacking |= {found.titles[name]: count for name, count in found.unknown.items()}
    missing = [
        f"{title} {'(few people, held back)' if count is None else f'{count:,}'}"
        for title, count in lacking.items()
        if count != 0
    ]
    if missing:
        yield f"Unknown: {'; '.join(missing)}."
    for effect in found.effects:
        if effect.reason:
            yield f"{found.titles[effect.variable]}, “{effect.label}”: {effect.reason}"
    yield from found.notes
    if found.noise:
        yield found.noise
    chance = "chance and noise" if found.noise else "chance"
    yield f"Identified victims are no random sample: intervals count {chance} alone. Odds are not chances."


def _between(effect: Effect, reference: str) -> str:
    return f"between “{effect.label}” and “{reference}”" if effect.level else f"with {effect.label}"
