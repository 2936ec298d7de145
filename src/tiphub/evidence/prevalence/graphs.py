"""All decomposable graphs on a few lists: which lists may depend on each other, in closed form."""

from functools import lru_cache
from itertools import combinations

import numpy as np

from tiphub.evidence.prevalence.overlaps import Floats

Family = tuple[int, int]
"""A vertex with its earlier neighbours, and these alone, as bit masks."""

Edges = tuple[tuple[int, int], ...]


@lru_cache(maxsize=8)
def decomposable_graphs(lists: int) -> dict[Edges, tuple[Family, ...]]:
    """Every decomposable (chordal) graph on labelled lists: its edges, and its families in a perfect order.

    The likelihood of a graph is the product of family over separator, so families need not be maximal.

    >>> [len(decomposable_graphs(lists)) for lists in (2, 3, 4, 5)]
    [2, 8, 61, 822]
    """
    edges = list(combinations(range(lists), 2))
    found = {}
    for code in range(2 ** len(edges)):
        chosen = tuple(edge for place, edge in enumerate(edges) if code >> place & 1)
        families = _families(lists, chosen)
        if families is not None:
            found[chosen] = families
    return found


@lru_cache(maxsize=8)
def clique_weights(lists: int) -> Floats:
    """Graphs x subsets of lists (as bit masks): how often a family, less how often a separator."""
    graphs = decomposable_graphs(lists)
    weights = np.zeros((len(graphs), 2**lists))
    for row, families in enumerate(graphs.values()):
        for family, separator in families:
            weights[row, family] += 1
            weights[row, separator] -= 1
    return weights


def _families(lists: int, edges: Edges) -> tuple[Family, ...] | None:
    """The families in the order of maximum cardinality search (Tarjan and Yannakakis 1984).

    ``None`` if the earlier neighbours of some vertex are not all joined: the graph is not decomposable then.
    """
    near = [1 << vertex for vertex in range(lists)]
    for a, b in edges:
        near[a] |= 1 << b
        near[b] |= 1 << a
    done = 0
    found: list[Family] = []
    left = set(range(lists))
    while left:
        vertex = max(left, key=lambda item: (near[item] & done).bit_count())
        earlier = near[vertex] & done
        if any(near[other] & earlier != earlier for other in range(lists) if earlier >> other & 1):
            return None
        found.append((earlier | 1 << vertex, earlier))
        done |= 1 << vertex
        left.remove(vertex)
    return tuple(found)
