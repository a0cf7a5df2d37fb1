"""The words of the clocks: kept as codes and facts, and said in the language of whoever reads them."""

import json
from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from erasure.deadlines import (
    Extended,
    Paused,
    Step,
    WorkingCalendar,
    as_stored,
    clock,
    ground_words,
    long_date,
    long_date_with_weekday,
    month_name,
    stored,
)
from erasure.deadlines.step_words import EXTENSION_VOID, PAUSE_VOID, SENTENCES
from erasure.regulations import RULES

DAY = date(2026, 12, 20)
#: Clocks that between them take every kind of step.
TELLING = {
    "holiday": {
        "regulation": "gdpr",
        "received_on": date(2026, 11, 25),
        "calendar": WorkingCalendar("DE-BY"),
    },
    "extended": {
        "regulation": "gdpr",
        "received_on": date(2025, 1, 31),
        "extension": Extended(ground="complexity", told_on=date(2025, 2, 1)),
    },
    "void": {
        "regulation": "utah",
        "received_on": date(2025, 1, 31),
        "extension": Extended(ground="number_of_requests", told_on=date(2025, 2, 1)),
    },
    "paused": {
        "regulation": "uk-gdpr",
        "received_on": date(2026, 3, 2),
        "request_type": "ACCESS",
        "pauses": [
            Paused(ground="identity", from_day=date(2026, 3, 3), until_day=date(2026, 3, 4)),
            Paused(ground="clarification", from_day=date(2026, 3, 5), until_day=date(2026, 3, 9)),
            Paused(ground="clarification", from_day=date(2026, 3, 12), until_day=None),
            Paused(ground="clarification", from_day=date(2026, 7, 12), until_day=None),
        ],
    },
    "acknowledged": {
        "regulation": "ccpa",
        "received_on": date(2026, 11, 20),
        "calendar": WorkingCalendar("US-CA"),
    },
    "plain": {"regulation": "gdpr", "received_on": date(2026, 11, 4)},
}


def test_dates_are_english_outside_a_request() -> None:
    assert long_date(DAY) == "20 December 2026"
    assert long_date_with_weekday(DAY) == "Sunday 20 December 2026"


@pytest.mark.parametrize(
    ("language", "words", "with_weekday", "month"),
    [
        ("en", "20 December 2026", "Sunday 20 December 2026", "December"),
        ("en-us", "20 December 2026", "Sunday 20 December 2026", "December"),
        ("de", "20. Dezember 2026", "Sonntag, 20. Dezember 2026", "Dezember"),
        ("de-at", "20. Dezember 2026", "Sonntag, 20. Dezember 2026", "Dezember"),
    ],
)
def test_dates_follow_the_readers_language(language: str, words: str, with_weekday: str, month: str) -> None:
    with translation.override(language):
        assert (long_date(DAY), long_date_with_weekday(DAY), month_name(DAY)) == (words, with_weekday, month)


def test_dates_are_english_where_no_language_is_active() -> None:
    with translation.override(None):
        assert long_date_with_weekday(DAY) == "Sunday 20 December 2026"


@pytest.mark.parametrize("which", TELLING)
def test_steps_survive_being_stored_as_json(which: str) -> None:
    computed = clock(**TELLING[which])  # type: ignore[arg-type]
    kept = json.loads(json.dumps(stored(computed.steps)))
    assert all(set(row) == {"of", "code", "facts", "source"} for row in kept)
    again = as_stored(kept)
    assert again == computed.steps
    assert [step.words for steps in again.values() for step in steps] == [
        step.words for steps in computed.steps.values() for step in steps
    ]


def test_a_step_kept_long_ago_is_said_in_the_language_of_whoever_reads_it() -> None:
    kept = stored(clock("gdpr", date(2026, 11, 25), calendar=WorkingCalendar("DE-BY")).steps)
    with translation.override("de"):
        said = as_stored(kept)["due"][-1].words
    assert "Montag, 28. Dezember 2026" in said
    assert "Erster Weihnachtstag" in said


def test_every_kind_of_step_is_told_by_some_clock() -> None:
    told = {
        step.code
        for facts in TELLING.values()
        for steps in clock(**facts).steps.values()  # type: ignore[arg-type]
        for step in steps
    }
    assert told == set(SENTENCES)


def test_a_step_of_a_later_version_is_named_and_breaks_nothing() -> None:
    assert Step("leap_second", {}, "").words == (
        "A step that this version of the program cannot put into words (leap_second)."
    )
    assert Step("leap_second", {}, "").source_words == ""


def test_every_ground_has_its_words() -> None:
    grounds = {ground for rule in RULES if rule.extension for ground in rule.extension.grounds}
    grounds |= {pause.ground for rule in RULES for pause in rule.pauses}
    assert grounds == {"complexity", "number_of_requests", "volume", "identity", "clarification"}
    assert all(ground_words(ground) != ground for ground in grounds)
    assert ground_words("backlog") == "backlog"


def test_every_reason_why_something_moves_nothing_is_one_sentence() -> None:
    for why in EXTENSION_VOID:
        assert Step("extension_void", {"told": "2026-01-02", "why": why}, "").words.endswith(".")
    for why in PAUSE_VOID:
        facts = {"ground": "identity", "day": "2026-01-02", "why": why}
        assert Step("pause_void", facts, "").words.endswith(".")


@given(
    regulation=st.sampled_from(["gdpr", "uk-gdpr", "ccpa", "utah"]),
    received_on=st.dates(min_value=date(1, 1, 1), max_value=date(9998, 12, 31)),
)
def test_the_steps_end_with_the_date_they_lead_to(regulation: str, received_on: date) -> None:
    computed = clock(regulation, received_on)
    assert computed.steps["due"][-1].words.endswith(f"{long_date_with_weekday(computed.due_on)}.")
    assert computed.steps["target"][-1].words.endswith(f"{long_date_with_weekday(computed.target_on)}.")
    assert all(step.source for steps in computed.steps.values() for step in steps)
