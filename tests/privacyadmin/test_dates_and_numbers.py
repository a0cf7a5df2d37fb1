"""How dates, times and numbers are written in both languages."""

import datetime
import zoneinfo

import pytest
import time_machine
from django.template import Context, Template
from django.utils import timezone, translation

from erasure.plain_words import clock_words, count_words, duration_words, uncapitalised

DAY = datetime.date(2026, 12, 3)
MOMENT = datetime.datetime(2026, 12, 3, 13, 5, 41, tzinfo=datetime.UTC)
LANGUAGES = ("en-gb", "de")


def drawn(source: str, **context: object) -> str:
    return Template("{% load pa %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("source", "english", "german"),
    [
        ("{{ on|day }}", "3 December 2026", "3. Dezember 2026"),
        ("{{ on|short_day }}", "3 Dec 2026", "03.12.2026"),
        ("{{ on|day_of_year }}", "3 Dec", "03.12."),
        ("{{ at|day }}", "3 December 2026", "3. Dezember 2026"),
        ("{{ at|moment }}", "3 December 2026, 14:05:41", "3. Dezember 2026, 14:05:41"),
        ("{{ at|short_moment }}", "3 Dec 2026, 14:05:41", "03.12.2026, 14:05:41"),
        ("{{ at|local_time }}", "3 Dec 2026, 14:05 (Europe/Berlin)", "03.12.2026, 14:05 (Europe/Berlin)"),
        ("{{ at|short_time }}", "3 Dec 2026, 14:05:41", "03.12.2026, 14:05:41"),
        ("{{ many|thousands }}", "1,284,012", "1.284.012"),
        ("{{ none|day }}{{ none|moment }}", "", ""),
    ],
)
def test_a_page_writes_days_moments_and_counts_as_its_readers_do(
    source: str, english: str, german: str
) -> None:
    for language, words in zip(LANGUAGES, (english, german), strict=True):
        with translation.override(language), timezone.override(zoneinfo.ZoneInfo("Europe/Berlin")):
            html = drawn(source, on=DAY, at=MOMENT, many=1_284_012, none=None)
        assert html.removesuffix("</time>").rpartition(">")[2] == words


@pytest.mark.parametrize(
    ("count", "english", "german"),
    [
        (0, "0 records", "0 Datensätze"),
        (1, "1 record", "1 Datensatz"),
        (1284, "1,284 records", "1.284 Datensätze"),
    ],
)
def test_counts_have_the_right_noun(count: int, english: str, german: str) -> None:
    for language, words in zip(LANGUAGES, (english, german), strict=True):
        with translation.override(language):
            assert count_words(count, "record") == words


def test_durations_and_hours_follow_the_language() -> None:
    with time_machine.travel(MOMENT, tick=False), translation.override("de"):
        assert duration_words(3200) == "3,2 s"
        assert duration_words(90_000_000) == "1 Tag 1 h"
        assert clock_words(MOMENT) == "um 13:05 Uhr"
        assert clock_words(MOMENT + datetime.timedelta(days=1)) == "am 04.12. um 13:05 Uhr"
    with time_machine.travel(MOMENT, tick=False):
        assert duration_words(3200) == "3.2 s"
        assert clock_words(MOMENT + datetime.timedelta(days=1)) == "on 4 Dec at 13:05"


def test_german_keeps_the_capitals_of_its_nouns() -> None:
    assert uncapitalised("Another way") == "another way"
    with translation.override("de"):
        assert uncapitalised("Auf anderem Weg") == "Auf anderem Weg"
