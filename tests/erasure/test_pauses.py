"""The clock standing still: only where the law knows it, by the days it does not count, however recorded."""

from datetime import date, timedelta

import pytest
from django.conf import LazySettings
from hypothesis import given
from hypothesis import strategies as st

from erasure.deadlines import (
    Clock,
    ClockError,
    DateOutOfReach,
    Extended,
    Paused,
    clock,
    pause_grounds,
    why_not_pause,
)

MARCH_2 = date(2026, 3, 2)
DUE = date(2026, 4, 2)
TODAY = date(2026, 3, 20)


def day(number: int) -> date:
    """A day of March 2026."""
    return date(2026, 3, number)


def asked(ground: str, first: int, last: int | None) -> Paused:
    return Paused(ground=ground, from_day=day(first), until_day=None if last is None else day(last))


def british(*pauses: Paused, request_type: str = "ACCESS", extension: Extended | None = None) -> Clock:
    return clock("uk-gdpr", MARCH_2, request_type=request_type, pauses=pauses, extension=extension)


def words(computed: Clock) -> str:
    return " ".join(step.words for step in computed.steps["due"])


def test_the_law_knows_few_pauses(settings: LazySettings) -> None:
    known = {
        (regulation, request_type): pause_grounds(regulation, request_type)
        for regulation in ("gdpr", "uk-gdpr", "ccpa", "utah", "us-va", "lgpd")
        for request_type in ("ERASURE", "ACCESS")
    }
    assert {key: grounds for key, grounds in known.items() if grounds} == {
        ("uk-gdpr", "ERASURE"): ("identity",),
        ("uk-gdpr", "ACCESS"): ("identity", "clarification"),
    }
    settings.EU_IDENTITY_PAUSE = True
    assert pause_grounds("gdpr", "ERASURE") == pause_grounds("gdpr", "ACCESS") == ("identity",)
    assert pause_grounds("ccpa", "ERASURE") == ()
    assert pause_grounds("nothing", "ERASURE") == ()


def test_days_of_clarification_are_not_counted_both_ends_included() -> None:
    computed = british(asked("clarification", 5, 9))
    assert computed.due_on == DUE + timedelta(days=5)
    assert "From 5 March 2026 to 9 March 2026, both included, the clock stood still" in words(computed)
    assert "5 days are not counted. That moves the end to Tuesday 7 April 2026." in words(computed)


def test_track_a_query_leaves_out_the_day_of_the_answer_and_here_it_counts_as_the_law_has_it() -> None:
    # 5 to 9 March exclusive of the last are four days: Monday 6 April.
    assert british(asked("clarification", 5, 9)).due_on == date(2026, 4, 7)


def test_an_answer_on_the_day_of_the_question_leaves_out_that_one_day() -> None:
    assert british(asked("clarification", 5, 5)).due_on == DUE + timedelta(days=1)


def test_the_day_of_receipt_is_not_counted_twice() -> None:
    computed = british(asked("clarification", 2, 2))
    assert computed.due_on == DUE
    assert "it was over before any day was counted" in words(computed)


def test_the_moved_end_leaves_weekends_only_at_the_last() -> None:
    # 2 April and two days are Saturday 4 April: Monday 6 April.
    computed = british(asked("clarification", 5, 6))
    assert computed.due_on == date(2026, 4, 6)


def test_clarification_never_stops_the_clock_of_an_erasure() -> None:
    computed = british(asked("clarification", 5, 9), request_type="ERASURE")
    assert computed.due_on == DUE
    assert "this law knows no such pause for such a request" in words(computed)


@pytest.mark.parametrize("request_type", ["ERASURE", "ACCESS"])
def test_the_british_month_begins_when_the_information_on_identity_came(request_type: str) -> None:
    computed = british(asked("identity", 3, 12), request_type=request_type)
    assert computed.due_on == date(2026, 4, 13)  # 12 April is a Sunday.
    assert "came on 12 March 2026; the period begins with the day it came" in words(computed)


def test_the_latest_of_several_answers_on_identity_is_what_counts() -> None:
    pauses = [asked("identity", 3, 17), asked("identity", 4, 12)]
    assert british(*pauses).due_on == british(*reversed(pauses)).due_on == date(2026, 4, 17)


def test_days_before_the_period_began_are_not_left_out_as_well() -> None:
    both = british(asked("clarification", 3, 9), asked("identity", 3, 12))
    assert both.due_on == british(asked("identity", 3, 12)).due_on


def test_days_in_which_two_pauses_overlap_are_left_out_once() -> None:
    pauses = [asked("clarification", 5, 9), asked("clarification", 8, 12)]
    assert british(*pauses).due_on == british(asked("clarification", 5, 12)).due_on


