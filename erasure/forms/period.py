"""Which requests, and which days, the dashboard is about: a regulation, and two days."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from erasure.choices import Regulation
from erasure.metrics.periods import Period, Preset, period_of
from erasure.regulations import regulations_on

#: Ten years: what is longer is a slip of the keyboard.
LONGEST_DAYS = 3660
LAWS = {rule.regulation: Regulation(rule.regulation).label for rule in regulations_on()}
NOT_A_DAY = _("This is not a day. Write it as year-month-day, such as 2026-11-30.")


class PeriodForm(forms.Form):
    """What the address asks for. A period by name gives its days; other days beside it make it one's own."""

    regulation = forms.ChoiceField(
        label=_("Regulation"),
        required=False,
        choices=[("", _("All regulations")), *LAWS.items()],
        error_messages={"invalid_choice": _("There is no such regulation here. Choose one of the list.")},
    )
    first_day = forms.DateField(
        label=_("From"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": NOT_A_DAY, "required": _("Give the first day.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    last_day = forms.DateField(
        label=_("To"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": NOT_A_DAY, "required": _("Give the last day.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, asked: dict[str, str], *, today: date) -> None:
        self.today = today
        self.preset = _preset(asked)
        usual = period_of(self.preset or Preset.THIS_MONTH, today)
        days = {"first_day": usual.first.isoformat(), "last_day": usual.last.isoformat()}
        super().__init__({"regulation": "", **days, **{name: asked[name].strip() for name in asked}})

    def clean(self) -> dict[str, Any]:
        """Both days in their order, and not ten years apart."""
        first, last = self.cleaned_data.get("first_day"), self.cleaned_data.get("last_day")
        if first and last and first > last:
            self.add_error("last_day", _("This day is before the first one."))
        elif first and last and (last - first).days >= LONGEST_DAYS:
            self.add_error("last_day", _("Choose at most ten years."))
        if self.preset and first and last and period_of(self.preset, self.today) != Period(first, last):
            self.preset = None
        return self.cleaned_data

    @property
    def period(self) -> Period:
        """The days, once they are valid."""
        return Period(self.cleaned_data["first_day"], self.cleaned_data["last_day"])


def _preset(asked: dict[str, str]) -> Preset | None:
    """The period named, this month where nothing is named, and none where days stand alone."""
    named = asked.get("period", "")
    if named in set(Preset):
        return Preset(named)
    return None if {"first_day", "last_day"} & asked.keys() else Preset.THIS_MONTH
