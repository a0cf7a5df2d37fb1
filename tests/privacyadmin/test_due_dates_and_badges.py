"""What lists and pages say about dates, times and codes."""

import datetime
import zoneinfo

import pytest
import time_machine
from django.template import Context, Template
from django.utils import timezone

from erasure.choices import Attention, Outcome, RequestStage, SubmissionStatus

TODAY = datetime.date(2026, 11, 20)


@pytest.fixture(autouse=True)
def friday_noon():
    with time_machine.travel(datetime.datetime(2026, 11, 20, 12, 0, tzinfo=datetime.UTC), tick=False):
        yield


def drawn(source: str, **context: object) -> str:
    return Template("{% load pa %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("days", "tone", "words"),
    [
        (-3, "pa-danger", "3 days overdue"),
        (-1, "pa-danger", "1 day overdue"),
        (0, "pa-danger", "Due today"),
        (1, "pa-warning", "Due tomorrow"),
        (7, "pa-warning", "Due in 7 days"),
        (8, "pa-quiet", "in 8 days"),
    ],
)
def test_a_due_date_says_how_far_off_it_is(days, tone, words):
    html = drawn("{% due due_on %}", due_on=TODAY + datetime.timedelta(days))
    assert tone in html
    assert words in html


def test_an_answer_on_the_due_date_was_in_time():
    assert "Answered in time" in drawn("{% due_badge on answered %}", on=TODAY, answered=TODAY)


def test_an_answer_after_it_was_late_by_so_many_days():
    html = drawn("{% due_badge on answered %}", on=TODAY, answered=TODAY + datetime.timedelta(2))
    assert "Answered 2 days late" in html
    assert "pa-danger" in html


def test_a_due_date_is_a_date_in_the_controllers_zone_wherever_the_reader_sits(settings):
    settings.TIME_ZONE = "UTC"
    with timezone.override(zoneinfo.ZoneInfo("Pacific/Kiritimati")):
        assert "Due today" in drawn("{% due_badge on %}", on=TODAY)


def test_a_time_names_the_zone_it_is_shown_in():
    at = datetime.datetime(2026, 11, 20, 13, 5, tzinfo=datetime.UTC)
    with timezone.override(zoneinfo.ZoneInfo("Europe/Berlin")):
        html = drawn("{{ at|local_time }}", at=at)
    assert "20 Nov 2026, 14:05 (Europe/Berlin)" in html
    assert 'datetime="2026-11-20T13:05:00+00:00"' in html


def test_a_time_that_is_not_there_yet_shows_nothing():
    assert drawn("{{ at|local_time }}{{ at|short_time }}", at=None) == ""


@pytest.mark.parametrize(
    ("tag", "codes"),
    [
        ("status_badge", SubmissionStatus),
        ("stage_badge", RequestStage),
        ("outcome_badge", Outcome),
        ("attention_badge", Attention),
    ],
)
def test_every_code_has_a_badge_with_a_word_and_an_icon_that_screen_readers_pass_over(tag, codes):
    for code in codes:
        html = drawn("{% " + tag + " code %}", code=code.value)
        assert str(code.label) in html
        assert 'aria-hidden="true"' in html


def test_a_code_that_nobody_knows_is_an_error_and_not_an_empty_badge():
    with pytest.raises(ValueError, match="vanished"):
        drawn("{% status_badge code %}", code="vanished")


def test_a_banner_escapes_what_cxone_said_and_takes_nothing_from_the_page_around_it():
    html = drawn(
        "{% banner 'danger' 'error' text %}", text="<b>no</b>", heading="Requests", href="/elsewhere/"
    )
    assert "&lt;b&gt;no&lt;/b&gt;" in html
    assert "Requests" not in html
    assert "/elsewhere/" not in html
