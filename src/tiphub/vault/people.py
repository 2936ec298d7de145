"""Whom a release is of: everybody in the vault, over the columns and years that the hub declares."""

from collections.abc import Iterator, Sequence

import ibis
import ibis.expr.types as ir

from tiphub.standard import Standard, encode
from tiphub.standard.implications import implications, reconcile
from tiphub.standard.variables import Codes
from tiphub.vault import s3_link
from tiphub.vault.columns import release_columns
from tiphub.vault.hub import Hub
from tiphub.vault.s4_protect import Population
from tiphub.vault.store import Store


def population_of(hub: Hub, store: Store) -> Population:
    """The people whom the vault holds, as a method of protection is given them."""
    variables, quasi_identifiers = release_columns(hub, store.standard)
    columns = [item.name for item in variables]
    people = _in_domain(s3_link.link(store.records()), columns, hub.settings.years, store.standard)
    rules = implications(store.standard, variables)

    def batches() -> Iterator[Codes]:
        for batch in store.engine.batches(people):
            yield reconcile(encode(batch, variables), rules)

    return Population(variables=variables, quasi_identifiers=quasi_identifiers, batches=batches)


def _in_domain(
    people: ir.Table, columns: Sequence[str], years: tuple[int, int], standard: Standard
) -> ir.Table:
    """The columns of a release; a year outside the declared ones is told as unknown."""
    declared = {
        name: people[name].between(*years).ifelse(people[name], ibis.null("int32"))
        for name in columns
        if standard.columns[name].kind == "integer"
    }
    return people.mutate(**declared).select(*columns)
