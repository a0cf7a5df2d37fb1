"""What moves a request's clock: an extension, a pause and its end, a correction of what it starts from."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from erasure import lifecycle
from erasure.asked import controllers_today
from erasure.choices import ExtensionGround, PauseGround, Regulation
from erasure.deadlines import regulations_on
from erasure.forms.recorded_day import day_field, letter_language_field, text_field
from erasure.models import PrivacyRequest


class ExtensionForm(forms.Form):
    """On what ground more time is taken, what the person reads about it, and when they were told."""

    def __init__(self, *args: Any, request: PrivacyRequest, grounds: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.request = request
        self.fields["ground"] = forms.ChoiceField(
            label=_("Ground"),
            choices=[(ground, ExtensionGround(ground).label) for ground in grounds],
            widget=forms.RadioSelect,
            error_messages={
                "required": _("Choose the ground."),
                "invalid_choice": _("Choose a ground that the law knows."),
            },
        )
        self.fields["explanation"] = text_field(
            _("Reason, as the person reads it"),
            help_text=_("In whole sentences; it stands in the letter. Write nothing that is internal."),
            error_messages={"required": _("Say why: the law wants the person to be told the reason.")},
        )
        self.fields["told_on"] = day_field(
            _("The person was told on"),
            earliest=request.received_on,
            latest=controllers_today(),
            help_text=_("The day on which the notice went out. Tell them first, then record it."),
        )
        self.fields["language"] = letter_language_field()

    def clean(self) -> None:
        """What the law has against it."""
        given = self.cleaned_data
        if "ground" not in given or "told_on" not in given:
            return
        facts = {name: given[name] for name in ("ground", "told_on")}
        if refusal := lifecycle.why_not_extend(self.request, today=controllers_today(), **facts):
            self.add_error("told_on", refusal)


class PauseForm(forms.Form):
    """What the person was asked for, and when."""

    def __init__(self, *args: Any, request: PrivacyRequest, grounds: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.request = request
        self.fields["ground"] = forms.ChoiceField(
            label=_("What the person was asked for"),
            choices=[(ground, PauseGround(ground).label) for ground in grounds],
            widget=forms.RadioSelect,
            error_messages={
                "required": _("Choose what the person was asked for."),
                "invalid_choice": _("Choose something that the law lets the clock wait for."),
            },
        )
        self.fields["from_day"] = day_field(
            _("Asked on"), earliest=request.received_on, latest=controllers_today()
        )

    def clean(self) -> None:
        """What the law has against it."""
        given = self.cleaned_data
        if "ground" not in given or "from_day" not in given:
            return
        facts = {name: given[name] for name in ("ground", "from_day")}
        if refusal := lifecycle.why_not_pause(self.request, today=controllers_today(), **facts):
            self.add_error("from_day", refusal)


class PauseEndForm(forms.Form):
    """When what the person was asked for came."""

    def __init__(self, *args: Any, earliest: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["until_day"] = day_field(
            _("The answer came on"), earliest=earliest, latest=controllers_today()
        )


class ClockCorrectionForm(forms.Form):
    """The right date of receipt and the right regulation, and why they are corrected."""

    def __init__(self, *args: Any, request: PrivacyRequest, **options: Any) -> None:
        super().__init__(*args, **options)
        offered = list(dict.fromkeys([request.regulation, *(rule.regulation for rule in regulations_on())]))
        self.fields["received_on"] = day_field(_("Date of receipt"), latest=controllers_today())
        self.fields["regulation"] = forms.ChoiceField(
            label=_("Regulation"),
            choices=[(token, Regulation(token).label) for token in offered],
            error_messages={"invalid_choice": _("Choose a regulation that is in force here.")},
        )
        self.fields["reason"] = text_field(
            _("Why it is corrected"),
            rows=3,
            help_text=_("For colleagues, kept encrypted with the request."),
            error_messages={"required": _("Say why it is corrected; the reason stays with the request.")},
        )
