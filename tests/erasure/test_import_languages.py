"""An import is filed by a worker who speaks no language of anybody, and read in the reader's own."""

import csv
import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from erasure import filing
from erasure.imports.rows import row_of
from erasure.models import ImportedRow, ImportRun
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.filing_desk import text_of
from tests.erasure.made_lists import BAD, begun, checked, csv_of, imported, known, row, work_all
from tests.erasure.made_requests import SignIn

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _sent_in_an_hour(settings: Any) -> None:
    settings.SEND_DELAY_SECONDS = 3600


@pytest.fixture
def german(officer: User, signed_in: SignIn) -> Client:
    """Lena reads German."""
    officer.language = "de"
    officer.save(update_fields=["language"])
    return signed_in(officer)


@pytest.fixture
def english(other_officer: User, signed_in: SignIn) -> Client:
    return signed_in(other_officer)


def result_of(client: Client, run: ImportRun) -> list[dict[str, str]]:
    answer = client.get(reverse("admin:request_import_result", args=[run.pk]))
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def page(client: Client, run: ImportRun) -> str:
    return text_of(client.get(reverse("admin:request_import", args=[run.pk])))


def test_what_a_worker_refused_is_told_in_the_language_of_each_reader(
    officer: User, german: Client, english: Client
) -> None:
    run = imported(officer, csv_of(row(1), row(2, **BAD["an unknown type"])))
    assert "type: Schreiben Sie eines von ERASURE, ACCESS." in page(german, run)
    assert "type: Write one of ERASURE, ACCESS." in page(english, run)
    assert [one["error"] for one in result_of(german, run)] == [
        "",
        "type: Schreiben Sie eines von ERASURE, ACCESS.",
    ]
    assert [one["error"] for one in result_of(english, run)] == ["", "type: Write one of ERASURE, ACCESS."]


def test_the_result_speaks_the_readers_language_before_it_is_filed_too(
    officer: User, german: Client, english: Client
) -> None:
    run = checked(officer, csv_of(row(2, **BAD["an unknown type"])))
    [one] = result_of(german, run)
    assert (one["result"], one["error"]) == (
        "Zu berichtigen",
        "type: Schreiben Sie eines von ERASURE, ACCESS.",
    )
    assert result_of(english, run)[0]["result"] == "To be put right"


def test_the_language_of_a_result_is_no_longer_spoken_between_its_pieces(
    officer: User, german: Client
) -> None:
    run = checked(officer, csv_of(row(2, **BAD["an unknown type"])))
    before = translation.get_language()
    answer = german.get(reverse("admin:request_import_result", args=[run.pk]))
    for _piece in answer.streaming_content:  # type: ignore[attr-defined]
        assert translation.get_language() == before


def test_what_came_up_while_it_was_filed_is_told_in_the_language_of_each_reader(
    officer: User, german: Client, english: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(officer, csv_of(row(1)))
    with monkeypatch.context() as patch:
        # Somebody's clock is behind: what was received today lies ahead now.
        yesterday = made.today() - timedelta(days=1)
        patch.setattr("erasure.asked.controllers_today", lambda: yesterday)
        patch.setattr("erasure.imports.filing_lots.row_of", _blind_to_the_day)
        work_all()
    assert ImportRun.objects.get().counts == {"refused": 1}
    assert "lies in the future" in page(english, run)
    assert "liegt in der Zukunft" in page(german, run)


def _blind_to_the_day(line: Any, terms: Any) -> Any:
    return replace(row_of(line, terms), faults=())


def test_a_row_that_the_program_could_not_file_is_told_in_the_language_of_each_reader(
    officer: User, german: Client, english: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(officer, csv_of(row(1)))

    def spoiled(*_: Any, **__: Any) -> None:
        raise ValueError("spoiled")

    monkeypatch.setattr(filing, "register_and_send_among", spoiled)
    work_all()
    english_words, german_words = result_of(english, run)[0]["error"], result_of(german, run)[0]["error"]
    assert english_words.startswith("The program could not file it")
    assert german_words
    assert german_words != english_words


@pytest.mark.parametrize("spoken", ["de", "en-gb"])
def test_the_note_of_what_a_list_files_is_english_whatever_is_spoken_where_it_is_filed(
    officer: User, spoken: str
) -> None:
    there = made.filed(officer, "cust-open")
    run = begun(officer, csv_of(row(1, subject_id="cust-open")), duplicate_reason="Asked anew.")
    with translation.override(spoken):
        work_all()
    note = ImportedRow.objects.get(run=run).request.note
    assert note == f"Filed beside {there.reference}: Asked anew."


def test_what_is_kept_of_a_refused_row_has_the_words_of_every_language_and_no_cell(officer: User) -> None:
    run = imported(officer, csv_of(row(1, **BAD["an e-mail address"])))
    [entry] = run.lots.get().outcomes
    assert set(entry[4]) == {"en-gb", "de"}
    assert "jane" not in str(entry)
    with translation.override(None):
        assert known(run)[2].words[0].startswith("subject_id: ")
