"""Numbers of things, as people write them."""


def amount(number: int, one: str, many: str = "") -> str:
    """A number and what it is of.

    >>> amount(1, "row"), amount(2744, "row"), amount(0, "person", "people")
    ('1 row', '2,744 rows', '0 people')

    Args:
        number: how many.
        one: what a single one is called.
        many: what several are called; by default ``one`` with an s.
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
