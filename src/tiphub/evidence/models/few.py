"""Numbers of people in sentences, where few of them are held back."""

from tiphub.amount import amount


def some(number: int, smallest: int | None, one: str = "person", many: str = "people") -> str:
    """A number of people, or that they are fewer than the smallest count that may be told.

    >>> some(6, None), some(6, 11), some(0, 11), some(11, 11)
    ('6 people', 'fewer than 11 people', '0 people', '11 people')
    """
    if smallest and 0 < number < smallest:
        return f"fewer than {smallest:,} {many}"
    return amount(number, one, many)
