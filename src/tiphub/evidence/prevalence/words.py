"""What the models say together, in words: how far they disagree, never one number."""

from collections.abc import Sequence
from math import ceil

from tiphub.evidence.prevalence.model import Estimate

_AGREE = 1.25
_FIT = 0.05


def rounded(value: float) -> str:
    """Three figures are more than such an estimate knows.

    >>> [rounded(value) for value in (13443.7, 827.2, 96.0)]
    ['13,400', '827', '96']
    """
    digits = max(len(str(int(abs(value)))) - 3, 0)
    return f"{round(value / 10**digits) * 10**digits:,}"


def disagreement(estimates: Sequence[Estimate]) -> str:
    """How far apart the models are, what their intervals span, and which of them does not fit."""
    if not estimates:
        return "No model has an estimate."
    if len(estimates) == 1:
        only = estimates[0]
        return (
            f"Only {only.label} has an estimate, about {rounded(only.total)} ({_span(estimates)}); "
            "nothing shows how much it depends on the model."
        )
    least = min(estimates, key=lambda item: item.total)
    most = max(estimates, key=lambda item: item.total)
    ratio = most.total / least.total
    apart = f"about {rounded(least.total)} ({least.label}) to about {rounded(most.total)} ({most.label})"
    if ratio < _AGREE:
        first = f"The models agree within {max(ceil(100 * (ratio - 1)), 1)}%: {apart}."
    else:
        first = f"The models disagree by a factor of {ratio:.1f}: {apart}."
    second = f"Their 95% intervals together: {_span(estimates)}. Quote this range, not one number."
    return " ".join([first, second, *_misfits(estimates)])


def _span(estimates: Sequence[Estimate]) -> str:
    low = rounded(min(item.low for item in estimates))
    highs = [item.high for item in estimates]
    if any(high is None for high in highs):
        return f"from {low} up, with no upper limit"
    return f"{low} to {rounded(max(high for high in highs if high is not None))}"


def _misfits(estimates: Sequence[Estimate]) -> list[str]:
    poor = [item.label for item in estimates if item.fit and item.fit.p is not None and item.fit.p < _FIT]
    if not poor:
        return []
    verb = "does" if len(poor) == 1 else "do"
    named = poor[0] if len(poor) == 1 else f"{', '.join(poor[:-1])} and {poor[-1]}"
    return [f"{named[0].upper()}{named[1:]} {verb} not fit these counts (p under 0.05)."]
