"""Reading a list of requests: encodings, separators, and one clear message for whatever is no list."""

import io
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from erasure.imports import table
from erasure.imports.decoding import ListUnreadable
from erasure.imports.table import COLUMNS, Line, lines_of, table_of
from tests.erasure.made_lists import HEADER, csv_of, row


def read(content: bytes) -> list[Line]:
    file = io.BytesIO(content)
    return list(lines_of(file, table_of(file)))


def refusal(content: bytes) -> str:
    with pytest.raises(ListUnreadable) as refused:
        read(content)
    return str(refused.value)


# What is read ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_it_finds_encoding_and_separator_by_itself(encoding: str, name: str, separator: str) -> None:
    cells = row(1, categories='"CONTACT;EMAIL"', description="Größe, „gemeldet“").split(",", len(COLUMNS) - 1)
    cells[-1] = f'"{cells[-1]}"'
    text = csv_of(separator.join(cells), header=HEADER.replace(",", separator))
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    content = mark + text.encode(encoding)
    assert (table_of(io.BytesIO(content)).encoding, table_of(io.BytesIO(content)).separator) == (
        name,
        separator,
    )
    [line] = read(content)
    assert line.cell("description") == "Größe, „gemeldet“"
    assert line.cell("categories") == "CONTACT;EMAIL"


def test_it_reads_quoted_cells_over_several_lines_and_tells_where_each_row_begins() -> None:
    text = csv_of(row(1, description='"first\nsecond, ""third"""'), "", " , ,", row(2)).replace("\n", "\r\n")
    lines = read(text.encode())
    assert [line.number for line in lines] == [2, 6]
    assert "second" in lines[0].cell("description")
    assert lines[0].cell("description").endswith('"third"')


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_it_takes_the_line_ends_of_every_system(line_end: str) -> None:
    lines = read(csv_of(row(1), row(2)).replace("\n", line_end).encode())
    assert [line.number for line in lines] == [2, 3]


def test_names_of_columns_may_be_written_in_other_ways_and_in_any_order() -> None:
    header = ' Received On ,"Subject ID",TYPE,categories,scope,Regulation,,'
    [line] = read(f"{header}\n2026-01-31,c-1,ERASURE,CONTACT,ALL,gdpr,,\n".encode())
    assert (line.cell("received_on"), line.cell("subject_id"), line.cell("channel")) == (
        "2026-01-31",
        "c-1",
        "",
    )


def test_a_short_row_has_empty_cells_and_a_long_one_says_so() -> None:
    short, long = read(csv_of("c-1,ERASURE", row(2) + ",more").encode())
    assert (short.cell("scope"), short.has_more, long.has_more) == ("", False, True)


# What is refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "It is empty."),
        (b"\xef\xbb\xbf\n\n", "does not name the columns"),
        (b" \n \n", "It is empty."),
        (HEADER.encode(), "no row below the header"),
        (b"PK\x03\x04workbook", "a workbook or another kind of file"),
        (b"%PDF-1.7 ...", "a workbook or another kind of file"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "does not name the columns"),
        (csv_of(row(1)).encode("utf-16-le"), "NUL characters"),
        (csv_of(row(1)).encode("utf-16")[:-1], "none of the known encodings"),
        (csv_of(row(1, description="\x81")).encode("latin-1"), "none of the known encodings"),
        (csv_of(row(1), "a\0b").encode(), "Line 3 has NUL characters"),
        (row(1).encode() + b"\n" + row(2).encode(), "The first line does not name the columns"),
        (csv_of(row(1), header=HEADER.replace(",type", "")).encode(), "lacks a column: type. Add it."),
        (csv_of(row(1), header=HEADER + ",colour").encode(), "no column here: “colour”"),
        (csv_of(row(1), header=HEADER + ",Jane Doe 1").encode(), "no column here: cell 11"),
        (csv_of(row(1), header=HEADER.replace(",scope", ",,scope")).encode(), "no column here: cell 4"),
        (csv_of(row(1), header=HEADER + ",type").encode(), "names a column twice: type"),
        (csv_of(row(1), '"c-2,ERASURE').encode(), "From line 3 on it cannot be read as CSV"),
        (csv_of(row(1), 'c-2,"ERA"SURE').encode(), "From line 3 on it cannot be read as CSV"),
        (
            csv_of(row(1), row(2, description="x" * 1_000_000)).encode(),
            "reaches line 3 is longer than 20,000",
        ),
        (csv_of(row(1), '"' + "c,\n" * 400_000).encode(), "is longer than 20,000 characters"),
        (HEADER.encode() + b"," * 1_000_000, "is longer than 20,000 characters"),
    ],
)
def test_what_is_no_list_gets_one_message_that_says_what_to_do(content: bytes, words: str) -> None:
    said = refusal(content)
    assert words in said
    assert said.endswith((".", "Add it."))


def test_a_list_without_a_header_does_not_give_away_whom_it_begins_with() -> None:
    said = refusal(b"type,jane.doe@example.org,Jane Doe\n1,2,3")
    assert "jane" not in said.casefold()


def test_a_list_of_too_many_rows_is_refused_before_any_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_ROWS", 3)
    assert len(read(csv_of(*map(row, range(3))).encode())) == 3
    assert "more than 3 rows" in refusal(csv_of(*map(row, range(4))).encode())


def test_it_needs_no_more_memory_for_a_longer_list() -> None:
    def peak(rows: int) -> int:
        content = io.BytesIO(csv_of(*map(row, range(rows))).encode())
        tracemalloc.start()
        found = table_of(content)
        assert sum(1 for _line in lines_of(content, found)) == rows
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(20_000) < peak(500) + 300_000


CELLS = st.text(alphabet=st.sampled_from('ab,;"\t\r\n =+\0é\x1a'), max_size=12)


def read_or_told(content: bytes) -> list[Line]:
    """The lines, or none where the list was refused in words; anything else is an error."""
    try:
        return read(content)
    except ListUnreadable as refused:
        if not str(refused):
            raise
        return []


@given(st.binary(max_size=400))
@example(b"\xff\xfe")
@example(b"\xfe\xff\x00")
@example(b"\xef\xbb\xbf")
def test_any_bytes_are_read_or_get_the_one_message(content: bytes) -> None:
    assert all(len(line.cells) == len(COLUMNS) for line in read_or_told(content))


@given(st.lists(CELLS, max_size=8), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
def test_whatever_follows_a_good_header_is_read_or_gets_the_one_message(
    parts: list[str], encoding: str
) -> None:
    lines = read_or_told(f"{HEADER}\n{''.join(parts)}\n".encode(encoding))
    assert all(len(line.cells) == len(COLUMNS) for line in lines)
    numbers = [line.number for line in lines]
    assert numbers == sorted(set(numbers))
