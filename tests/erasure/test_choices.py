"""The words: every code has its label and its look, and what is stored is what others rely on."""

import pytest
from django.db.models import TextChoices

from erasure import choices
from erasure.choices import (
    ATTENTION_LINES,
    ATTENTION_LOOKS,
    CATEGORY_LINES,
    OPEN_STATUSES,
    OUTCOME_LOOKS,
    OVERRIDE_LOOKS,
    SCOPE_LINES,
    STAGE_LOOKS,
    SUBMISSION_LOOKS,
    TERMINAL_STATUSES,
    Category,
    SubmissionStatus,
)

CHOICES = [
    words
    for words in vars(choices).values()
    if isinstance(words, type) and issubclass(words, TextChoices) and words is not TextChoices
]
TABLES = (
    *(CATEGORY_LINES, SCOPE_LINES, ATTENTION_LINES),
    *(ATTENTION_LOOKS, OUTCOME_LOOKS, OVERRIDE_LOOKS, STAGE_LOOKS, SUBMISSION_LOOKS),
)


def test_the_categories_are_the_contracts_nine_in_its_order() -> None:
    assert " ".join(Category.values) == "CONTACT CONVERSATION SURVEY ANALYTICS INTERACTION IVR CHAT EMAIL SMS"


def test_the_statuses_are_those_that_others_rely_on() -> None:
    assert " ".join(SubmissionStatus.values) == (
        "blocked queued submitting processing completed failed refused cancelled"
    )


def test_every_status_is_open_or_terminal_and_none_is_both() -> None:
    assert set(SubmissionStatus) == OPEN_STATUSES | TERMINAL_STATUSES
    assert not OPEN_STATUSES & TERMINAL_STATUSES


@pytest.mark.parametrize("table", TABLES)
def test_every_code_has_its_line_or_look(table: dict[TextChoices, object]) -> None:
    assert set(table) == set(type(next(iter(table))))


@pytest.mark.parametrize("words", CHOICES)
def test_labels_are_told_apart(words: type[TextChoices]) -> None:
    assert len(set(words.labels)) == len(words.values)


def test_no_label_says_erased_where_only_cxone_can_know() -> None:
    assert not any("erased" in label.lower() for label in SubmissionStatus.labels)
