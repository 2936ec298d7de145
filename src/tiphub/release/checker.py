"""All checks of a release, in order."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pyarrow as pa

from tiphub.release import content_checks as content
from tiphub.release.finding import Check, Finding
from tiphub.release.integrity import check_manifest, check_presence, check_signature, check_sums
from tiphub.release.manifest import Manifest, read_json
from tiphub.release.metadata import Declared, check_metadata, check_statement
from tiphub.release.model_tables import check_models
from tiphub.release.schema import COUNTS, records_schema
from tiphub.release.tables import differences, read_counts_csv, read_records_csv

_SAME = "The {} are the same in CSV and Parquet"


def check(path: Path, public_key: str | None = None) -> list[Finding]:
    """Everything that is wrong with a release; empty is good.

    Args:
        path: the folder of the release.
        public_key: the publisher's Ed25519 key in hexadecimal; without it, the signature is held against the
            key that the release encloses.
    """
    return [finding for item in examine(path, public_key) for finding in item.findings]


def examine(path: Path, public_key: str | None = None) -> Iterator[Check]:
    """Make every check of a release, one after the other; a check that cannot be made says why.

    Files are treated as hostile: nothing outside the folder is opened, sizes are bounded, and a Parquet file
    whose bytes are not those that were signed is not parsed.
    """
    first, manifest = check_manifest(path)
    yield first
    if manifest is None:
        return
    yield check_signature(path, manifest, public_key)
    presence = check_presence(path, manifest)
    yield presence
    sums, good = check_sums(path, manifest)
    yield sums
    yield from _examine_content(path, manifest, good)


def _examine_content(path: Path, manifest: Manifest, good: frozenset[str]) -> Iterator[Check]:
    metadata, declared = check_metadata(path, manifest)
    yield metadata
    if declared is None:
        return
    yield check_statement(path, declared)
    if metadata.findings:
        return
    if (models := check_models(path, read_json(path, "codebook.json"))) is not None:
        yield models
    records = yield from _records(path, declared, good)
    counts = yield from _counts(path, good)
    if records is None:
        yield Check(
            "content", "What the records promise, counted again", skipped="the records cannot be read"
        )
    else:
        yield content.check_rows(records, declared)
        yield content.check_order(records)
        yield content.check_k(records, declared)
    if counts is None:
        return
    checked = content.check_counts(counts, declared)
    yield checked
    if records is not None and checked.passed:
        yield content.check_recount(records, counts, declared)
    else:
        why = "the records or the counts are wrong in themselves"
        yield Check("recount", content.RECOUNT, skipped=why)


def _records(path: Path, declared: Declared, good: frozenset[str]) -> Generator[Check, None, pa.Table | None]:
    table, findings = read_records_csv(path / "records.csv", declared.variables)
    yield Check("records", "Every cell of the records is of its column's domain", tuple(findings))
    if table is not None:
        schema = records_schema(declared.variables)
        yield _parquet(path, "records", table, schema, good)
    else:
        yield Check("records-parquet", _SAME.format("records"), skipped="the CSV file cannot be read")
    return table


def _counts(path: Path, good: frozenset[str]) -> Generator[Check, None, pa.Table | None]:
    table, findings = read_counts_csv(path / "counts.csv")
    if findings:
        yield Check("counts", "The counts can be read", tuple(findings))
    if table is not None:
        yield _parquet(path, "counts", table, COUNTS, good)
    else:
        yield Check("counts-parquet", _SAME.format("counts"), skipped="the CSV file cannot be read")
    return table


def _parquet(path: Path, name: str, table: pa.Table, schema: pa.Schema, good: frozenset[str]) -> Check:
    title = _SAME.format(name)
    if f"{name}.parquet" not in good:
        return Check(f"{name}-parquet", title, skipped="the Parquet file is not the one that was signed")
    return Check(f"{name}-parquet", title, tuple(differences(table, path / f"{name}.parquet", schema)))
