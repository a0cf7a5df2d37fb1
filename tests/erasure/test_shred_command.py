"""`manage.py shred`: one request before its time, in the names of two people; else it refuses in words."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from erasure.models import PrivacyRequest
from privacyadmin.models import User
from tests.cast import person
from tests.erasure import made_requests as made
from tests.erasure.at_work import event_data
from tests.erasure.days_passing import (
    DaysPass,
    _a_saturday,
    days_pass,
    ended,
    identifier,
    shredded_list,
    steps,
)
from tests.erasure.made_holds import released

__all__ = ["_a_saturday", "days_pass", "shredded_list"]

pytestmark = pytest.mark.django_db(transaction=True)


def shred(request: PrivacyRequest | str, *more: str, by: str = "lena", second: str = "marek") -> str:
    """What the command says."""
    out = io.StringIO()
    call_command("shred", str(request), "--by", by, "--second", second, *more, stdout=out, stderr=out)
    return out.getvalue()


def refused(request: PrivacyRequest | str, *more: str, **people: str) -> str:
    """Why the command refuses; nothing was done."""
    with pytest.raises(CommandError) as refusal:
        shred(request, "--yes", *more, **people)
    if isinstance(request, PrivacyRequest):
        assert steps(request) == []
    return str(refusal.value)


def test_it_shreds_in_the_names_of_both(officer: User, reviewer: User, shredded_list: Path) -> None:
    request = ended(officer, "USR-1")
    said = shred(request, "--yes")
    assert said == (
        f"Shredded {request.reference}: all free text, and identifiers that no other request of this person "
        "needs.\n"
    )
    assert event_data(request.obj, "subject.shredded") == [
        {"step": 1, "because": "early", "approvers": [officer.actor, reviewer.actor]}
    ]
    assert identifier("USR-1").value is None
    assert request.reference in shredded_list.read_text()


def test_the_second_step_takes_the_first_along_and_the_reason_is_on_record(
    officer: User, reviewer: User, shredded_list: Path
) -> None:
    request = ended(officer, "USR-1")
    shred(request.reference.lower(), "--yes", "--step", "2", "--reason", "court-order-4")
    told = event_data(request.obj, "subject.shredded")
    assert [(facts["step"], facts["because"]) for facts in told] == [
        (1, "court-order-4"),
        (2, "court-order-4"),
    ]
    row = PrivacyRequest.objects.get(pk=request.pk)
    assert (row.salt, row.answer_note) == (None, None)
    assert len(shredded_list.read_text().splitlines()) == 2


def test_one_that_went_through_the_first_step_can_go_through_the_second(
    officer: User, reviewer: User, days_pass: DaysPass
) -> None:
    request = ended(officer)
    days_pass(30)
    shred(request, "--yes", "--step", "2")
    assert steps(request) == [1, 2]


@pytest.mark.parametrize(
    ("by", "second", "words"),
    [
        ("lena", "lena", "lena is no reviewer"),
        ("both", "both", "It takes two people"),
        ("marek", "lena", "marek is no privacy officer"),
        ("lena", "anna", "anna is no reviewer"),
        ("root", "marek", "root is no privacy officer"),
        ("lena", "root", "root is no reviewer"),
        ("lena", "ghost", "no active person with the user name 'ghost'"),
        ("gone", "marek", "no active person with the user name 'gone'"),
    ],
)
def test_it_takes_an_officer_and_a_reviewer_who_are_two_and_active(
    by: str,
    second: str,
    words: str,
    officer: User,
    other_officer: User,
    reviewer: User,
    superuser: User,
) -> None:
    person("both", "Privacy officers", "Reviewers")
    person("gone", "Privacy officers", is_active=False)
    assert words in refused(ended(officer), by=by, second=second)


def test_what_is_unanswered_open_held_or_shredded_already_is_refused(
    officer: User, reviewer: User, days_pass: DaysPass
) -> None:
    unanswered = made.filed(officer, "USR-1")
    assert "is not answered" in refused(unanswered)
    held = ended(officer, "USR-2")
    hold = made.hold_on(held)
    assert "A legal hold is on the person" in refused(held)
    released(hold)
    shred(held, "--yes")
    with pytest.raises(CommandError, match="was shredded already"):
        shred(held, "--yes")
    assert "There is no request PR-1999-000001" in refused("PR-1999-000001")


def test_californias_records_keep_their_proof_for_24_months(
    officer: User, reviewer: User, days_pass: DaysPass
) -> None:
    request = ended(officer, regulation="ccpa")
    assert "California’s law" in refused(request, "--step", "2")
    shred(request, "--yes")
    days_pass(729)
    with pytest.raises(CommandError, match="24 months"):
        shred(request, "--yes", "--step", "2")
    days_pass(1)
    shred(request, "--yes", "--step", "2")
    assert steps(request) == [1, 2]


@pytest.mark.parametrize("code", ["Mrs Hofer", "", "x" * 65, "a@b.example"])
def test_a_reason_is_a_code(code: str, officer: User, reviewer: User) -> None:
    assert "--reason must be a code" in refused(ended(officer), "--reason", code)


def test_without_a_terminal_it_wants_yes(officer: User, reviewer: User) -> None:
    request = ended(officer)
    with pytest.raises(CommandError, match="--yes"):
        shred(request)
    assert steps(request) == []


@pytest.mark.parametrize(("typed", "done"), [("{}", [1]), ("yes", []), ("", [])])
def test_at_a_terminal_it_asks_for_the_reference(
    typed: str, done: list[int], officer: User, reviewer: User, monkeypatch: Any
) -> None:
    request = ended(officer)
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return typed.format(request.reference.lower())

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", answer)
    if done:
        assert "No certificate of it has been taken. This cannot be undone." in shred(request)
    else:
        with pytest.raises(CommandError, match="Nothing was shredded"):
            shred(request)
    assert asked == [f"Type {request.reference} to go on: "]
    assert steps(request) == done


def test_it_says_when_the_list_could_not_be_written(
    officer: User, reviewer: User, shredded_list: Path
) -> None:
    request = ended(officer)
    shredded_list.parent.write_text("a file where the folder should be")
    assert f"{shredded_list} could not be written" in shred(request, "--yes")
    assert steps(request) == [1]
