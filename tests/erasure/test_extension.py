"""Extending the time to answer: what it brings, from where it is counted, and when it cannot be had."""

from datetime import date, timedelta

import pytest
from django.conf import LazySettings
from hypothesis import given
from hypothesis import strategies as st

from erasure.deadlines import (
    Clock,
    Extended,
    Paused,
    RegulationOff,
    WorkingCalendar,
    clock,
    extension_offer,
    same_day_months_later,
    why_not_extend,
)
from erasure.regulations import RULE_OF

ON = ["gdpr", "uk-gdpr", "ccpa", "utah"]
JAN_31 = date(2025, 1, 31)
TOLD = date(2025, 2, 20)
receipts = st.dates(min_value=date(1, 1, 1), max_value=date(9998, 9, 30))


def extended(regulation: str, received_on: date, ground: str = "complexity") -> Clock:
    return clock(regulation, received_on, extension=Extended(ground=ground, told_on=received_on))


def why(**changed: object) -> str:
    facts: dict[str, object] = {"ground": "complexity", "told_on": TOLD, "today": TOLD, **changed}
    regulation, received_on = str(facts.pop("regulation", "gdpr")), facts.pop("received_on", JAN_31)
    return why_not_extend(regulation, received_on, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize("regulation", ["gdpr", "uk-gdpr"])
@pytest.mark.parametrize(
    ("received_on", "due_on"),
    [
        (JAN_31, date(2025, 4, 30)),  # Not 28 April, two months after the first deadline, nor 1 May, 90 days.
        (date(2026, 11, 30), date(2027, 3, 1)),  # 28 February 2027 is a Sunday.
        (date(2026, 1, 15), date(2026, 4, 15)),
    ],
)
def test_europe_and_britain_have_three_months_counted_from_receipt(
    regulation: str, received_on: date, due_on: date
) -> None:
    computed = extended(regulation, received_on)
    assert computed.due_on == due_on
    assert computed.first_due_on == clock(regulation, received_on).due_on
    assert computed.is_extended


def test_the_steps_say_which_rule_produced_the_date() -> None:
    computed = clock("gdpr", JAN_31, extension=Extended(ground="complexity", told_on=TOLD))
    assert [step.words for step in computed.steps["due"]] == [
        "Received on 31 January 2025. The day itself does not count.",
        (
            "Extended for the complexity of the request; the person was told on 20 February 2025, within the "
            "first period, which ended on 28 February 2025. The whole time is counted from the start, not "
            "from the end of the first period."
        ),
        "April 2025 has no day 31, so the 3 months end on its last day: 30 April 2025.",
        "That is a working day, so it stands: Wednesday 30 April 2025.",
    ]
    assert computed.steps["first"][-1].words.endswith("Friday 28 February 2025.")


def test_the_target_keeps_ahead_of_the_earlier_reading_and_says_so() -> None:
    computed = clock("gdpr", JAN_31, extension=Extended(ground="complexity", told_on=TOLD))
    # Two months after 28 February end on Monday 28 April; ten days before is Good Friday, here a working day.
    assert computed.target_on == date(2025, 4, 18)
    (said,) = computed.steps["target"]
    assert "10 days before 28 April 2025, on which the time would end if" in said.words
    assert clock(
        "gdpr",
        JAN_31,
        extension=Extended(ground="complexity", told_on=TOLD),
        calendar=WorkingCalendar("DE-BY"),
    ).target_on == date(2025, 4, 17)


@pytest.mark.parametrize("regulation", ["ccpa", "utah"])
def test_california_and_utah_have_ninety_days_in_all(regulation: str) -> None:
    assert extended(regulation, JAN_31).due_on == JAN_31 + timedelta(days=90)


@pytest.mark.parametrize(("state", "days"), [("us-fl", 60), ("us-ia", 135), ("us-va", 90)])
def test_florida_adds_fifteen_days_and_iowa_starts_from_ninety(
    settings: LazySettings, state: str, days: int
) -> None:
    settings.REGULATIONS_ON = [state]
    assert extended(state, JAN_31).due_on == JAN_31 + timedelta(days=days)


def test_an_offer_shows_the_new_dates_the_grounds_and_when_it_closes() -> None:
    offer = extension_offer("gdpr", JAN_31)
    assert offer is not None
    assert (offer.due_on, offer.closes_on) == (date(2025, 4, 30), date(2025, 2, 28))
    assert offer.target_on == date(2025, 4, 18)
    assert offer.grounds == ("complexity", "number_of_requests")
    utah = extension_offer("utah", JAN_31)
    assert utah is not None
    assert utah.grounds == ("complexity", "volume")


def test_what_was_extended_is_not_offered_again() -> None:
    assert extension_offer("gdpr", JAN_31, extension=Extended(ground="complexity", told_on=TOLD)) is None


def test_an_offer_counts_the_pauses() -> None:
    paused = [Paused(ground="identity", from_day=date(2025, 2, 3), until_day=date(2025, 2, 10))]
    offer = extension_offer("uk-gdpr", JAN_31, pauses=paused)
    assert offer is not None
    assert (offer.closes_on, offer.due_on) == (date(2025, 3, 10), date(2025, 5, 12))  # 10 May is a Saturday.


def test_a_law_that_is_off_offers_nothing() -> None:
    with pytest.raises(RegulationOff):
        extension_offer("us-va", JAN_31)


# Why not -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("regulation", ON)
def test_a_known_ground_told_within_the_first_period_can_be_recorded_up_to_its_last_day(
    regulation: str,
) -> None:
    last = clock(regulation, JAN_31).due_on
    assert why(regulation=regulation, told_on=JAN_31, today=JAN_31) == ""
    assert why(regulation=regulation, told_on=last, today=last) == ""


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ground": "backlog"}, "“backlog” is no ground"),
        ({"ground": "volume"}, "It accepts: the complexity of the request, the number of requests."),
        (
            {"told_on": date(2025, 1, 30)},
            "received on 31 January 2025; the person cannot have been told before",
        ),
        ({"told_on": date(2025, 2, 21)}, "This day lies ahead. Tell the person first"),
        ({"told_on": date(2025, 3, 1)}, "must be told by 28 February 2025"),
        ({"today": date(2025, 3, 1)}, "first period ended on 28 February 2025"),
        ({"today": date(2025, 3, 1)}, "Answer now, and record why."),
        (
            {"extension": Extended(ground="complexity", told_on=TOLD)},
            "extended already; the person was told on",
        ),
        ({"regulation": "us-va"}, "is off until counsel confirms it"),
        ({"regulation": "eu"}, "There is no regulation “eu”"),
    ],
)
def test_it_says_why_not_and_what_to_do(changed: dict[str, object], said: str) -> None:
    assert said in why(**changed)


