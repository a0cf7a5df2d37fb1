"""The form by which a list of holds is chosen."""

from typing import Any

from django import forms

from erasure.hold_lists import MOST_BYTES

TOO_LARGE = f"It is larger than {MOST_BYTES // 1_000_000} MB. Split it into several lists."


class HoldListForm(forms.Form):
    """One file. Its name is not looked at, and it is kept nowhere."""

    use_required_attribute = False

    list = forms.FileField(
        label="CSV file",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
        error_messages={
            "required": "Choose the file.",
            "invalid": "Choose the file.",
            "missing": "Choose the file.",
            "empty": "The file is empty. The first line names the columns, each further line one hold.",
        },
    )

    def clean_list(self) -> Any:
        """Refused by its size before it is read."""
        chosen = self.cleaned_data["list"]
        if chosen.size > MOST_BYTES:
            raise forms.ValidationError(TOO_LARGE)
        return chosen
