"""What a person was told, part by part; the rules of the answer speak beside the field they are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from erasure import lifecycle
from erasure.asked import controllers_today
from erasure.choices import LateReason, Outcome
from erasure.forms.recorded_day import channel_field, day_field, letter_language_field, text_field
from erasure.models import PrivacyRequest, Submission
from erasure.refusal_grounds import refusal_grounds


@dataclass(frozen=True)
class PartAsked:
    """One part that the form asks about; without a submission it is the whole of an unsent request."""

    submission: Submission | None

    @property
    def number(self) -> int | None:
        """The number of its submission."""
        return self.submission.number if self.submission else None

    @property
    def outcome_name(self) -> str:
        """The name of the field for what was told."""
        return f"outcome-{self.number or 0}"

    @property
    def ground_name(self) -> str:
        """The name of the field for the ground of a refusal."""
        return f"ground-{self.number or 0}"

    def told(self, values: Mapping[str, Any]) -> lifecycle.Told | None:
        """What these values say of it; None while nothing possible is chosen."""
        chosen = values.get(self.outcome_name)
        if chosen not in lifecycle.possible_outcomes(self.submission):
            return None
        refused = chosen == Outcome.REFUSED
        ground = str(values.get(self.ground_name) or "") if refused else ""
        return lifecycle.Told(submission=self.number, outcome=Outcome(str(chosen)), ground=ground)


def parts_asked(request: PrivacyRequest) -> list[PartAsked]:
    """The parts that an answer speaks of."""
    rows: Sequence[Submission | None] = lifecycle.parts_to_answer(request) or [None]
    return [PartAsked(row) for row in rows]


class AnswerForm(forms.Form):
    """A field pair for each part, then how and when the answer went out."""

    def __init__(self, *args: Any, request: PrivacyRequest, **options: Any) -> None:
        super().__init__(*args, **options)
        self.request, today = request, controllers_today()
        self.parts = parts_asked(request)
        self.grounds = refusal_grounds(request.regulation, request.type)
        for part in self.parts:
            self._ask_about(part)
        self.fields["channel"] = channel_field(_("How the answer went out"))
        self.fields["answered_on"] = day_field(
            _("Answered on"),
            earliest=request.received_on,
            latest=today,
            help_text=_("The day on which the answer went out, where your organisation is established."),
        )
        if today > request.first_due_on:
            self.fields["late_reason"] = forms.ChoiceField(
                label=_("Why it is late"),
                required=False,
                choices=[("", _("Choose one, unless it was in time")), *LateReason.choices],
                help_text=_("For your own figures; it never enters the letter."),
            )
        self.fields["note"] = text_field(
            _("Internal note"),
            required=False,
            help_text=_("For colleagues, kept encrypted. It never goes to the person."),
        )
        self.fields["language"] = letter_language_field()

    def _ask_about(self, part: PartAsked) -> None:
        alone = len(self.parts) == 1
        possible = [(one.value, one.label) for one in lifecycle.possible_outcomes(part.submission)]
        grounds = [(one.code, one.label) for one in self.grounds]
        empty = [] if alone else [("", _("Choose one"))]
        self.fields[part.outcome_name] = forms.ChoiceField(
            label=_("What the person was told"),
            choices=[*empty, *possible],
            widget=forms.RadioSelect if alone else forms.Select,
            error_messages={
                "required": _("Choose what the person was told."),
                "invalid_choice": lifecycle.why_impossible(part.submission),
            },
        )
        self.fields[part.ground_name] = forms.ChoiceField(
            label=_("Ground of the refusal"),
            choices=[*empty, *grounds],
            required=False,
            widget=forms.RadioSelect if alone else forms.Select,
            error_messages={"invalid_choice": _("Choose a ground from the list of the regulation.")},
        )

    def clean(self) -> None:
        """What the rules of the answer have against it, beside the field that it is about."""
        given = self.cleaned_data
        for part in self.parts:
            told = part.told(given)
            if told and (why := lifecycle.why_not_this(self.request, part.submission, told)):
                refused = told.outcome == Outcome.REFUSED and part.ground_name not in self.errors
                self.add_error(part.ground_name if refused else part.outcome_name, why)
        if day := given.get("answered_on"):
            self._check_day(day)

    def _check_day(self, day: Any) -> None:
        today = controllers_today()
        if refusal := lifecycle.why_not_answered_on(self.request, day, today=today):
            return self.add_error("answered_on", refusal)
        late_reason = self.cleaned_data.get("late_reason", "")
        if self.told and (why := lifecycle.why_not_late(self.request, self.told, day, late_reason)):
            self.add_error("late_reason", why)
        return None

    @property
    def told(self) -> list[lifecycle.Told]:
        """What was told of all parts, as far as the form says; empty while it does not for each."""
        return told_of(self.parts, self.cleaned_data)


def told_of(parts: Sequence[PartAsked], values: Mapping[str, Any]) -> list[lifecycle.Told]:
    """What these values say of all parts; empty while they leave one out."""
    told = [part.told(values) for part in parts]
    said = [one for one in told if one is not None]
    return said if len(said) == len(told) else []
