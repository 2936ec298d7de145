"""Errors written for the people who have to act on them."""


class TiphubError(Exception):
    """Something a user can put right: what is wrong, where, and what to do.

    The command line prints it without a traceback and exits with ``exit_code``.

    >>> print(TiphubError("The file is empty.", where="cases.csv", do="Ask the agency to export it again."))
    The file is empty. (cases.csv) Ask the agency to export it again.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", do: str = "") -> None:
        self.what = what
        self.where = where
        self.do = do
        super().__init__(what)

    def __str__(self) -> str:
        place = f"({self.where})" if self.where else ""
        return " ".join(part for part in (self.what, place, self.do) if part)
