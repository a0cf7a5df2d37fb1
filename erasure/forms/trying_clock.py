"""The form that tries the law's clocks on a day: nothing is filed by it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from erasure.asked import against_receipt, controllers_today
from erasure.choices import Regulation, RequestType
from erasure.deadlines import regulations_on


class TryingClockForm(forms.Form):
    """A law, a day of receipt and a type of request."""

    regulation = forms.ChoiceField(label=gettext_lazy("Regulation"))
    received_on = forms.DateField(
        label=gettext_lazy("Received on"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": gettext_lazy("Give the day on which it arrived."),
            "invalid": gettext_lazy("Give the day as year, month and day, such as 2026-01-31."),
        },
    )
    type = forms.ChoiceField(label=gettext_lazy("Asked for"), choices=RequestType.choices)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["regulation"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                (rule.regulation, Regulation(rule.regulation).label) for rule in regulations_on()
            ]

    def clean_received_on(self) -> Any:
        """A day that has come: the clock cannot run from another."""
        received_on = self.cleaned_data["received_on"]
        for violation in against_receipt(received_on):
            raise forms.ValidationError(f"{violation.message} {violation.way_out}")
        return received_on

    @staticmethod
    def suggested() -> dict[str, str]:
        """What the form shows before anything is asked: the first law, today, an erasure."""
        return {
            "regulation": regulations_on()[0].regulation,
            "received_on": controllers_today().isoformat(),
            "type": RequestType.ERASURE,
        }