def test_while_an_answer_is_awaited_the_date_is_the_earlier_safe_one_and_says_so() -> None:
    for ground in ("clarification", "identity"):
        computed = british(asked(ground, 5, None))
        assert computed.due_on == DUE
        assert "Since 5 March 2026 the answer" in words(computed)
        assert "that is the earlier, safe date" in words(computed)


def test_asking_after_the_period_was_over_moves_nothing() -> None:
    late = Paused(ground="clarification", from_day=date(2026, 4, 3), until_day=date(2026, 4, 20))
    computed = british(late)
    assert computed.due_on == DUE
    assert "the period was over by then" in words(computed)
    late = Paused(ground="identity", from_day=date(2026, 4, 3), until_day=date(2026, 4, 20))
    assert british(late).due_on == DUE


def test_a_pause_reaches_an_end_that_an_earlier_pause_moved() -> None:
    first = asked("clarification", 20, 30)
    second = Paused(ground="clarification", from_day=date(2026, 4, 9), until_day=date(2026, 4, 10))
    assert british(second).due_on == DUE
    assert british(second, first).due_on == DUE + timedelta(days=13)


def test_an_extension_is_counted_from_the_paused_start_and_adds_the_days() -> None:
    extension = Extended(ground="complexity", told_on=day(20))
    assert british(asked("clarification", 5, 9), extension=extension).due_on == date(2026, 6, 8)
    assert british(asked("identity", 3, 12), extension=extension).due_on == date(2026, 6, 12)


def test_a_pause_within_the_extension_leaves_the_first_period_alone() -> None:
    extension = Extended(ground="complexity", told_on=day(20))
    later = Paused(ground="clarification", from_day=date(2026, 5, 4), until_day=date(2026, 5, 8))
    computed = british(later, extension=extension)
    assert computed.first_due_on == DUE
    assert computed.due_on == date(2026, 6, 8)  # 2 June and five days are a Sunday.


def test_europe_pauses_for_identity_only_where_it_is_switched_on(settings: LazySettings) -> None:
    pause = asked("identity", 5, 9)
    assert clock("gdpr", MARCH_2, pauses=[pause]).due_on == DUE
    settings.EU_IDENTITY_PAUSE = True
    computed = clock("gdpr", MARCH_2, pauses=[pause])
    assert computed.due_on == DUE + timedelta(days=5)
    assert {step.source for step in computed.steps["due"]} >= {"EDPB Guidelines 01/2022"}


def test_californias_clock_runs_whatever_is_asked() -> None:
    pauses = [asked("identity", 3, 30), asked("clarification", 3, 30)]
    assert clock("ccpa", MARCH_2, request_type="ACCESS", pauses=pauses).due_on == date(2026, 4, 16)


def test_an_answer_before_its_question_is_an_error() -> None:
    with pytest.raises(ClockError, match="cannot have come before the question"):
        asked("identity", 9, 5)


def test_a_pause_beyond_the_end_of_the_calendar_is_a_clear_error() -> None:
    endless = Paused(ground="clarification", from_day=day(5), until_day=date(9999, 12, 31))
    with pytest.raises(DateOutOfReach, match="Check the days of the answers"):
        british(endless)
    endless = Paused(ground="identity", from_day=day(5), until_day=date(9999, 12, 31))
    with pytest.raises(DateOutOfReach, match="9999"):
        british(endless)


# Why not -------------------------------------------------------------------------------------------------


def why(regulation: str = "uk-gdpr", request_type: str = "ACCESS", **changed: object) -> str:
    facts: dict[str, object] = {
        "received_on": MARCH_2,
        "ground": "clarification",
        "from_day": day(5),
        "until_day": None,
        "pauses": (),
        "today": TODAY,
        **changed,
    }
    return why_not_pause(regulation, request_type, **facts)  # type: ignore[arg-type]


def test_a_question_and_its_answer_can_be_recorded() -> None:
    assert why() == why(until_day=day(9)) == why(until_day=TODAY) == ""
    assert why(ground="identity", request_type="ERASURE") == ""
    assert why(from_day=MARCH_2, until_day=MARCH_2) == ""


