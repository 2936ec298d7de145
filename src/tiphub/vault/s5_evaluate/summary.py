"""An evaluation in plain words, the same for the terminal and for the report."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tiphub.amount import amount

SLIPS = 0.1
"""A count that is further off than this share of itself may change what is concluded from it."""
EXPECTED = 0.05
"""So large a share of conclusions may be wrong where intervals are of 95%."""
WORDS = {1: "one column", 2: "two columns", 3: "three columns"}


NAMED = 5
"""So many attacks that succeed are named, those that beat their control most."""
INFERRING = "inferring "
_WITHDRAW = "Withdraw the release until somebody has found out why."
_BY_METHOD = {
    "k_anonymity": (
        "k-anonymity does not protect from somebody who knows more of a person than the quasi-identifiers:"
        " they find the record and read the rest of it. Withdraw the release if its readers may be such"
        " people, and protect by differential privacy (release.method: dp in hub.yml)."
    )
}


@dataclass(frozen=True)
class Remark:
    """One thing to know; ``alarm`` asks for somebody to act before the release is used."""

    level: Literal["plain", "good", "care", "alarm"]
    text: str


def summary(figures: Mapping[str, Any], labels: Mapping[str, str] | None = None) -> list[Remark]:
    """What an evaluation found, the most important first.

    Args:
        figures: the private part of an evaluation; with ``findings`` (see `compare`) and ``rehearsal`` (see
            `rehearse`), or ``not_rehearsed`` (why not).
        labels: what columns are called.
    """
    return [*_attacks(figures, labels or {}), *_findings(figures), *_useful(figures), *_lost(figures)]


def protection(figures: Mapping[str, Any]) -> str:
    """How many cases stand behind a release, and how they are protected.

    Nobody is recognised across agencies: whom two of them know is two cases.
    """
    people, records = (figures[name] for name in ("people", "records"))
    stand = "stands" if people == 1 else "stand"
    text = f"{amount(people, 'recorded case')} {stand} behind {amount(records, 'published record')}"
    said = figures.get("protection") or {}
    if "epsilon" in said:
        return f"{text}, protected by differential privacy (epsilon {said['epsilon']:.3g})."
    return f"{text}, protected by k-anonymity (k = {said['k']})." if "k" in said else f"{text}."


def attack_name(name: str, labels: Mapping[str, str]) -> str:
    """What an attack is called, with the labels of columns.

    >>> attack_name("inferring gender", {"gender": "Gender"}), attack_name("linking two halves", {})
    ('inferring “Gender”', 'linking two halves')
    """
    secret = name.removeprefix(INFERRING)
    return f"{INFERRING}“{labels[secret]}”" if secret in labels else name


def _method(figures: Mapping[str, Any]) -> str:
    return str((figures.get("protection") or {}).get("method"))


def _attacks(figures: Mapping[str, Any], labels: Mapping[str, str]) -> Iterator[Remark]:
    rehearsal = figures.get("rehearsal")
    if rehearsal is None:
        yield Remark("care", f"Attacks were not tried. {figures.get('not_rehearsed', '')}".strip())
        return
    won = [item for item in rehearsal["attacks"] if item["succeeds"]]
    number = len(rehearsal["attacks"])
    if won:
        won.sort(key=lambda item: -float(item["beyond"][1]))
        names = ", ".join(attack_name(item["name"], labels) for item in won[:NAMED])
        more = f" and {len(won) - NAMED} more" if len(won) > NAMED else ""
        yield Remark(
            "alarm",
            f"{len(won)} of {number} attacks found more about people in the data than about others: {names}"
            f"{more}. {_BY_METHOD.get(_method(figures), _WITHDRAW)}",
        )
    else:
        yield Remark(
            "good",
            f"None of {number} attacks found more about people in the data than about people who were not,"
            " beyond chance. Attacks can show that something is wrong; they cannot prove that nothing is.",
        )
    if rehearsal["vault"] != figures["people"]:
        yield Remark(
            "care",
            f"The attacks were tried on the {rehearsal['vault']:,} cases that the vault held by then; the"
            f" release was made of {figures['people']:,}.",
        )


def _findings(figures: Mapping[str, Any]) -> Iterator[Remark]:
    found = figures.get("findings")
    if found is None:
        yield Remark("care", "What findings conclude was not kept when this release was made.")
        return
    asked, same, less, wrong = (
        found["asked"],
        found["same"],
        found["less"],
        found["more"] + found["other"],
    )
    if not asked:
        yield Remark("care", "No finding of the library can be answered with the columns of this release.")
        return
    share = f"{(asked - same) / asked:.0%}"
    text = (
        f"{asked - same:,} of {asked:,} findings ({share}) conclude otherwise from the release than from the"
        f" people: {_say(less)} less (the release cannot tell), {_say(found['more'])} more than the people"
        f" bear out, {_say(found['other'])} something else."
    )
    yield Remark("care" if wrong > EXPECTED * asked else "plain", text)


def _say(number: int) -> str:
    return f"{number:,} say" if number > 1 else f"{number or 'none'} says"


def _useful(figures: Mapping[str, Any]) -> Iterator[Remark]:
    """From which size on counts are on average within `SLIPS` of the truth."""
    errors = figures["errors"]
    good, bad = [], []
    for order in sorted({item["order"] for item in errors if item["cells"]}):
        found = useful_from(errors, order)
        if found is None:
            bad.append(WORDS[order])
        else:
            good.append(f"by {WORDS[order]} {f'from {found:,} people on' if found > 1 else 'of any size'}")
    if good:
        yield Remark("plain", f"Counts are on average within a tenth of the truth {', '.join(good)}.")
    if bad:
        text = f"Counts by {' and by '.join(bad)} are on average more than a tenth off, whatever their size."
        broad = _method(figures) == "k_anonymity"
        advice = (
            "Say so where you use them: answers were left out or made broader."
            if broad
            else "Look at their bounds before you build on them."
        )
        yield Remark("care", f"{text} {advice}")


def useful_from(errors: Sequence[Mapping[str, Any]], order: int) -> int | None:
    """The least size from which on every class of counts is within `SLIPS`; ``None`` if there is none."""
    classes = [item for item in errors if item["order"] == order and item["cells"]]
    found = None
    for item in sorted(classes, key=lambda entry: -entry["at_least"]):
        if item["mean_relative"] > SLIPS:
            break
        found = int(item["at_least"])
    return found


def _lost(figures: Mapping[str, Any]) -> Iterator[Remark]:
    for item in figures.get("accuracy", ()):
        if item["k"] == 2 and item["n"]:
            broad = (
                " (broader answers, such as a region, among them)"
                if _method(figures) == "k_anonymity"
                else ""
            )
            yield Remark(
                "plain",
                f"Of combinations of two answers that ten people or more have, {item['missing']:.1%} are gone"
                f" from the release; of those that the release tells of ten people or more,"
                f" {item['fab10']:.1%} nobody has{broad}.",
            )
