"""A hub: a folder with its settings, its agencies, its vault and its releases."""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from tiphub.errors import TiphubError
from tiphub.vault.model_settings import ModelSettings, read_models
from tiphub.vault.setting_values import check_licence, number, shaped
from tiphub.vault.settings_file import read_settings


@dataclass(frozen=True)
class ReleaseSettings:
    """How a hub publishes; empty tuples mean the standard's own choice."""

    method: str = "dp"
    k: int = 11
    columns: tuple[str, ...] = ()
    quasi_identifiers: tuple[str, ...] = ()


@dataclass(frozen=True)
class PrivacySettings:
    """What a hub may tell of its people under differential privacy.

    ``epsilon`` is what a release spends, ``lifetime_epsilon`` what all releases together may spend. ``delta``
    is ``None`` to follow from the declared size. ``models_share`` is the part of a release's budget that goes
    to the tables of the declared models, if there are any. The ledger keeps to these exactly (see
    ``vault/ledger``).
    """

    epsilon: float = 4.0
    delta: float | None = None
    lifetime_epsilon: float = 8.0
    models_share: float = 0.1


@dataclass(frozen=True)
class Settings:
    """What ``hub.yml`` says.

    ``years`` (first and last, inclusive) and ``declared_size`` are declared, never read off the records.
    """

    title: str = "Human trafficking data hub"
    organisation: str = ""
    contact: str = ""
    licence: str = "CC-BY-4.0"
    languages: tuple[str, ...] = ("en",)
    years: tuple[int, int] = field(default_factory=lambda: (2002, datetime.now(UTC).year))
    declared_size: int | None = None
    key_file: str = ""
    release: ReleaseSettings = field(default_factory=ReleaseSettings)
    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    models: tuple[ModelSettings, ...] = ()


@dataclass(frozen=True)
class Hub:
    """A hub's folder and settings."""

    root: Path
    settings: Settings

    @property
    def agencies(self) -> Path:
        """Holds one folder an agency."""
        return self.root / "agencies"

    @property
    def vault(self) -> Path:
        """Holds the encrypted database and what it needs while at work."""
        return self.root / "vault"

    @property
    def releases(self) -> Path:
        """Holds one folder a release: all that may leave this house."""
        return self.root / "releases"

    @property
    def key_file(self) -> Path:
        """Where the vault's key is kept: beside the hub, never in it, unless ``hub.yml`` says otherwise."""
        named = self.settings.key_file or f"../{self.root.name}.key"
        return Path(os.path.normpath(self.root / Path(named).expanduser()))


def open_hub(path: Path) -> Hub:
    """The hub in a folder.

    Raises:
        TiphubError: there is none, or its ``hub.yml`` says something that is not understood.
    """
    root = Path(path).expanduser().resolve()
    try:
        document = read_settings(root / "hub.yml")
    except (FileNotFoundError, NotADirectoryError):
        raise TiphubError(
            "There is no hub here: no hub.yml.", where=str(path), do=f"Make one with: tiphub init {path}"
        ) from None
    return Hub(root, _settings(document, str(root / "hub.yml")))


def create_hub(path: Path, settings: Settings, prepare: Callable[[Hub], None] = lambda _: None) -> Hub:
    """Make a new hub's folder, whole or not at all.

    Args:
        path: a folder that does not exist or is empty.
        settings: what its ``hub.yml`` will say.
        prepare: is called with the hub before it moves to its place, to put the vault into it.

    Raises:
        TiphubError: something is there already, or the licence is none.
    """
    root = Path(path).expanduser().resolve()
    if root.exists() and not (root.is_dir() and not any(root.iterdir())):
        raise TiphubError(
            "There is a hub here already." if (root / "hub.yml").exists() else "This folder is not empty.",
            where=str(path),
            do="Nothing was changed. Choose another folder.",
        )
    check_licence(settings.licence, "licence")
    if Hub(root, settings).key_file.is_relative_to(root):
        raise TiphubError("The key would lie inside the hub that it locks.", do="Name a key file elsewhere.")
    root.parent.mkdir(parents=True, exist_ok=True)
    # The key file is named by its place, because that is relative to the hub and the hub moves once more.
    place = Hub(root, settings).key_file
    draft = Path(tempfile.mkdtemp(prefix=f".{root.name}-", dir=root.parent))
    try:
        _fill(draft, root.name, settings)
        prepare(Hub(draft, _replace_key_file(settings, place)))
        draft.chmod(0o755)
        draft.rename(root)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return Hub(root, settings)


def _replace_key_file(settings: Settings, place: Path) -> Settings:
    return Settings(
        **{f.name: getattr(settings, f.name) for f in fields(Settings)} | {"key_file": str(place)}
    )


