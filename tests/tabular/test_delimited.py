"""CSV and its kin: every row comes back, in its place, with what is wrong with it."""

import bz2
import csv
import gzip
import io
import lzma
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tiphub.errors import TiphubError
from tiphub.tabular import ReadOptions, open_table

from .tables import cells, defects, read

BOTH = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
# What a text file can carry whole: no lone surrogates, no NUL, no sign of loss, no carriage return alone
# (the csv module writes it bare in a cell that needs no quotes).
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\ufffd\ufeff\x1a\ue000"), max_size=12)


def write(path: Path, rows: list[list[str]], encoding: str = "utf-8", **how: object) -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, **how).writerows(rows)  # type: ignore[arg-type]
    path.write_bytes(text.getvalue().encode(encoding))
    return path


@settings(max_examples=120, deadline=None, suppress_health_check=BOTH)
@given(
    body=st.integers(1, 5).flatmap(
        lambda n: st.lists(st.lists(TEXT, min_size=n, max_size=n), min_size=1, max_size=8)
    ),
    delimiter=st.sampled_from([",", ";", "\t", "|", "^", "\x1f", "~"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
    how=st.fixed_dictionaries(
        {
            "quoting": st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
            "lineterminator": st.sampled_from(["\n", "\r\n"]),
        }
    ),
)
@example(
    body=[["", "'\x1e0"]],
    delimiter=",",
    encoding="utf-8",
    how={"quoting": csv.QUOTE_MINIMAL, "lineterminator": "\n"},
)
def test_any_table_that_is_written_comes_back(tmp_path, body, delimiter, encoding, how):
    header = [f"field {place}" for place in range(len(body[0]))]
    path = write(tmp_path / "t.csv", [header, *body], encoding, delimiter=delimiter, **how)
    table, rows = read(path, delimiter=delimiter, encoding=encoding, header_row=1)
    assert table.columns == tuple(header)
    assert cells(rows) == [[cell or None for cell in row] for row in body]
    assert [row["_row"] for row in rows] == list(range(2, len(body) + 2))
    for row, sent in zip(rows, body, strict=True):
        assert (row["_defect"] == "the row is empty") == (not any(sent))


WORDS = st.text(st.characters(categories=["L", "N"], max_codepoint=0x24F), min_size=1, max_size=10)


@settings(max_examples=60, deadline=None, suppress_health_check=BOTH)
@given(
    body=st.integers(2, 6).flatmap(
        lambda n: st.lists(st.lists(WORDS, min_size=n, max_size=n), min_size=2, max_size=9)
    ),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    pack=st.sampled_from(["", "gz", "bz2", "xz", "zst", "zip"]),
)
def test_the_delimiter_and_the_packing_are_found(tmp_path, body, delimiter, pack):
    header = [f"field_{place}" for place in range(len(body[0]))]
    plain = write(tmp_path / "t.csv", [header, *body], delimiter=delimiter)
    path = packed(plain, pack)
    table, rows = read(path)
    assert table.origin.delimiter == delimiter
    assert table.origin.compression == (pack or None)
    assert cells(rows) == body
    assert not defects(rows)


def packed(plain: Path, pack: str) -> Path:
    data, path = plain.read_bytes(), plain.with_name(f"{plain.name}.{pack}")
    match pack:
        case "":
            return plain
        case "gz":
            path.write_bytes(gzip.compress(data))
        case "bz2":
            path.write_bytes(bz2.compress(data))
        case "xz":
            path.write_bytes(lzma.compress(data))
        case "zst":
            with pa.output_stream(str(path), compression="zstd") as stream:
                stream.write(data)
        case "zip":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("folder/t.csv", data)
    return path


@settings(max_examples=80, deadline=None, suppress_health_check=BOTH)
@given(widths=st.lists(st.integers(1, 6), min_size=1, max_size=30), quoted=st.booleans())
@example(widths=[2, 4, 4], quoted=False)
def test_rows_of_a_wrong_width_are_kept_in_their_place(tmp_path, widths, quoted):
    body = [
        [f"r{number}\nc{place}" if quoted else f"r{number}c{place}" for place in range(width)]
        for number, width in enumerate(widths)
    ]
    path = write(tmp_path / "t.csv", [["a", "b", "c"], *body])
    _, rows = read(path, delimiter=",", header_row=1)
    assert [row["_row"] for row in rows] == list(range(2, len(widths) + 2))
    for row, sent in zip(rows, body, strict=True):
        assert bool(row["_defect"]) == (len(sent) != 3)
        if row["_defect"]:
            assert f"{len(sent)} cell{'s' * (len(sent) != 1)} where the header has 3" in row["_defect"]
        assert ",".join(filter(None, cells([row])[0])) == ",".join(sent)  # no text is lost


def test_many_blocks_keep_their_row_numbers(tmp_path):
    filler = "x" * 300
    lines = [f"{number},{filler},z" if number % 1000 else f"{number},{filler}" for number in range(1, 40_001)]
    path = tmp_path / "t.csv"
    path.write_text("id,b,c\n" + "\n".join(lines) + "\n")
    table = open_table(path)
    batches = list(table.batches())
    rows = [row for batch in batches for row in batch.select(["_row", "_defect", "id"]).to_pylist()]
    assert len(batches) > 2
    assert [row["_row"] for row in rows] == list(range(2, 40_002))
    assert [int(row["id"]) for row in rows] == list(range(1, 40_001))
    assert set(defects(rows)) == {number + 1 for number in range(1000, 40_001, 1000)}


def test_a_table_can_be_read_again(tmp_path):
    table = open_table(write(tmp_path / "t.csv", [["a", "b"], ["1", "2"]]))
    assert list(table.batches()) == list(table.batches())
    assert table.reader().read_all().schema == table.schema


def test_a_line_of_commas_is_a_row_and_blank_lines_at_the_end_are_none(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n,\n\n3,4\n\n\n\n")
    _, rows = read(path)
    assert cells(rows) == [["1", "2"], [None, None], [None, None], ["3", "4"]]
    assert defects(rows) == {3: "the row is empty", 4: "the row is empty"}


def test_a_quote_left_open_to_the_end_is_told(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('a,b,c\n1,2,3\n4,5,"6\n7,8,9\n')
    _, rows = read(path)
    assert list(defects(rows)) == [3]
    assert "never closed" in defects(rows)[3]
    assert cells(rows)[1] == ["4", "5", "6\n7,8,9"]


def test_a_quote_left_open_that_another_closes_is_told(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('a,b,c\n1,"ab,c\n2,x,y\n3,"z",w\n4,5,6\n')
    _, rows = read(path)
    assert "seems not to be closed" in defects(rows)[2]
    assert cells(rows)[-1] == ["4", "5", "6"]


def test_undecodable_bytes_spoil_their_own_row_only(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(
        "nom,pays\nZoé,Côte d'Ivoire\n".encode() + b"Ren\xe9e,Togo\nAna,Togo\n" + "Noël,Bénin\n".encode()
    )
    table, rows = read(path)
    assert table.origin.encoding == "utf-8"
    assert list(defects(rows)) == [3]
    assert cells(rows)[1] == ["Ren\ufffde", "Togo"]


def test_nul_is_told(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 200 + b"x\x00y,2\n")
    _, rows = read(path)
    assert "NUL" in defects(rows)[202]


SPANISH = "Género;País;Explotación\nMujer;Perú;Servidumbre doméstica\nNiña;Panamá;Coacción psicológica\n"


def test_western_text_is_read_as_such_and_told(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(SPANISH.encode("cp1252"))
    table, rows = read(path)
    assert table.origin.encoding == "windows-1252"
    assert any("windows-1252" in note for note in table.origin.notes)
    assert rows[1]["País"] == "Panamá"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Пол;Страна\nЖенщина;Украина\nМужчина;Россия\n", "cp1251"),
        ("الجنس;البلد;العمر\nامرأة;السودان;طفل\nرجل;مصر;العمل القسري\n", "cp1256"),
    ],
)
def test_other_scripts_are_read(tmp_path, text, encoding):
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding))
    table, _ = read(path)
    assert list(table.columns) == text.splitlines()[0].split(";")


def test_an_encoding_that_cannot_be_told_is_asked_for(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes("Ülke;şey\nTürkiye;ışık\nkadın;işçi\n".encode("cp1254"))
    with pytest.raises(TiphubError, match="cannot be told with confidence"):
        read(path)
    assert read(path, encoding="windows-1254")[0].columns == ("Ülke", "şey")


def test_titles_above_the_header_and_labels_below_it(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(
        "Cases of 2019,,\n,,\nprs_Gender,prs_FirstName,cas_Owner\nGender,First Name,Owner\nwoman,A,B\n"
    )
    table, rows = read(path)
    assert table.columns == ("prs_Gender", "prs_FirstName", "cas_Owner")
    assert (table.origin.header_row, len(table.origin.notes)) == (3, 2)
    assert [row["_row"] for row in rows] == [5]


def test_single_quotes_and_backslashes(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a;b\n'one; two';x\n'three';y\n")
    assert cells(read(path)[1]) == [["one; two", "x"], ["three", "y"]]
    path.write_text('a,b\n"say \\"no\\", please",x\n"z",y\n')
    assert cells(read(path)[1]) == [['say "no", please', "x"], ["z", "y"]]


def test_rows_declared_as_no_records_are_left_aside(tmp_path):
    path = write(tmp_path / "t.csv", [["a", "b"], ["what", "where"], ["1", "2"]])
    assert [row["_row"] for row in read(path, skip_rows=(2,))[1]] == [3]


def test_the_real_file_of_2018(shared_data):
    table, rows = read(shared_data / "ctdc_global_dataset_2018.csv.gz")
    assert (len(rows), len(table.columns)) == (47_106, 58)
    assert rows[0]["_row"] == 2
    assert list(defects(rows)) == [47_104, 47_105]
    assert [row["yearOfRegistration"] for row in rows[-4:]] == [None, None, "1667367", "139912"]
    assert all(set(row[:-1]) == {None} for row in ([*row.values()][-58:] for row in rows[-4:-2]))


def test_the_other_real_files(shared_data):
    for name, count, width in [
        ("ctdc_global_synthetic_2024_sample.csv.gz", 20_000, 27),
        ("ctdc_victim_perpetrator_synthetic_2022.csv.gz", 21_195, 16),
    ]:
        table = open_table(shared_data / name, ReadOptions())
        assert sum(batch.num_rows for batch in table.batches()) == count
        assert len(table.columns) == width
