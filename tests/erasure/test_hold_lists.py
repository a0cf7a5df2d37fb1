"""A list of holds as a file: what is read, and what is refused with which words. Nothing is guessed."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erasure.hold_lists import COLUMNS, ListUnreadable, lines_of
from erasure.hold_lists.table import MOST_BYTES, MOST_ROWS, Line

HEADER = "identifier_kind,identifier,category,kind,matter,ground,from,until"
ROW = ",cust-1,,litigation,Case 7,claims,,"


def cells(line: Line) -> dict[str, str]:
    return {name: cell for name, cell in line.cells.items() if cell}


def refusal(content: bytes) -> str:
    with pytest.raises(ListUnreadable) as refused:
        lines_of(content)
    return str(refused.value)


EXPECTED = {"identifier": "cust-1", "kind": "litigation", "matter": "Case 7", "ground": "claims"}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be-bom"])
def test_it_is_read_whatever_spreadsheet_wrote_it(separator: str, ending: str, encoding: str) -> None:
    text = ending.join([HEADER, ROW, ""]).replace(",", separator)
    if encoding == "utf-16-be-bom":
        content = codecs.BOM_UTF16_BE + text.encode("utf-16-be")
    else:
        content = text.encode(encoding)
    (line,) = lines_of(content)
    assert (line.number, cells(line)) == (2, EXPECTED)


@pytest.mark.parametrize(
    "text",
    [
        "Ground, MATTER ,Kind,identifier\nclaims,Case 7,litigation,cust-1",
        '"ground";"matter";"kind";"identifier"\n"claims";"Case 7";"litigation";"cust-1"',
        "\n\n ground,matter,kind,identifier,,\n , \nclaims , Case 7,litigation,cust-1,,\n\n",
        "identifier kind,identifier,kind,matter,ground\n,cust-1,litigation,Case 7,claims",
    ],
)
def test_order_capitals_blanks_quotes_and_empty_lines_do_not_matter(text: str) -> None:
    (line,) = lines_of(text.encode())
    assert cells(line) == EXPECTED


def test_a_cell_may_have_separators_quotes_and_line_breaks_and_lines_are_still_counted() -> None:
    text = f'{HEADER}\n,a,,litigation,"Case 7, ""B"";\nII",claims,,\n\n{ROW}'
    first, second = lines_of(text.encode())
    assert first.cells["matter"] == 'Case 7, "B";\nII'
    assert (first.number, second.number) == (2, 5)


def test_a_line_may_be_shorter_than_the_header_and_one_that_is_longer_is_told_apart() -> None:
    short, long = lines_of(b"kind,matter,ground,identifier\nlitigation,m\nlitigation,m,g,i,more")
    assert (cells(short), short.has_more) == ({"kind": "litigation", "matter": "m"}, False)
    assert long.has_more


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "It is empty."),
        (b"\xef\xbb\xbf \n", "It is empty."),
        (HEADER.encode(), "There is no row below the header."),
        (f"{HEADER}\nx".encode("utf-16")[:-1], "not in UTF-8"),
        (f"{HEADER}\n,M\xfcller".encode("latin-1"), "not in UTF-8"),
        (HEADER.encode("utf-16-le"), "NUL characters"),
        (HEADER.encode("utf-32"), "NUL characters"),
        (b"PK\x03\x04\x14\x00\x00", "NUL characters"),
        (b"\x89PNG\r\n\x1a\n", "not in UTF-8"),
        (b"name,kind,matter,ground,category\n", "what is no column here: “name”"),
        (b"just some text\n", "what is no column here"),
        (b",,kind,matter,ground,category\n", "what is no column here: cell 1, cell 2."),
        (b"a,b,c,d,e,f,g\n", "“e” and 2 more"),
        (b"kind," + b"x" * 300, "no column here: cell 2."),
        (b"email,jane.doe@example.org,a\x1bb\n", "no column here: “email”, cell 2, cell 3."),
        (b"kind,matter,ground,identifier,Kind\n", "names a column twice: kind"),
        (b"kind,identifier\n", "lacks a column: matter, ground"),
        (b"kind,matter,ground\n", "lacks a column: identifier or category"),
        (f'{HEADER}\n{ROW}\n,"open'.encode(), "From line 3 on"),
        (f'{HEADER}\n,"a"b'.encode(), "From line 2 on"),
        (f'"{HEADER}\n{ROW}'.encode(), "cannot be read as CSV"),
        (f"{HEADER}\n,{'x' * 140_000}".encode(), "From line 2 on"),
        (b"a" * (MOST_BYTES + 1), "larger than 1 MB"),
        (f"{HEADER}\n{(ROW + chr(10)) * (MOST_ROWS + 1)}".encode(), "more than 2,000 rows"),
    ],
)
def test_what_cannot_be_read_for_certain_is_refused_in_words(content: bytes, words: str) -> None:
    assert words in refusal(content)


def test_as_many_rows_as_are_allowed_are_read() -> None:
    assert len(lines_of(f"{HEADER}\n{(ROW + chr(10)) * MOST_ROWS}".encode())) == MOST_ROWS


def answered(content: bytes) -> None:
    """Lines, or words why there are none; anything else that is raised fails the test."""
    try:
        lines = lines_of(content)
    except ListUnreadable as unreadable:
        told = str(unreadable)
    else:
        told = "read"
        assert 0 < len(lines) <= MOST_ROWS
        assert all(set(line.cells) <= set(COLUMNS) for line in lines)
        assert [line.number for line in lines] == sorted({line.number for line in lines})
    assert told
    assert told.isprintable()


@given(st.binary(max_size=400))
def test_any_bytes_get_an_answer(content: bytes) -> None:
    answered(content)


@given(st.text(alphabet=st.sampled_from(',;\t"\n\r \0\u2028aé=' + "\ufeff"), max_size=80))
def test_any_text_below_a_good_header_gets_an_answer(text: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        answered(f"{HEADER}\n{text}".encode(encoding))


@given(
    st.lists(st.sampled_from([*COLUMNS, "", "x", '"kind"', "KIND "]), max_size=10), st.sampled_from(",;\t")
)
def test_any_header_gets_an_answer(names: list[str], separator: str) -> None:
    answered(f"{separator.join(names)}\n{separator.join('abcdefghij')}".encode())
