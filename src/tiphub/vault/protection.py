"""By what a release is protected: the method that ``hub.yml`` asks for."""

from tiphub.errors import TiphubError
from tiphub.evidence.findings import counted_together, library
from tiphub.standard import load_standard
from tiphub.vault.columns import release_columns
from tiphub.vault.hub import Hub
from tiphub.vault.models import models_share, release_models
from tiphub.vault.s4_protect import KAnonymity, ProtectionMethod
from tiphub.vault.s4_protect.dp import DifferentialPrivacy
from tiphub.vault.s4_protect.dp.models import Promised
from tiphub.vault.s6_publish import refuse_unargued
from tiphub.vault.setting_values import METHODS
from tiphub.vault.spending import Spend, spend_of


def protection(
    hub: Hub, epsilon: float | None, *, confirmed_large_epsilon: bool
) -> tuple[ProtectionMethod, Spend | None]:
    """The method that the hub asks for, and what it spends.

    Args:
        hub: whose settings say it.
        epsilon: what the release spends, if not what ``hub.yml`` says.
        confirmed_large_epsilon: somebody means an epsilon that protects next to nobody.

    Raises:
        TiphubError: there is no such method, it has no epsilon, or it has no argument page.
    """
    settings = hub.settings.release
    standard = load_standard()
    promised = Promised(models=release_models(hub, standard), share=models_share(hub))
    if settings.method == "dp":
        spend = spend_of(hub, epsilon, confirmed_large_epsilon=confirmed_large_epsilon)
        method = DifferentialPrivacy(
            rho=spend.rho,
            delta=spend.delta,
            standard=standard,
            wanted=counted_together(library(standard), release_columns(hub, standard)[0], standard),
            promised=promised,
            folder=hub.vault,
        )
        refuse_unargued(method.argument)
        return method, spend
    if settings.method != "k_anonymity":
        raise TiphubError(
            f"There is no protection method '{settings.method}'.",
            where=str(hub.root / "hub.yml"),
            do=f"There are: {', '.join(METHODS)}.",
        )
    if epsilon is not None:
        raise TiphubError(
            "This hub protects with k_anonymity, which has no epsilon.",
            where=str(hub.root / "hub.yml"),
            do="Leave the epsilon out, or set release.method to dp.",
        )
    return KAnonymity(k=settings.k), None
