"""Reading answers: strict about what is acted upon, patient about the rest, and never crashing."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erasure.cxone.answers import Accepted, cascade_rows, read_accepted, read_refusal, read_status
from erasure.cxone.errors import UnreadableAnswer

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(
    [
        "id",
        "status",
        "recordsAffected",
        "errorMessage",
        "subjectId",
        "cascade",
        "entity",
        "records",
        "errors",
        "message",
    ]
)
BODIES = (
    st.binary()
    | st.dictionaries(NAMES, JSON).map(lambda v: json.dumps(v).encode())
    | JSON.map(lambda v: json.dumps(v).encode())
)

UNREADABLE = {
    "nothing": b"",
    "blanks": b" \n ",
    "html": b"<html><body>Bad gateway</body></html>",
    "half of it": b'{"id": "a", "sta',
    "a list": b'[{"id": "a"}]',
    "a text": b'"a"',
    "NaN": b'{"id": "a", "recordsAffected": NaN}',
    "infinity": b'{"id": "a", "recordsAffected": -Infinity}',
    "UTF-16": '{"id": "a"}'.encode("utf-16"),
    "Latin-1": b'{"id": "a", "errorMessage": "Verst\xe4ndnis"}',
    "deep nesting": b'{"id": "a", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a number too long": b'{"id": "a", "x": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("read", [read_accepted, read_status])
def test_a_body_that_is_no_json_object_is_unreadable(read: Any, body: bytes) -> None:
    with pytest.raises(UnreadableAnswer):
        read(body)


@pytest.mark.parametrize(
    "identifier", [None, "", " ", " a", "a\n", 7, True, ["a"], "a" * 201, "a\x00b", "a\ud800"]
)
def test_an_acceptance_without_a_usable_id_is_unreadable(identifier: object) -> None:
    with pytest.raises(UnreadableAnswer, match="no usable id"):
        read_accepted(json.dumps({"id": identifier}).encode())


def test_an_acceptance_gives_id_and_status() -> None:
    assert read_accepted(b'{"id": "prv-1", "status": "PROCESSING"}') == Accepted("prv-1", "PROCESSING")
    assert read_accepted(b'\xef\xbb\xbf{"id": "' + b"a" * 200 + b'"}') == Accepted("a" * 200, None)


@pytest.mark.parametrize("status", ["PROCESSING", "COMPLETED", "FAILED"])
def test_the_three_words_of_the_contract_are_known(status: str) -> None:
    report = read_status(json.dumps({"status": status}).encode())

    assert (report.status, report.raw_status) == (status, status)


@pytest.mark.parametrize(
    ("status", "raw"),
    [
        ("completed", "completed"),
        ("COMPLETED ", "COMPLETED "),
        ("ARCHIVED", "ARCHIVED"),
        ("x" * 500, "x" * 100),
        (None, ""),
        (["COMPLETED"], "(list instead of text)"),
    ],
)
def test_any_other_status_is_unexpected_and_never_success(status: object, raw: str) -> None:
    report = read_status(json.dumps({"status": status}).encode())

    assert (report.status, report.raw_status) == (None, raw)


@pytest.mark.parametrize(
    ("count", "understood"),
    [
        (0, 0),
        (17, 17),
        (2**53 - 1, 2**53 - 1),
        (2**53, None),
        (-1, None),
        ("17", None),
        (True, None),
        (1.0, None),
    ],
)
def test_records_affected_is_a_count_or_none(count: object, understood: int | None) -> None:
    assert read_status(json.dumps({"recordsAffected": count}).encode()).records_affected == understood


def test_a_status_answer_is_kept_whole() -> None:
    body = '{"id": "prv-1", "subjectId": "U", "status": "FAILED", "errorMessage": "löck\\u0000", "x": [1]}'

    report = read_status(body.encode())

    assert report.body == body
    assert (report.id, report.subject_id, report.error_message) == ("prv-1", "U", "löck\ufffd")


@given(BODIES)
def test_reading_raises_nothing_but_unreadable(body: bytes) -> None:
    for read in (read_accepted, read_status):
        try:
            result = read(body)
        except UnreadableAnswer:
            continue
        # Everything read can be stored: no half surrogate is left in it.
        assert str(vars(result)).encode()
    assert 1 <= len(read_refusal(body)) <= 2000
    read_refusal(body).encode()


@given(BODIES)
def test_cascade_rows_are_names_with_counts_whatever_comes(body: bytes) -> None:
    for entity, records in cascade_rows(body.decode("utf-8", "replace")):
        assert entity.encode()
        assert 0 <= records < 2**53


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"message": "Reduce the category matrix."}, "Reduce the category matrix."),
        ({"error": "X", "error_description": "Too deep."}, "Too deep.\nX"),
        ({"error": {"message": "Too deep."}}, "Too deep."),
        (
            {"message": "Bad.", "errors": [{"field": "scope", "message": "unknown"}, "second"]},
            "Bad.\nscope: unknown\nsecond",
        ),
        ({"message": "m" * 5000}, "m" * 2000),
        ({"message": 5}, "CXone gave no reason."),
        ({}, "CXone gave no reason."),
    ],
)
def test_a_refusal_is_told_in_cxones_own_words(body: dict[str, Any], words: str) -> None:
    assert read_refusal(json.dumps(body).encode()) == words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"subjectId is missing\n", "subjectId is missing"),
        (b"<html>", "CXone gave no reason."),
        (b"", "CXone gave no reason."),
    ],
)
def test_a_refusal_in_plain_text_is_told_and_a_page_is_not(body: bytes, words: str) -> None:
    assert read_refusal(body) == words


@pytest.mark.parametrize(
    ("fields", "rows"),
    [
        (
            {"cascade": [{"entity": "Contact", "records": 3}, {"entityType": "Sms", "count": 0}]},
            [("Contact", 3), ("Sms", 0)],
        ),
        ({"details": {"Contact": 3, "Sms": {"removed": 4}}}, [("Contact", 3), ("Sms", 4)]),
        ({"details": {"cascade": [{"name": "Chat", "deleted": ["a", "b"]}]}}, [("Chat", 2)]),
        ({"linkedEntities": [{"type": "Ivr", "total": -1}, {"type": "Ivr"}, {"total": 1}, "Ivr", None]}, []),
        ({"cascade": "3 contacts", "results": [{"table": "t", "affected": 1}]}, [("t", 1)]),
        ({"somethingElse": [{"entity": "Contact", "records": 3}]}, []),
        ({"cascade": [{"entity": "Contact", "records": True}]}, []),
    ],
)
def test_the_cascade_is_understood_in_the_shapes_it_comes_in(
    fields: dict[str, Any], rows: list[tuple[str, int]]
) -> None:
    assert cascade_rows(json.dumps(fields)) == rows


def test_a_body_that_was_shredded_has_no_cascade() -> None:
    assert cascade_rows("") == []
