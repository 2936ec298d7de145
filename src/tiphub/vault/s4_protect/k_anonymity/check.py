"""Count again, on what would be published and by other means; refuse all of it if a group is too small."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from tiphub.errors import TiphubError


def smallest_group(records: pa.Table, columns: Sequence[str]) -> int:
    """The size of the smallest group of records that agree in ``columns`` (null agrees with null); 0 if none.

    >>> smallest_group(pa.table({"gender": ["woman", "woman", None]}), ["gender"])
    1
    """
    groups = records.select(list(columns)).group_by(list(columns)).aggregate([([], "count_all")])
    return int(pc.min(groups["count_all"]).as_py() or 0)


def refuse_small_groups(records: pa.Table, columns: Sequence[str], k: int) -> None:
    """Let records pass only if every group has at least ``k`` people.

    Raises:
        TiphubError: a group is smaller.
    """
    if records.num_rows and (smallest := smallest_group(records, columns)) < k:
        raise TiphubError(
            f"The protected records have a group of {smallest}, fewer than {k}: nothing was published.",
            where=", ".join(columns),
            do="This is a fault of tiphub, not of the data. Please report it; nothing left the vault.",
        )
