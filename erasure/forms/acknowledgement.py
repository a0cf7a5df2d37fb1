"""How and when the person was told that the request came in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from erasure import lifecycle
from erasure.asked import controllers_today
from erasure.forms.recorded_day import channel_field, day_field, letter_language_field
from erasure.models import PrivacyRequest


class AcknowledgementForm(forms.Form):
    """The way and the day."""

    def __init__(self, *args: Any, request: PrivacyRequest, **options: Any) -> None:
        super().__init__(*args, **options)
        self.request = request
        self.fields["channel"] = channel_field(_("How the confirmation went out"))
        self.fields["acknowledged_on"] = day_field(
            _("Confirmed on"), earliest=request.received_on, latest=controllers_today()
        )
        self.fields["language"] = letter_language_field()

    def clean_acknowledged_on(self) -> Any:
        """From the receipt to today."""
        day = self.cleaned_data["acknowledged_on"]
        if refusal := lifecycle.why_not_acknowledge(self.request, day, today=controllers_today()):
            raise forms.ValidationError(refusal)
        return day
