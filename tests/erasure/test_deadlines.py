"""The clocks of a first period: the vectors of the design, what is refused, what must hold for any date."""

from datetime import date, timedelta

import pytest
from django.conf import LazySettings
from hypothesis import given
from hypothesis import strategies as st

from erasure.choices import Regulation
from erasure.deadlines import (
    DISCLAIMER,
    Clock,
    DateOutOfReach,
    DayOff,
    RegulationOff,
    UnknownRegulation,
    WorkingCalendar,
    clock,
    regulations_on,
    same_day_months_later,
)
from erasure.regulations import RULES

ON = ["gdpr", "uk-gdpr", "ccpa", "utah"]
ROLLING = ["gdpr", "uk-gdpr"]
WEEKENDS = WorkingCalendar()
ENGLAND = WorkingCalendar("GB-ENG")

receipts = st.dates(min_value=date(1, 1, 1), max_value=date(9998, 12, 31))


class NeverOpen(WorkingCalendar):
    """A calendar that is broken."""

    def day_off(self, day: date) -> DayOff | None:
        return DayOff(day, {"en": "Strike"})


class ClosedForFourWeeks(WorkingCalendar):
    """An establishment that closes from the middle of December on."""

    def day_off(self, day: date) -> DayOff | None:
        closed = date(2026, 12, 14) <= day <= date(2027, 1, 10)
        return DayOff(day, {"en": "Closed"}) if closed else None


def words(computed: Clock, of: str = "due") -> list[str]:
    return [step.words for step in computed.steps[of]]


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
@pytest.mark.parametrize("regulation", ROLLING)
def test_a_month_ends_on_the_same_day_or_the_months_last_and_leaves_weekends(
    regulation: str, received_on: date, due_on: date
) -> None:
    computed = clock(regulation, received_on)
    assert computed.due_on == computed.first_due_on == due_on
    assert not computed.is_extended


def test_three_months_from_the_end_of_january_are_not_ninety_days() -> None:
    assert same_day_months_later(date(2025, 1, 31), months=3) == date(2025, 4, 30)
    assert date(2025, 1, 31) + timedelta(days=90) == date(2025, 5, 1)


@pytest.mark.parametrize(
    ("received_on", "due_on"),
    [
        (date(2026, 10, 6), date(2026, 11, 20)),
        (date(2026, 10, 15), date(2026, 11, 29)),  # A Sunday: it stays.
        (date(2024, 1, 31), date(2024, 3, 16)),  # A Saturday, across 29 February.
        (date(2026, 11, 10), date(2026, 12, 25)),  # Christmas: it stays.
    ],
)
@pytest.mark.parametrize("regulation", ["ccpa", "utah"])
def test_forty_five_calendar_days_do_not_move_for_weekends_or_holidays(
    regulation: str, received_on: date, due_on: date
) -> None:
    assert clock(regulation, received_on, calendar=WorkingCalendar("US-CA")).due_on == due_on


def test_california_is_acknowledged_within_ten_business_days() -> None:
    computed = clock("ccpa", date(2026, 10, 6))
    assert computed.acknowledge_by == date(2026, 10, 20)
    assert words(computed, "acknowledge") == [
        "Confirm receipt within 10 business days, counted from the day after: by Tuesday 20 October 2026."
    ]


def test_a_public_holiday_is_no_business_day_for_the_acknowledgement_and_is_named() -> None:
    computed = clock("ccpa", date(2026, 11, 20), calendar=WorkingCalendar("US-CA"))
    assert computed.acknowledge_by == date(2026, 12, 8)
    (said,) = words(computed, "acknowledge")
    assert "Thanksgiving Day (26 November 2026), Day After Thanksgiving (27 November 2026)" in said


@pytest.mark.parametrize("regulation", ["gdpr", "uk-gdpr", "utah"])
def test_other_laws_ask_for_no_acknowledgement(regulation: str) -> None:
    computed = clock(regulation, date(2026, 10, 6))
    assert computed.acknowledge_by is None
    assert set(computed.steps) == {"due", "target"}


def test_a_month_that_ends_on_a_sunday_says_so_step_by_step() -> None:
    assert words(clock("gdpr", date(2026, 11, 20))) == [
        "Received on 20 November 2026. The day itself does not count.",
        "One month ends on the same day of the next month: 20 December 2026.",
        "That is a Sunday, so it moves to the next working day: Monday 21 December 2026.",
    ]


def test_a_month_too_short_for_the_day_says_so_step_by_step() -> None:
    assert words(clock("gdpr", date(2025, 1, 31))) == [
        "Received on 31 January 2025. The day itself does not count.",
        "February 2025 has no day 31, so the month ends on its last day: 28 February 2025.",
        "That is a working day, so it stands: Friday 28 February 2025.",
    ]


def test_california_says_that_verification_does_not_stop_the_clock() -> None:
    first, last = words(clock("ccpa", date(2026, 10, 6)))
    assert "however long it takes to verify who is asking" in first
    assert last.endswith("Friday 20 November 2026.")


def test_the_target_is_ten_days_ahead_on_a_working_day() -> None:
    assert clock("gdpr", date(2026, 11, 20)).target_on == date(2026, 12, 11)
    # 45 days end on Friday 20 November; ten days before is a Tuesday.
    assert clock("ccpa", date(2026, 10, 6)).target_on == date(2026, 11, 10)
    # Ten days before Wednesday 25 February is Sunday 15; the Friday before it counts.
    assert clock("gdpr", date(2026, 1, 25)).target_on == date(2026, 2, 13)


def test_the_british_target_stays_ahead_of_the_stricter_reading_however_far_the_date_moves() -> None:
    computed = clock("uk-gdpr", date(2026, 11, 20), calendar=ClosedForFourWeeks())
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


