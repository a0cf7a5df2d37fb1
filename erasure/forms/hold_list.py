"""The form by which a list of holds is chosen."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _lazy

from erasure.hold_lists import MOST_BYTES

TOO_LARGE = format_lazy(
    _lazy("It is larger than {most_bytes} MB. Split it into several lists."),
    most_bytes=MOST_BYTES // 1_000_000,
)


class HoldListForm(forms.Form):
    """One file. Its name is not looked at, and it is kept nowhere."""

    use_required_attribute = False

    list = forms.FileField(
        label=_lazy("CSV file"),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
        error_messages={
            "required": _lazy("Choose the file."),
            "invalid": _lazy("Choose the file."),
            "missing": _lazy("Choose the file."),
            "empty": _lazy(
                "The file is empty. The first line names the columns, each further line one hold."
            ),
        },
    )

    def clean_list(self) -> Any:
        """Refused by its size before it is read."""
        chosen = self.cleaned_data["list"]
        if chosen.size > MOST_BYTES:
            raise forms.ValidationError(TOO_LARGE)
        return chosen
