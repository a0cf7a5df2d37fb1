"""The text of a letter as an operator edits it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from erasure.letters import Text, why_not_placeholders

LONGEST_BODY = 20_000


class LetterTextForm(forms.Form):
    """Subject and body; what stands in braces has to be known."""

    subject = forms.CharField(
        label=_("Subject"), max_length=200, error_messages={"required": _("Give the letter a subject.")}
    )
    body = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "true"}),
        error_messages={"required": _("Write the text of the letter.")},
    )

    def __init__(self, *args: Any, kind: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kind = kind

    def clean_subject(self) -> str:
        """What stands in braces is known."""
        return self._checked("subject")

    def clean_body(self) -> str:
        """What stands in braces is known; lines end in one way."""
        return self._checked("body").replace("\r\n", "\n")

    def _checked(self, name: str) -> str:
        text: str = self.cleaned_data[name]
        if refusal := why_not_placeholders(text, self.kind):
            raise forms.ValidationError(refusal)
        return text

    @property
    def text(self) -> Text:
        """What a valid form says."""
        return Text(self.cleaned_data["subject"], self.cleaned_data["body"])