def test_datagrail_extends_after_the_time_is_over_and_here_nobody_can() -> None:
    first_due_on = clock("ccpa", JAN_31).due_on
    assert "Answer now" in why(regulation="ccpa", today=first_due_on + timedelta(days=1))


def test_track_a_query_never_asks_whether_the_first_month_is_over_and_here_the_clock_itself_does() -> None:
    computed = clock("gdpr", JAN_31, extension=Extended(ground="complexity", told_on=date(2025, 3, 1)))
    assert computed.due_on == date(2025, 2, 28)
    assert not computed.is_extended
    assert any("that is after the end of the first period" in step.words for step in computed.steps["due"])


@pytest.mark.parametrize(
    ("regulation", "extension", "said"),
    [
        ("ccpa", Extended(ground="volume", told_on=TOLD), "this law does not know its ground"),
        ("gdpr", Extended(ground="complexity", told_on=date(2025, 1, 1)), "before the request was received"),
    ],
)
def test_after_a_correction_an_extension_that_the_law_does_not_carry_moves_nothing_and_says_so(
    regulation: str, extension: Extended, said: str
) -> None:
    computed = clock(regulation, JAN_31, extension=extension)
    assert computed.due_on == clock(regulation, JAN_31).due_on
    assert any(said in step.words for step in computed.steps["due"])


# For any date --------------------------------------------------------------------------------------------


@given(regulation=st.sampled_from(ON), received_on=receipts)
def test_an_extension_only_moves_later_and_never_beyond_the_law(regulation: str, received_on: date) -> None:
    first, whole = clock(regulation, received_on), extended(regulation, received_on)
    rule = RULE_OF[regulation]
    assert rule.extension is not None
    if rule.unit == "months":
        lawful = same_day_months_later(received_on, months=3) + timedelta(days=2)
    else:
        lawful = received_on + timedelta(days=90)
    assert first.due_on < whole.due_on <= lawful
    assert first.target_on <= whole.target_on < whole.due_on
    assert whole.first_due_on == first.due_on


@given(regulation=st.sampled_from(ON), received_on=receipts, later_by=st.integers(0, 400))
def test_a_later_receipt_is_never_due_earlier_when_extended(
    regulation: str, received_on: date, later_by: int
) -> None:
    later = min(received_on.toordinal() + later_by, date(9998, 9, 30).toordinal())
    first, second = extended(regulation, received_on), extended(regulation, date.fromordinal(later))
    assert first.due_on <= second.due_on
    assert first.target_on <= second.target_on
