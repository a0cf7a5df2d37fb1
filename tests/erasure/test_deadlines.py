"""The clocks: every vector of the design, the words of each step, and what must hold for any date."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erasure.choices import Regulation
from erasure.deadlines import (
    DISCLAIMER,
    Clock,
    DateOutOfReach,
    RegulationOff,
    UnknownRegulation,
    clock,
    long_date_with_weekday,
    regulations_on,
    same_day_months_later,
    weekdays_only,
)
from erasure.regulations import RULES

ON = [rule.regulation for rule in regulations_on()]
ROLLING = [rule.regulation for rule in regulations_on() if rule.rolls]
# Easter 2026 and Christmas 2026 as England keeps them.
ENGLISH_HOLIDAYS = {date(2026, 4, 3), date(2026, 4, 6), date(2026, 12, 25), date(2026, 12, 28)}

receipts = st.dates(min_value=date(1, 1, 1), max_value=date(9998, 12, 31))


def works_in_england(day: date) -> bool:
    return weekdays_only(day) and day not in ENGLISH_HOLIDAYS


def never_open(day: date) -> bool:
    return False


def texts(computed: Clock) -> list[str]:
    return [step.text for step in computed.steps]


@pytest.mark.parametrize(
    ("received_on", "due_on"),
    [
        (date(2025, 1, 31), date(2025, 2, 28)),
        (date(2029, 1, 30), date(2029, 2, 28)),
        (date(2027, 1, 31), date(2027, 3, 1)),
        (date(2026, 1, 31), date(2026, 3, 2)),
        (date(2024, 1, 31), date(2024, 2, 29)),
        (date(2026, 11, 20), date(2026, 12, 21)),
        (date(2026, 12, 31), date(2027, 2, 1)),
        (date(2026, 11, 30), date(2026, 12, 30)),
    ],
)
@pytest.mark.parametrize("regulation", ["gdpr", "uk-gdpr"])
def test_a_month_ends_on_the_same_day_or_the_months_last_and_leaves_weekends(
    regulation: str, received_on: date, due_on: date
) -> None:
    assert clock(regulation, received_on).due_on == due_on


def test_three_months_from_the_end_of_january_are_not_ninety_days() -> None:
    assert same_day_months_later(date(2025, 1, 31), months=3) == date(2025, 4, 30)


@pytest.mark.parametrize(
    ("received_on", "due_on"),
    [
        (date(2026, 10, 6), date(2026, 11, 20)),
        (date(2026, 10, 15), date(2026, 11, 29)),  # A Sunday: it stays.
        (date(2024, 1, 31), date(2024, 3, 16)),  # A Saturday, across 29 February.
    ],
)
@pytest.mark.parametrize("regulation", ["ccpa", "utah"])
def test_forty_five_calendar_days_do_not_move_for_weekends(
    regulation: str, received_on: date, due_on: date
) -> None:
    assert clock(regulation, received_on).due_on == due_on


def test_california_is_acknowledged_within_ten_business_days() -> None:
    computed = clock("ccpa", date(2026, 10, 6))
    assert computed.acknowledge_by == date(2026, 10, 20)
    assert computed.acknowledge_step is not None
    assert computed.acknowledge_step.text.endswith("by Tuesday 20 October 2026.")


def test_a_public_holiday_is_no_business_day_for_the_acknowledgement() -> None:
    computed = clock("ccpa", date(2026, 12, 18), is_working_day=works_in_england)
    assert computed.acknowledge_by == date(2027, 1, 5)


@pytest.mark.parametrize("regulation", ["gdpr", "uk-gdpr", "utah"])
def test_other_laws_ask_for_no_acknowledgement(regulation: str) -> None:
    computed = clock(regulation, date(2026, 10, 6))
    assert (computed.acknowledge_by, computed.acknowledge_step) == (None, None)


def test_a_month_that_ends_on_a_sunday_says_so_step_by_step() -> None:
    assert texts(clock("gdpr", date(2026, 11, 20))) == [
        "Received on 20 November 2026. The day itself does not count.",
        "One month ends on the same day of the next month: 20 December 2026.",
        "That is a Sunday, so it moves to the next working day: Monday 21 December 2026.",
    ]


def test_a_month_too_short_for_the_day_says_so_step_by_step() -> None:
    assert texts(clock("gdpr", date(2025, 1, 31))) == [
        "Received on 31 January 2025. The day itself does not count.",
        "February 2025 has no day 31, so the month ends on its last day: 28 February 2025.",
        "That is a working day, so it stands: Friday 28 February 2025.",
    ]


def test_a_public_holiday_moves_the_date_and_says_so() -> None:
    computed = clock("uk-gdpr", date(2026, 11, 25), is_working_day=works_in_england)
    assert computed.due_on == date(2026, 12, 29)
    assert texts(computed)[-1] == (
        "That is a public holiday, so it moves to the next working day: Tuesday 29 December 2026."
    )


def test_california_says_that_verification_does_not_stop_the_clock() -> None:
    first, last = texts(clock("ccpa", date(2026, 10, 6)))
    assert "however long it takes to verify who is asking" in first
    assert last.endswith("Friday 20 November 2026.")


def test_the_target_is_ten_days_ahead_on_a_working_day() -> None:
    assert clock("gdpr", date(2026, 11, 20)).target_on == date(2026, 12, 11)
    # 45 days end on Friday 20 November; ten days before is a Tuesday.
    assert clock("ccpa", date(2026, 10, 6)).target_on == date(2026, 11, 10)
    # Ten days before Wednesday 25 February is Sunday 15; the Friday before it counts.
    assert clock("gdpr", date(2026, 1, 25)).target_on == date(2026, 2, 13)


def test_the_british_target_stays_ahead_of_the_stricter_reading_however_far_the_date_moves() -> None:
    def open_but_for_four_weeks(day: date) -> bool:
        return day < date(2026, 12, 14) or day > date(2027, 1, 10)

    computed = clock("uk-gdpr", date(2026, 11, 20), is_working_day=open_but_for_four_weeks)
    assert computed.due_on == date(2027, 1, 11)
    # "Beginning with" the day of receipt, the month would end on 19 December.
    assert computed.target_on < date(2026, 12, 19)


@pytest.mark.parametrize("regulation", sorted(set(Regulation.values) - set(ON)))
def test_a_regulation_that_is_off_has_no_date(regulation: str) -> None:
    with pytest.raises(RegulationOff, match=r"until counsel confirms it\. In force here: gdpr, uk-gdpr"):
        clock(regulation, date(2026, 11, 20))


@pytest.mark.parametrize("regulation", ["", "GDPR", "us-xx", "eu", "x" * 10_000])
def test_an_unknown_regulation_is_refused_with_the_ones_there_are(regulation: str) -> None:
    with pytest.raises(UnknownRegulation, match="In force here: gdpr, uk-gdpr, ccpa, utah") as refusal:
        clock(regulation, date(2026, 11, 20))
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize("regulation", ON)
def test_the_end_of_the_calendar_is_a_clear_error(regulation: str) -> None:
    with pytest.raises(DateOutOfReach, match=r"9999\. Check the date of receipt"):
        clock(regulation, date(9999, 12, 31))


@pytest.mark.parametrize("regulation", [*ROLLING, "ccpa"])
def test_a_calendar_without_working_days_is_a_clear_error(regulation: str) -> None:
    with pytest.raises(DateOutOfReach, match="Check the public holidays"):
        clock(regulation, date(2026, 11, 20), is_working_day=never_open)


def test_there_is_one_row_for_every_regulation_that_can_be_chosen() -> None:
    assert sorted(rule.regulation for rule in RULES) == sorted(Regulation.values)


def test_exactly_the_four_confirmed_regulations_are_on() -> None:
    assert ON == ["gdpr", "uk-gdpr", "ccpa", "utah"]


def test_every_row_says_its_rule_its_source_and_its_version() -> None:
    assert all(rule.rule and rule.source and rule.version for rule in RULES)
    assert all(rule.unit and rule.length and rule.start for rule in regulations_on())


def test_the_words_shown_with_every_date_claim_no_advice() -> None:
    assert DISCLAIMER == "Computed, not legal advice."


@given(regulation=st.sampled_from(ON), received_on=receipts)
def test_any_receipt_has_its_dates_in_order(regulation: str, received_on: date) -> None:
    computed = clock(regulation, received_on)
    assert received_on < computed.target_on < computed.due_on
    assert weekdays_only(computed.target_on)
    assert computed.regulation == regulation
    assert computed.received_on == received_on


@given(regulation=st.sampled_from(ON), received_on=receipts, later_by=st.integers(0, 400))
def test_a_later_receipt_is_never_due_earlier(regulation: str, received_on: date, later_by: int) -> None:
    later = date.fromordinal(min(received_on.toordinal() + later_by, date(9998, 12, 31).toordinal()))
    first, second = clock(regulation, received_on), clock(regulation, later)
    assert first.due_on <= second.due_on
    assert first.target_on <= second.target_on


@given(regulation=st.sampled_from(ROLLING), received_on=receipts)
def test_a_month_is_a_calendar_month_on_a_working_day(regulation: str, received_on: date) -> None:
    due_on = clock(regulation, received_on).due_on
    nominal = same_day_months_later(received_on, months=1)
    assert weekdays_only(due_on)
    assert nominal <= due_on <= nominal + timedelta(days=2)
    months_apart = (nominal.year - received_on.year) * 12 + nominal.month - received_on.month
    assert months_apart == 1
    # The same number, or else the month's last day: the next day opens another month.
    assert nominal.day == received_on.day or (nominal + timedelta(days=1)).day == 1


@pytest.mark.parametrize("received_on", [date(2025, 1, 31), date(2029, 1, 30), date(2027, 1, 31)])
def test_thirty_days_would_be_too_late(received_on: date) -> None:
    assert clock("gdpr", received_on).due_on < received_on + timedelta(days=30)


@given(regulation=st.sampled_from(ON), received_on=receipts)
def test_the_steps_end_with_the_date_they_lead_to(regulation: str, received_on: date) -> None:
    computed = clock(regulation, received_on)
    assert texts(computed)[-1].endswith(f"{long_date_with_weekday(computed.due_on)}.")
    assert computed.target_step.text.endswith(f"{long_date_with_weekday(computed.target_on)}.")
    assert all(step.source for step in computed.steps)
