"""What cannot be read as a whole is refused in words that help."""

import gzip
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tiphub.errors import TiphubError

from .tables import read

LINES = b"id;gender;country;year\n" + b"".join(b"%d;woman;UKR;2016\n" % number for number in range(5000))


def test_a_wide_line_takes_no_memory(tmp_path):
    import resource

    path = tmp_path / "t.csv"
    with path.open("wb") as stream:
        stream.write(b"a,b\n1,2\n3,")
        for _ in range(200):
            stream.write(b"x" * (1 << 20))
        stream.write(b"\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(TiphubError, match="Line 3 is longer than 4 MB"):
        read(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # kilobytes


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "The file is empty"),
        (b"\n\n  \n", "The file is empty"),
        (gzip.compress(b"", mtime=0), "The file is empty"),
        (b"a;b;c\n", "a header and no rows"),
        (b"a;b;c\n\n\n", "a header and no rows"),
        (b"age;gender;Age\n1;2;3\n", "stands twice: in columns 1 and 3"),
        (gzip.compress(LINES, mtime=0)[:-9000], "ends in the middle"),
        (gzip.compress(LINES, mtime=0)[:200] + b"\xff" * 400, "damaged"),
        (b"PK\x03\x04" + b"x" * 200, "ends in the middle"),
        (b"%PDF-1.7\n1 0 obj", "PDF"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "a web page"),
        (b"<?xml version='1.0'?><Workbook/>", "an XML document"),
        (bytes(range(256)) * 40, "binary file"),
        (b'[{"a": 1},\n {"a": 2}]', "one JSON list"),
        (b'{"a":\n 1\n}\n', "No line of the file is a JSON object"),
        (b"_row;b\n1;2\n", "may not be called '_row'"),
    ],
)
def test_what_is_no_table(tmp_path, data, message):
    path = tmp_path / ("t.json" if data.startswith(b"[") else "t.dat")
    path.write_bytes(data)
    with pytest.raises(TiphubError, match=message):
        read(path)


def test_a_wrong_delimiter_is_told_with_the_right_one(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(LINES)
    with pytest.raises(TiphubError, match="split at ';' it has 4"):
        read(path, delimiter=",")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"encoding": "windows-1259"}, "no encoding called"),
        ({"encoding": "base64"}, "no encoding called"),
        ({"delimiter": ";;"}, "one ASCII character"),
        ({"format": "docx"}, "no format"),
        ({"format": "xlsx"}, "The file is csv, not xlsx"),
    ],
)
def test_options_that_make_no_sense(tmp_path, options, message):
    path = tmp_path / "t.csv"
    path.write_bytes(LINES)
    with pytest.raises(TiphubError, match=message):
        read(path, **options)


def test_a_quote_open_for_megabytes_names_its_row(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b'a,b\n1,2\n3,"4\n' + b"5,6\n" * 3_000_000)
    with pytest.raises(TiphubError, match="A quote opens in row 3"):
        read(path)


def test_archives_of_several_files(tmp_path):
    path = tmp_path / "t.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.csv", "a\n1\n")
        archive.writestr("two.csv", "a\n1\n")
    with pytest.raises(TiphubError, match="holds 2 files"):
        read(path)


def test_no_such_file_and_folders(tmp_path):
    with pytest.raises(TiphubError, match="no such file"):
        read(tmp_path / "absent.csv")
    with pytest.raises(TiphubError, match="a folder"):
        read(tmp_path)


def test_damaged_parquet(tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": [1, 2]}), path)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(TiphubError, match="damaged or ends in the middle"):
        read(path)


def test_errors_name_the_file_only(tmp_path: Path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"")
    with pytest.raises(TiphubError) as caught:
        read(path)
    assert caught.value.where == "t.csv"