def test_what_is_on_is_read_when_it_is_asked(settings: LazySettings) -> None:
    assert [rule.regulation for rule in regulations_on()] == ON
    settings.REGULATIONS_ON = ["us-ia", "gdpr"]
    assert [rule.regulation for rule in regulations_on()] == ["gdpr", "us-ia"]
    assert clock("us-ia", date(2026, 1, 1)).due_on == date(2026, 4, 1)
    with pytest.raises(RegulationOff, match="In force here: gdpr, us-ia"):
        clock("ccpa", date(2026, 1, 1))


def test_a_law_without_a_period_has_no_date_even_when_it_is_named(settings: LazySettings) -> None:
    settings.REGULATIONS_ON = ["gdpr", "lgpd"]
    with pytest.raises(RegulationOff):
        clock("lgpd", date(2026, 1, 1))


@pytest.mark.parametrize("regulation", ON)
def test_the_end_of_the_calendar_is_a_clear_error(regulation: str) -> None:
    with pytest.raises(DateOutOfReach, match=r"9999\. Check the date of receipt"):
        clock(regulation, date(9999, 12, 31))


@pytest.mark.parametrize("regulation", [*ROLLING, "ccpa"])
def test_a_calendar_without_working_days_is_a_clear_error(regulation: str) -> None:
    with pytest.raises(DateOutOfReach, match="Check the public holidays"):
        clock(regulation, date(2026, 11, 20), calendar=NeverOpen())


def test_there_is_one_row_for_every_regulation_that_can_be_chosen() -> None:
    assert sorted(rule.regulation for rule in RULES) == sorted(Regulation.values)


def test_every_row_says_its_rule_its_source_and_its_version() -> None:
    assert all(rule.rule and rule.source and rule.version for rule in RULES)
    dated = [rule for rule in RULES if rule.unit]
    assert all(rule.length and rule.start and rule.extension for rule in dated)
    assert [rule.regulation for rule in RULES if not rule.unit] == ["lgpd", "other"]
    extensions = [rule.extension for rule in RULES if rule.extension]
    assert all(one.rule and one.source and one.grounds and one.length for one in extensions)
    assert all(one.rule and one.source for rule in RULES for one in rule.pauses)


def test_the_words_shown_with_every_date_claim_no_advice() -> None:
    assert DISCLAIMER == "Computed, not legal advice."
    assert clock("gdpr", date(2026, 11, 20)).disclaimer == "Computed, not legal advice."


@given(regulation=st.sampled_from(ON), received_on=receipts)
def test_any_receipt_has_its_dates_in_order(regulation: str, received_on: date) -> None:
    computed = clock(regulation, received_on)
    assert received_on < computed.target_on < computed.due_on
    assert WEEKENDS.is_working_day(computed.target_on)
    assert (computed.regulation, computed.received_on) == (regulation, received_on)


@given(
    regulation=st.sampled_from(ON),
    place=st.sampled_from(["", "DE-BY", "GB-ENG", "US-CA", "IL"]),
    received_on=receipts,
    later_by=st.integers(0, 400),
)
def test_a_later_receipt_is_never_due_earlier(
    regulation: str, place: str, received_on: date, later_by: int
) -> None:
    later = date.fromordinal(min(received_on.toordinal() + later_by, date(9998, 12, 31).toordinal()))
    calendar = WorkingCalendar(place)
    first, second = (clock(regulation, day, calendar=calendar) for day in (received_on, later))
    assert first.due_on <= second.due_on
    assert first.target_on <= second.target_on
    assert (first.acknowledge_by or later) <= (second.acknowledge_by or later)


@given(regulation=st.sampled_from(ROLLING), received_on=receipts)
def test_a_month_is_a_calendar_month_on_a_working_day(regulation: str, received_on: date) -> None:
    due_on = clock(regulation, received_on).due_on
    nominal = same_day_months_later(received_on, months=1)
    assert WEEKENDS.is_working_day(due_on)
    assert nominal <= due_on <= nominal + timedelta(days=2)
    months_apart = (nominal.year - received_on.year) * 12 + nominal.month - received_on.month
    assert months_apart == 1
    # The same number, or else the month's last day: the next day opens another month.
    assert nominal.day == received_on.day or (nominal + timedelta(days=1)).day == 1


# How vendors get it wrong --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received_on", "thirty_days"),
    [
        (date(2025, 1, 31), date(2025, 3, 2)),
        (date(2029, 1, 30), date(2029, 3, 1)),
        (date(2027, 1, 31), date(2027, 3, 2)),
    ],
)
def test_fides_thirty_days_from_the_request_would_be_too_late(received_on: date, thirty_days: date) -> None:
    assert received_on + timedelta(days=30) == thirty_days
    assert clock("gdpr", received_on).due_on < thirty_days


def test_pagespaces_conservative_thirty_days_are_not_conservative_in_february() -> None:
    assert clock("gdpr", date(2026, 1, 29)).due_on == date(2026, 3, 2)  # 28 February is a Saturday.
    late = [day for day in _days_of(2025) if clock("gdpr", day).due_on < day + timedelta(days=30)]
    assert {day.strftime("%d %b") for day in late} >= {"30 Jan", "31 Jan"}


def test_django_compliance_shield_never_says_more_than_zero_overdue_and_here_it_does() -> None:
    from_due = clock("gdpr", date(2026, 1, 5)).due_on
    assert (date(2026, 3, 5) - from_due).days == 28


def test_trustarc_and_dxtra_start_californias_clock_at_verification_and_here_nothing_can() -> None:
    due_on = clock("ccpa", date(2026, 10, 6)).due_on
    assert due_on == date(2026, 10, 6) + timedelta(days=45)
    assert all(not rule.pauses for rule in RULES if rule.regulation == "ccpa")


def _days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
