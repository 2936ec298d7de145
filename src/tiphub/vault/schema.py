"""The tables of the vault.

Every contribution keeps its cells as sent in a table of its own (``raw_<number>``), which is written before
the contribution is entered: one that no contribution names is what a stopped ingest has left. All else
follows from these and the mappings, and can be made anew: ``harmonised`` has every row of every contribution
in the standard, with the problems that keep a row in quarantine; ``superseded`` says which rows a later
contribution has replaced. A record is a harmonised row without problems that nothing has superseded.
"""

from tiphub.engine import DuckDBEngine
from tiphub.standard import Kind, Standard

HARMONISED = "vault.main.harmonised"
SUPERSEDED = "vault.main.superseded"
CONTRIBUTION = "vault.main.contribution"
META = "vault.main.meta"

_VERSION = "1"
_TYPES: dict[Kind, str] = {
    "code": "VARCHAR",
    "flag": "BOOLEAN",
    "integer": "INTEGER",
    "date": "DATE",
    "text": "VARCHAR",
}
_REMARKS = 'STRUCT("column" VARCHAR, "value" VARCHAR, reason VARCHAR)[]'


def raw_table(number: int) -> str:
    """The table of a contribution's cells as sent."""
    return f"vault.main.raw_{number}"


def prepare(engine: DuckDBEngine, standard: Standard) -> None:
    """Make the tables that are missing; ``harmonised`` anew if the standard has other columns now."""
    with engine.transaction():
        engine.execute(f"CREATE TABLE IF NOT EXISTS {META} (name VARCHAR, value VARCHAR)")
        engine.execute(
            f"""CREATE TABLE IF NOT EXISTS {CONTRIBUTION} (
                number INTEGER, agency VARCHAR, name VARCHAR, sha256 VARCHAR, received TIMESTAMP,
                origin VARCHAR, columns VARCHAR[], "rows" BIGINT, repair BOOLEAN,
                mapping VARCHAR, fingerprint VARCHAR, quality VARCHAR)"""
        )
        engine.execute(
            f'CREATE TABLE IF NOT EXISTS {SUPERSEDED} (contribution INTEGER, "row" BIGINT, "by" INTEGER)'
        )
        columns = {
            "contribution": "INTEGER",
            "agency": "VARCHAR",
            "row": "BIGINT",
            "record_id": "VARCHAR",
            "first_contribution": "INTEGER",
            "first_row": "BIGINT",
            **{column.name: _TYPES[column.kind] for column in standard.columns.values()},
            "problems": _REMARKS,
            "warnings": _REMARKS,
        }
        described = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        if _stored(engine, "layout") != f"{_VERSION} {described}":
            engine.execute(f"CREATE OR REPLACE TABLE {HARMONISED} ({described})")
            engine.execute(f"DELETE FROM {SUPERSEDED}")
            engine.execute(f"UPDATE {CONTRIBUTION} SET fingerprint = ''")
            engine.execute(f"DELETE FROM {META} WHERE name = 'layout'")
            engine.execute(f"INSERT INTO {META} VALUES ('layout', ?)", [f"{_VERSION} {described}"])


def sweep(engine: DuckDBEngine) -> None:
    """Drop the cells of files that were never entered, because their ingest was stopped or refused."""
    left = engine.execute(
        f"""SELECT table_name FROM duckdb_tables() WHERE database_name = 'vault'
        AND regexp_full_match(table_name, 'raw_[0-9]+')
        AND table_name NOT IN (SELECT 'raw_' || number FROM {CONTRIBUTION})"""
    )
    for (name,) in left:
        engine.execute(f"DROP TABLE vault.main.{name}")


def _stored(engine: DuckDBEngine, name: str) -> str | None:
    found = engine.execute(f"SELECT value FROM {META} WHERE name = ?", [name])
    return str(found[0][0]) if found else None
