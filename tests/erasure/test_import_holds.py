"""Importing a list of holds: the dry run row by row, what is placed, twice is once, and who may not."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from audit.events import Event
from audit.models import AuditEvent
from erasure import hold_lists
from erasure.admin import hold_import
from erasure.hold_lists import Verdict, checked_list, lines_of, placed
from erasure.models import LegalHold, Subject
from privacyadmin.models import User
from tests.erasure.filing_desk import text_of
from tests.erasure.made_holds import placed as placed_hold
from tests.erasure.made_holds import released
from tests.erasure.made_requests import SignIn, filed, only, sent, today
from tests.erasure.test_place_hold import carried, events, messages_of, our_holds

pytestmark = pytest.mark.django_db

IMPORT = "/admin/holds/import/"
ID = "cust-2026-7730"
HEADER = "identifier_kind,identifier,category,kind,matter,ground,from,until"


def csv_of(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows])


def row(number: int = 1, **cells: str) -> str:
    usual = {
        "identifier": f"cust-{number}",
        "kind": "litigation",
        "matter": f"Case {number}",
        "ground": "claims about a contract",
    }
    found = {**usual, **{name.rstrip("_"): cell for name, cell in cells.items()}}
    return ",".join(found.get(name, "") for name in HEADER.split(","))


def dry_run(client: Client, text: str | bytes, name: str = "list.csv") -> Any:
    content = text.encode() if isinstance(text, str) else text
    return client.post(IMPORT, {"do": "check", "list": SimpleUploadedFile(name, content)})


def verdicts(answer: Any) -> tuple[int, int, int]:
    return tuple(answer.context[name].count for name in ("good", "same", "wrong"))  # type: ignore[return-value]


def imported(client: Client, text: str) -> Any:
    return client.post(IMPORT, {"do": "place", "carried": carried(dry_run(client, text))})


# Who may ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["officer", "auditor", "operator", "stranger"])
def test_only_reviewers_import_holds(signed_in: SignIn, request: pytest.FixtureRequest, who: str) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert client.get(IMPORT).status_code == 403
    assert dry_run(client, csv_of(row())).status_code == 403
    assert client.post(IMPORT, {"do": "place", "carried": "x"}).status_code == 403
    assert client.get(reverse("admin:hold_import_example")).status_code == 403
    assert our_holds() == 0


def test_who_is_not_signed_in_is_sent_to_the_door(client: Client) -> None:
    assert client.get(IMPORT)["Location"].startswith(reverse("admin:login"))


# The dry run -----------------------------------------------------------------------------------------


def test_the_page_names_the_columns_and_hands_out_an_example_that_is_good(
    reviewer: User, signed_in: SignIn
) -> None:
    client = signed_in(reviewer)
    words = text_of(client.get(IMPORT))
    assert all(name in words for name in hold_lists.COLUMNS)
    example = client.get(reverse("admin:hold_import_example"))
    assert example["Content-Disposition"] == 'attachment; filename="holds-example.csv"'
    assert verdicts(dry_run(client, example.content)) == (3, 0, 0)


def test_it_shows_row_by_row_what_would_happen_and_places_nothing(reviewer: User, signed_in: SignIn) -> None:
    there = placed_hold(reviewer, ID, matter="Case 9")
    text = csv_of(
        row(1),
        row(2, identifier=ID, matter="case  9"),
        row(3, kind="lawsuit", until="31.12.2099"),
        row(1, ground="other words"),
        row(5, identifier="", category="SURVEY", until="2099-12-31"),
    )
    answer = dry_run(signed_in(reviewer), text)
    assert verdicts(answer) == (2, 2, 1)
    words = text_of(answer)
    assert f"In force already as {there}" in words
    assert "The same as line 2" in words
    assert "Line 4" in words
    assert "kind : Write one of litigation, statutory_retention, investigation." in words
    assert "until : This cannot be read as a day. Write it as 2026-01-31." in words
    assert "1 of these holds concerns everybody" in words
    assert "Would be placed from now on, until 31 December 2099" in words
    assert "Place 2 holds" in words
    assert our_holds() == 1


def test_identifiers_are_masked_and_nothing_is_kept(reviewer: User, signed_in: SignIn) -> None:
    client = signed_in(reviewer)
    text = csv_of(
        row(identifier_kind="email", identifier="jane.doe@example.org"), row(2, identifier="jane doe")
    )
    page = dry_run(client, text).content.decode()
    assert "jane" not in page
    assert "j•••@•••" in page
    assert Subject.objects.count() == 0
    assert "jane" not in str(dict(client.session))


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"identifier": ""}, "identifier", "It reaches nothing yet."),
        (
            {"identifier": "", "identifier_kind": "email", "category": "CHAT"},
            "identifier",
            "but no identifier",
        ),
        ({"identifier": "a b"}, "identifier", "contains a space"),
        ({"identifier": "x" * 321}, "identifier", "That is 321 characters."),
        ({"identifier_kind": "email", "identifier": "a\u200b@b.org"}, "identifier", "cannot be seen"),
        ({"identifier_kind": "fax"}, "identifier_kind", "or nothing for a CXone id"),
        ({"category": "EVERYTHING"}, "category", "or nothing for all of them"),
        ({"kind": ""}, "kind", "Write one of litigation"),
        ({"matter": ""}, "matter", "No matter is named."),
        ({"matter": "x" * 201}, "matter", "That is 201 characters."),
        ({"ground": '"two\nlines"'}, "ground", "line breaks"),
        ({"ground": "bell\x07"}, "ground", "control characters"),
        ({"from_": "2026-02-30"}, "from", "This cannot be read as a day."),
        ({"from_": "20260101"}, "from", "This cannot be read as a day."),
        ({"from_": "2026-W01-1"}, "from", "This cannot be read as a day."),
        ({"from_": "9999-12-31"}, "from", "out of reach"),
        ({"until": "2020-01-01"}, "until", "before it begins"),
        ({"until": "2099-01-01,more"}, "", "more cells than the header has columns"),
    ],
)
def test_a_bad_row_says_in_which_column_what_is_wrong_and_stops_no_good_one(
    reviewer: User, signed_in: SignIn, cells: dict[str, str], column: str, words: str
) -> None:
    answer = dry_run(signed_in(reviewer), csv_of(row(1), row(2, **cells), row(3)))
    assert verdicts(answer) == (2, 0, 1)
    (wrong,) = answer.context["wrong"].rows
    assert wrong.line == 3
    assert [(fault.column, words in fault.words) for fault in wrong.faults] == [(column, True)]
    assert words in text_of(answer)


def test_codes_and_labels_are_read_in_any_case(reviewer: User, signed_in: SignIn) -> None:
    text = csv_of(
        row(1, identifier_kind="E-mail address", identifier="a@b.org", kind="Statutory Retention"),
        row(2, identifier_kind="CXONE_ID", category="analytics", kind="INVESTIGATION"),
    )
    imported(signed_in(reviewer), text)
    assert list(LegalHold.objects.exclude(code="RET-1").order_by("pk").values_list("kind", "category")) == [
        ("statutory_retention", ""),
        ("investigation", "ANALYTICS"),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"\xff\xd8\xff\xe0", "not in UTF-8"),
        (b"a,b\n", "what is no column here"),
        (b"x" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_a_file_that_is_no_list_is_refused_beside_the_field(
    reviewer: User, signed_in: SignIn, content: bytes, words: str
) -> None:
    page = dry_run(signed_in(reviewer), content, name="<script>.csv").content.decode()
    said = re.search(r'id="id_list_error">(.*?)</div>', page, re.S)
    assert said is not None
    assert words in said[1]
    assert "script&gt;.csv" not in page


def test_without_a_file_it_asks_for_one(reviewer: User, signed_in: SignIn) -> None:
    assert "Choose the file." in text_of(signed_in(reviewer).post(IMPORT, {"do": "check"}))


def test_of_many_rows_the_first_are_shown_and_all_are_counted(
    reviewer: User, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hold_import, "MOST_SHOWN", 2)
    answer = dry_run(signed_in(reviewer), csv_of(*(row(number) for number in range(5))))
    assert "And 3 more." in text_of(answer)
    assert "Place 5 holds" in text_of(answer)


def test_a_list_without_a_good_row_has_nothing_to_press(reviewer: User, signed_in: SignIn) -> None:
    page = dry_run(signed_in(reviewer), csv_of(row(kind="x")))
    assert "Nothing would be placed" in text_of(page)
    assert 'value="place"' not in page.content.decode()


# Placing ---------------------------------------------------------------------------------------------


def test_the_good_rows_are_placed_and_stop_what_they_meet(
    officer: User, reviewer: User, signed_in: SignIn
) -> None:
    queued = only(filed(officer, "cust-1", delay=timedelta(hours=1)))
    left = sent(only(filed(officer, "cust-2")))
    text = csv_of(row(1), row(2), row(3, until=(today() + timedelta(days=9)).isoformat()), row(4, kind="x"))
    answer = imported(signed_in(reviewer), text)
    year = today().year
    assert "3 holds placed" in text_of(answer)
    assert f"LIT-{year}-1 LIT-{year}-2 LIT-{year}-3" in text_of(answer)
    queued.refresh_from_db()
    assert (queued.status, queued.held_by) == ("blocked", [f"LIT-{year}-1"])
    assert [late.submission for late in LegalHold.objects.get(code=f"LIT-{year}-2").late.all()] == [left]
    assert {event["data"]["via"] for event in events(Event.HOLD_PLACED)} == {"import"}
    assert {event["actor"] for event in events(Event.HOLD_PLACED)} == {reviewer.actor}
    assert "cust-1" not in str([event.entry for event in AuditEvent.objects.all()])


def test_the_lines_left_out_are_repeated_when_the_others_are_placed(
    reviewer: User, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hold_import, "MOST_SHOWN", 1)
    client = signed_in(reviewer)
    look = dry_run(client, csv_of(row(1), row(2, kind="x"), row(3, from_="soon")))
    (left_out,) = re.findall(r'name="left_out" value="([^"]+)"', look.content.decode())
    answer = client.post(IMPORT, {"do": "place", "carried": carried(look), "left_out": left_out})
    words = text_of(answer)
    assert "1 hold placed" in words
    assert "2 lines were left out" in words
    assert "Line 3: kind:" in words
    assert "And 1 more." in words
    crafted = client.post(IMPORT, {"do": "place", "carried": carried(look), "left_out": "x"}, follow=True)
    assert "nothing was placed" in messages_of(crafted)
    assert our_holds() == 1


def test_running_it_twice_places_nothing_twice(reviewer: User, signed_in: SignIn) -> None:
    client = signed_in(reviewer)
    text = csv_of(row(1), row(2, identifier="", category="CHAT"), row(3, from_="2099-01-01"))
    token = carried(dry_run(client, text))
    client.post(IMPORT, {"do": "place", "carried": token})
    again = client.post(IMPORT, {"do": "place", "carried": token})
    assert "Nothing of the list had to be placed." in text_of(again)
    assert "Line 2: LIT-" in text_of(again)
    assert our_holds() == 3
    assert verdicts(dry_run(client, text)) == (0, 3, 0)
    assert "Placed already, not yet in force: " in text_of(dry_run(client, text))


def test_what_was_released_is_placed_again(reviewer: User, signed_in: SignIn) -> None:
    client = signed_in(reviewer)
    imported(client, csv_of(row(1)))
    released(LegalHold.objects.exclude(code="RET-1").get())
    assert verdicts(dry_run(client, csv_of(row(1)))) == (1, 0, 0)


def test_two_identifiers_of_one_person_ask_for_the_same_hold(
    officer: User, reviewer: User, signed_in: SignIn
) -> None:
    filed(officer, "cust-1", ("email", "a@b.org"))
    text = csv_of(row(1), row(1, identifier_kind="email", identifier="A@b.org"))
    assert verdicts(dry_run(signed_in(reviewer), text)) == (1, 1, 0)


def test_a_row_that_came_to_be_refused_keeps_no_other_of_its_lot_back(
    reviewer: User, signed_in: SignIn
) -> None:
    before_midnight = datetime(2099, 3, 10, 23, 50, tzinfo=UTC)
    text = csv_of(row(1), row(2), row(9, until="2099-03-10"), row(3))
    with time_machine.travel(before_midnight):
        token = carried(dry_run(signed_in(reviewer), text))
    with time_machine.travel(before_midnight + timedelta(minutes=20)):
        answer = signed_in(reviewer).post(IMPORT, {"do": "place", "carried": token})
    assert "3 holds placed" in text_of(answer)
    assert "Line 4: It would end on 10 March 2099, before it begins." in text_of(answer)
    assert our_holds() == 3


def test_long_lists_are_placed_in_lots(
    reviewer: User, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placed, "AT_ONCE", 3)
    monkeypatch.setattr(hold_import, "MOST_CODES", 4)
    answer = imported(signed_in(reviewer), csv_of(*(row(number) for number in range(8))))
    assert "8 holds placed" in text_of(answer)
    assert "And 4 more; the list of holds has them all." in text_of(answer)
    assert our_holds() == 8


def test_what_the_page_carries_is_not_readable_and_not_anothers(
    reviewer: User, other_reviewer: User, signed_in: SignIn
) -> None:
    token = carried(dry_run(signed_in(reviewer), csv_of(row(1))))
    assert "cust-1" not in token
    answer = signed_in(other_reviewer).post(IMPORT, {"do": "place", "carried": token}, follow=True)
    assert "nothing was placed" in messages_of(answer)
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        late = signed_in(reviewer).post(IMPORT, {"do": "place", "carried": token}, follow=True)
    assert "nothing was placed" in messages_of(late)
    assert our_holds() == 0


def test_the_largest_list_fits_into_the_form_that_carries_it(
    reviewer: User, signed_in: SignIn, settings: Any
) -> None:
    wide = [row(n, matter=_noise(n, 120), ground=_noise(-n, 30)) for n in range(1, 2001)]
    content = csv_of(*wide).encode("utf-16")
    assert 700_000 < len(content) <= hold_lists.MOST_BYTES
    token = carried(dry_run(signed_in(reviewer), content))
    assert len(token) < settings.DATA_UPLOAD_MAX_MEMORY_SIZE * 0.9
    assert len(lines_of(content)) == 2000


def _noise(seed: int, length: int) -> str:
    """Chinese characters in no order, which compress badly and take three bytes each in UTF-8."""
    value, found = seed * 7919 + 104729, []
    for _ in range(length):
        value = (value * 1103515245 + 12345) % 2**31
        found.append(chr(0x4E00 + (value >> 8) % 20000))
    return "".join(found)


class AnyRow(TestCase):
    """Whatever stands in the cells, a row gets a verdict, and every fault has words."""

    @given(
        st.lists(
            st.lists(
                st.one_of(
                    st.text(max_size=30),
                    st.sampled_from(
                        ["litigation", "email", "CHAT", "2026-01-31", "2099-12-31", "x@y.org", ID]
                    ),
                ),
                min_size=8,
                max_size=8,
            ),
            min_size=1,
            max_size=4,
        )
    )
    def test_any_cells_get_a_verdict(self, rows: list[list[str]]) -> None:
        quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in cells) for cells in rows]
        try:
            lines = lines_of(csv_of(*quoted).encode("utf-8", "surrogatepass"))
        except hold_lists.ListUnreadable:
            return
        for found in checked_list(lines, now=timezone.now()):
            assert bool(found.faults) == (found.verdict is Verdict.WRONG)
            assert all(fault.words for fault in found.faults)
