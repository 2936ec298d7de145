"""Where tables live and are counted. The only room that imports DuckDB."""

from tiphub.engine.duckdb_engine import DuckDBEngine, speaking
from tiphub.engine.protocol import Engine, Step

__all__ = ["DuckDBEngine", "Engine", "Step", "speaking"]
