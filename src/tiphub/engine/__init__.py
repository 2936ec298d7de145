"""Where tables live and are counted. The only room that imports DuckDB."""

from tiphub.engine.duckdb_engine import DuckDBEngine, speaking
from tiphub.engine.protocol import Engine, Step
from tiphub.engine.spilling import spilling

__all__ = ["DuckDBEngine", "Engine", "Step", "speaking", "spilling"]