def _fill(draft: Path, name: str, settings: Settings) -> None:
    for folder in ("agencies", "vault", "releases"):
        (draft / folder).mkdir(mode=0o700 if folder == "vault" else 0o755)
    (draft / "hub.yml").write_text(_hub_yml(settings, name), "utf-8")
    (draft / ".gitignore").write_text(
        "# Case records, and reports that quote them, must never reach a repository.\n"
        "vault/\nagencies/*/reports/\nincoming/\n*.key\n",
        "utf-8",
    )


def _hub_yml(settings: Settings, name: str) -> str:
    def value(item: object) -> str:
        return (
            yaml.safe_dump(item, allow_unicode=True, default_flow_style=True, width=10_000)
            .split("\n...")[0]
            .strip()
        )

    return f"""\
# Settings of this hub. Every line may be changed; the next command reads it.

# Shown on the portal and in citations.
title: {value(settings.title)}
organisation: {value(settings.organisation)}
contact: {value(settings.contact)}
# The licence of what is published, by its SPDX name.
licence: {value(settings.licence)}
# Languages of the data set, such as [en, fr], for the descriptions of a release. The portal has its own four.
languages: {value(list(settings.languages))}

# First and last year that a release may tell. Declared here and never read off the records, because the
# range of the records would itself tell something about the people in them.
years: {value(list(settings.years))}
# About how many people the vault holds, as a round public figure: how strictly delta is set follows from it.
# Needed for dp; never counted, because the exact number would tell whether somebody is in the data.
declared_size: {value(settings.declared_size)}

# The vault's key, unless TIPHUB_KEY or TIPHUB_KEY_FILE is set: relative to this folder, and never inside it.
# Without the key nobody can read the vault, its owners included. Keep a copy of it elsewhere.
key_file: {value(settings.key_file or f"../{name}.key")}

release:
  # How people are protected in what is published: dp (differential privacy: counts with noise and intervals,
  # and records made from them alone; needs declared_size above, see privacy below) or k_anonymity (nobody
  # stands in a small group). A release beside one of the other method, on the same people, needs a person's
  # signature.
  method: {value(settings.release.method)}
  # For k_anonymity: no group of people that share the quasi-identifiers is smaller than this, and no count
  # below it is told.
  k: {settings.release.k}
  # Columns to publish, and those by which somebody could be recognised; [] is the standard's choice.
  columns: {value(list(settings.release.columns))}
  quasi_identifiers: {value(list(settings.release.quasi_identifiers))}

# For dp. Epsilon bounds what anybody can learn from one record: smaller is safer and less exact. What each
# buys is shown, before anything is spent, by: tiphub build {name} --plan
privacy:
  # What one release spends.
  epsilon: {value(settings.privacy.epsilon)}
  # The chance, at most, that epsilon does not bound what is learnt. auto: from declared_size, 1 / (n ln n).
  delta: {value("auto" if settings.privacy.delta is None else settings.privacy.delta)}
  # What all releases together may spend, ever; two of epsilon 4 need about 6, three under 8. ledger.jsonl
  # keeps account. A change here counts once it is signed: tiphub ledger {name} --sign-budget "Name, role"
  lifetime_epsilon: {value(settings.privacy.lifetime_epsilon)}
  # The part of a release's budget that the models below spend together, if there are any.
  models_share: {value(settings.privacy.models_share)}

# Models whose odds ratios a release by dp has to support, each with its outcome and its covariates:
#   - {{outcome: child, on: [education, income_level, gender]}}
models: {value([model.as_plain() for model in settings.models])}
"""


def _settings(document: object, where: str) -> Settings:
    values = _known(document, Settings, where)
    release = _known(values.pop("release", None) or {}, ReleaseSettings, f"{where}, release")
    privacy = _known(values.pop("privacy", None) or {}, PrivacySettings, f"{where}, privacy")
    models = read_models(values.pop("models", None), where)
    return Settings(
        models=models,
        **{key: shaped(key, value, where) for key, value in values.items()},
        release=ReleaseSettings(
            **{key: shaped(key, value, f"{where}, release") for key, value in release.items()}
        ),
        privacy=PrivacySettings(
            **{key: number(key, value, f"{where}, privacy") for key, value in privacy.items()}
        ),
    )


def _known(
    document: object, kind: type[Settings | ReleaseSettings | PrivacySettings], where: str
) -> dict[str, Any]:
    if not isinstance(document, Mapping):
        raise TiphubError("Expected settings, one a line: 'name: value'.", where=where)
    names = [item.name for item in fields(kind)]
    for key in document:
        if key not in names:
            close = get_close_matches(str(key), names, 1)
            hint = f"Did you mean '{close[0]}'?" if close else f"Known are: {', '.join(names)}."
            raise TiphubError(f"'{key}' is no setting.", where=where, do=hint)
    return dict(document)