@pytest.mark.parametrize(
    ("regulation", "request_type", "ground"),
    [
        ("uk-gdpr", "ERASURE", "clarification"),
        ("gdpr", "ACCESS", "identity"),
        ("ccpa", "ERASURE", "identity"),
        ("utah", "ACCESS", "clarification"),
        ("uk-gdpr", "ACCESS", "internal"),
    ],
)
def test_a_pause_that_the_law_does_not_know_is_refused(
    regulation: str, request_type: str, ground: str
) -> None:
    said = why(regulation, request_type, ground=ground)
    assert "Under this law the clock does not stand still" in said
    assert "the answer stays due on" in said


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"from_day": date(2026, 3, 1)}, "received on 2 March 2026; nothing can have been asked before"),
        ({"from_day": day(21)}, "This day lies ahead. Ask the person first"),
        ({"until_day": day(4)}, "asked on 5 March 2026; the answer cannot have come before"),
        ({"until_day": day(21)}, "This day lies ahead. Record the answer once it came"),
        ({"pauses": [asked("clarification", 3, None)]}, "is still awaited. Record that it came"),
        ({"pauses": [asked("clarification", 10, None)]}, "is still awaited"),
        (
            {"pauses": [asked("clarification", 4, 5)]},
            "From 4 March 2026 to 5 March 2026 the clock stood still",
        ),
        ({"pauses": [asked("clarification", 9, 12)], "until_day": day(9)}, "Give days outside that time"),
        ({"from_day": date(2026, 4, 3), "today": date(2026, 4, 9)}, "The period was over by then"),
        (
            {"ground": "identity", "from_day": date(2026, 4, 3), "today": date(2026, 4, 9)},
            "The period was over by then",
        ),
    ],
)
def test_it_says_why_not_and_what_to_do(changed: dict[str, object], said: str) -> None:
    assert said in why(**changed)


def test_pauses_on_other_grounds_or_days_are_no_obstacle() -> None:
    assert why(pauses=[asked("identity", 3, None)]) == ""
    assert why(from_day=day(13), pauses=[asked("clarification", 9, 12)]) == ""
    assert why(until_day=day(8), pauses=[asked("clarification", 9, 12)]) == ""


def test_a_law_that_is_off_says_so() -> None:
    assert "is off until counsel confirms it" in why("us-va")


# For any days --------------------------------------------------------------------------------------------


@st.composite
def stretches(draw: st.DrawFn, grounds: tuple[str, ...] = ("identity", "clarification")) -> Paused:
    first = MARCH_2 + timedelta(days=draw(st.integers(-10, 150)))
    last = first + timedelta(days=draw(st.integers(0, 60)))
    return Paused(
        ground=draw(st.sampled_from(grounds)),
        from_day=first,
        until_day=draw(st.sampled_from([last, last, None])),
    )


extensions = st.sampled_from([None, Extended(ground="complexity", told_on=MARCH_2)])


@given(st.lists(stretches(), max_size=6), extensions, st.randoms())
def test_the_order_in_which_pauses_were_recorded_changes_nothing(
    pauses: list[Paused], extension: Extended | None, random: object
) -> None:
    mixed = list(pauses)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert british(*pauses, extension=extension) == british(*mixed, extension=extension)
    assert (
        british(*pauses, *pauses, extension=extension).due_on == british(*pauses, extension=extension).due_on
    )


@given(
    st.sampled_from(["identity", "clarification"]).flatmap(
        lambda ground: st.lists(stretches((ground,)), min_size=1, max_size=6)
    ),
    extensions,
)
def test_closing_a_pause_never_gives_an_earlier_date_than_leaving_it_out(
    pauses: list[Paused], extension: Extended | None
) -> None:
    with_it, without = british(*pauses, extension=extension), british(*pauses[1:], extension=extension)
    assert with_it.due_on >= without.due_on
    assert with_it.first_due_on >= without.first_due_on
    if pauses[0].until_day is None:
        assert with_it.due_on == without.due_on


def test_a_later_start_takes_the_days_before_it_with_it_even_where_months_differ_in_length() -> None:
    """The relevant time is the law's; that a short month then costs days of clarification is lawful."""
    received_on = date(2026, 1, 28)
    question = Paused(ground="clarification", from_day=date(2026, 1, 29), until_day=date(2026, 1, 31))
    identity = Paused(ground="identity", from_day=date(2026, 1, 28), until_day=date(2026, 1, 31))
    facts = {"request_type": "ACCESS"}
    assert clock("uk-gdpr", received_on, pauses=[question], **facts).due_on == date(2026, 3, 3)
    assert clock("uk-gdpr", received_on, pauses=[question, identity], **facts).due_on == date(2026, 3, 2)


@given(st.lists(stretches(), max_size=6), extensions)
def test_pauses_never_move_further_than_their_days_and_the_target_stays_ahead(
    pauses: list[Paused], extension: Extended | None
) -> None:
    computed = british(*pauses, extension=extension)
    plain = british(extension=extension)
    closed = [one for one in pauses if one.until_day is not None]
    days = sum((one.until_day - one.from_day).days + 1 for one in closed if one.until_day)
    latest = max([MARCH_2, *(one.until_day for one in closed if one.until_day)])
    # A month from a later start is up to three days longer, and the end may move over a weekend.
    assert (
        plain.due_on <= computed.due_on <= plain.due_on + timedelta(days=days + 5 + (latest - MARCH_2).days)
    )
    assert MARCH_2 <= computed.target_on < computed.due_on
