"""The form of a new request, to be registered only, or registered and sent."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from erasure.asked import Filing, Identifier, against_registering, against_sending, controllers_today
from erasure.choices import Channel, Regulation, RequestType
from erasure.deadlines import regulations_on
from erasure.forms.sending import SendingForm, chosen
from erasure.forms.task import task_field
from erasure.policy import Violation
from erasure.vault_tasks import as_named, tasks_are_kept


class RequestForm(SendingForm):
    """A new request: only registered, or registered and sent."""

    #: As on the page, for the summary of what has to be put right.
    field_order = (
        *("type", "duplicate_reason", "regulation", "received_on", "channel", "identity_check"),
        *("categories", "split_held", "override_reason", "justification", "scope"),
    )

    type = forms.ChoiceField(
        label=_("What does the person ask for?"),
        choices=RequestType.choices,
        initial=RequestType.ERASURE,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one of the two.")},
    )
    regulation = forms.ChoiceField(
        label=_("Regulation"),
        error_messages={
            "required": _("Choose the law."),
            "invalid_choice": _("Choose one of the laws of the list."),
        },
    )
    received_on = forms.DateField(
        label=_("Received on"),
        initial=controllers_today,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("The day it arrived with you, also if it was not read then. The clock runs from it."),
        error_messages={
            "required": _("Give the day on which it arrived."),
            "invalid": _("Give the day as year, month and day, such as 2026-01-31."),
        },
    )
    channel = chosen(
        _("How did it come in?"),
        Channel.choices,
        error_messages={
            "required": _("Choose how it came in."),
            "invalid_choice": _("Choose one of the list."),
        },
    )
    external_reference = forms.CharField(
        label=_("Your reference"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Such as the number of a ticket. Not encrypted: put no personal data here."),
    )
    vault_task = task_field()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        on = [(rule.regulation, Regulation(rule.regulation).label) for rule in regulations_on()]
        field = self.fields["regulation"]
        if isinstance(field, forms.ChoiceField):
            field.choices, field.initial = on, on[0][0]
        # What was typed is kept, though the vault may have been switched off since the page was opened.
        if not (self["vault_task"].value() or tasks_are_kept()):
            del self.fields["vault_task"]

    def filing_of(self, read: Callable[[str], Any], *, identifiers: list[Identifier]) -> Filing:
        """What was asked, with today for a day that cannot be read."""
        return Filing(
            identifiers=identifiers,
            type=read("type") or RequestType.ERASURE,
            regulation=read("regulation") or "",
            received_on=_day(read("received_on")) or controllers_today(),
            channel=read("channel") or "",
            external_reference=read("external_reference") or "",
            vault_task=as_named(read("vault_task") or "") if "vault_task" in self.fields else "",
            **self.typed_for_sending(read),
        )

    def against(self, asked: Filing) -> list[Violation]:
        """To register asks for less than to send."""
        return [*against_registering(asked), *(against_sending(asked) if self.sending else [])]


def _day(given: Any) -> date | None:
    """The day, whether it was read already or stands there as text."""
    if isinstance(given, date) or not given:
        return given or None
    try:
        return parse_date(given)
    except ValueError:
        return None
