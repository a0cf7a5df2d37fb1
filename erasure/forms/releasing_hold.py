"""What reviewers write when they propose the release of a hold, or decide on one."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from erasure.forms.overriding import LONGEST_TEXT


def _reason(**options: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Your reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_TEXT,
        **options,
    )


class ProposalForm(forms.Form):
    """Why the hold may go."""

    use_required_attribute = False

    reason = _reason(
        help_text=_lazy(
            "The second reviewer decides on it, and it is kept. Name the person as little as you can."
        ),
        error_messages={
            "required": _lazy("Give your reason: the second reviewer decides on it, and it goes on record.")
        },
    )


class ReleaseForm(forms.Form):
    """Release it or keep it, and one's reason."""

    use_required_attribute = False

    decision = forms.ChoiceField(
        choices=[("release", _lazy("Release")), ("keep", _lazy("Keep"))],
        error_messages={
            "required": _lazy("Press one of the two."),
            "invalid_choice": _lazy("Press one of the two."),
        },
    )
    reason = _reason(
        error_messages={"required": _lazy("Give your reason. It is needed either way and goes on record.")}
    )

    @property
    def releases(self) -> bool:
        """Whether a valid form says that it goes."""
        return bool(self.cleaned_data["decision"] == "release")
