"""One row of a list of requests: all that is wrong with it at once, and never a word of what it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erasure.choices import RequestType
from erasure.imports.digests import digest_of
from erasure.imports.rows import Row, Terms, row_of
from erasure.imports.table import COLUMNS, Line
from tests.erasure.made_lists import BAD, row


def read(**cells: str) -> Row:
    return row_of(Line(2, tuple(row(1, **cells).split(","))), Terms())


def faults(**cells: str) -> list[str]:
    return [str(fault) for fault in read(**cells).faults]


def test_a_good_row_is_a_filing_with_codes_by_label_or_in_any_case() -> None:
    found = read(type="erasure", categories=" contact ; Email;", scope="This contact", channel="Web form")
    assert found.faults == []
    filing = found.filing
    assert (filing.type, list(filing.categories)) == (RequestType.ERASURE, ["CONTACT", "EMAIL"])
    assert (filing.scope, filing.channel) == ("CONTACT", "web_form")
    assert filing.split_held
    assert read(channel="").filing.channel == "other"


@pytest.mark.parametrize("kind", BAD)
def test_each_kind_of_bad_row_is_told_once_in_its_column_with_the_way_out(kind: str) -> None:
    [said] = faults(**BAD[kind])
    column = next(iter(BAD[kind]))
    assert said.startswith(f"{column}: ")


def test_everything_that_is_wrong_is_told_at_once() -> None:
    said = " ".join(
        faults(subject_id="a b", type="x", categories="", scope="", regulation="", received_on="1.2.26")
    )
    assert all(f"{column}: " in said for column in COLUMNS[:6])


@pytest.mark.parametrize("cell", ["=1+2", "+49 170 1234567", "-5", "@SUM(A1)", "\t=1", " =1"])
@pytest.mark.parametrize("column", ["subject_id", "external_reference"])
def test_what_begins_like_a_formula_is_refused_where_it_makes_no_sense(column: str, cell: str) -> None:
    [said] = faults(**{column: cell})
    assert said.startswith(f"{column}: It begins like a formula")


@pytest.mark.parametrize(
    "day", ["31.12.2025", "12/31/2025", "20251231", "2025-W01-1", "2025-13-01", "45992", ""]
)
def test_only_one_way_of_writing_a_day_is_read(day: str) -> None:
    assert faults(received_on=day) == ["received_on: This cannot be read as a day. Write it as 2026-01-31."]


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-30", "9999-12-31"])
def test_a_day_that_no_clock_knows_is_told_like_any_other_slip(day: str) -> None:
    [said] = faults(received_on=day)
    assert said.startswith("received_on: ")


def test_a_reference_longer_than_a_request_keeps_is_refused() -> None:
    assert faults(external_reference="r" * 200) == []
    assert faults(external_reference="r" * 201) == [
        "external_reference: Shorten it to one line of at most 200 characters."
    ]


def test_cells_beyond_the_header_are_told() -> None:
    found = row_of(Line(2, tuple(row(1).split(",")), has_more=True), Terms())
    assert [fault.column for fault in found.faults] == [""]


@given(st.sampled_from(COLUMNS), st.text(min_size=1, max_size=30))
def test_no_words_about_a_row_repeat_what_stands_in_it(column: str, cell: str) -> None:
    marked = f"Quillfeather {cell}"
    found = row_of(
        Line(
            2,
            tuple(
                marked if name == column else value
                for name, value in zip(COLUMNS, row(1).split(","), strict=True)
            ),
        ),
        Terms(),
    )
    assert "quillfeather" not in " ".join(map(str, found.faults)).casefold()


@given(st.lists(st.text(max_size=20), min_size=len(COLUMNS), max_size=len(COLUMNS)))
def test_any_cells_make_a_filing_or_faults_and_never_an_error(cells: list[str]) -> None:
    found = row_of(Line(2, tuple(cells)), Terms())
    assert found.faults
    assert len(digest_of(found.filing)) == 64


# What makes two rows the same -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"categories": "CONTACT;EMAIL"}, {"categories": "email; contact"}),
        ({"subject_id": " cust-2026-0001 "}, {}),
        ({"channel": ""}, {"channel": "other"}),
    ],
)
def test_two_writings_of_one_row_are_the_same(first: dict[str, str], second: dict[str, str]) -> None:
    assert digest_of(read(**first).filing) == digest_of(read(**second).filing)


@pytest.mark.parametrize(
    "other",
    [
        {"subject_id": "CUST-2026-0001"},
        {"type": "ACCESS"},
        {"categories": "CONTACT"},
        {"scope": "ALL"},
        {"regulation": "ccpa"},
        {"received_on": "2026-01-02"},
        {"channel": "phone"},
        {"external_reference": "T-2"},
        {"description": "again"},
    ],
)
def test_rows_that_differ_in_any_column_are_not_the_same(other: dict[str, str]) -> None:
    assert digest_of(read(**other).filing) != digest_of(read().filing)


def test_the_digest_says_nothing_without_the_key(settings: object) -> None:
    before = digest_of(read().filing)
    settings.FINGERPRINT_KEY = "another"  # type: ignore[attr-defined]
    assert digest_of(read().filing) != before
