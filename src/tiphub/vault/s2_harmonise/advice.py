"""What an agency can do about a row in quarantine, where no single value suggests itself."""

import re

_WIDTH = re.compile(r"([\d,]+) cells? where the header has (\d+)$")
_TOO_MANY = "look for a separator inside a cell, and put that cell in quotes"
_TOO_FEW = "look for a line break inside a cell, or for cells that were not exported; fill up the row"
_BY_REASON = (
    ("the row is empty", "delete the row from your file"),
    ("has a value", "fill the row in, or delete it from your file"),
    ("is required and empty", "fill it in: without it the row cannot be taken"),
    ("lies before", "check the year, or leave the cell empty if the date is not known"),
    ("lies after", "check the year, or leave the cell empty if the date is not known"),
    ("lies outside", "correct the number, or leave the cell empty if it is not known"),
    ("lies in no band", "correct the number, or leave the cell empty if it is not known"),
    ("perhaps a spreadsheet's", "give the column a date format in the spreadsheet, and save it again"),
    ("no calendar has", "write the right day, or leave the cell empty if it is not known"),
    ("is not a date", "write the date in that form, or leave the cell empty if it is not known"),
    ("number", "write it in figures, or leave the cell empty if it is not known"),
    ("cannot be read", "export the file as UTF-8, or type the damaged words again"),
    ("different answers have this record id", "keep the row that is right, or give the other its own id"),
    ("the same record stands in", "nothing has to be done: the record is in already"),
    ("not JSON", "export this record again"),
    ("holds the error", "put a value in place of the formula"),
    ("formula", "put a value in place of the formula"),
    ("merged", "take the merge apart and write the value into each row"),
    ("quote", "close the quote, or take it out"),
    ("handed in again", "hand each row in once, with its _tiphub_ columns as they were"),
    ("was ever handed in", "leave the _tiphub_ columns as they were"),
    ("as it was", "put the row right in your own system and export it again, or leave it out"),
    ("the mapping", "use a value of the codebook, leave the cell empty, or ask your hub to add this value"),
)
_ELSE = "put the cell right, or ask your hub what it expects here"


def advice(reason: str) -> str:
    """What to do about a reason.

    >>> advice("the row is empty")
    'delete the row from your file'
    >>> advice("3 cells where the header has 4")
    'look for a line break inside a cell, or for cells that were not exported; fill up the row'
    """
    if width := _WIDTH.match(reason):
        return _TOO_FEW if int(width[1].replace(",", "")) < int(width[2]) else _TOO_MANY
    return next((told for part, told in _BY_REASON if part in reason), _ELSE)
