"""What officers and reviewers write when they ask for an override, or decide on one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _lazy

from audit.words import Words
from erasure.choices import OverrideReason
from erasure.overrides import NOT_SUBSTANTIAL, is_substantial

LONGEST_TEXT = 4000

#: What a reviewer will want to read in the justification, by the reason that is given.
REASON_LINES: dict[str, Words] = {
    OverrideReason.HOLD_DOES_NOT_REACH: _lazy("Say why: whose data it is, and what the hold covers."),
    OverrideReason.EVIDENCE_PRESERVED: _lazy("Say where it is kept, and who can confirm that."),
    OverrideReason.MATTER_CLOSED: _lazy("Say since when, and by whose decision."),
}


def _text(**options: Any) -> forms.CharField:
    return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=LONGEST_TEXT, **options)


class AskForm(forms.Form):
    """A question to the reviewers: which reason, and in one's own words why it may go."""

    reason = forms.ChoiceField(
        label=_lazy("Why may it be erased all the same?"),
        choices=OverrideReason.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _lazy("Choose the reason that fits best; the words below it say the rest.")
        },
    )
    justification = _text(
        label=_lazy("In your own words"),
        help_text=_lazy(
            "The reviewer decides on this, and it is kept. Name the person as little as you can."
        ),
        error_messages={"required": NOT_SUBSTANTIAL},
    )

    def clean_justification(self) -> str:
        """What is written has to be fit to be decided on."""
        justification: str = self.cleaned_data["justification"]
        if not is_substantial(justification):
            raise forms.ValidationError(NOT_SUBSTANTIAL)
        return justification


class DecisionForm(forms.Form):
    """A decision: approve or deny, and one's reason for it."""

    decision = forms.ChoiceField(
        choices=[("approve", _lazy("Approve")), ("deny", _lazy("Deny"))],
        error_messages={
            "required": _lazy("Press Approve or Deny."),
            "invalid_choice": _lazy("Press Approve or Deny."),
        },
    )
    reason = _text(
        label=_lazy("Your reason"),
        error_messages={"required": _lazy("Give your reason. It is needed either way and goes on record.")},
    )

    @property
    def approves(self) -> bool:
        """Whether a valid form says yes."""
        return bool(self.cleaned_data["decision"] == "approve")
